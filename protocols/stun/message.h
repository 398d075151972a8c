// A STUN message as a view of the bytes that arrived (RFC 8489 §5, figures 2 and 3; §14).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |0 0|        message type       |        message length         |  type: method and class
//   |                 magic cookie = 0x2112A442                     |  length: after the header
//   |                                                               |
//   |                 transaction id (96 bits)                      |  pairs answer with request
//   |                                                               |
//   |        attribute type         |         value length          |  any number of these; the
//   |        value, padded to a multiple of 4 with anything         |  length excludes the padding
//
//   |0 0|M M M M M C M M M C M M M M|  type: method (12 bits) around class (2), high bits first
//
// The two zero bits and the cookie tell STUN from other traffic on a port. parse() checks once that
// the attributes fill the message exactly, so iterating later cannot leave it. Only attributes that
// count are seen: the first of each type (by the getters), and after MESSAGE-INTEGRITY nothing but
// MESSAGE-INTEGRITY-SHA256 and FINGERPRINT (§14.5), because whatever else follows is not protected.
// The message must not outlive its bytes. Nothing is copied, nothing throws.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "protocols/crypto/hmac.h"
#include "protocols/stun/constants.h"

namespace natbed {

struct TransactionId {
  std::array<std::byte, 12> bytes = {};
  static TransactionId draw(Rng& rng);
  bool operator==(const TransactionId&) const = default;
};

class StunMessage {
 public:
  struct Attribute {
    StunAttribute type;
    ByteView value;
    uint16_t offset;  // of the attribute's header in the message
  };
  struct ErrorCode {
    StunError code;
    std::string_view reason;
  };
  struct Icmp {  // RFC 8656 §18.13
    uint8_t type, code;
    uint32_t data;
  };
  // Walks the attributes that count, in the order of the message.
  class Iterator {
   public:
    Attribute operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& end) const { return at_ != end.at_; }

   private:
    friend class StunMessage;
    Iterator(ByteView bytes, size_t at) : bytes_(bytes), at_(at) {}
    bool counts() const;
    ByteView bytes_;
    size_t at_;
    enum : uint8_t { kOpen, kAfterSha1, kAfterSha256 } protection_ = kOpen;
  };

  // Nothing unless `bytes` is exactly one well-formed message.
  static std::optional<StunMessage> parse(ByteView bytes);
  // Also takes messages without the cookie: RFC 3489 agents use its place for 32 more bits of
  // transaction id.
  static std::optional<StunMessage> parse_rfc3489(ByteView bytes);

  StunMethod method() const { return stun_method(type()); }
  StunClass kind() const { return stun_class(type()); }
  bool is(StunMethod m, StunClass k) const { return type() == stun_type(m, k); }
  bool has_cookie() const { return ByteReader(bytes_.subspan(4)).u32() == kStunCookie; }
  TransactionId transaction() const;
  ByteView bytes() const { return bytes_; }
  Iterator begin() const { return {bytes_, kStunHeaderSize}; }
  Iterator end() const { return {bytes_, bytes_.size()}; }

  // Getters by shape; see StunAttribute. Nothing if the attribute is absent or its value has
  // another shape.
  std::optional<Attribute> find(StunAttribute type) const;
  bool has(StunAttribute type) const { return find(type).has_value(); }
  std::optional<ByteView> bytes(StunAttribute type) const;
  // Not longer than the RFC allows; maybe not UTF-8.
  std::optional<std::string_view> text(StunAttribute type) const;
  std::optional<uint8_t> u8(StunAttribute type) const;    // the first byte of one or four
  std::optional<uint16_t> u16(StunAttribute type) const;  // the first two bytes of two or four
  std::optional<uint32_t> u32(StunAttribute type) const;
  std::optional<uint64_t> u64(StunAttribute type) const;
  std::optional<Endpoint> address(StunAttribute type) const;
  std::optional<Endpoint> xor_address(StunAttribute type) const;
  std::optional<Endpoint> xor_address(const Attribute& attribute) const;  // of several alike
  std::optional<ErrorCode> error(StunAttribute type = StunAttribute::kErrorCode) const;
  std::optional<Icmp> icmp() const;
  // Calls take(uint16_t) for each entry of a list such as UNKNOWN-ATTRIBUTES.
  template <class Take>
  void list_u16(StunAttribute type, Take take) const {
    const auto value = bytes(type);
    ByteReader reader(value.value_or(ByteView{}));
    while (reader.remaining() >= 2) take(reader.u16());
  }
  // Whether PASSWORD-ALGORITHM(S) names the algorithm (RFC 8489 §14.11, §14.12).
  bool offers(StunAttribute type, PasswordAlgorithm algorithm) const;
  // Where the server saw us: XOR-MAPPED-ADDRESS, or what older servers send in its place.
  std::optional<Endpoint> mapped_address() const;

  // Whether the attribute is there and right. MESSAGE-INTEGRITY: §14.5; -SHA256, 16 to 32 bytes:
  // §14.6.
  bool check_integrity(const HmacSha1& key) const;
  bool check_integrity(const HmacSha256& key) const;
  bool check_fingerprint() const;  // §14.7; it must be the last attribute
  // The comprehension-required attributes that the codec does not know, for UNKNOWN-ATTRIBUTES, and
  // those of `also` that are there: known, but not to this agent. The first four are enough.
  struct Unknown {
    std::array<uint16_t, 4> types = {};
    size_t count = 0;
    std::span<const uint16_t> list() const { return std::span(types).first(count); }
  };
  Unknown unknown_required(std::initializer_list<StunAttribute> also = {}) const;

 private:
  explicit StunMessage(ByteView bytes) : bytes_(bytes) {}
  uint16_t type() const { return ByteReader(bytes_).u16(); }
  ByteView bytes_;
};

// Whether the bytes claim to be STUN with a cookie: enough to tell it from other traffic on a port
// (RFC 8489 §5).
bool looks_like_stun(ByteView bytes);

}  // namespace natbed
