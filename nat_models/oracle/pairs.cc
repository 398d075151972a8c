#include "nat_models/oracle/pairs.h"

#include <algorithm>

#include "nat_models/profiles.h"

namespace natbed {
namespace {

template <class Ask>
Status fill(PairTable& table, Ask ask) {
  for (const auto& a : nat_kinds()) {
    table.kinds.push_back(a.name);
    for (const auto& b : nat_kinds()) {
      auto& cell = table.cells.emplace_back();
      for (size_t i = 0; i < kReadings.size(); ++i) {
        const Result<Traversal> outcome =
            ask(pair_of(a.behavior.udp, b.behavior.udp, kReadings[i]));
        if (!outcome) return outcome.error();
        cell[i] = *outcome;
      }
    }
  }
  return ok();
}

bool differs(const std::array<Traversal, kReadings.size()>& cell) {
  return std::ranges::any_of(cell, [&](Traversal t) { return t != cell[0]; });
}

}  // namespace

Meeting pair_of(ProtocolBehavior a, ProtocolBehavior b, const Reading& reading) {
  for (ProtocolBehavior* box : {&a, &b}) {
    box->filter_scope = reading.filter_scope;
    box->reply_mapping = reading.reply_mapping;
  }
  return {.a = {a}, .b = {b}, .shared = {}};
}

int PairTable::count(size_t reading, Traversal outcome) const {
  int pairs = 0;
  for (size_t a = 0; a < kinds.size(); ++a) {
    for (size_t b = a; b < kinds.size(); ++b) pairs += at(a, b)[reading] == outcome;
  }
  return pairs;
}

int PairTable::open() const {
  int pairs = 0;
  for (size_t a = 0; a < kinds.size(); ++a) {
    for (size_t b = a; b < kinds.size(); ++b) pairs += differs(at(a, b));
  }
  return pairs;
}

Result<PairTable> pair_table(const OracleOptions& options) {
  PairTable table;
  const Status filled = fill(table, [&](const Meeting& meeting) -> Result<Traversal> {
    const Result<TraversalVerdict> verdict = foretell(meeting, options);
    if (!verdict) return verdict.error();
    return verdict->outcome;
  });
  if (!filled) return filled.error();
  return table;
}

PairTable one_round_table() {
  PairTable table;
  const Status filled =
      fill(table, [](const Meeting& m) -> Result<Traversal> { return one_round(m); });
  NATBED_CHECK(filled.has_value(), "one round always ends");
  return table;
}

std::string cell_text(const std::array<Traversal, kReadings.size()>& cell) {
  if (!differs(cell) && cell[0] == Traversal::kAlways) return "yes";
  std::string text;
  for (size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == Traversal::kNever) continue;
    text += (text.empty() ? "" : " ") + std::to_string(i + 1);
    if (cell[i] == Traversal::kDependsOnOrder) text += '?';
  }
  return text.empty() ? "no" : text;
}

}  // namespace natbed
