// Sequence: what the hosts around a NAT do, in symbols, so that the same steps can be played to the
// kernel and to natbed although the two draw different external ports.
//
// A step names hosts (h1..h3) and remotes (r1..r3) by number and external endpoints by where they
// were seen ("the one that step 2 left with"). Sequences have a text form, in which disagreements
// are printed and repeated:
//
//   h1:5000 > r1:4000 udp; r2:4000 > x#1 udp; wait 2; h1:5000 > r1:4001 udp ttl 1
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace natbed::differential {

inline constexpr int kHosts = 3;
inline constexpr int kRemotes = 3;
// A wait of n seconds lasts a quarter more, so that no sum of up to three waits comes near the end
// of a timer, which are whole seconds.
inline constexpr int kMostWaits = 3;

enum class What : uint8_t {
  kUdp,
  kSyn,
  kSynAck,
  kAck,
  kData,  // TCP, ten bytes
  kFin,
  kReset,     // with the sequence number that the other end expects
  kBadReset,  // with one that it does not
  kPing,
  kPong,
  kError,  // ICMP, about the packet of an earlier step
  kWait,
};

struct Place {
  enum class Kind : uint8_t {
    kHost,      // inside host `number`
    kRemote,    // outside host `number`
    kRouter,    // one in the middle of the outside; sends errors only
    kExternal,  // the box's external address, at `port`
    kSeen,      // the external endpoint with which the packet of step `number` left
  };
  Kind kind = Kind::kHost;
  uint16_t number = 1;
  uint16_t port = 0;  // the identifier, of a ping's sender
  bool operator==(const Place&) const = default;
};

struct Step {
  What what = What::kUdp;
  Place from, to;
  uint8_t ttl = 64;
  uint8_t icmp_type = 3, icmp_code = 3;  // kError
  uint16_t about = 0;                    // kError: the number of the step, from 1
  uint16_t seconds = 0;                  // kWait
  bool from_inside() const { return from.kind == Place::Kind::kHost; }
  bool is_tcp() const { return what >= What::kSyn && what <= What::kBadReset; }
  bool operator==(const Step&) const = default;
};

using Sequence = std::vector<Step>;  // step n of the text stands at n - 1

std::string to_string(const Step& step);
std::string to_string(const Sequence& sequence);  // separated by "; "
// Steps separated by ";" or line ends. The error names the step, what was found, and the grammar.
Result<Sequence> parse_sequence(std::string_view text);

// The sequence without step `index`: later steps keep the meaning of their numbers, and those that
// refer to the lost step go with it.
Sequence without_step(const Sequence& sequence, size_t index);

}  // namespace natbed::differential
