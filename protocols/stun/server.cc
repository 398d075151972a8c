#include "protocols/stun/server.h"

#include <algorithm>

namespace natbed {

void StunServer::on_start(Instant, Outbox& out) {
  bound_ = {};
  out.open_udp(socket(0), config_.primary);
  if (!config_.alternate) return;
  out.open_udp(socket(kAlternatePort), {config_.primary.ip, config_.alternate->port});
  out.open_udp(socket(kAlternateIp), {config_.alternate->ip, config_.primary.port});
  out.open_udp(socket(kAlternateIp | kAlternatePort), *config_.alternate);
}

void StunServer::on_socket(Instant, const SocketEvent& event, Outbox& out) {
  const uint32_t index = event.socket.value() - config_.first_socket.value();
  if (index >= bound_.size()) return;
  if (event.kind == SocketEvent::Kind::kOpened) bound_[index] = event.local;
  if (event.kind != SocketEvent::Kind::kFailed) return;
  MachineEvent failed;
  failed.text = "socket not opened";
  out.emit(failed);
}

bool StunServer::has_alternate() const {
  return std::ranges::all_of(bound_, [](const Endpoint& e) { return e.port != 0; });
}

void StunServer::on_datagram(Instant, const Datagram& datagram, Outbox& out) {
  const uint32_t index = datagram.socket.value() - config_.first_socket.value();
  const auto request = read_binding_request(datagram.payload);
  if (index >= bound_.size() || !request) return;
  BindingAnswer answer{.socket = datagram.socket, .to = datagram.remote, .mapped = datagram.remote};
  answer.software = config_.software;

  const StunMessage::Unknown unknown =
      has_alternate() ? request->unknown_required()
                      : request->unknown_required({StunAttribute::kChangeRequest});
  if (unknown.count != 0) {
    return refuse_binding(*request, answer, StunError::kUnknownAttribute, unknown.list(), out);
  }
  const uint32_t change = request->u32(StunAttribute::kChangeRequest).value_or(0);
  const auto response_port = request->u16(StunAttribute::kResponsePort);
  answer.padding = request->has(StunAttribute::kPadding);
  // Together they would make a server an amplifier aimed at somebody else (RFC 5780 §6.1).
  if (answer.padding && response_port)
    return refuse_binding(*request, answer, StunError::kBadRequest, {}, out);

  uint32_t from = index;
  if (change & kChangeIp) from ^= kAlternateIp;
  if (change & kChangePort) from ^= kAlternatePort;
  answer.socket = socket(from);
  if (response_port) answer.to.port = *response_port;
  if (has_alternate()) {
    answer.origin = bound_[from];
    answer.other = bound_[index ^ (kAlternateIp | kAlternatePort)];
  }
  answer_binding(*request, answer, out);
}

}  // namespace natbed
