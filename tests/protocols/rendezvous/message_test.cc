#include "protocols/rendezvous/message.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace natbed {
namespace {

using namespace literals;
using Type = RendezvousMessage::Type;

Description sample_description() {
  Description d;
  d.add(Candidate{CandidateKind::kHost, *Endpoint::parse("192.168.1.10:4000")});
  d.add(Candidate{CandidateKind::kReflexive, *Endpoint::parse("[2001:db8::7]:5000")});
  d.add(Description::Relay{"r1", 35_ms});
  return d;
}

std::vector<std::byte> description_bytes(const Description& d) {
  std::vector<std::byte> room(kRendezvousRoom);
  room.resize(encode(d, room));
  return room;
}

std::vector<std::byte> wire(const RendezvousMessage& m) {
  std::vector<std::byte> room(kRendezvousRoom);
  room.resize(m.encode(room));
  return room;
}

std::vector<RendezvousMessage> one_of_each(const std::vector<std::byte>& description) {
  const Endpoint there = *Endpoint::parse("203.0.113.5:6000");
  const SessionKey key = {std::byte{1}, std::byte{2}};
  return {
      {.type = Type::kRegister,
       .lifetime_s = 60,
       .transaction = 7,
       .name = "alice",
       .description = description},
      {.type = Type::kRegistered, .lifetime_s = 60, .transaction = 7, .endpoint = there},
      {.type = Type::kIntroduce, .transaction = 8, .name = "alice", .target = "bob"},
      {.type = Type::kIntroduction,
       .controlling = true,
       .transaction = 8,
       .session = 99,
       .name = "bob",
       .endpoint = there,
       .key = key,
       .description = description},
      {.type = Type::kAccepted, .transaction = 8, .session = 99},
      {.type = Type::kOffer,
       .sequence = 3,
       .transaction = 9,
       .session = 99,
       .name = "r1",
       .endpoint = there},
      {.type = Type::kOfferTaken, .sequence = 3, .transaction = 9, .session = 99},
      {.type = Type::kRefused, .error = RendezvousError::kUnknownPeer, .transaction = 8},
  };
}

TEST(RendezvousMessage, ReadsWhatItWrote) {
  const auto description = description_bytes(sample_description());
  for (const RendezvousMessage& m : one_of_each(description)) {
    const auto bytes = wire(m);
    const auto read = RendezvousMessage::parse(bytes);
    ASSERT_TRUE(read) << static_cast<int>(m.type);
    EXPECT_EQ(read->type, m.type);
    EXPECT_EQ(read->transaction, m.transaction);
    EXPECT_EQ(read->session, m.session);
    EXPECT_EQ(read->sequence, m.sequence);
    EXPECT_EQ(read->controlling, m.controlling);
    EXPECT_EQ(read->name, m.name);
    EXPECT_EQ(read->target, m.target);
    EXPECT_EQ(read->endpoint, m.endpoint);
    EXPECT_EQ(read->key, m.key);
    EXPECT_EQ(read->lifetime_s, m.lifetime_s);
    EXPECT_EQ(read->error, m.error);
    EXPECT_TRUE(std::ranges::equal(read->description, m.description));
  }
}

TEST(RendezvousMessage, IsRefusedWhenCutOrPadded) {
  const auto description = description_bytes(sample_description());
  for (const RendezvousMessage& m : one_of_each(description)) {
    auto bytes = wire(m);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(RendezvousMessage::parse(ByteView(bytes).first(size)))
          << static_cast<int>(m.type) << " cut to " << size;
    }
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(RendezvousMessage::parse(bytes)) << static_cast<int>(m.type);
  }
}

TEST(RendezvousMessage, ShowsWhatIsWrongWithNamesAndVersions) {
  auto bytes = wire({.type = Type::kIntroduce, .transaction = 5, .name = "alice", .target = "bob"});
  bytes[2] = std::byte{9};
  auto read = RendezvousMessage::parse(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error, RendezvousError::kUnsupportedVersion);
  EXPECT_EQ(read->transaction, 5u);

  const std::string text = std::string("\xEE\x62\x01\x03", 4) + std::string(4, '\0') + char(32) +
                           std::string(32, 'x') + "\x03" + "bob";
  read = RendezvousMessage::parse(bytes_of(text));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error, RendezvousError::kNameTooLong);

  read = RendezvousMessage::parse(wire({.type = Type::kIntroduce, .name = "alice", .target = ""}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error, RendezvousError::kNameTooLong);
}

TEST(RendezvousMessage, IsTakenNeitherForStunNorForAChannel) {
  const auto bytes = wire({.type = Type::kAccepted});
  EXPECT_TRUE(looks_like_rendezvous(bytes));
  EXPECT_GE(std::to_integer<int>(bytes[0]), 0x80);  // RFC 7983: STUN is 0..3, channels are 64..79
  EXPECT_FALSE(looks_like_rendezvous(bytes_of("\x00\x01")));
}

TEST(RendezvousMessage, DescriptionsKeepTheirOrderAndLeaveOutWhatDoesNotFit) {
  Description d = sample_description();
  EXPECT_EQ(decode_description(description_bytes(d)), d);
  d.add(Candidate{CandidateKind::kReflexive, *Endpoint::parse("192.168.1.10:4000")});
  EXPECT_EQ(d.candidate_count, 2);  // known already, as a host candidate
  for (uint16_t port = 1; port < 20; ++port) {
    d.add(Candidate{CandidateKind::kHost, {IpAddress::v4(10, 0, 0, 1), port}});
    d.add(Description::Relay{Name("0123456789012345678901234567890"), 1_s});
  }
  EXPECT_EQ(d.candidate_count, Description::kMaxCandidates);
  EXPECT_EQ(d.relays.size(), Description::kMaxRelays);
  EXPECT_EQ(decode_description(description_bytes(d)), d);
}

}  // namespace
}  // namespace natbed
