#include "nat_models/conformance/requirement.h"

#include <algorithm>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/subject.h"

namespace natbed::conformance {

const char* to_string(Level level) {
  switch (level) {
    case Level::kMust:
      return "MUST";
    case Level::kMustNot:
      return "MUST NOT";
    case Level::kShould:
      return "SHOULD";
    case Level::kShouldNot:
      return "SHOULD NOT";
    case Level::kRecommended:
      return "RECOMMENDED";
    case Level::kMay:
      return "MAY";
    case Level::kUpdate:
      return "UPDATE";
    case Level::kRule:
      return "RULE";
    case Level::kInfo:
      return "INFO";
  }
  return "?";
}

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kNotApplicable:
      return "n/a";
  }
  return "?";
}

std::span<const Requirement> requirements() {
  static const std::vector<Requirement> all = [] {
    std::vector<Requirement> list;
    for (const auto group :
         {rfc4787_mappings(), rfc4787_filters(), rfc4787_packets(), rfc5382_connections(),
          rfc5382_rest(), rfc5508_queries(), rfc5508_errors(), rfc5508_query_errors(),
          rfc5508_hairpins(), rfc5508_messages(), rfc6888_subscribers(), rfc6888_ports(),
          rfc7857_connections(), rfc7857_mappings(), rfc7422_blocks()}) {
      list.insert(list.end(), group.begin(), group.end());
    }
    return list;
  }();
  return all;
}

const Requirement* find_requirement(std::string_view id) {
  const auto found = std::ranges::find(requirements(), id, &Requirement::id);
  return found == requirements().end() ? nullptr : &*found;
}

Finding check(const Requirement& requirement, const Subject& subject) {
  const bool for_carriers =
      requirement.id.starts_with("6888") || requirement.id.starts_with("7422");
  if (for_carriers && !subject.carrier) {
    return {Outcome::kNotApplicable, "for boxes of carriers; this one serves a single home", {}};
  }
  if (!requirement.check) {
    return {Outcome::kNotApplicable, std::string(requirement.beyond_packets), {}};
  }
  return requirement.check(subject);
}

}  // namespace natbed::conformance
