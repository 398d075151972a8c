// Records of a trace file that somebody sent: whatever decodes is the one encoding of its event.
#include <algorithm>

#include "base/check.h"
#include "base/trace_codec.h"
#include "tests/support/events.h"
#include "tests/support/fuzz.h"

namespace natbed::test {

void fuzz_one(ByteView input) {
  TraceEncoder encoder;
  for (ByteView rest = input; !rest.empty();) {
    const ByteView before = rest;
    const auto event = decode_trace_event(rest);
    if (!event) {
      NATBED_CHECK(rest.data() == before.data() && rest.size() == before.size());
      return;
    }
    const ByteView record = before.first(before.size() - rest.size());
    NATBED_CHECK(!record.empty());
    NATBED_CHECK(std::ranges::equal(encoder.encode(*event), record));
    NATBED_CHECK(diagnosis_size(*event) < record.size());
  }
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  std::vector<std::byte> records;
  TraceEncoder encoder;
  for (uint64_t left = 1 + rng.below(3); left != 0; --left) {
    const auto kind = random_of(rng, static_cast<TraceKind>(kTraceKindCount - 1));
    const ByteView record = encoder.encode(random_event(rng, kind, "two homes"));
    records.insert(records.end(), record.begin(), record.end());
  }
  return records;
}

}  // namespace natbed::test
