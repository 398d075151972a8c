// The groups of requirements, one a file, in the order of the RFCs.
#pragma once

#include "nat_models/conformance/requirement.h"

namespace natbed::conformance {

std::span<const Requirement> rfc4787_mappings();
std::span<const Requirement> rfc4787_filters();
std::span<const Requirement> rfc4787_packets();
std::span<const Requirement> rfc5382_connections();
std::span<const Requirement> rfc5382_rest();
std::span<const Requirement> rfc5508_queries();
std::span<const Requirement> rfc5508_errors();
std::span<const Requirement> rfc5508_query_errors();
std::span<const Requirement> rfc5508_hairpins();
std::span<const Requirement> rfc5508_messages();
std::span<const Requirement> rfc6888_subscribers();
std::span<const Requirement> rfc6888_ports();
std::span<const Requirement> rfc7857_connections();
std::span<const Requirement> rfc7857_mappings();
std::span<const Requirement> rfc7422_blocks();

// Why an option of a box is beyond packets.
inline constexpr std::string_view kIsASetting =
    "what can be set shows at the box' settings, not in its packets";

}  // namespace natbed::conformance
