#include "base/trace_codec.h"

#include <gtest/gtest.h>

#include "tests/support/events.h"

namespace natbed {
namespace {

using namespace literals;

constexpr uint64_t kSeed = 20;

std::vector<std::byte> copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

void expect_equal(const TraceEvent& a, const TraceEvent& b) {
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.node_kind, b.node_kind);
  EXPECT_EQ(a.realm_kind, b.realm_kind);
  EXPECT_EQ(a.outside, b.outside);
  EXPECT_EQ(a.node, b.node);
  EXPECT_EQ(a.other, b.other);
  EXPECT_EQ(a.realm, b.realm);
  EXPECT_EQ(a.interface, b.interface);
  EXPECT_EQ(a.row, b.row);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.protocol, b.protocol);
  EXPECT_EQ(a.traffic, b.traffic);
  EXPECT_EQ(a.ttl, b.ttl);
  EXPECT_EQ(a.tcp_flags, b.tcp_flags);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.packet, b.packet);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.destination, b.destination);
  EXPECT_EQ(a.new_source, b.new_source);
  EXPECT_EQ(a.new_destination, b.new_destination);
  EXPECT_EQ(a.until, b.until);
  EXPECT_EQ(a.event.kind, b.event.kind);
  EXPECT_EQ(a.event.code, b.event.code);
  EXPECT_EQ(a.event.local, b.event.local);
  EXPECT_EQ(a.event.remote, b.event.remote);
  EXPECT_EQ(a.event.mapped, b.event.mapped);
  EXPECT_EQ(a.event.round_trip, b.event.round_trip);
  EXPECT_EQ(a.event.name, b.event.name);
  EXPECT_EQ(a.event.text, b.event.text);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.diagnosis, b.diagnosis);
}

TEST(TraceCodec, EveryKindComesBackAsItWas) {
  Rng rng(kSeed);
  TraceEncoder encoder;
  for (int i = 0; i < 200 * kTraceKindCount; ++i) {
    const TraceEvent event =
        test::random_event(rng, static_cast<TraceKind>(i % kTraceKindCount), "two homes");
    ByteView rest = encoder.encode(event);
    const auto decoded = decode_trace_event(rest);
    ASSERT_TRUE(decoded) << to_string(event.kind);
    EXPECT_TRUE(rest.empty());
    expect_equal(*decoded, event);
  }
}

// Golden: the layout is a promise to files on disk. A change needs a new kTraceVersion.
TEST(TraceCodec, LayoutIsTheDocumentedOne) {
  TraceEvent event;
  event.kind = TraceKind::kReceived;
  event.at = Instant() + 258_ns;
  event.node = NodeId(3);
  event.interface = InterfaceId(4);
  event.packet = 5;
  event.protocol = Protocol::kUdp;
  event.traffic = Traffic::kStun;
  event.ttl = 63;
  event.size = 48;
  event.source = *Endpoint::parse("192.0.2.1:258");
  event.destination = {{}, 1};
  const std::vector<uint8_t> expected = {
      4,                           // kind
      2,  1,   0,  0, 0, 0, 0, 0,  // at
      3,  0,   0,  0,              // node
      4,  0,   0,  0,              // interface
      5,  0,   0,  0, 0, 0, 0, 0,  // packet
      17, 1,   63, 0,              // protocol, traffic, ttl, tcp_flags
      48, 0,   0,  0,              // size
      4,  192, 0,  2, 1, 2, 1,     // source: family 4, address, port
      0,  1,   0,                  // destination: no address, port
  };
  TraceEncoder encoder;
  const std::vector<std::byte> record = copy(encoder.encode(event));
  std::vector<uint8_t> found;
  for (const std::byte b : record) found.push_back(std::to_integer<uint8_t>(b));
  EXPECT_EQ(found, expected);
}

