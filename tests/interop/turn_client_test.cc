// natbed's TURN client through somebody else's relay: Debian's coturn, with long-term credentials.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "live/asio_driver.h"
#include "protocols/turn/client.h"
#include "tests/interop/coturn.h"

namespace natbed::testing_support {
namespace {

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);

// The peer at the far end of the relay: says everything back.
class Echo final : public Machine {
 public:
  void on_start(Instant, Outbox& out) override { out.open_udp(SocketId(0)); }
  void on_datagram(Instant, const Datagram& d, Outbox& out) override {
    out.send(d.socket, d.remote, d.payload);
  }
  void on_socket(Instant, const SocketEvent& e, Outbox&) override { local = e.local; }
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }
  Endpoint local;
};

// Owns a TurnClient, sends one datagram to the echo by indication and one by channel, and keeps
// what comes back.
class Caller final : public Machine {
 public:
  Caller(Endpoint server, const std::string& password, Endpoint echo)
      : client_({.socket = SocketId(0), .server = server, .user = "alice", .password = password},
                Rng(1)),
        echo_(echo) {}

  void on_start(Instant, Outbox& out) override { out.open_udp(SocketId(0)); }
  void on_socket(Instant now, const SocketEvent&, Outbox& out) override {
    client_.permit(now, echo_.ip, out);
    client_.allocate(now, out);
  }
  void on_datagram(Instant now, const Datagram& d, Outbox& out) override {
    const auto taken = client_.take(now, d, out);
    if (taken.relayed) {
      heard.push_back(std::string(text_of(taken.relayed->payload)));
      from = taken.relayed->peer;
      out.emit({.text = "heard"});
      if (heard.size() == 1) client_.bind(now, echo_, out), channel_due_ = now + 200_ms;
    }
    if (!said_ && client_.permitted(echo_.ip))
      said_ = client_.send_to(echo_, bytes_of("by indication"), out);
  }
  void on_timeout(Instant now, Outbox& out) override {
    client_.on_timeout(now, out);
    if (now < channel_due_) return;
    channel_due_ = Instant::never();
    ASSERT_TRUE(client_.send_to(echo_, bytes_of("by channel"), out));
  }
  Instant deadline() const override { return std::min(client_.deadline(), channel_due_); }

  std::vector<std::string> heard;
  Endpoint from;

 private:
  TurnClient client_;
  Endpoint echo_;
  bool said_ = false;
  Instant channel_due_ = Instant::never();
};

// Ends the run at the event that the test waits for.
class StopAt final : public LiveListener {
 public:
  void on_machine_event(MachineNumber, const MachineEvent& event) override {
    if (event.kind == MachineEvent::Kind::kAllocated) relayed = event.mapped;
    if (event.kind == MachineEvent::Kind::kRefused) refused_with = event.code;
    heard += event.text.view() == "heard";
    if (refused_with != 0 || heard == 2) driver->stop();
  }
  void on_problem(MachineNumber, const std::string& what) override { ADD_FAILURE() << what; }
  AsioDriver* driver = nullptr;
  Endpoint relayed;
  uint32_t refused_with = 0;
  int heard = 0;
};

class TurnClientAtCoturn : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_program("turnserver")) GTEST_SKIP() << "coturn is not installed";
    ASSERT_TRUE(coturn_.ready()) << coturn_.output();
    listener_.driver = &driver_;
    echo_ = &dynamic_cast<Echo&>(driver_.machine(driver_.start(std::make_unique<Echo>())));
  }
  Caller& call(const std::string& password) {
    const auto number =
        driver_.start(std::make_unique<Caller>(coturn_.address(), password, echo_->local));
    driver_.run_for(10_s);
    return dynamic_cast<Caller&>(driver_.machine(number));
  }
  Coturn coturn_;
  StopAt listener_;
  AsioDriver driver_{kLoopback, &listener_};
  Echo* echo_ = nullptr;
};

TEST_F(TurnClientAtCoturn, RelaysByIndicationAndByChannel) {
  const Caller& caller = call("secret");
  EXPECT_TRUE(listener_.relayed.valid());
  EXPECT_EQ(caller.heard, (std::vector<std::string>{"by indication", "by channel"}));
  EXPECT_EQ(caller.from, echo_->local);
}

TEST_F(TurnClientAtCoturn, IsRefusedWithAWrongPassword) {
  const Caller& caller = call("guess");
  EXPECT_EQ(listener_.refused_with, 401u);
  EXPECT_TRUE(caller.heard.empty());
}

}  // namespace
}  // namespace natbed::testing_support
