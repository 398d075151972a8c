#include "protocols/stun/binding.h"

#include "protocols/stun/writer.h"

namespace natbed {
namespace {

// The MTU of Ethernet, a multiple of four as RFC 5780 §7.6 wants it.
constexpr std::array<std::byte, 1500> kPadding = {};

// Agents of RFC 3489, which send no cookie, know neither SOFTWARE nor FINGERPRINT (RFC 8489 §11).
void finish(const StunMessage& request, const BindingAnswer& answer, StunWriter& writer,
            Outbox& out) {
  if (request.has_cookie()) {
    if (!answer.software.empty()) writer.text(StunAttribute::kSoftware, answer.software);
    writer.fingerprint();
  }
  out.commit(answer.socket, answer.to, writer.finish(), {.traffic = Traffic::kStun});
}

}  // namespace

std::optional<StunMessage> read_binding_request(ByteView datagram) {
  const auto request = StunMessage::parse_rfc3489(datagram);
  if (!request || !request->is(StunMethod::kBinding, StunClass::kRequest)) return std::nullopt;
  if (request->has(StunAttribute::kFingerprint) && !request->check_fingerprint())
    return std::nullopt;
  return request;
}

void answer_binding(const StunMessage& request, const BindingAnswer& answer, Outbox& out) {
  StunWriter writer(out.prepare(answer.padding ? kStunRoom + kPadding.size() : kStunRoom),
                    StunClass::kSuccess, request);
  if (request.has_cookie()) writer.xor_address(StunAttribute::kXorMappedAddress, answer.mapped);
  // Both, so that a discovery client can tell a NAT that rewrites payloads (RFC 5780 §3.6, §6.1).
  if (!request.has_cookie() || answer.other)
    writer.address(StunAttribute::kMappedAddress, answer.mapped);
  if (answer.origin) writer.address(StunAttribute::kResponseOrigin, *answer.origin);
  if (answer.other) writer.address(StunAttribute::kOtherAddress, *answer.other);
  if (answer.padding) writer.bytes(StunAttribute::kPadding, kPadding);
  finish(request, answer, writer, out);
}

void refuse_binding(const StunMessage& request, const BindingAnswer& answer, StunError error,
                    std::span<const uint16_t> unknown, Outbox& out) {
  StunWriter writer(out.prepare(kStunRoom), StunClass::kError, request);
  writer.error(error);
  if (!unknown.empty()) writer.list_u16(StunAttribute::kUnknownAttributes, unknown);
  finish(request, answer, writer, out);
}

}  // namespace natbed
