// Rules: what a NAT box of the rig is told to do, for the kernel as text of nft and sysctl, for natbed
// in model_subject.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace natbed::differential {

enum class Masquerade : uint8_t {
  kPlain,        // masquerade
  kRandom,       // masquerade random
  kFullyRandom,  // masquerade fully-random
  kFullCone,     // masquerade, and dnat of fixed ports to hosts h1 and h2
  kFourPorts,    // masquerade to :30000-30003
};
enum class Input : uint8_t { kDrop, kAccept, kReject };  // of the box's own stack

struct Rules {
  Masquerade masquerade = Masquerade::kPlain;
  Input input = Input::kDrop;
  bool operator==(const Rules&) const = default;
};

// Seconds, short so that sequences can wait for them, apart where the kernel's differ.
struct Timers {
  int udp = 3, udp_stream = 5, icmp = 2;
  int syn_sent = 3, syn_received = 2, established = 6, fin_wait = 4, close_wait = 2, last_ack = 1,
      time_wait = 3, close = 1;
  int syn_crossed = 120;  // SYN_SENT2 has no sysctl
};
inline constexpr Timers kTimers;

// The ports that kFullCone forwards, UDP and TCP alike: port 6000 to h1, 6001 to h2, unchanged.
struct Forward {
  uint16_t host;
  uint16_t port;
};
inline constexpr Forward kForwards[] = {{1, 6000}, {2, 6001}};
inline constexpr uint16_t kFirstPort = 30000, kLastPort = 30003;  // kFourPorts

inline constexpr IpAddress kBoxOutside = IpAddress::v4(203, 0, 113, 1);
inline constexpr IpAddress kBoxInside = IpAddress::v4(10, 0, 0, 1);
inline constexpr IpAddress kRouterIp = IpAddress::v4(203, 0, 113, 254);
inline constexpr IpAddress host_ip(int n) { return IpAddress::v4(10, 0, 0, uint8_t(10 + n)); }
inline constexpr IpAddress remote_ip(int n) { return IpAddress::v4(198, 51, 100, uint8_t(n)); }

std::string to_string(const Rules& rules);  // "masquerade random, input drop"
Result<Rules> parse_rules(std::string_view text);
std::vector<Rules> all_rules();

std::string nft_text(const Rules& rules);
// Commands of sh that set the timers in the namespace where they run.
std::string sysctl_script();

}  // namespace natbed::differential
