// NatProfile: a NAT under a name, with where such a box was seen and who says so.
//
// Profiles are JSON documents (docs/profiles.md): those that come with natbed stand in
// nat_models/profiles/ and are compiled in, others are files of users. Every axis that a profile
// sets names its source and whether that was verified; what nobody knows is listed as unknown and
// stays at natbed's default.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nat_models/behavior.h"

namespace natbed {

struct ProfileSource {
  std::vector<std::string> axes;  // "mapping", or "tcp.mapping" for one protocol
  std::string text;
  bool verified = false;
  bool operator==(const ProfileSource&) const = default;
};

// A requirement that the box is known not to meet.
struct Deviation {
  std::string requirement;  // "4787-REQ-9"
  std::string why;
  bool operator==(const Deviation&) const = default;
};

struct NatProfile {
  std::string name;
  bool is_nat = true;    // false: a public host or plain router, `behavior` is of no use
  bool generic = false;  // a type of box rather than a particular one
  NatBehavior behavior;
  std::string summary;  // what it sets, and what it leaves out
  std::string seen;     // on which boxes, by which source
  std::vector<ProfileSource> sources;
  std::vector<std::string> unknown;  // axes that nobody has told of this box
  std::vector<Deviation> deviations;
  bool operator==(const NatProfile&) const = default;

  const ProfileSource* source_of(std::string_view axis) const;
};

// The base of a profile that says "based_on", by name; null if there is none.
using FindProfile = const NatProfile* (*)(std::string_view name);

// `where` names the document in errors, which say the place in it, what was expected and what was
// found.
Result<NatProfile> parse_profile(std::string_view json, std::string_view where, FindProfile find);
// `base` with the axes changed that a JSON object names, as the "behavior" of a profile does.
Result<NatBehavior> change_behavior(const NatBehavior& base, std::string_view json,
                                    std::string_view where);
// A document that parse_profile() reads as the same profile.
std::string write_profile(const NatProfile& profile);

}  // namespace natbed
