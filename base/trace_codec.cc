#include "base/trace_codec.h"

#include <concepts>
#include <optional>
#include <type_traits>

#include "base/little_endian.h"

namespace natbed {
namespace {

constexpr uint8_t kNoAddress = 0, kFamilyV4 = 4, kFamilyV6 = 6;

// The order of fields in a record, for both directions.
template <class Coder, class Event>
void code_fields(Coder& code, Event& event) {
  const uint16_t fields = trace_fields(event.kind);
  code(event.at);
  if (fields & kFieldNode) code(event.node);
  if (fields & kFieldNodeKind) code(event.node_kind);
  if (fields & kFieldRealm) code(event.realm), code(event.realm_kind);
  if (fields & kFieldInterface) code(event.interface);
  if (fields & kFieldOther) code(event.other);
  if (fields & kFieldPacket) {
    code(event.packet), code(event.protocol), code(event.traffic), code(event.ttl);
    code(event.tcp_flags), code(event.size), code(event.source), code(event.destination);
  }
  if (fields & kFieldTranslation) code(event.new_source), code(event.new_destination);
  if (fields & kFieldRow) code(event.row);
  if (fields & kFieldReason) code(event.reason);
  if (fields & kFieldUntil) code(event.until);
  if (fields & kFieldFlow) {
    code(event.protocol), code(event.source), code(event.destination), code(event.new_source);
  }
  if (fields & kFieldMachine) {
    auto& told = event.event;
    code(told.kind), code(told.code), code(told.local), code(told.remote), code(told.mapped);
    code(told.round_trip), code(told.name), code(told.text);
  }
  if (fields & kFieldAddress) code(event.source.ip), code(event.outside);
  if (fields & kFieldText) code(event.text);
  if (fields & kFieldDiagnosis) {
    auto& why = event.diagnosis;
    code(why.cure), code(why.expected), code(why.since), code(why.amount);
  }
}

// More than all fields together without the text: kind, time, eight endpoints, two names and some
// fifty bytes.
constexpr size_t kMaxFixedSize = 1 + 8 + 8 * 19 + 2 * 32 + 80;

// Writes without asking for room: TraceEncoder made kMaxFixedSize bytes and the text's.
class Encoder {
 public:
  explicit Encoder(std::byte* at) : at_(at) {}
  std::byte* at() const { return at_; }

  template <std::unsigned_integral T>
  void operator()(T value) {
    store_le(at_, value);
    at_ += sizeof(T);
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(E value) { (*this)(static_cast<uint8_t>(value)); }
  template <class Tag>
  void operator()(Id<Tag> id) {
    (*this)(id.value());
  }
  void operator()(bool value) { (*this)(static_cast<uint8_t>(value)); }
  void operator()(Instant t) { (*this)(static_cast<uint64_t>(t.ns())); }
  void operator()(Duration d) { (*this)(static_cast<uint64_t>(d.ns())); }
  void operator()(const IpAddress& ip) {
    if (ip.is_v4()) {
      (*this)(kFamilyV4);
      raw(ip.bytes().data() + 12, 4);
    } else if (ip == IpAddress()) {
      (*this)(kNoAddress);
    } else {
      (*this)(kFamilyV6);
      raw(ip.bytes().data(), 16);
    }
  }
  void operator()(const Endpoint& endpoint) { (*this)(endpoint.ip), (*this)(endpoint.port); }
  void operator()(const Name& name) {
    (*this)(static_cast<uint8_t>(name.view().size()));
    raw(name.view().data(), name.view().size());
  }
  void operator()(std::string_view text) {
    (*this)(static_cast<uint32_t>(text.size()));
    raw(text.data(), text.size());
  }

 private:
  void raw(const void* from, size_t size) {
    if (size != 0) std::memcpy(at_, from, size);
    at_ += size;
  }
  std::byte* at_;
};

// Sticky like ByteReader: after the first error everything reads as zero, and error() keeps it.
class Decoder {
 public:
  explicit Decoder(ByteView bytes) : rest_(bytes) {}
  const std::optional<TraceRecordError>& error() const { return error_; }
  ByteView rest() const { return rest_; }

