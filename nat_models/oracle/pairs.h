// Every NAT kind against every other, under each reading of what RFC 4787 leaves open: to whom
// filters belong, and through which mapping an answer leaves.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "nat_models/traversal.h"

namespace natbed {

struct Reading {
  FilterScope filter_scope = FilterScope::kInternalEndpoint;
  ReplyMapping reply_mapping = ReplyMapping::kSelected;
};
// Numbered from 1 in tables.
inline constexpr std::array<Reading, 4> kReadings = {{
    {FilterScope::kInternalEndpoint, ReplyMapping::kSelected},
    {FilterScope::kInternalEndpoint, ReplyMapping::kAdmitting},
    {FilterScope::kMapping, ReplyMapping::kSelected},
    {FilterScope::kMapping, ReplyMapping::kAdmitting},
}};

// One box a side, both read alike.
Meeting pair_of(ProtocolBehavior a, ProtocolBehavior b, const Reading& reading);

struct PairTable {
  std::vector<std::string_view> kinds;
  // [a * kinds.size() + b][reading]
  std::vector<std::array<Traversal, kReadings.size()>> cells;

  const std::array<Traversal, kReadings.size()>& at(size_t a, size_t b) const {
    return cells[a * kinds.size() + b];
  }
  // Of the unordered pairs, how many have that outcome under a reading.
  int count(size_t reading, Traversal outcome) const;
  // How many are direct under some readings and not under others.
  int open() const;
};

// Over nat_kinds(). An Error if the oracle gives up on a pair.
Result<PairTable> pair_table(const OracleOptions& options);
// The same for one_round().
PairTable one_round_table();

// "yes", "no", or the numbers of the readings that make it direct, with a question mark where it
// depends on the order: "2 4?".
std::string cell_text(const std::array<Traversal, kReadings.size()>& cell);

}  // namespace natbed
