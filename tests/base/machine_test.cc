// The contract of base/machine.h, shown by the smallest protocol there is, on the test wire that
// drives all others.
#include "base/machine.h"

#include <gtest/gtest.h>

#include "tests/support/wire.h"

namespace natbed {
namespace {

using namespace literals;
using test::Wire;

constexpr SocketId kSocket(0);
const IpAddress kPingerIp = IpAddress::v4(192, 0, 2, 1);
const IpAddress kEchoIp = IpAddress::v4(192, 0, 2, 9);

// Sends a ping a second until it hears one come back.
struct Pinger final : Machine {
  explicit Pinger(Endpoint echo) : server(echo) {}
  void on_start(Instant, Outbox& out) override { out.open_udp(kSocket); }
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override {
    if (event.kind == SocketEvent::Kind::kOpened) on_timeout(now, out);
  }
  void on_timeout(Instant now, Outbox& out) override {
    out.send(kSocket, server, bytes_of("ping"));
    next = now + 1_s;
  }
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override {
    next = Instant::never();
    MachineEvent event;
    event.kind = MachineEvent::Kind::kPathUp;
    event.local = datagram.local;
    event.remote = datagram.remote;
    event.round_trip = now - Instant();
    out.emit(event);
  }
  Instant deadline() const override { return next; }

  Endpoint server;
  Instant next = Instant::never();
};

// No Machine, only MachineLike: a child as its parent would own it.
struct Echo {
  void on_start(Instant, Outbox& out) { out.open_udp(kSocket, {{}, 7}); }  // RFC 862
  void on_socket(Instant, const SocketEvent& event, Outbox&) { opened = event; }
  void on_datagram(Instant, const Datagram& d, Outbox& out) {
    out.send(d.socket, d.remote, d.payload);
  }
  void on_timeout(Instant, Outbox&) {}
  Instant deadline() const { return Instant::never(); }
  SocketEvent opened;
};

struct MachineTest : testing::Test {
  size_t connect(Wire& wire) {
    const size_t pinger_number = wire.add("pinger", pinger, {kPingerIp});
    wire.add("echo", echo, {kEchoIp});
    return pinger_number;
  }
  Pinger pinger{Endpoint{kEchoIp, 7}};
  Echo echo;
};

TEST_F(MachineTest, RoundTripTakesTwoDelays) {
  Wire wire({.delay = 20_ms});
  const size_t who = connect(wire);
  ASSERT_TRUE(wire.run_until_event(who, MachineEvent::Kind::kPathUp, 1_s));
  const MachineEvent& up = wire.first(who, MachineEvent::Kind::kPathUp)->event;
  EXPECT_EQ(up.round_trip, 40_ms);
  EXPECT_EQ(up.remote, (Endpoint{kEchoIp, 7}));
  EXPECT_EQ(up.local, (Endpoint{kPingerIp, 49152}));
  EXPECT_EQ(echo.opened.local, (Endpoint{kEchoIp, 7}));
}

TEST_F(MachineTest, TimeoutComesExactlyAtTheDeadline) {
  Wire wire({.loss = Probability::of(1)});
  connect(wire);
  wire.run_for(2500_ms);
  ASSERT_EQ(wire.log().size(), 3u);
  EXPECT_EQ(wire.log()[1].sent, Instant() + 1_s);
  EXPECT_EQ(wire.log()[2].sent, Instant() + 2_s);
  EXPECT_EQ(wire.now(), Instant() + 2500_ms);
}

TEST_F(MachineTest, SameSeedLosesTheSameDatagrams) {
  const auto pings_until_heard = [](uint64_t seed) {
    Pinger lossy_pinger{Endpoint{kEchoIp, 7}};
    Echo lossy_echo;
    Wire wire({.jitter = 5_ms, .loss = Probability::of(0.7), .seed = seed});
    const size_t who = wire.add("pinger", lossy_pinger, {kPingerIp});
    wire.add("echo", lossy_echo, {kEchoIp});
    EXPECT_TRUE(wire.run_until_event(who, MachineEvent::Kind::kPathUp, 1000_s));
    return std::pair(wire.log().size(), wire.now());
  };
  EXPECT_EQ(pings_until_heard(3), pings_until_heard(3));
  EXPECT_NE(pings_until_heard(3), pings_until_heard(4));
}

TEST_F(MachineTest, HookMayPlayTheNat) {
  const Endpoint inside{kPingerIp, 49152}, outside{IpAddress::v4(203, 0, 113, 5), 40000};
  Wire wire;
  wire.on_the_way = [&](Wire::Parcel& parcel) {
    if (parcel.source == inside) parcel.source = outside;
    if (parcel.destination == outside) parcel.destination = inside;
    return true;
  };
  const size_t who = connect(wire);
  EXPECT_TRUE(wire.run_until_event(who, MachineEvent::Kind::kPathUp, 1_s));
  EXPECT_EQ(wire.log()[1].destination, outside);
}

TEST_F(MachineTest, SecondSocketOnTheSamePortFails) {
  Wire wire;
  Echo second;
  connect(wire);
  wire.add("second", second, {kEchoIp});
  wire.run_for(1_ms);
  EXPECT_EQ(second.opened.kind, SocketEvent::Kind::kFailed);
}

TEST_F(MachineTest, EventThatNeverComesIsReported) {
  Wire wire;
  const size_t who = connect(wire);
  EXPECT_FALSE(wire.run_until_event(who, MachineEvent::Kind::kPathDown, 10_s));
  EXPECT_EQ(wire.now(), Instant() + 10_s);
  EXPECT_EQ(wire.count(who, MachineEvent::Kind::kPathUp), 1u);
}

TEST(Story, PrintsItsStepsWithTheirTimes) {
  test::Story story;
  story.tell(Instant() + 20_ms, "alice sends probe");
  story.tell(Instant() + 40_ms, "nobody listens");
  testing::internal::CaptureStderr();
  story.print();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "The steps that led here:\n  20ms  alice sends probe\n  40ms  nobody listens\n");
}

}  // namespace
}  // namespace natbed
