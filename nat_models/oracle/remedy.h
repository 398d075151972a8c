// Remedy: the least that would have to be different for two peers to reach each other whatever the
// order.
#pragma once

#include <string>
#include <vector>

#include "nat_models/oracle/explain.h"

namespace natbed {

struct AxisChange {
  enum class Axis : uint8_t {
    kFiltering,
    kMapping,
    kReplyMapping,
    kFilterScope,
    kHairpin,
    kCrossing
  };
  size_t box = 0;  // as Meeting::box counts
  Axis axis = Axis::kFiltering;
  uint8_t value = 0;  // of the axis' enumeration
  bool operator==(const AxisChange&) const = default;
};

// Sets of changes that make the verdict "always": the ones with the fewest changes, and of those the
// ones with the fewest steps along an axis (from address-and-port-dependent to endpoint-independent
// are two). Only such that let more through are tried. Empty if no `most` changes suffice.
std::vector<std::vector<AxisChange>> remedies(const Meeting& meeting, const OracleOptions& options,
                                              size_t most = 2);

Meeting with_changes(Meeting meeting, const std::vector<AxisChange>& changes);

// "filtering of b's home: address-dependent instead of address-and-port-dependent"
std::string to_string(const AxisChange& change, const Meeting& meeting, const BoxNames& names);

}  // namespace natbed
