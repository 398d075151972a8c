// Writes one STUN message into memory of the caller, usually Outbox::prepare(kStunRoom).
//
//   StunWriter w(out.prepare(kStunRoom), StunMethod::kBinding, StunClass::kRequest, id);
//   w.u32(StunAttribute::kPriority, priority);
//   w.integrity(key);
//   w.fingerprint();
//   out.commit(socket, server, w.finish(), {.traffic = Traffic::kStun});
//
// Sticky like ByteWriter: a message that does not fit finishes with size 0. Padding is zeros.
// The format is drawn in message.h.
#pragma once

#include <span>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "protocols/crypto/hmac.h"
#include "protocols/stun/constants.h"
#include "protocols/stun/message.h"

namespace natbed {

class StunWriter {
 public:
  StunWriter(std::span<std::byte> room, StunMethod method, StunClass kind, const TransactionId& id);
  // The answer to `request`: same method, same cookie and id (RFC 3489 agents have no cookie, but
  // 128 bits of id).
  StunWriter(std::span<std::byte> room, StunClass kind, const StunMessage& request);

  // One function per shape; StunAttribute says which attribute has which.
  void flag(StunAttribute type) { header(type, 0); }
  void u8(StunAttribute type, uint8_t value);
  void u16(StunAttribute type, uint16_t value) { u32(type, uint32_t{value} << 16); }
  void u32(StunAttribute type, uint32_t value);
  void u64(StunAttribute type, uint64_t value);
  void bytes(StunAttribute type, ByteView value);
  void text(StunAttribute type, std::string_view value) { bytes(type, bytes_of(value)); }
  void address(StunAttribute type, const Endpoint& endpoint);
  void xor_address(StunAttribute type, const Endpoint& endpoint);
  void error(StunError code);  // with the recommended reason phrase
  void address_error(AddressFamily family, StunError code);
  void icmp(const StunMessage::Icmp& icmp);
  void list_u16(StunAttribute type, std::span<const uint16_t> values);
  // PASSWORD-ALGORITHMS, or PASSWORD-ALGORITHM with one entry. Neither algorithm of RFC 8489 has
  // parameters.
  void password_algorithms(StunAttribute type, std::span<const PasswordAlgorithm> algorithms);

  // These cover what was written before. Order: SHA-1, SHA-256, fingerprint.
  void integrity(const HmacSha1& key);
  void integrity(const HmacSha256& key);
  void fingerprint();

  // Size of the message in bytes; 0 if the room was too small.
  size_t finish();

 private:
  void header(StunAttribute type, size_t size);
  void pad(size_t size) { writer_.zeros((4 - size % 4) % 4); }
  void error_value(StunAttribute type, uint16_t first, StunError code);
  void claim(size_t coming);  // the length field counts `coming` more bytes
  ByteWriter writer_;
};

}  // namespace natbed
