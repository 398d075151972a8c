// Feeds hostile bytes to everything that reads STUN, TURN and ChannelData from the network.
// Run: fuzz_stun -max_total_time=60
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocols/stun/behavior_discovery.h"
#include "protocols/stun/client.h"
#include "protocols/stun/server.h"
#include "protocols/turn/client.h"
#include "protocols/turn/server.h"

namespace natbed {
namespace {

const Endpoint kServer{IpAddress::v4(192, 0, 2, 9), 3478};
const Endpoint kClient{IpAddress::v4(203, 0, 113, 5), 40000};

// Every getter on every attribute: none may read outside of the message.
void read_all(const StunMessage& message) {
  size_t found = message.unknown_required().count;
  for (const StunMessage::Attribute attribute : message) {
    const StunAttribute type = attribute.type;
    found += message.text(type).has_value() + message.u8(type).has_value() +
             message.u16(type).has_value();
    found += message.u32(type).has_value() + message.u64(type).has_value() +
             message.address(type).has_value();
    found += message.xor_address(attribute).has_value() + message.error(type).has_value();
    found += message.offers(type, PasswordAlgorithm::kSha256);
    message.list_u16(type, [&](uint16_t entry) { found += entry; });
  }
  found += message.icmp().has_value() + message.mapped_address().has_value() +
           message.check_fingerprint();
  found += message.check_integrity(HmacSha1({})) + message.check_integrity(HmacSha256({}));
  volatile size_t sink = found;
  static_cast<void>(sink);
}

// A machine that is in the middle of things gets the datagram twice: as a server's answer and as a stranger's.
template <class M>
void offer(M& machine, ByteView bytes) {
  Outbox out;
  machine.on_start({}, out);
  SocketEvent opened;
  opened.local = kServer;
  for (uint32_t socket = 0; socket < 4; ++socket) {
    opened.socket = SocketId(socket);
    machine.on_socket({}, opened, out);
  }
  machine.on_datagram({}, {SocketId(0), kServer, kServer, bytes}, out);
  machine.on_datagram({}, {SocketId(1), kServer, kClient, bytes}, out);
  machine.on_timeout(machine.deadline(), out);
}

}  // namespace
}  // namespace natbed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace natbed;
  const ByteView bytes = std::as_bytes(std::span(data, size));
  if (const auto message = StunMessage::parse_rfc3489(bytes)) read_all(*message);

  StunClient stun_client(SocketId(0), kServer, Rng(1), {}, SocketOwner::kMachine);
  StunServer stun_server({.primary = kServer, .alternate = kClient});
  BehaviorDiscovery discovery({.server = kServer}, Rng(1));
  TurnClient turn_client(
      {.server = kServer, .user = "alice", .password = "a", .owner = SocketOwner::kMachine},
      Rng(1));
  TurnServer turn_server({.listen = kServer, .relay_ip = kServer.ip, .users = {{"alice", "a"}}},
                         Rng(1));
  offer(stun_client, bytes);
  offer(stun_server, bytes);
  offer(discovery, bytes);
  offer(turn_client, bytes);
  offer(turn_server, bytes);
  return 0;
}
