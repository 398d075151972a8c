// TcpOutput: what a TcpConnection asks for during one call, as values in order.
//
// Segments are to be sent to the far end, events are for the user of the stream; the bytes of both
// lie in one buffer until clear(). Its owner keeps it from call to call, for all its connections,
// so that nothing is allocated once it has grown.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/packet.h"

namespace natbed {

// A TCP segment that arrived; `payload` lives for the call only.
struct TcpSegment {
  TcpFields tcp;
  ByteView payload;
};

class TcpOutput {
 public:
  struct Segment {
    TcpFields tcp;
    uint8_t ttl;
    uint32_t offset, size;  // the payload's place; read it with payload()
  };
  struct Event {
    enum class Kind : uint8_t {
      kConnected,  // both ends have heard each other
      kData,       // more bytes, in order: data()
      kFinished,   // the far end will send no more
      kFailed,     // never connected: refused, unreachable or unanswered; the connection is closed
      kReset,      // connected once, aborted by the far end or for want of answers; closed
    };
    Kind kind;
    uint32_t offset = 0, size = 0;
  };

  std::span<const Segment> segments() const { return segments_; }
  std::span<const Event> events() const { return events_; }
  ByteView payload(const Segment& segment) const { return view(segment.offset, segment.size); }
  ByteView data(const Event& event) const { return view(event.offset, event.size); }
  bool empty() const { return segments_.empty() && events_.empty(); }
  void clear() { segments_.clear(), events_.clear(), bytes_.clear(); }

  // For the connection. The room that add_segment returns must be filled before the next call.
  std::span<std::byte> add_segment(const TcpFields& tcp, uint8_t ttl, uint32_t size) {
    segments_.push_back({tcp, ttl, static_cast<uint32_t>(bytes_.size()), size});
    bytes_.resize(bytes_.size() + size);
    return std::span(bytes_).last(size);
  }
  void add_event(Event::Kind kind, ByteView data = {}) {
    events_.push_back(
        {kind, static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(data.size())});
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }

 private:
  ByteView view(uint32_t offset, uint32_t size) const {
    return ByteView(bytes_).subspan(offset, size);
  }
  std::vector<Segment> segments_;
  std::vector<Event> events_;
  std::vector<std::byte> bytes_;
};

}  // namespace natbed
