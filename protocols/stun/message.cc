#include "protocols/stun/message.h"

#include <algorithm>

namespace natbed {
namespace {

constexpr size_t kAttributeHeader = 4;

uint16_t load_u16(ByteView bytes, size_t at) {
  return static_cast<uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8 |
                               std::to_integer<unsigned>(bytes[at + 1]));
}

constexpr size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

// Longest value of each text, in bytes of UTF-8 (RFC 8489 §14.3, §14.8, §14.9, §14.10, §14.14,
// §14.16).
size_t longest(StunAttribute type) {
  if (type == StunAttribute::kUsername) return 508;
  if (type == StunAttribute::kAlternateDomain) return 255;
  return 763;
}

// The shape that parse() promises: header, cookie if asked for, attributes that fill the message
// exactly.
bool well_formed(ByteView bytes, bool need_cookie) {
  if (bytes.size() < kStunHeaderSize || bytes.size() % 4 != 0) return false;
  ByteReader reader(bytes);
  const uint16_t type = reader.u16();
  const size_t length = reader.u16();
  if ((type & 0xC000) != 0 || length != bytes.size() - kStunHeaderSize) return false;
  if (need_cookie && reader.u32() != kStunCookie) return false;
  for (size_t at = kStunHeaderSize; at < bytes.size();) {
    at += kAttributeHeader +
          padded(load_u16(bytes, at + 2));  // sizes are multiples of 4: the header is there
    if (at > bytes.size()) return false;
  }
  return true;
}

// An address value, xored with `mask` (bytes 4 to 20 of the header) if there is one: the port with
// the first half of the cookie, the address with the cookie and the transaction id behind it (RFC
// 8489 §14.1, §14.2).
std::optional<Endpoint> read_address(ByteView value, ByteView mask) {
  ByteReader reader(value);
  reader.skip(1);
  const auto family = static_cast<AddressFamily>(reader.u8());
  const size_t size = family == AddressFamily::kV4 ? 4 : 16;
  if (family != AddressFamily::kV4 && family != AddressFamily::kV6) return std::nullopt;
  uint16_t port = reader.u16();
  const ByteView address = reader.bytes(size);
  if (!reader.ok() || reader.remaining() != 0) return std::nullopt;
  std::array<uint8_t, 16> plain = {};
  for (size_t i = 0; i < size; ++i) {
    plain[i] = std::to_integer<uint8_t>(mask.empty() ? address[i] : address[i] ^ mask[i]);
  }
  if (!mask.empty()) port ^= load_u16(mask, 0);
  if (family == AddressFamily::kV4)
    return Endpoint{IpAddress::v4(plain[0], plain[1], plain[2], plain[3]), port};
  return Endpoint{IpAddress::v6(plain), port};
}

// What MESSAGE-INTEGRITY covers: all before the attribute, but with the length of a message that
// ends after it.
template <class Key>
auto integrity_of(ByteView message, const StunMessage::Attribute& attribute, const Key& key) {
  std::array<std::byte, 4> head;
  ByteWriter writer(head);
  writer.u16(load_u16(message, 0));
  writer.u16(static_cast<uint16_t>(attribute.offset + kAttributeHeader + attribute.value.size() -
                                   kStunHeaderSize));
  return key.mac(head, message.subspan(4, attribute.offset - 4u));
}

}  // namespace

TransactionId TransactionId::draw(Rng& rng) {
  TransactionId id;
  ByteWriter writer(id.bytes);
  writer.u64(rng.next());
  writer.u32(static_cast<uint32_t>(rng.next() >> 32));
  return id;
}

StunMessage::Attribute StunMessage::Iterator::operator*() const {
  return {static_cast<StunAttribute>(load_u16(bytes_, at_)),
          bytes_.subspan(at_ + kAttributeHeader, load_u16(bytes_, at_ + 2)),
          static_cast<uint16_t>(at_)};
}

StunMessage::Iterator& StunMessage::Iterator::operator++() {
  const auto type = static_cast<StunAttribute>(load_u16(bytes_, at_));
  if (type == StunAttribute::kMessageIntegrity && protection_ == kOpen) protection_ = kAfterSha1;
  if (type == StunAttribute::kMessageIntegritySha256) protection_ = kAfterSha256;
  do {
    at_ += kAttributeHeader + padded(load_u16(bytes_, at_ + 2));
  } while (at_ < bytes_.size() && !counts());
  return *this;
}

bool StunMessage::Iterator::counts() const {
  const auto type = static_cast<StunAttribute>(load_u16(bytes_, at_));
  if (protection_ == kOpen || type == StunAttribute::kFingerprint) return true;
  return protection_ == kAfterSha1 && type == StunAttribute::kMessageIntegritySha256;
}

std::optional<StunMessage> StunMessage::parse(ByteView bytes) {
  if (!well_formed(bytes, true)) return std::nullopt;
  return StunMessage(bytes);
}

std::optional<StunMessage> StunMessage::parse_rfc3489(ByteView bytes) {
  if (!well_formed(bytes, false)) return std::nullopt;
  return StunMessage(bytes);
}

TransactionId StunMessage::transaction() const {
  TransactionId id;
  std::ranges::copy(bytes_.subspan(8, id.bytes.size()), id.bytes.begin());
  return id;
}

