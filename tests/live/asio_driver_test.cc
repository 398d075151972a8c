#include "live/asio_driver.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace natbed {
namespace {

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);
// Far more than a loopback exchange takes; a passing test never waits for it.
const Duration kPatience = 5_s;

// Says back what it hears, on UDP and on a TCP listener.
class Echo final : public Machine {
 public:
  void on_start(Instant, Outbox& out) override {
    out.open_udp(SocketId(0));
    out.listen(SocketId(1), {});
  }
  void on_datagram(Instant, const Datagram& d, Outbox& out) override {
    out.send(d.socket, d.remote, d.payload);
  }
  void on_socket(Instant, const SocketEvent& e, Outbox& out) override {
    if (e.kind == SocketEvent::Kind::kOpened && e.socket == SocketId(0)) udp = e.local;
    if (e.kind == SocketEvent::Kind::kOpened && e.socket == SocketId(1)) tcp = e.local;
    if (e.kind == SocketEvent::Kind::kData) out.write(e.socket, e.data);
    if (e.kind == SocketEvent::Kind::kFinished) out.finish(e.socket);
  }
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }

  Endpoint udp, tcp;
};

// Writes down what its driver tells it, in words.
class Diary final : public Machine {
 public:
  explicit Diary(void (*plan)(Outbox&, Endpoint), Endpoint target) : plan_(plan), target_(target) {}
  void on_start(Instant, Outbox& out) override { plan_(out, target_); }
  void on_datagram(Instant, const Datagram& d, Outbox& out) override {
    entries.push_back("datagram " + std::string(text_of(d.payload)));
    tell(out);
  }
  void on_socket(Instant, const SocketEvent& e, Outbox& out) override {
    using Kind = SocketEvent::Kind;
    switch (e.kind) {
      case Kind::kOpened:
        entries.push_back("opened");
        break;
      case Kind::kFailed:
        entries.push_back("failed");
        break;
      case Kind::kConnected:
        entries.push_back("connected");
        break;
      case Kind::kData:
        entries.push_back("data " + std::string(text_of(e.data)));
        break;
      case Kind::kFinished:
        entries.push_back("finished");
        break;
      case Kind::kReset:
        entries.push_back("reset");
        break;
      default:
        entries.push_back("other");
    }
    tell(out);
  }
  void on_timeout(Instant now, Outbox& out) override {
    if (now < due) return;
    due = Instant::never();
    entries.push_back("timeout");
    tell(out);
  }
  Instant deadline() const override { return due; }

  std::vector<std::string> entries;
  Instant due = Instant::never();

 private:
  static void tell(Outbox& out) { out.emit({}); }
  void (*plan_)(Outbox&, Endpoint);
  Endpoint target_;
};

// Stops the driver after the diary's entry that a test waits for.
class StopAfter final : public LiveListener {
 public:
  void on_machine_event(MachineNumber machine, const MachineEvent&) override {
    const auto& entries = dynamic_cast<Diary&>(driver->machine(machine)).entries;
    if (!entries.empty() && entries.back() == last) driver->stop();
  }
  void on_problem(MachineNumber, const std::string& what) override { problems.push_back(what); }

  AsioDriver* driver = nullptr;
  std::string last;
  std::vector<std::string> problems;
};

class AsioDriverTest : public testing::Test {
 protected:
  AsioDriverTest() : driver_(kLoopback, &listener_) { listener_.driver = &driver_; }

  Echo& start_echo() {
    return dynamic_cast<Echo&>(driver_.machine(driver_.start(std::make_unique<Echo>())));
  }
  // Runs `plan` against `target` until the diary's last entry is `last`; returns the entries.
  std::vector<std::string> diary(void (*plan)(Outbox&, Endpoint), Endpoint target,
                                 const std::string& last) {
    listener_.last = last;
    const MachineNumber number = driver_.start(std::make_unique<Diary>(plan, target));
    auto& machine = dynamic_cast<Diary&>(driver_.machine(number));
    if (machine.entries.empty() || machine.entries.back() != last) driver_.run_for(kPatience);
    return machine.entries;
  }

  StopAfter listener_;
  AsioDriver driver_;
};

TEST_F(AsioDriverTest, CarriesDatagramsBothWays) {
  const Echo& echo = start_echo();
  ASSERT_TRUE(echo.udp.valid());
  const auto plan = [](Outbox& out, Endpoint to) {
    out.open_udp(SocketId(7));
    out.send(SocketId(7), to, bytes_of("hello"), {.ttl = 3});
  };
  EXPECT_EQ(diary(plan, echo.udp, "datagram hello"),
            (std::vector<std::string>{"opened", "datagram hello"}));
}

