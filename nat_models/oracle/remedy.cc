#include "nat_models/oracle/remedy.h"

#include <algorithm>
#include <cstdlib>

namespace natbed {
namespace {

using Axis = AxisChange::Axis;
using Changes = std::vector<AxisChange>;

constexpr std::pair<Axis, uint8_t> kAxes[] = {  // and how many values each has
    {Axis::kFiltering, 3},   {Axis::kMapping, 3}, {Axis::kReplyMapping, 2},
    {Axis::kFilterScope, 2}, {Axis::kHairpin, 3}, {Axis::kCrossing, 3}};

uint8_t value_of(const ProtocolBehavior& box, Axis axis) {
  switch (axis) {
    case Axis::kFiltering:
      return static_cast<uint8_t>(box.filtering);
    case Axis::kMapping:
      return static_cast<uint8_t>(box.mapping);
    case Axis::kReplyMapping:
      return static_cast<uint8_t>(box.reply_mapping);
    case Axis::kFilterScope:
      return static_cast<uint8_t>(box.filter_scope);
    case Axis::kHairpin:
      return static_cast<uint8_t>(box.hairpin);
    case Axis::kCrossing:
      return static_cast<uint8_t>(box.crossing);
  }
  return 0;
}

void apply(ProtocolBehavior& box, Axis axis, uint8_t value) {
  switch (axis) {
    case Axis::kFiltering:
      box.filtering = static_cast<Dependence>(value);
      return;
    case Axis::kMapping:
      box.mapping = static_cast<Dependence>(value);
      return;
    case Axis::kReplyMapping:
      box.reply_mapping = static_cast<ReplyMapping>(value);
      return;
    case Axis::kFilterScope:
      box.filter_scope = static_cast<FilterScope>(value);
      return;
    case Axis::kHairpin:
      box.hairpin = static_cast<Hairpin>(value);
      return;
    case Axis::kCrossing:
      box.crossing = static_cast<Crossing>(value);
      return;
  }
}

// Steps along the axis; any value of an axis without an order is one step away.
int steps(const ProtocolBehavior& box, const AxisChange& change) {
  if (change.axis != Axis::kFiltering && change.axis != Axis::kMapping) return 1;
  return std::abs(int{value_of(box, change.axis)} - int{change.value});
}

struct Candidate {
  Changes changes;
  int steps = 0;
};

// Towards letting more through. A box that turns packets around serves only those who share it.
bool is_kinder(const Meeting& meeting, const AxisChange& change) {
  const bool shared = change.box >= meeting.a.size() + meeting.b.size();
  switch (change.axis) {
    case Axis::kHairpin:
      return shared && change.value != static_cast<uint8_t>(Hairpin::kNone);
    case Axis::kReplyMapping:
      return change.value == static_cast<uint8_t>(ReplyMapping::kAdmitting);
    default:  // from independent and all to dependent and none
      return change.value < value_of(meeting.box(change.box), change.axis);
  }
}

Changes single_changes(const Meeting& meeting) {
  Changes all;
  for (const auto& [axis, values] : kAxes) {
    for (size_t box = 0; box < meeting.boxes(); ++box) {
      for (uint8_t value = 0; value < values; ++value) {
        const AxisChange change{box, axis, value};
        if (value != value_of(meeting.box(box), axis) && is_kinder(meeting, change))
          all.push_back(change);
      }
    }
  }
  return all;
}

// All sets of `count` changes of different axes, in the order of their steps.
std::vector<Candidate> candidates(const Meeting& meeting, const Changes& singles, size_t count) {
  std::vector<Candidate> all = {{}};
  for (size_t i = 0; i < count; ++i) {
    std::vector<Candidate> longer;
    for (const Candidate& shorter : all) {
      const auto last = shorter.changes.empty()
                            ? singles.begin()
                            : std::ranges::find(singles, shorter.changes.back()) + 1;
      for (auto next = last; next != singles.end(); ++next) {
        const bool same_axis = std::ranges::any_of(shorter.changes, [&](const AxisChange& c) {
          return c.box == next->box && c.axis == next->axis;
        });
        if (same_axis) continue;
        Candidate& candidate = longer.emplace_back(shorter);
        candidate.changes.push_back(*next);
        candidate.steps += steps(meeting.box(next->box), *next);
      }
    }
    all = std::move(longer);
  }
  std::ranges::stable_sort(all, {}, &Candidate::steps);
  return all;
}

const char* axis_name(Axis axis) {
  switch (axis) {
    case Axis::kFiltering:
      return "filtering";
    case Axis::kMapping:
      return "mapping";
    case Axis::kReplyMapping:
      return "reply mapping";
    case Axis::kFilterScope:
      return "filter scope";
    case Axis::kHairpin:
      return "hairpin";
    case Axis::kCrossing:
      return "crossing";
  }
  return "?";
}

const char* value_word(Axis axis, uint8_t value) {
  switch (axis) {
    case Axis::kFiltering:
    case Axis::kMapping:
      return axis_word(static_cast<Dependence>(value));
    case Axis::kReplyMapping:
      return axis_word(static_cast<ReplyMapping>(value));
    case Axis::kFilterScope:
      return axis_word(static_cast<FilterScope>(value));
    case Axis::kHairpin:
      return axis_word(static_cast<Hairpin>(value));
    case Axis::kCrossing:
      return axis_word(static_cast<Crossing>(value));
  }
  return "?";
}

}  // namespace

std::vector<std::vector<AxisChange>> remedies(const Meeting& meeting, const OracleOptions& options,
                                              size_t most) {
  OracleOptions brief = options;  // what takes long to search is passed over
  brief.most_states = std::min(options.most_states, 20'000u);
  const Changes singles = single_changes(meeting);
  std::vector<Changes> found;
  for (size_t count = 1; count <= most && found.empty(); ++count) {
    int fewest = 0;
    for (const Candidate& candidate : candidates(meeting, singles, count)) {
      if (!found.empty() && candidate.steps > fewest) break;
      const auto verdict = foretell(with_changes(meeting, candidate.changes), brief);
      if (!verdict || verdict->outcome != Traversal::kAlways) continue;
      found.push_back(candidate.changes);
      fewest = candidate.steps;
    }
  }
  return found;
}

Meeting with_changes(Meeting meeting, const std::vector<AxisChange>& changes) {
  for (const AxisChange& c : changes) apply(meeting.box(c.box), c.axis, c.value);
  return meeting;
}

std::string to_string(const AxisChange& change, const Meeting& meeting, const BoxNames& names) {
  const uint8_t now = value_of(meeting.box(change.box), change.axis);
  return std::string(axis_name(change.axis)) + " of " + names[change.box] + ": " +
         value_word(change.axis, change.value) + " instead of " + value_word(change.axis, now);
}

}  // namespace natbed
