// Bytes from strangers: whatever parses is written back to the same bytes, and neither side of the
// service trips over it.
#include <algorithm>

#include "base/check.h"
#include "protocols/rendezvous/client.h"
#include "protocols/rendezvous/server.h"
#include "tests/support/fuzz.h"

namespace natbed::test {
namespace {

using Type = RendezvousMessage::Type;
constexpr SocketId kSocket(0);
const Endpoint kServer{IpAddress::v4(203, 0, 113, 1), 3478};
const Endpoint kGuest{IpAddress::v4(198, 51, 100, 1), 4000};

Name random_name(Rng& rng) {
  return Name(std::string_view("a-name-of-31-bytes-that-is-a-tes").substr(0, 1 + rng.below(31)));
}

}  // namespace

void fuzz_one(ByteView input) {
  const auto message = RendezvousMessage::parse(input);
  if (message && message->error == RendezvousError::kNone) {
    std::array<std::byte, kRendezvousRoom> room;
    const size_t size = message->encode(room);
    NATBED_CHECK(std::ranges::equal(ByteView(room).first(size), input));
    if (!message->description.empty()) (void)decode_description(message->description);
  }
  Outbox out;
  RendezvousServer server({.local = kServer}, Rng(1));
  RendezvousClient client({.name = "me", .server = kServer, .socket = kSocket}, Rng(2));
  client.describe(Instant(), {}, RendezvousClient::Urgency::kSoon, out);
  for (int i = 0; i < 2; ++i) {
    server.on_datagram(Instant(), {kSocket, kServer, kGuest, input}, out);
    (void)client.on_datagram(Instant(), {kSocket, kGuest, kServer, input}, out);
  }
  NATBED_CHECK(out.commands().size() <= 8, "one datagram must not call forth many");
}

std::vector<std::byte> fuzz_sample(Rng& rng) {
  Description description;
  for (uint64_t i = rng.below(4); i > 0; --i) {
    const auto kind = static_cast<CandidateKind>(1 + rng.below(3));
    description.add(Candidate{
        kind,
        {IpAddress::v4(static_cast<uint32_t>(rng.next())), static_cast<uint16_t>(rng.next())}});
    description.add(Description::Relay{
        random_name(rng), Duration::microseconds(static_cast<int64_t>(rng.below(1000)))});
  }
  std::array<std::byte, kRendezvousRoom> room;
  const ByteView encoded = ByteView(room).first(encode(description, room));
  RendezvousMessage m{.type = static_cast<Type>(1 + rng.below(8)),
                      .controlling = rng.below(2) == 0,
                      .transaction = static_cast<uint32_t>(rng.next()),
                      .session = static_cast<uint32_t>(rng.next()),
                      .name = random_name(rng),
                      .target = random_name(rng),
                      .endpoint = kGuest,
                      .description = encoded};
  std::vector<std::byte> bytes(kRendezvousRoom);
  bytes.resize(m.encode(bytes));
  return bytes;
}

}  // namespace natbed::test
