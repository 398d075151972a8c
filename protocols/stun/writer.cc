#include "protocols/stun/writer.h"

#include <array>

namespace natbed {
namespace {

constexpr size_t kAttributeHeader = 4;
AddressFamily family_of(const IpAddress& ip) {
  return ip.is_v4() ? AddressFamily::kV4 : AddressFamily::kV6;
}
ByteView address_bytes(const IpAddress& ip) {
  return std::as_bytes(std::span(ip.bytes()))
      .subspan(ip.is_v4() ? 12 : 0);  // v4-mapped: the last four
}

}  // namespace

StunWriter::StunWriter(std::span<std::byte> room, StunMethod method, StunClass kind,
                       const TransactionId& id)
    : writer_(room) {
  writer_.u16(stun_type(method, kind));
  writer_.u16(0);  // finish() and claim() know
  writer_.u32(kStunCookie);
  writer_.bytes(id.bytes);
}

StunWriter::StunWriter(std::span<std::byte> room, StunClass kind, const StunMessage& request)
    : writer_(room) {
  writer_.u16(stun_type(request.method(), kind));
  writer_.u16(0);
  writer_.bytes(request.bytes().subspan(4, 16));
}

void StunWriter::header(StunAttribute type, size_t size) {
  writer_.u16(static_cast<uint16_t>(type));
  writer_.u16(static_cast<uint16_t>(size));
}

void StunWriter::u8(StunAttribute type, uint8_t value) {
  // RFC 8656 §18.7: the only one of one byte.
  const size_t size = type == StunAttribute::kEvenPort ? 1 : 4;
  header(type, size);
  writer_.u8(value);
  writer_.zeros(3);  // the rest of the value, or its padding
}

void StunWriter::u32(StunAttribute type, uint32_t value) {
  header(type, 4);
  writer_.u32(value);
}

void StunWriter::u64(StunAttribute type, uint64_t value) {
  header(type, 8);
  writer_.u64(value);
}

void StunWriter::bytes(StunAttribute type, ByteView value) {
  header(type, value.size());
  writer_.bytes(value);
  pad(value.size());
}

void StunWriter::address(StunAttribute type, const Endpoint& endpoint) {
  const ByteView ip = address_bytes(endpoint.ip);
  header(type, 4 + ip.size());
  writer_.u16(static_cast<uint16_t>(family_of(endpoint.ip)));
  writer_.u16(endpoint.port);
  writer_.bytes(ip);
}

void StunWriter::xor_address(StunAttribute type, const Endpoint& endpoint) {
  if (!writer_.ok()) return;  // the mask must be there
  const ByteView mask = writer_.written().subspan(4, 16);
  const ByteView ip = address_bytes(endpoint.ip);
  std::array<std::byte, 16> masked;
  for (size_t i = 0; i < ip.size(); ++i) masked[i] = ip[i] ^ mask[i];
  header(type, 4 + ip.size());
  writer_.u16(static_cast<uint16_t>(family_of(endpoint.ip)));
  writer_.u16(endpoint.port ^ ByteReader(mask).u16());
  writer_.bytes(ByteView(masked).first(ip.size()));
}

void StunWriter::error(StunError code) { error_value(StunAttribute::kErrorCode, 0, code); }

void StunWriter::address_error(AddressFamily family, StunError code) {
  error_value(StunAttribute::kAddressErrorCode,
              static_cast<uint16_t>(static_cast<unsigned>(family) << 8), code);
}

// |  0 or family  |     reserved    |class|  number 0-99  |  reason phrase...
// (RFC 8489 §14.8, RFC 8656 §18.12)
void StunWriter::error_value(StunAttribute type, uint16_t first, StunError code) {
  const std::string_view reason = to_string(code);
  const unsigned number = static_cast<unsigned>(code);
  header(type, 4 + reason.size());
  writer_.u16(first);
  writer_.u8(static_cast<uint8_t>(number / 100));
  writer_.u8(static_cast<uint8_t>(number % 100));
  writer_.bytes(bytes_of(reason));
  pad(reason.size());
}

void StunWriter::icmp(const StunMessage::Icmp& icmp) {
  header(StunAttribute::kIcmp, 8);
  writer_.u16(0);
  writer_.u8(icmp.type);
  writer_.u8(icmp.code);
  writer_.u32(icmp.data);
}

void StunWriter::list_u16(StunAttribute type, std::span<const uint16_t> values) {
  header(type, 2 * values.size());
  for (const uint16_t value : values) writer_.u16(value);
  pad(2 * values.size());
}

void StunWriter::password_algorithms(StunAttribute type,
                                     std::span<const PasswordAlgorithm> algorithms) {
  header(type, 4 * algorithms.size());
  for (const PasswordAlgorithm algorithm : algorithms) {
    writer_.u16(static_cast<uint16_t>(algorithm));
    writer_.u16(0);
  }
}

void StunWriter::claim(size_t coming) {
  writer_.patch_u16(2, static_cast<uint16_t>(writer_.size() + coming - kStunHeaderSize));
}

void StunWriter::integrity(const HmacSha1& key) {
  claim(kAttributeHeader + sizeof(Sha1Digest));
  const Sha1Digest mac = key.mac(writer_.written());
  bytes(StunAttribute::kMessageIntegrity, mac);
}

void StunWriter::integrity(const HmacSha256& key) {
  claim(kAttributeHeader + sizeof(Sha256Digest));
  const Sha256Digest mac = key.mac(writer_.written());
  bytes(StunAttribute::kMessageIntegritySha256, mac);
}

void StunWriter::fingerprint() {
  claim(kAttributeHeader + 4);
  const uint32_t crc = crc32(writer_.written());
  u32(StunAttribute::kFingerprint, crc ^ kStunFingerprintXor);
}

size_t StunWriter::finish() {
  claim(0);
  return writer_.ok() ? writer_.size() : 0;
}

}  // namespace natbed
