// STUN messages per second: what a simulated peer spends on encoding and decoding, with and without
// integrity.
//
// Counter `allocs` is allocations per operation; it must be 0. Messages: a bare Binding request (20
// bytes), with FINGERPRINT (28), an ICE-like check with USERNAME, PRIORITY, MESSAGE-INTEGRITY and
// FINGERPRINT, and the answers to them. `allocs` does not see what OpenSSL asks of malloc.
//
// The hashes of protocols/crypto stand beside OpenSSL's interfaces for the same work: why they call
// the low-level functions is a matter of these figures.
#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "protocols/stun/message.h"
#include "protocols/stun/writer.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

const Endpoint kMapped{IpAddress::v4(203, 0, 113, 5), 40000};
const ByteView kPassword = bytes_of("VOkJxbRl1RmTxUk/WvJxBt");
const HmacSha1 kSha1(kPassword);
const HmacSha256 kSha256(kPassword);
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

constexpr std::array<std::byte, 100> kMessage = {};

const unsigned char* in(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(Sha1Digest& digest) { return reinterpret_cast<unsigned char*>(digest.data()); }

template <const auto& kKey>
void mac(benchmark::State& state) {
  const uint64_t before = test::allocations();
  for (auto unused : state) benchmark::DoNotOptimize(kKey.mac(kMessage));
  report(state, before);
}

// HMAC-SHA1 of kMessage by OpenSSL's own interfaces, the algorithm looked up once.
class EvpHmac {
 public:
  EvpHmac() {
    char name[] = "SHA1";
    const OSSL_PARAM choice[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_construct_end()};
    EVP_MAC_CTX_set_params(keyed_, choice);
    EVP_MAC_init(keyed_, in(kPassword), kPassword.size(), nullptr);
  }
  ~EvpHmac() {
    EVP_MAC_CTX_free(keyed_);
    EVP_MAC_free(algorithm_);
  }
  // One context for all messages, which therefore must not be shared between threads.
  Sha1Digest again() {
    EVP_MAC_init(keyed_, nullptr, 0, nullptr);  // starts over with the same key
    return finish(keyed_);
  }
  // A context for each message, copied from one that has the key and has seen nothing else.
  Sha1Digest of_copy() const {
    EVP_MAC_CTX* copy = EVP_MAC_CTX_dup(keyed_);
    const Sha1Digest digest = finish(copy);
    EVP_MAC_CTX_free(copy);
    return digest;
  }
  // A key for each message.
  static Sha1Digest one_shot() {
    Sha1Digest digest;
    HMAC(EVP_sha1(), kPassword.data(), static_cast<int>(kPassword.size()), in(kMessage),
         kMessage.size(), out(digest), nullptr);
    return digest;
  }

 private:
  static Sha1Digest finish(EVP_MAC_CTX* context) {
    Sha1Digest digest;
    size_t size = 0;
    EVP_MAC_update(context, in(kMessage), kMessage.size());
    EVP_MAC_final(context, out(digest), &size, digest.size());
    return digest;
  }
  EVP_MAC* algorithm_ = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* keyed_ = EVP_MAC_CTX_new(algorithm_);
};

template <class Hash>
void same_mac(benchmark::State& state, Hash hash) {
  if (hash() != kSha1.mac(kMessage)) return state.SkipWithError("another MAC than HmacSha1's");
  for (auto unused : state) benchmark::DoNotOptimize(hash());
  state.SetItemsProcessed(state.iterations());
}
void mac_new_key(benchmark::State& state) {
  same_mac(state, [] { return HmacSha1(kPassword).mac(kMessage); });
}
void mac_evp_kept(benchmark::State& state) {
  EvpHmac evp;
  same_mac(state, [&] { return evp.again(); });
}
void mac_evp_copied(benchmark::State& state) {
  EvpHmac evp;
  same_mac(state, [&] { return evp.of_copy(); });
}
void mac_one_shot(benchmark::State& state) { same_mac(state, EvpHmac::one_shot); }

// A key of TURN is the digest of "user:realm:password" (RFC 8489 §9.2.2).
const ByteView kCredentials = bytes_of("alice:natbed.example:secret");

template <auto kHash>
void digest(benchmark::State& state) {
  for (auto unused : state) benchmark::DoNotOptimize(kHash({kCredentials}));
  state.SetItemsProcessed(state.iterations());
}
// The same with a context of its own (OpenSSL's one-shot), or with one for all.
void digest_evp(benchmark::State& state, const EVP_MD* (*algorithm)()) {
  unsigned char made[EVP_MAX_MD_SIZE];
  for (auto unused : state) {
    EVP_Digest(kCredentials.data(), kCredentials.size(), made, nullptr, algorithm(), nullptr);
    benchmark::DoNotOptimize(made);
  }
  state.SetItemsProcessed(state.iterations());
}
void digest_evp_kept(benchmark::State& state, const char* name) {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char made[EVP_MAX_MD_SIZE];
  for (auto unused : state) {
    EVP_DigestInit_ex2(context, algorithm, nullptr);
    EVP_DigestUpdate(context, kCredentials.data(), kCredentials.size());
    EVP_DigestFinal_ex(context, made, nullptr);
    benchmark::DoNotOptimize(made);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(algorithm);
  state.SetItemsProcessed(state.iterations());
}

void checksum(benchmark::State& state) {
  for (auto unused : state) benchmark::DoNotOptimize(crc32(kMessage));
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
BENCHMARK(mac<kSha1>)->Name("hmac_sha1/100_bytes");
BENCHMARK(mac_new_key)->Name("hmac_sha1/100_bytes/new_key");
BENCHMARK(mac_evp_kept)->Name("hmac_sha1/100_bytes/evp_mac_kept");
BENCHMARK(mac_evp_copied)->Name("hmac_sha1/100_bytes/evp_mac_copied");
BENCHMARK(mac_one_shot)->Name("hmac_sha1/100_bytes/new_key_hmac_function");
BENCHMARK(mac<kSha256>)->Name("hmac_sha256/100_bytes");
BENCHMARK(digest<md5>)->Name("md5/27_bytes");
BENCHMARK_CAPTURE(digest_evp_kept, md5, "MD5")->Name("md5/27_bytes/evp_kept");
BENCHMARK_CAPTURE(digest_evp, md5, EVP_md5)->Name("md5/27_bytes/evp");
BENCHMARK(digest<sha256>)->Name("sha256/27_bytes");
BENCHMARK_CAPTURE(digest_evp_kept, sha256, "SHA256")->Name("sha256/27_bytes/evp_kept");
BENCHMARK_CAPTURE(digest_evp, sha256, EVP_sha256)->Name("sha256/27_bytes/evp");
BENCHMARK(checksum)->Name("crc32/100_bytes");

}  // namespace
}  // namespace natbed