  template <std::unsigned_integral T>
  void operator()(T& value) {
    const ByteView bytes = take(sizeof(T));
    value = bytes.empty() ? T{0} : load_le<T>(bytes.data());
  }
  // A value that has no name is none of the enumeration's.
  template <class E>
  requires std::is_enum_v<E>
  void operator()(E& value) {
    value = static_cast<E>(number<uint8_t>());
    if (*to_string(value) == '?') fail(TraceRecordError::kInvalid);
  }
  template <class Tag>
  void operator()(Id<Tag>& id) {
    id = Id<Tag>(number<uint32_t>());
  }
  void operator()(bool& value) {
    const auto byte = number<uint8_t>();
    if (byte > 1) fail(TraceRecordError::kInvalid);
    value = byte == 1;
  }
  void operator()(Instant& t) { t = Instant::from_ns(static_cast<int64_t>(number<uint64_t>())); }
  void operator()(Duration& d) {
    d = Duration::nanoseconds(static_cast<int64_t>(number<uint64_t>()));
  }
  void operator()(IpAddress& ip) {
    std::array<uint8_t, 16> bytes = {};
    switch (number<uint8_t>()) {
      case kNoAddress:
        ip = IpAddress();
        return;
      case kFamilyV4:
        raw(bytes.data(), 4);
        ip = IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
        return;
      case kFamilyV6:
        raw(bytes.data(), 16);
        ip = IpAddress::v6(bytes);
        // Those two have encodings of their own.
        if (ip.is_v4() || ip == IpAddress()) fail(TraceRecordError::kInvalid);
        return;
      default:
        fail(TraceRecordError::kInvalid);
    }
  }
  void operator()(Endpoint& endpoint) { (*this)(endpoint.ip), (*this)(endpoint.port); }
  void operator()(Name& name) {
    const auto size = number<uint8_t>();
    if (size > Name::kMaxSize) fail(TraceRecordError::kInvalid);
    name = Name(text_of(take(size)));
  }
  void operator()(std::string_view& text) { text = text_of(take(number<uint32_t>())); }

 private:
  template <class T>
  T number() {
    T value;
    (*this)(value);
    return value;
  }
  void raw(void* to, size_t size) {
    const ByteView bytes = take(size);
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  }
  ByteView take(size_t size) {
    if (rest_.size() < size) fail(TraceRecordError::kCutShort);
    if (error_) return {};
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  void fail(TraceRecordError error) {
    if (!error_) error_ = error;
    rest_ = {};
  }
  ByteView rest_;
  std::optional<TraceRecordError> error_;
};

}  // namespace

ByteView TraceEncoder::encode(const TraceEvent& event) {
  const size_t room = kMaxFixedSize + event.text.size();
  if (record_.size() < room) record_.resize(room);
  Encoder code(record_.data());
  code(event.kind);
  code_fields(code, event);
  return ByteView(record_.data(), code.at());
}

size_t diagnosis_size(const TraceEvent& event) {
  if ((trace_fields(event.kind) & kFieldDiagnosis) == 0) return 0;
  const IpAddress& ip = event.diagnosis.expected.ip;
  const size_t address = ip.is_v4() ? 4 : ip == IpAddress() ? 0 : 16;
  return sizeof(Cure) + 1 + address + sizeof(uint16_t) + sizeof(int64_t) + sizeof(uint32_t);
}

Result<TraceEvent, TraceRecordError> decode_trace_event(ByteView& rest) {
  TraceEvent event;
  Decoder code(rest);
  code(event.kind);
  code_fields(code, event);
  if (code.error()) return *code.error();
  rest = code.rest();
  return event;
}

}  // namespace natbed
