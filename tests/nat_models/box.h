// Box: a Nat with the behaviour that a test gives it, and short words for the packets that cross
// it and for who sends them. Tests of the NAT stand in natbed::test, so that the words are at hand.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "nat_models/nat.h"

namespace natbed::test {

using enum Dependence;

inline Endpoint at(const char* text) { return Endpoint::parse(text).value(); }
inline Instant second(int64_t s) { return Instant() + Duration::seconds(s); }

// A host behind the NAT, the NAT's external address, and servers beyond it.
inline const Endpoint kHost = at("192.168.1.2:5000");
inline constexpr IpAddress kOutside = IpAddress::v4(203, 0, 113, 1);
inline const Endpoint kServer = at("198.51.100.1:3478");
inline const Endpoint kOtherServer = at("198.51.100.2:3478");

inline Packet udp(Endpoint from, Endpoint to) {
  Packet packet;
  packet.source = from;
  packet.destination = to;
  return packet;
}
inline Packet tcp(Endpoint from, Endpoint to, int flags) {
  Packet packet = udp(from, to);
  packet.protocol = Protocol::kTcp;
  packet.tcp = TcpFields{};
  packet.tcp.flags = static_cast<uint8_t>(flags);
  return packet;
}
inline Packet echo(IcmpType type, Endpoint from, Endpoint to) {
  Packet packet = udp(from, to);
  packet.protocol = Protocol::kIcmp;
  packet.icmp = IcmpFields{};
  packet.icmp.type = type;
  return packet;
}

class Box {
 public:
  explicit Box(const NatBehavior& its, std::vector<IpAddress> external = {kOutside},
               uint64_t seed = 1)
      : behavior(its), nat(&behavior, external, Rng(seed)) {}
  Box(const Box&) = delete;

  // The packet's verdict; `passed` is the packet as it went on.
  Verdict out(Packet packet, Instant now = {}) { return carry(packet, Side::kInside, now); }
  Verdict in(Packet packet, Instant now = {}) { return carry(packet, Side::kOutside, now); }
  // The same for packets that must get through.
  void leaves(const Packet& packet, Instant now = {}, int line = __builtin_LINE()) {
    expect_forward(out(packet, now), line);
  }
  void enters(const Packet& packet, Instant now = {}, int line = __builtin_LINE()) {
    expect_forward(in(packet, now), line);
  }
  // The external endpoint of a UDP packet, which must get through.
  Endpoint sent(Endpoint from, Endpoint to, Instant now = {}, int line = __builtin_LINE()) {
    expect_forward(out(udp(from, to), now), line);
    return passed.source;
  }
  // Whether a UDP packet gets in.
  bool admits(Endpoint from, Endpoint to, Instant now = {}) {
    return in(udp(from, to), now).action == Verdict::Action::kForward;
  }
  DropReason why_not(Endpoint from, Endpoint to, Instant now = {}) {
    return in(udp(from, to), now).reason;
  }

  NatBehavior behavior;
  Nat nat;
  Packet passed;

 private:
  // Names the line of the test. Allocates only when it fails, for tests that count.
  void expect_forward(const Verdict& verdict, int line) {
    EXPECT_EQ(verdict.action, Verdict::Action::kForward)
        << "line " << line << ": " << passed.source.to_string() << " to "
        << passed.destination.to_string() << ": " << to_string(verdict.reason);
  }
  Verdict carry(const Packet& packet, Side from, Instant now) {
    passed = packet;
    return nat.process(passed, from, now);
  }
};

inline NatBehavior with(Dependence mapping, Dependence filtering) {
  NatBehavior behavior;
  behavior.set(&ProtocolBehavior::mapping, mapping);
  behavior.set(&ProtocolBehavior::filtering, filtering);
  return behavior;
}

}  // namespace natbed::test
