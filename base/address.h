// Internet addresses and transport endpoints, IPv4 and IPv6 in one type.
//
// An IPv4 address is kept as its v4-mapped form ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), so that tables,
// keys and comparisons have one shape. The bytes are in network order and the types have no
// padding: an Endpoint is 18 bytes and may be compared and hashed as such.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace natbed {

class IpAddress {
 public:
  constexpr IpAddress() = default;  // "::", the unspecified address
  static constexpr IpAddress v4(uint32_t host_order) {
    // As two words: a copy that follows bytewise stores would wait for them.
    std::array<uint64_t, 2> words = {0, uint64_t{0xFFFF} << 32 | host_order};
    if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) words[1] = __builtin_bswap64(words[1]);
    IpAddress ip;
    ip.bytes_ = std::bit_cast<std::array<uint8_t, 16>>(words);
    return ip;
  }
  static constexpr IpAddress v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return v4(uint32_t{a} << 24 | uint32_t{b} << 16 | uint32_t{c} << 8 | d);
  }
  static IpAddress v6(std::span<const uint8_t, 16> bytes);
  // "192.0.2.1", "2001:db8::1" (RFC 4291 §2.2), nothing else: no ports, brackets or scope ids.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return std::memcmp(bytes_.data(), kV4Prefix.data(), 12) == 0; }
  bool is_unspecified() const { return *this == IpAddress() || *this == v4(0); }
  bool is_loopback() const;
  // Not routable across a public core: RFC 1918, RFC 6598 (100.64/10), link-local, RFC 4193,
  // loopback.
  bool is_private() const;
  // REQUIRES: is_v4(). Host byte order.
  uint32_t v4_value() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  std::string to_string() const;  // RFC 5952 for IPv6

  auto operator<=>(const IpAddress&) const = default;
  bool operator==(const IpAddress& other) const {
    return std::memcmp(bytes_.data(), other.bytes_.data(), 16) == 0;
  }

 private:
  static constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::array<uint8_t, 16> bytes_ = {};
};

struct Endpoint {
  IpAddress ip;
  uint16_t port = 0;

  // "192.0.2.1:3478" or "[2001:db8::1]:3478".
  static std::optional<Endpoint> parse(std::string_view text);
  std::string to_string() const;
  bool valid() const { return !ip.is_unspecified() && port != 0; }
  auto operator<=>(const Endpoint&) const = default;
  bool operator==(const Endpoint& other) const { return port == other.port && ip == other.ip; }
};
static_assert(sizeof(Endpoint) == 18 && alignof(Endpoint) == 2);

inline uint64_t hash_of(const IpAddress& ip) {
  return hash_mix(load_le64(ip.bytes().data()), load_le64(ip.bytes().data() + 8));
}
inline uint64_t hash_of(const Endpoint& e) { return hash_mix(hash_of(e.ip), e.port); }

}  // namespace natbed
