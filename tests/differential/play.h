// Play: one sequence being played to one subject. It makes the packets, keeps what came out, and says
// it in words that are equal for two subjects exactly if they did the same.
//
// Ports that are drawn at random cannot be compared as numbers. An external endpoint is therefore
// named by its port if the sequence itself mentions that port, else by the step at which it was
// first seen, else by its class: "new, 1024-65535". Everything else is compared as it is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/packet.h"
#include "nat_models/verdict.h"
#include "tests/differential/sequence.h"
#include "tests/differential/tcp_ends.h"

namespace natbed::differential {

// A packet that came out of the box on `side`.
struct Emission {
  Side side = Side::kInside;
  Packet packet;
};

// A flow in the subject's table, seen from the inside.
struct TableRow {
  Protocol protocol = Protocol::kUdp;
  Endpoint internal, external, remote;
  double seconds_left = 0;
};

class Play {
 public:
  explicit Play(const Sequence& sequence);

  bool done() const { return at_ == sequence_.size(); }
  // REQUIRES: !done().
  const Step& step() const { return sequence_[at_]; }
  // The packet of the step; nothing for waits, and if it refers to something that was not seen.
  std::optional<Packet> packet();
  // What came out after it; ends the step.
  void saw(std::vector<Emission> emissions);

  // What came of each step so far.
  const std::vector<std::string>& outcomes() const { return outcomes_; }
  const std::vector<Emission>& seen(size_t step) const { return seen_[step]; }
  // The rows in words, without their times, in an order that is the same for every subject; `rows`
  // is brought into it, too.
  std::vector<std::string> table_words(std::vector<TableRow>* rows);

 private:
  std::string name_of_port(Protocol protocol, uint16_t port);
  std::optional<Packet> error_packet() const;
  std::optional<Endpoint> destination() const;
  std::string describe(const Emission& emission);
  std::string name(Protocol protocol, const Endpoint& endpoint);
  std::string tcp_words(const Packet& packet) const;
  std::string error_words(const Packet& packet);

  Sequence sequence_;
  size_t at_ = 0;
  TcpEnds ends_;
  std::optional<Packet> sent_;
  std::vector<std::optional<Packet>> packets_;  // by step
  std::vector<std::vector<Emission>> seen_;     // by step
  std::vector<std::string> outcomes_;           // by step
  std::vector<uint16_t> known_ports_;           // that the sequence mentions
  std::map<std::pair<Protocol, uint16_t>, size_t> first_seen_;
};

// The class of a port in netfilter's search, "512-599" for those that it never draws.
std::string class_of_port(uint16_t port);

}  // namespace natbed::differential
