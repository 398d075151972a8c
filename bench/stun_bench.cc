// STUN messages per second: what a simulated peer spends on encoding and decoding, with and without
// integrity.
//
// Counter `allocs` is allocations per operation; it must be 0. Messages: a bare Binding request (20
// bytes), with FINGERPRINT (28), an ICE-like check with USERNAME, PRIORITY, MESSAGE-INTEGRITY and
// FINGERPRINT, and the answers to them.
#include <benchmark/benchmark.h>

#include <array>

#include "protocols/stun/message.h"
#include "protocols/stun/writer.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

const Endpoint kMapped{IpAddress::v4(203, 0, 113, 5), 40000};
const HmacSha1 kSha1(bytes_of("VOkJxbRl1RmTxUk/WvJxBt"));
const HmacSha256 kSha256(bytes_of("VOkJxbRl1RmTxUk/WvJxBt"));
using Room = std::array<std::byte, kStunRoom>;

size_t write_bare_request(Room& room) {
  return StunWriter(room, StunMethod::kBinding, StunClass::kRequest, {}).finish();
}
size_t write_request(Room& room) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
  writer.fingerprint();
  return writer.finish();
}
size_t write_response(Room& room) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kSuccess, {});
  writer.xor_address(StunAttribute::kXorMappedAddress, kMapped);
  writer.fingerprint();
  return writer.finish();
}
template <const auto& kKey>
size_t write_check(Room& room) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kRequest, {});
  writer.text(StunAttribute::kUsername, "evtj:h6vY");
  writer.u32(StunAttribute::kPriority, 0x6e0001ff);
  writer.integrity(kKey);
  writer.fingerprint();
  return writer.finish();
}
template <const auto& kKey>
size_t write_check_response(Room& room) {
  StunWriter writer(room, StunMethod::kBinding, StunClass::kSuccess, {});
  writer.xor_address(StunAttribute::kXorMappedAddress, kMapped);
  writer.integrity(kKey);
  writer.fingerprint();
  return writer.finish();
}

bool read_bare_request(const StunMessage& m) {
  return m.is(StunMethod::kBinding, StunClass::kRequest);
}
bool read_request(const StunMessage& m) {
  return m.check_fingerprint() && m.unknown_required().count == 0;
}
bool read_response(const StunMessage& m) {
  return m.check_fingerprint() && m.mapped_address() == kMapped;
}
template <const auto& kKey>
bool read_check(const StunMessage& m) {
  return m.check_fingerprint() && m.check_integrity(kKey) && m.text(StunAttribute::kUsername) &&
         m.u32(StunAttribute::kPriority);
}
template <const auto& kKey>
bool read_check_response(const StunMessage& m) {
  return m.check_fingerprint() && m.check_integrity(kKey) && m.mapped_address() == kMapped;
}

void report(benchmark::State& state, uint64_t allocations_before) {
  const uint64_t made = test::allocations() - allocations_before;  // before the counters make some
  state.SetItemsProcessed(state.iterations());
  state.counters["allocs"] = static_cast<double>(made) / static_cast<double>(state.iterations());
}

void encode(benchmark::State& state, size_t (*write)(Room&)) {
  Room room;
  const uint64_t before = test::allocations();
  for (auto unused : state) {
    benchmark::DoNotOptimize(write(room));
    benchmark::ClobberMemory();
  }
  report(state, before);
  state.counters["bytes"] = static_cast<double>(write(room));
}

void decode(benchmark::State& state, size_t (*write)(Room&), bool (*read)(const StunMessage&)) {
  Room room;
  const ByteView bytes = ByteView(room).first(write(room));
  const uint64_t before = test::allocations();
  for (auto unused : state) {
    benchmark::ClobberMemory();
    const auto message = StunMessage::parse(bytes);
    if (!message || !read(*message))
      return state.SkipWithError("the message is not read as it was written");
  }
  report(state, before);
}

void mac(benchmark::State& state) {
  const std::array<std::byte, 100> message = {};
  const uint64_t before = test::allocations();
  for (auto unused : state) benchmark::DoNotOptimize(kSha1.mac(message));
  report(state, before);
}

void mac_sha256(benchmark::State& state) {
  const std::array<std::byte, 100> message = {};
  const uint64_t before = test::allocations();
  for (auto unused : state) benchmark::DoNotOptimize(kSha256.mac(message));
  report(state, before);
}

void checksum(benchmark::State& state) {
  const std::array<std::byte, 100> message = {};
  for (auto unused : state) benchmark::DoNotOptimize(crc32(message));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(encode, request_bare, write_bare_request);
BENCHMARK_CAPTURE(encode, request, write_request);
BENCHMARK_CAPTURE(encode, response, write_response);
BENCHMARK_CAPTURE(encode, request_integrity, write_check<kSha1>);
BENCHMARK_CAPTURE(encode, response_integrity, write_check_response<kSha1>);
BENCHMARK_CAPTURE(encode, request_integrity_sha256, write_check<kSha256>);
BENCHMARK_CAPTURE(decode, request_bare, write_bare_request, read_bare_request);
BENCHMARK_CAPTURE(decode, request, write_request, read_request);
BENCHMARK_CAPTURE(decode, response, write_response, read_response);
BENCHMARK_CAPTURE(decode, request_integrity, write_check<kSha1>, read_check<kSha1>);
BENCHMARK_CAPTURE(decode, response_integrity, write_check_response<kSha1>,
                  read_check_response<kSha1>);
BENCHMARK_CAPTURE(decode, request_integrity_sha256, write_check<kSha256>, read_check<kSha256>);
BENCHMARK(mac)->Name("hmac_sha1/100_bytes");
BENCHMARK(mac_sha256)->Name("hmac_sha256/100_bytes");
BENCHMARK(checksum)->Name("crc32/100_bytes");

}  // namespace
}  // namespace natbed