TEST_F(AsioDriverTest, CarriesAStreamAndItsEnd) {
  const Echo& echo = start_echo();
  const auto plan = [](Outbox& out, Endpoint to) {
    out.connect(SocketId(2), {}, to);
    out.write(SocketId(2), bytes_of("ping"));
    out.finish(SocketId(2));
  };
  EXPECT_EQ(diary(plan, echo.tcp, "finished"),
            (std::vector<std::string>{"connected", "data ping", "finished"}));
}

TEST_F(AsioDriverTest, SaysWhyASocketCannotBeOpened) {
  const Echo& echo = start_echo();
  const auto plan = [](Outbox& out, Endpoint taken) { out.open_udp(SocketId(0), taken); };
  EXPECT_EQ(diary(plan, echo.udp, "failed"), std::vector<std::string>{"failed"});
  ASSERT_EQ(listener_.problems.size(), 1u);
  EXPECT_NE(listener_.problems[0].find(echo.udp.to_string()), std::string::npos)
      << listener_.problems[0];
}

TEST_F(AsioDriverTest, FailsAStreamToAClosedPort) {
  const Echo& echo = start_echo();
  const auto plan = [](Outbox& out, Endpoint to) { out.connect(SocketId(0), {}, to); };
  // The UDP port of the echo machine is almost surely no TCP port; if the kernel chose the same
  // number for both, there is nothing to test.
  if (echo.udp.port == echo.tcp.port)
    GTEST_SKIP() << "UDP and TCP happen to share port " << echo.udp.port;
  EXPECT_EQ(diary(plan, echo.udp, "failed"), std::vector<std::string>{"failed"});
}

TEST_F(AsioDriverTest, CallsATimeoutAtItsDeadlineAndNotBefore) {
  listener_.last = "timeout";
  const MachineNumber number =
      driver_.start(std::make_unique<Diary>([](Outbox&, Endpoint) {}, Endpoint{}));
  auto& machine = dynamic_cast<Diary&>(driver_.machine(number));
  const Instant due = driver_.now() + 20_ms;
  driver_.call(number, [&](Instant, Outbox&) { machine.due = due; });
  driver_.run_for(kPatience);
  EXPECT_EQ(machine.entries, std::vector<std::string>{"timeout"});
  EXPECT_GE(driver_.now(), due);
}

TEST_F(AsioDriverTest, AMachineMayCloseTheSocketItHearsFrom) {
  const Echo& echo = start_echo();
  class Hasty final : public Machine {
   public:
    explicit Hasty(Endpoint to) : to_(to) {}
    void on_start(Instant, Outbox& out) override {
      out.open_udp(SocketId(0));
      for (int i = 0; i < 3; ++i) out.send(SocketId(0), to_, bytes_of("x"));
    }
    void on_datagram(Instant, const Datagram& d, Outbox& out) override {
      ++heard;
      out.close(d.socket);
    }
    void on_socket(Instant, const SocketEvent&, Outbox&) override {}
    void on_timeout(Instant, Outbox&) override {}
    Instant deadline() const override { return Instant::never(); }
    int heard = 0;

   private:
    Endpoint to_;
  };
  const MachineNumber number = driver_.start(std::make_unique<Hasty>(echo.udp));
  driver_.run_for(50_ms);
  EXPECT_EQ(dynamic_cast<Hasty&>(driver_.machine(number)).heard, 1);
}

TEST(Resolve, TakesAddressesPortsAndNames) {
  EXPECT_EQ(resolve("127.0.0.1", 3478)->to_string(), "127.0.0.1:3478");
  EXPECT_EQ(resolve("127.0.0.1:99", 3478)->to_string(), "127.0.0.1:99");
  EXPECT_EQ(resolve("[::1]:99", 3478)->to_string(), "[::1]:99");
  EXPECT_EQ(resolve("::1", 3478)->to_string(), "[::1]:3478");
  EXPECT_TRUE(resolve("localhost:5", 3478)->ip.is_loopback());
}

TEST(Resolve, SaysWhatIsWrong) {
  const auto bad_port = resolve("localhost:70000", 3478);
  ASSERT_FALSE(bad_port);
  EXPECT_NE(bad_port.error().message.find("port from 1 to 65535"), std::string::npos)
      << bad_port.error().message;
}

TEST(LocalAddress, TowardsLoopbackIsLoopback) {
  EXPECT_EQ(local_address_towards({kLoopback, 9})->to_string(), "127.0.0.1");
}

}  // namespace
}  // namespace natbed