// What the hash of a run leaves out is the diagnosis and nothing else.
TEST(TraceCodec, DiagnosisIsTheEndOfTheRecord) {
  Rng rng(kSeed);
  TraceEncoder encoder;
  for (int i = 0; i < 50 * kTraceKindCount; ++i) {
    TraceEvent event = test::random_event(rng, static_cast<TraceKind>(i % kTraceKindCount), "text");
    const auto one = copy(encoder.encode(event));
    const size_t size = diagnosis_size(event);
    EXPECT_EQ(size != 0, event.kind == TraceKind::kDropped);
    event.diagnosis = {Cure::kHairpin, test::random_endpoint(rng), Instant() + 1_s, 7};
    const auto other = copy(encoder.encode(event));
    ASSERT_EQ(one.size() - size, other.size() - diagnosis_size(event));
    EXPECT_TRUE(
        std::equal(one.begin(), one.end() - static_cast<std::ptrdiff_t>(size), other.begin()));
    EXPECT_EQ(one == other, size == 0);
  }
}

TEST(TraceCodec, EveryShortenedRecordIsCutShort) {
  Rng rng(kSeed);
  TraceEncoder encoder;
  for (int kind = 0; kind < kTraceKindCount; ++kind) {
    const auto record =
        copy(encoder.encode(test::random_event(rng, static_cast<TraceKind>(kind), "text")));
    for (size_t size = 0; size < record.size(); ++size) {
      ByteView rest = ByteView(record).first(size);
      const auto decoded = decode_trace_event(rest);
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error(), TraceRecordError::kCutShort);
      EXPECT_EQ(rest.size(), size) << "an error must not consume";
    }
  }
}

TEST(TraceCodec, BytesThatNoEventHasAreInvalid) {
  Rng rng(kSeed);
  TraceEncoder encoder;
  TraceEvent node = test::random_event(rng, TraceKind::kNode, "x");
  auto record = copy(encoder.encode(node));
  const auto decodes = [](const std::vector<std::byte>& bytes) {
    ByteView rest = bytes;
    return decode_trace_event(rest).has_value();
  };
  ASSERT_TRUE(decodes(record));
  record[0] = std::byte{kTraceKindCount};
  EXPECT_FALSE(decodes(record)) << "unknown kind";
  record[0] = std::byte{0};
  record[1 + 8 + 4] = std::byte{3};
  EXPECT_FALSE(decodes(record)) << "unknown node kind";

  TraceEvent interface = test::random_event(rng, TraceKind::kInterface, "");
  interface.source.ip = IpAddress::v4(192, 0, 2, 1);
  record = copy(encoder.encode(interface));
  const size_t family_at = record.size() - 4 - 1 - 4 - 1;  // text size, outside, address, family
  ASSERT_EQ(record[family_at], std::byte{4});
  record[family_at] = std::byte{5};
  EXPECT_FALSE(decodes(record)) << "unknown address family";
  record[family_at] = std::byte{4};
  record[family_at + 5] = std::byte{2};
  EXPECT_FALSE(decodes(record)) << "a bool is 0 or 1";
}

TEST(TraceCodec, AnAddressHasOneEncodingOnly) {
  TraceEncoder encoder;
  TraceEvent interface;
  interface.kind = TraceKind::kInterface;
  interface.source.ip = *IpAddress::parse("2001:db8::1");
  auto record = copy(encoder.encode(interface));
  const size_t address_at = record.size() - 4 - 1 - 16;
  const auto with = [&](IpAddress ip) {
    std::memcpy(record.data() + address_at, ip.bytes().data(), 16);
    ByteView rest = record;
    return decode_trace_event(rest).has_value();
  };
  EXPECT_TRUE(with(*IpAddress::parse("2001:db8::2")));
  EXPECT_FALSE(with(IpAddress::v4(192, 0, 2, 1))) << "v4-mapped in sixteen bytes";
  EXPECT_FALSE(with(IpAddress())) << "no address in sixteen bytes";
}

}  // namespace
}  // namespace natbed
