// Hostile bytes for everything that reads STUN, TURN and ChannelData from the network.
#include <array>

#include "base/check.h"
#include "protocols/stun/behavior_discovery.h"
#include "protocols/stun/client.h"
#include "protocols/stun/server.h"
#include "protocols/stun/writer.h"
#include "protocols/turn/client.h"
#include "protocols/turn/server.h"
#include "tests/support/fuzz.h"

namespace natbed::test {
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
  NATBED_CHECK(found < 1'000'000'000,
               "no message has so many values");  // and nothing is optimised away
}

// A machine that is in the middle of things gets the datagram twice: as a server's answer and as a
// stranger's.
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
  if (!machine.deadline().is_never()) machine.on_timeout(machine.deadline(), out);
}

}  // namespace

void fuzz_one(ByteView input) {
  if (const auto message = StunMessage::parse_rfc3489(input)) read_all(*message);
  StunClient stun_client(SocketId(0), kServer, Rng(1), {}, SocketOwner::kMachine);
  StunServer stun_server({.primary = kServer, .alternate = kClient});
  BehaviorDiscovery discovery({.server = kServer}, Rng(1));
  TurnClient turn_client(
      {.server = kServer, .user = "alice", .password = "a", .owner = SocketOwner::kMachine},
      Rng(1));
  TurnServer turn_server({.listen = kServer, .relay_ip = kServer.ip, .users = {{"alice", "a"}}},
                         Rng(1));
  offer(stun_client, input);
  offer(stun_server, input);
  offer(discovery, input);
  offer(turn_client, input);
  offer(turn_server, input);
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  constexpr std::array kMethods = {StunMethod::kBinding,    StunMethod::kAllocate,
                                   StunMethod::kRefresh,    StunMethod::kSend,
                                   StunMethod::kData,       StunMethod::kCreatePermission,
                                   StunMethod::kChannelBind};
  std::vector<std::byte> bytes(kStunRoom);
  // The machines above draw their first transaction id from Rng(1), so that some samples answer it.
  Rng first(1);
  StunWriter writer(bytes, kMethods[rng.below(kMethods.size())],
                    static_cast<StunClass>(rng.below(4)), TransactionId::draw(first));
  for (uint64_t left = rng.below(5); left != 0; --left) {
    const auto type = static_cast<StunAttribute>(rng.below(2) * 0x8000 + rng.below(0x30));
    if (!is_known(type)) continue;
    switch (rng.below(4)) {
      case 0:
        writer.xor_address(type, kClient);
        break;
      case 1:
        writer.u32(type, static_cast<uint32_t>(rng.next()));
        break;
      case 2:
        writer.text(type, "natbed");
        break;
      case 3:
        writer.address(type, kServer);
        break;
    }
  }
  if (rng.below(3) == 0) writer.error(StunError::kUnauthenticated);
  if (rng.below(3) == 0) writer.integrity(HmacSha1({}));
  if (rng.below(3) == 0) writer.fingerprint();
  bytes.resize(writer.finish());
  return bytes;
}

}  // namespace natbed::test