std::optional<StunMessage::Attribute> StunMessage::find(StunAttribute type) const {
  for (const Attribute attribute : *this) {
    if (attribute.type == type) return attribute;
  }
  return std::nullopt;
}

std::optional<ByteView> StunMessage::bytes(StunAttribute type) const {
  const auto attribute = find(type);
  if (!attribute) return std::nullopt;
  return attribute->value;
}

std::optional<std::string_view> StunMessage::text(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value || value->size() > longest(type)) return std::nullopt;
  return text_of(*value);
}

std::optional<uint8_t> StunMessage::u8(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value || (value->size() != 1 && value->size() != 4)) return std::nullopt;
  return ByteReader(*value).u8();
}

std::optional<uint16_t> StunMessage::u16(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value || (value->size() != 2 && value->size() != 4)) return std::nullopt;
  return ByteReader(*value).u16();
}

std::optional<uint32_t> StunMessage::u32(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value || value->size() != 4) return std::nullopt;
  return ByteReader(*value).u32();
}

std::optional<uint64_t> StunMessage::u64(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value || value->size() != 8) return std::nullopt;
  return ByteReader(*value).u64();
}

std::optional<Endpoint> StunMessage::address(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value) return std::nullopt;
  return read_address(*value, {});
}

std::optional<Endpoint> StunMessage::xor_address(StunAttribute type) const {
  const auto attribute = find(type);
  if (!attribute) return std::nullopt;
  return xor_address(*attribute);
}

std::optional<Endpoint> StunMessage::xor_address(const Attribute& attribute) const {
  return read_address(attribute.value, bytes_.subspan(4, 16));
}

std::optional<StunMessage::ErrorCode> StunMessage::error(StunAttribute type) const {
  const auto value = bytes(type);
  if (!value) return std::nullopt;
  ByteReader reader(*value);
  reader.skip(2);
  const unsigned hundreds = reader.u8() & 7, rest = reader.u8();
  const std::string_view reason = text_of(reader.bytes(reader.remaining()));
  if (!reader.ok() || hundreds < 3 || hundreds > 6 || rest > 99 || reason.size() > longest(type))
    return std::nullopt;
  return ErrorCode{static_cast<StunError>(hundreds * 100 + rest), reason};
}

std::optional<StunMessage::Icmp> StunMessage::icmp() const {
  const auto value = bytes(StunAttribute::kIcmp);
  if (!value || value->size() != 8) return std::nullopt;
  ByteReader reader(*value);
  reader.skip(2);
  const uint8_t icmp_type = reader.u8(), code = reader.u8();
  return Icmp{icmp_type, code, reader.u32()};
}

bool StunMessage::offers(StunAttribute type, PasswordAlgorithm algorithm) const {
  const auto value = bytes(type);
  ByteReader reader(value.value_or(ByteView{}));
  while (reader.remaining() >= 4) {
    const uint16_t number = reader.u16();
    const size_t parameters = reader.u16();
    if (number == static_cast<uint16_t>(algorithm) && reader.remaining() >= parameters) return true;
    reader.skip(padded(parameters));
  }
  return false;
}

std::optional<Endpoint> StunMessage::mapped_address() const {
  if (const auto mapped = xor_address(StunAttribute::kXorMappedAddress)) return mapped;
  if (const auto mapped = xor_address(StunAttribute::kXorMappedAddressOld)) return mapped;
  return address(StunAttribute::kMappedAddress);
}

bool StunMessage::check_integrity(const HmacSha1& key) const {
  const auto attribute = find(StunAttribute::kMessageIntegrity);
  return attribute && equal_digests(integrity_of(bytes_, *attribute, key), attribute->value);
}

bool StunMessage::check_integrity(const HmacSha256& key) const {
  const auto attribute = find(StunAttribute::kMessageIntegritySha256);
  if (!attribute) return false;
  const size_t size = attribute->value.size();
  if (size < 16 || size > 32 || size % 4 != 0) return false;
  const Sha256Digest expected = integrity_of(bytes_, *attribute, key);
  return equal_digests(ByteView(expected).first(size), attribute->value);
}

bool StunMessage::check_fingerprint() const {
  const auto attribute = find(StunAttribute::kFingerprint);
  if (!attribute || attribute->value.size() != 4) return false;
  if (attribute->offset + kAttributeHeader + 4 != bytes_.size()) return false;
  return (crc32(bytes_.first(attribute->offset)) ^ kStunFingerprintXor) ==
         ByteReader(attribute->value).u32();
}

StunMessage::Unknown StunMessage::unknown_required(
    std::initializer_list<StunAttribute> also) const {
  Unknown unknown;
  for (const Attribute attribute : *this) {
    const bool strange = comprehension_required(attribute.type) && !is_known(attribute.type);
    if (!strange && std::ranges::find(also, attribute.type) == also.end()) continue;
    if (unknown.count < unknown.types.size()) {
      unknown.types[unknown.count++] = static_cast<uint16_t>(attribute.type);
    }
  }
  return unknown;
}

bool looks_like_stun(ByteView bytes) {
  ByteReader reader(bytes);
  const uint16_t type = reader.u16(), length = reader.u16();
  return (type & 0xC000) == 0 && length % 4 == 0 && reader.u32() == kStunCookie &&
         bytes.size() >= kStunHeaderSize + length;
}

}  // namespace natbed
