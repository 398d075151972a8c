// Axes: the table of everything that a NatBehavior says, from which all readers and writers follow:
// profiles as JSON, tables in scripts, `natbed nat show`, the prober's comparison, the documents.
//
// An axis has a name, a kind of value, a sentence for people and the place in an RFC that it comes
// from. What may differ by protocol has one value for each; a reader that names no protocol sets all
// three. A new field of NatBehavior is one more line in axes.cc, and nothing else.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nat_models/behavior.h"

namespace natbed {

enum class AxisKind : uint8_t {
  kWord,       // one of a list
  kFlag,       // yes or no
  kCount,      // a whole number within bounds
  kTime,       // seconds
  kAddress,    // an IPv4 address, or none
  kPorts,      // ranges of ports; some axes take exactly one
  kPortTimes,  // ranges of ports with a time each
  kNetworks,   // parts of IPv4 space
};

// A value of any kind; which members count follows from the kind.
struct AxisValue {
  int64_t number = 0;            // kWord: its place; kFlag; kCount; kTime: nanoseconds; kAddress
  std::vector<PortRange> ports;  // kPorts
  std::vector<NatTimers::ByPort> port_times;
  std::vector<Bypass> networks;
  bool operator==(const AxisValue&) const = default;
};

struct NatAxis {
  std::string_view name;
  bool per_protocol = false;
  AxisKind kind = AxisKind::kWord;
  std::span<const std::string_view> words;  // kWord
  int64_t low = 0, high = 0;                // kCount, kTime (nanoseconds), kPorts: how many ranges
  std::string_view meaning;                 // a sentence
  std::string_view source;                  // "RFC 4787 §4.1"
  AxisValue (*get)(const NatBehavior&, Protocol) = nullptr;
  // REQUIRES: the value is of the kind and within the bounds.
  void (*set)(NatBehavior&, Protocol, const AxisValue&) = nullptr;
};

std::span<const NatAxis> nat_axes();
const NatAxis* find_nat_axis(std::string_view name);  // null: there is none
std::vector<std::string_view> nat_axis_names();

// "apdm", "yes", "120 s", "1024-65535", "53: 60 s", "198.51.100.0/24", "none".
std::string to_string(const NatAxis& axis, const AxisValue& value);
// What an axis takes, for errors and documents: `"eim", "adm" or "apdm"`, "a whole number from 0 to
// 65535", "seconds".
std::string expected(const NatAxis& axis);

// Sets an axis of all protocols (or of the box).
void set_axis(NatBehavior& behavior, const NatAxis& axis, const AxisValue& value);
// Whether the value is the same for all protocols, as it is for axes of the box.
bool is_uniform(const NatBehavior& behavior, const NatAxis& axis);

// Whether the translator can do what `behavior` says; else the contradiction, in words.
Status validate(const NatBehavior& behavior);

inline constexpr Protocol kNatProtocols[] = {Protocol::kUdp, Protocol::kTcp, Protocol::kIcmp};

}  // namespace natbed
