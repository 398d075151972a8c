// Requirements of the NAT RFCs and what checking one found.
//
// A check plays packets at boxes of one kind and judges by what comes out. What no packet at one box
// can show (how it is managed, configured, logged) is not applicable, with the reason.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace natbed::conformance {

struct Subject;

// RFC 2119 words, and what the RFCs say without them.
enum class Level : uint8_t {
  kMust,
  kMustNot,
  kShould,
  kShouldNot,
  kRecommended,
  kMay,
  kUpdate,  // RFC 7857 changes an earlier text
  kRule,
  kInfo
};
const char* to_string(Level level);
// A box that breaks it does not conform.
constexpr bool is_binding(Level level) { return level == Level::kMust || level == Level::kMustNot; }

enum class Outcome : uint8_t { kPass, kFail, kNotApplicable };
const char* to_string(Outcome outcome);

struct Finding {
  Outcome outcome = Outcome::kNotApplicable;
  std::string sentence;
  std::vector<std::string> packets;  // that show it, one a line, in order
};

struct Requirement {
  std::string_view id;  // "4787-REQ-9a"
  Level level = Level::kMust;
  std::string_view text;  // in our words; the RFC is the authority
  // Why no packet can show it; empty: see `check`.
  std::string_view beyond_packets;
  Finding (*check)(const Subject& subject) = nullptr;
};

// All of RFC 4787, 5382, 5508, 6888, 7857 and 7422, in this order.
std::span<const Requirement> requirements();
const Requirement* find_requirement(std::string_view id);
// What `requirement` finds at boxes of the subject's kind.
Finding check(const Requirement& requirement, const Subject& subject);

}  // namespace natbed::conformance
