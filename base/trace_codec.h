// The canonical bytes of a trace event: what trace files hold and what the trace hash is computed
// over.
//
// An event has exactly one encoding and an encoding decodes to exactly one event, so equal hashes
// mean equal runs. Numbers are little-endian and of fixed width: variable widths would save a
// quarter of the file, but have several encodings of one value. Which fields follow is
// trace_fields(kind). The layout is drawn in docs/trace-format.md.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/trace_event.h"

namespace natbed {

// The first byte of a record is its kind; this one starts the footer of a file instead.
inline constexpr uint8_t kTraceFooterMark = 0xFF;
static_assert(kTraceKindCount < kTraceFooterMark);

// Encodes one event at a time into memory that it keeps: in the steady state nothing is allocated.
class TraceEncoder {
 public:
  // The record of `event`; valid until the next call. REQUIRES: event.text shorter than 4 GiB.
  ByteView encode(const TraceEvent& event);

 private:
  std::vector<std::byte> record_;
};

// How many bytes at the end of the record of `event` are its diagnosis.
//
// The hash of a run is that of its records without them: a diagnosis follows from what came before
// it, so that it cannot tell two runs apart, but costs a look at the NAT's whole table. So a run
// has the same hash whether or not anybody reads why its packets were dropped.
size_t diagnosis_size(const TraceEvent& event);

enum class TraceRecordError : uint8_t {
  kCutShort,  // the record is longer than the bytes given
  kInvalid,   // no event has this encoding
};

// Takes one record from the front of `rest`, whose bytes nobody vouches for; after an error `rest`
// is as it was. The event's text is a view into it.
Result<TraceEvent, TraceRecordError> decode_trace_event(ByteView& rest);

}  // namespace natbed
