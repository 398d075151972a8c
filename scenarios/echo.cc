#include "scenarios/echo.h"

#include <array>

namespace natbed {
namespace {

constexpr SocketId kSocket{0};

}  // namespace

void EchoServer::on_start(Instant, Outbox& out) { out.open_udp(kSocket, {IpAddress(), kEchoPort}); }

void EchoServer::on_datagram(Instant, const Datagram& datagram, Outbox& out) {
  out.send(kSocket, datagram.remote, datagram.payload);
}

void EchoClient::on_start(Instant, Outbox& out) { out.open_udp(kSocket); }

// The question carries its number and the time at which it was asked, so that nothing has to be
// remembered.
void EchoClient::ask(Instant now, uint32_t number, IpAddress whom, Outbox& out) {
  std::array<std::byte, 12> question;
  ByteWriter writer(question);
  writer.u32(number);
  writer.u64(static_cast<uint64_t>(now.ns()));
  out.send(kSocket, {whom, kEchoPort}, writer.written());
}

void EchoClient::on_datagram(Instant now, const Datagram& datagram, Outbox& out) {
  ByteReader reader(datagram.payload);
  MachineEvent event{.kind = MachineEvent::Kind::kEchoed};
  event.code = reader.u32();
  const Instant asked = Instant::from_ns(static_cast<int64_t>(reader.u64()));
  if (!reader.ok() || asked > now) return;
  event.remote = datagram.remote;
  event.round_trip = now - asked;
  out.emit(event);
}

}  // namespace natbed
