// KernelBox: a Linux NAT in a network namespace of its own, between two wires whose other ends the
// test holds.
//
// The ends are raw sockets on interfaces without an IP configuration, so that no host's stack adds
// an RST or an ICMP error of its own. A veth pair delivers within sendto(), as long as the thread
// keeps its CPU; but "nothing came out" is only known once something that was sent later has come
// out. After each packet a sentinel therefore crosses the box in both directions: a packet of an
// IP protocol that the rules let pass untracked.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "tests/differential/conntrack.h"
#include "tests/differential/netns.h"
#include "tests/differential/play.h"
#include "tests/differential/rules.h"

namespace natbed::differential {

class KernelBox {
 public:
  // `ends` is the namespace of the outer ends of all boxes; `number` tells the boxes there apart.
  // Throws std::system_error or std::runtime_error with words if the machine has no nft or no veth.
  KernelBox(const Rules& rules, const Namespace& ends, int number);

  const Rules& rules() const { return rules_; }
  // Plays one packet; what came out because of it.
  std::vector<Emission> carry(const Packet& packet, Side from);
  // What came out since the last call without a packet of ours: nothing, if the box is quiet.
  std::vector<Emission> listen();
  void forget() { conntrack_->flush(); }
  std::vector<KernelFlow> flows() { return conntrack_->flows(); }
  // The flows of inside hosts; those of the box itself are left out.
  std::vector<TableRow> table();

 private:
  struct Wire {
    Descriptor socket;
    int interface = 0;
    uint64_t awaited = 0;  // the sentinel that is under way to this end
  };
  Wire& wire(Side side) { return wires_[side == Side::kOutside]; }
  void open_wire(Side side, const std::string& name);
  void send(Side from, ByteView bytes);
  void send_sentinel(Side from);
  // Until sentinels cross: the kernel takes an interface into service some time after it is up.
  void settle();
  // Reads until the sentinel is there; false if it does not come.
  bool read(Side at, int patience_ms, std::vector<Emission>* emissions);
  bool take(Side at, ByteView bytes, std::vector<Emission>* emissions);

  Rules rules_;
  Namespace inside_the_box_;
  std::unique_ptr<Conntrack> conntrack_;
  Wire wires_[2];
  uint64_t sentinels_ = 0;
};

}  // namespace natbed::differential
