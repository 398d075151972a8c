// What a whole world costs: packets per second through NATs, bytes per idle home. Workload W5
// (echo): every client lives behind a home NAT of its own on a 0.5 ms LAN, the server in the core
// 20 ms away; each client sends 64 bytes every 20 ms and the server echoes them.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "nat_models/behavior.h"
#include "sim/world.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

// Bytes of memory that the process really has, by Linux's count: proc(5), statm.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total_pages = 0, resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

constexpr SocketId kSocket{1};
constexpr Duration kPeriod = 20_ms;
const IpAddress kServerIp = IpAddress::v4(192, 0, 2, 1);
const Endpoint kServer{kServerIp, 7};

class EchoServer final : public Machine {
 public:
  void on_start(Instant, Outbox& out) override { out.open_udp(kSocket, kServer); }
  void on_datagram(Instant, const Datagram& d, Outbox& out) override {
    out.send(d.socket, d.remote, d.payload);
  }
  void on_socket(Instant, const SocketEvent&, Outbox&) override {}
  void on_timeout(Instant, Outbox&) override {}
  Instant deadline() const override { return Instant::never(); }
};

// Sends 64 bytes every 20 ms, the first at `first`.
class EchoClient final : public Machine {
 public:
  EchoClient(Instant first, Duration period) : next_(first), period_(period) {}
  void on_start(Instant, Outbox& out) override { out.open_udp(kSocket); }
  void on_datagram(Instant, const Datagram&, Outbox&) override { ++echoes_; }
  void on_socket(Instant, const SocketEvent&, Outbox&) override {}
  void on_timeout(Instant now, Outbox& out) override {
    if (now < next_) return;
    static constexpr std::array<std::byte, 64> kPayload = {};
    out.send(kSocket, kServer, kPayload);
    next_ = now + period_;
  }
  Instant deadline() const override { return next_; }

 private:
  Instant next_;
  Duration period_;
  uint64_t echoes_ = 0;
};

// One home after the other: a NAT at 20.0.0.0 + i, behind it 192.168.0.2 with a client.
class EchoWorld {
 public:
  // The clients' first datagrams are spread evenly over a period.
  explicit EchoWorld(uint32_t clients, Duration period = kPeriod) : world(1), period_(period) {
    core_ = world.add_realm("core", RealmProfile::core(20_ms, 20_ms + 16_ms));
    const NodeId server = world.add_host("server");
    world.attach(server, core_, kServerIp);
    world.start(server, std::make_unique<EchoServer>());
    for (uint32_t i = 0; i < clients; ++i) {
      add_home(i, Instant() + period / clients * i);
    }
  }

  World world;

 private:
  void add_home(uint32_t i, Instant first_send) {
    const RealmId lan = world.add_realm("lan", RealmProfile::lan(500_us));
    const IpAddress outside = IpAddress::v4(0x14000000 + i);
    const NodeId nat = world.add_nat(std::string_view("nat " + std::to_string(i)), &kBehavior,
                                     core_, {&outside, 1});
    world.set_gateway(lan, world.attach(nat, lan, IpAddress::v4(192, 168, 0, 1)));
    const NodeId host = world.add_host(std::string_view("host " + std::to_string(i)));
    world.attach(host, lan, IpAddress::v4(192, 168, 0, 2));
    world.start(host, std::make_unique<EchoClient>(first_send, period_));
  }

  static constexpr NatBehavior kBehavior = {};
  Duration period_;
  RealmId core_;
};

// A host with its NAT, one socket and one live mapping, with nothing in flight. The first to run,
// for what earlier ones gave back would not be counted as growth.
void idle_home(benchmark::State& state) {
  constexpr uint32_t kHomes = 400'000;  // so many that the last huge page of an array weighs little
  double bytes = 0;
  for (auto _ : state) {
    const double before = resident_bytes();
    EchoWorld echo(kHomes, 100_s);
    echo.world.run_until(Instant() + 99'999_ms);  // every client has sent once, few are in flight
    bytes = (resident_bytes() - before) / kHomes;
  }
  state.counters["bytes/home"] = bytes;
  state.counters["homes/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * kHomes,
                                                 benchmark::Counter::kIsRate);
}
BENCHMARK(idle_home)->Iterations(1)->Unit(benchmark::kMillisecond);

void echo_through_nats(benchmark::State& state) {
  EchoWorld echo(static_cast<uint32_t>(state.range(0)));
  World& world = echo.world;
  world.run_until(world.now() + 200_ms);  // all queues and pools are as large as they get
  const uint64_t translations = world.counters().translations, events = world.counters().events;
  const uint64_t allocations_before = test::allocations();
  const Duration turn = state.range(0) > 10'000 ? 20_ms : 400_ms;
  for (auto _ : state) world.run_until(world.now() + turn);
  const uint64_t allocated = test::allocations() - allocations_before;
  state.counters["translated/s"] =
      benchmark::Counter(static_cast<double>(world.counters().translations - translations),
                         benchmark::Counter::kIsRate);
  state.counters["events/s"] = benchmark::Counter(
      static_cast<double>(world.counters().events - events), benchmark::Counter::kIsRate);
  state.counters["allocations"] = static_cast<double>(allocated);
}
BENCHMARK(echo_through_nats)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace natbed
