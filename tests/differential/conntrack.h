// Conntrack: the kernel's table of flows in one network namespace, over ctnetlink.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/packet.h"
#include "tests/differential/netns.h"

namespace natbed::differential {

// One flow, as it was before translation and as answers to it look.
struct KernelFlow {
  Protocol protocol = Protocol::kUdp;
  Endpoint source, destination;              // of the packet that opened it
  Endpoint reply_source, reply_destination;  // of packets that answer it
  int seconds_left = 0;
  int tcp_state = -1;  // enum tcp_conntrack of the kernel, -1 for other protocols
  bool replied = false, assured = false;
};
std::string to_string(const KernelFlow& flow);

class Conntrack {
 public:
  Conntrack();  // of the namespace where the thread is now
  void flush();
  std::vector<KernelFlow> flows();

 private:
  void request(uint16_t type, uint16_t flags);
  Descriptor socket_;
};

}  // namespace natbed::differential
