// Hole punches per second with the real protocol code: STUN on both sides, rendezvous, probes with
// integrity, nomination, three echoes.
//
// Two homes behind endpoint-independent mappings with address-and-port-dependent filters, as in
// workload W5; LAN 0.5 ms, core 20 to 40 ms. `fresh_world` builds and forgets a world for each
// punch; `one_world` holds many pairs, whose attempts start evenly spread.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "nat_models/behavior.h"
#include "protocols/peer/peer.h"
#include "protocols/rendezvous/server.h"
#include "protocols/stun/server.h"
#include "sim/world.h"

namespace natbed {
namespace {

constexpr uint8_t kEchoes = 3;
const IpAddress kServerIp = IpAddress::v4(198, 18, 0, 1);
const Endpoint kStun{kServerIp, 3478}, kRendezvous{kServerIp, 4000};

Name name_of(char side, uint32_t pair) { return Name(side + std::to_string(pair)); }

class PunchWorld final : public WorldListener {
 public:
  PunchWorld() : world_(0) {}

  // Builds `pairs` pairs; alice of pair i calls her bob at i * spread.
  void build(uint64_t seed, uint32_t pairs, Duration spread) {
    world_.reset(seed);
    world_.set_listener(this);
    calls_.clear();
    done_ = failed_ = 0;
    core_ = world_.add_realm("core", RealmProfile::core(20_ms, 40_ms));
    const NodeId server = world_.add_host("server");
    world_.attach(server, core_, kServerIp);
    world_.start(server, std::make_unique<StunServer>(StunServerConfig{.primary = kStun}));
    world_.start(server, std::make_unique<RendezvousServer>(
                             RendezvousServerConfig{.local = kRendezvous}, world_.stream("meet")));
    homes_.clear();
    for (uint32_t i = 0; i < pairs; ++i) {
      homes_.push_back(add_home(2 * i, name_of('a', i)));
      homes_.push_back(add_home(2 * i + 1, name_of('b', i)));
      world_.schedule_alarm(Instant() + spread * i, i);
    }
  }

  // Until every pair has exchanged its echoes, or one failed. True if none did.
  bool run() {
    while (2 * (done_ + failed_) < homes_.size() && world_.step()) {
    }
    return failed_ == 0 && 2 * done_ == homes_.size();
  }
  const WorldCounters& counters() const { return world_.counters(); }

  void on_alarm(uint64_t pair) override {
    const auto i = static_cast<uint32_t>(pair);
    world_.start(homes_[2 * i + 1], peer(name_of('b', i)));
    const MachineId alice = world_.start(homes_[2 * i], peer(name_of('a', i)));
    calls_.resize(std::max<size_t>(calls_.size(), alice.value() + 1));
    calls_[alice.value()].calls = true;
    with(alice, [&](Peer& p, Instant now, Outbox& out) { p.connect(now, name_of('b', i), out); });
  }

  void on_machine_event(MachineId machine, const MachineEvent& event) override {
    using Kind = MachineEvent::Kind;
    if (machine.value() >= calls_.size() || !calls_[machine.value()].calls) return;
    Call& call = calls_[machine.value()];
    if (event.kind == Kind::kConnectFailed) ++failed_;
    const bool first_path = event.kind == Kind::kPathUp && call.echoes == 0;
    if (event.kind == Kind::kEchoed && ++call.echoes == kEchoes) {
      ++done_;
    } else if (first_path || (event.kind == Kind::kEchoed && call.echoes < kEchoes)) {
      with(machine, [&](Peer& p, Instant now, Outbox& out) { p.ping(now, event.name, out); });
    }
  }

 private:
  struct Call {  // small: the cache is for natbed
    bool calls = false;
    uint8_t echoes = 0;
  };

  template <class F>
  void with(MachineId machine, F f) {
    world_.with_outbox(
        machine, [&](Machine& m, Instant now, Outbox& out) { f(static_cast<Peer&>(m), now, out); });
  }

  NodeId add_home(uint32_t i, const Name& name) {
    const RealmId lan = world_.add_realm("lan", RealmProfile::lan(500_us));
    const IpAddress outside = IpAddress::v4(0x14000000 + i);
    const NodeId nat = world_.add_nat(name, &kBehavior, core_, {&outside, 1});
    world_.set_gateway(lan, world_.attach(nat, lan, IpAddress::v4(192, 168, 0, 1)));
    const NodeId host = world_.add_host(name);
    world_.attach(host, lan, IpAddress::v4(192, 168, 0, 2));
    return host;
  }

  std::unique_ptr<Peer> peer(const Name& name) {
    PeerConfig config;
    config.name = name;
    config.rendezvous = kRendezvous;
    config.stun_servers = {kStun};
    config.techniques = kPunch;
    return std::make_unique<Peer>(std::move(config), world_.stream(name.view()));
  }

  static constexpr NatBehavior kBehavior = {};  // endpoint-independent, address-and-port-dependent
  World world_;
  RealmId core_;
  std::vector<NodeId> homes_;
  std::vector<Call> calls_;  // by machine
  size_t done_ = 0, failed_ = 0;
};

void fresh_world(benchmark::State& state) {
  PunchWorld world;
  uint64_t seed = 0, events = 0;
  for (auto _ : state) {
    world.build(++seed, 1, Duration::zero());
    if (!world.run()) return state.SkipWithError("the hole was not punched");
    events += world.counters().events;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["events/punch"] =
      static_cast<double>(events) / static_cast<double>(state.iterations());
}
BENCHMARK(fresh_world)->Unit(benchmark::kMicrosecond);

void one_world(benchmark::State& state) {
  const auto pairs = static_cast<uint32_t>(state.range(0));
  PunchWorld world;
  uint64_t seed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    world.build(++seed, pairs, 1_s / pairs);
    state.ResumeTiming();
    if (!world.run()) return state.SkipWithError("a hole was not punched");
  }
  state.SetItemsProcessed(state.iterations() * pairs);
}
BENCHMARK(one_world)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace natbed
