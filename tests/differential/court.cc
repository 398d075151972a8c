#include "tests/differential/court.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <stdexcept>

#include "tests/differential/model_subject.h"
#include "tests/differential/wall_clock.h"

namespace natbed::differential {
namespace {

constexpr Duration kWaitBeyond = Duration::milliseconds(250);
constexpr Duration kMostDelay = Duration::milliseconds(150);
constexpr int kAttempts = 20;
constexpr uint64_t kModelSeeds = 300;

Side side_of(const Step& step) { return step.from_inside() ? Side::kInside : Side::kOutside; }

Duration length_of(const Step& step) {
  return step.what == What::kWait ? Duration::seconds(step.seconds) + kWaitBeyond
                                  : Duration::zero();
}

}  // namespace

std::optional<Difference> compare(const Record& kernel, const Record& natbed) {
  for (size_t i = 0; i < kernel.outcomes.size(); ++i) {
    if (kernel.outcomes[i] != natbed.outcomes[i])
      return Difference{i, kernel.outcomes[i], natbed.outcomes[i]};
  }
  const auto row = [](const Record& record, size_t i) {
    if (i >= record.table.size()) return std::string("no such row");
    char text[32];
    std::snprintf(text, sizeof text, ", %.1f s left", record.seconds_left[i]);
    return record.table[i] + text;
  };
  const size_t rows = std::max(kernel.table.size(), natbed.table.size());
  for (size_t i = 0; i < rows; ++i) {
    const bool both = i < kernel.table.size() && i < natbed.table.size();
    const bool same = both && kernel.table[i] == natbed.table[i] &&
                      std::abs(kernel.seconds_left[i] - natbed.seconds_left[i]) <= 1.0;
    if (!same) return Difference{kernel.outcomes.size(), row(kernel, i), row(natbed, i)};
  }
  return std::nullopt;
}

Record play_model(const Case& c, const Record& kernel, uint64_t seed) {
  ModelBox box(c.rules, seed);
  Play play(c.sequence);
  for (size_t i = 0; !play.done(); ++i) {
    const auto packet = play.packet();
    std::vector<Emission> emissions;
    if (packet) emissions = box.carry(*packet, side_of(play.step()), kernel.times[i]);
    play.saw(std::move(emissions));
  }
  Record record{play.outcomes(), kernel.times, {}, {}};
  std::vector<TableRow> rows = box.table(kernel.times.back());
  record.table = play.table_words(&rows);
  for (const TableRow& row : rows) record.seconds_left.push_back(row.seconds_left);
  return record;
}

std::optional<Difference> difference(const Case& c, const Record& kernel) {
  std::optional<Difference> best;
  for (uint64_t seed = 0; seed < kModelSeeds; ++seed) {
    const auto found = compare(kernel, play_model(c, kernel, seed));
    if (!found) return std::nullopt;
    if (!best || found->step > best->step) best = found;
  }
  return best;
}

struct Court::Booth {
  Booth(const Rules& rules, const Namespace& ends, int number) : box(rules, ends, number) {}

  void begin(const Case* next, size_t its_index) {
    c = next;
    index = its_index;
    play.emplace(next->sequence);
    box.forget();
    times.clear();
    start = due = planned = wall_clock();
    late = false;
  }

  // Plays until the next wait; true at the end of the sequence.
  bool advance() {
    while (!play->done()) {
      const Step& step = play->step();
      if (step.what == What::kWait && !waiting) {
        due = wall_clock() + length_of(step);
        planned = planned + length_of(step);
        waiting = true;
        times.push_back(Instant() + (wall_clock() - start));
        return false;
      }
      if (!waiting) times.push_back(Instant() + (wall_clock() - start));
      waiting = false;
      late |= wall_clock() - planned > kMostDelay;
      const auto packet = play->packet();
      play->saw(packet ? box.carry(*packet, side_of(step)) : box.listen());
    }
    times.push_back(Instant() + (wall_clock() - start));
    return true;
  }

  Record record() {
    Record record{play->outcomes(), times, {}, {}};
    std::vector<TableRow> rows = box.table();
    record.table = play->table_words(&rows);
    for (const TableRow& row : rows) record.seconds_left.push_back(row.seconds_left);
    return record;
  }

  KernelBox box;
  const Case* c = nullptr;
  size_t index = 0;
  std::optional<Play> play;
  std::vector<Instant> times;
  Instant start, due, planned;
  bool waiting = false, late = false;
  int attempts = 0;
};

Court::Court(const std::vector<Rules>& kinds, int boxes_of_each_kind)
    : ends_(std::make_unique<Namespace>(Namespace::make())) {
  int number = 0;
  for (const Rules& rules : kinds) {
    for (int i = 0; i < boxes_of_each_kind; ++i)
      booths_.push_back(std::make_unique<Booth>(rules, *ends_, number++));
  }
}

Court::~Court() = default;

std::vector<Record> Court::play(const std::vector<Case>& cases) {
  std::vector<Record> runs(cases.size());
  std::map<std::string, std::deque<size_t>> todo;
  for (size_t i = 0; i < cases.size(); ++i) todo[to_string(cases[i].rules)].push_back(i);
  const auto next = [&](Booth& booth) {
    std::deque<size_t>& queue = todo[to_string(booth.box.rules())];
    booth.c = nullptr;
    if (queue.empty()) return false;
    booth.attempts = 0;
    booth.begin(&cases[queue.front()], queue.front());
    queue.pop_front();
    return true;
  };
  std::vector<Booth*> busy;
  for (const auto& booth : booths_) {
    if (next(*booth)) busy.push_back(booth.get());
  }
  while (!busy.empty()) {
    Booth& booth = **std::ranges::min_element(busy, {}, [](const Booth* b) { return b->due; });
    wait_until(booth.due);
    if (!booth.advance()) continue;
    if (booth.late && ++booth.attempts < kAttempts) {
      booth.begin(booth.c, booth.index);
      continue;
    }
    if (booth.late)
      throw std::runtime_error("the machine is too busy to measure timers of seconds");
    runs[booth.index] = booth.record();
    if (!next(booth)) std::erase(busy, &booth);
  }
  return runs;
}

}  // namespace natbed::differential
