// What one translation costs: flows that are known, new ones, small tables and large, in time and
// in memory.
//
// Keys follow workload W8 of docs/performance.md: 16 ports a host, 256 destinations, 4 ports. Flows
// are picked by a multiplicative walk, so that neither the cache nor the branch predictor knows the
// next one.
#include <benchmark/benchmark.h>

#include <array>
#include <utility>
#include <vector>

#include "base/prefetch.h"
#include "nat_models/nat.h"
#include "nat_models/profiles.h"
#include "tests/support/allocations.h"

namespace natbed {
namespace {

using enum Dependence;
using test::allocations;
using test::held_bytes;

NatBehavior carrier(Dependence mapping, Dependence filtering) {
  NatBehavior behavior;
  behavior.set(&ProtocolBehavior::mapping, mapping);
  behavior.set(&ProtocolBehavior::filtering, filtering);
  behavior.set(&PortRules::allocation, PortAllocation::kRandom);
  behavior.limits.mappings = 20'000'000;
  return behavior;
}

std::vector<IpAddress> pool(int64_t mappings) {
  std::vector<IpAddress> addresses;
  for (int64_t i = 0; i <= mappings / 32'000; ++i) {
    addresses.push_back(IpAddress::v4(0xCB007100u + static_cast<uint32_t>(i)));
  }
  return addresses;
}

Packet outbound(uint64_t i) {
  Packet packet;
  packet.source = {IpAddress::v4(0x0A000000u + static_cast<uint32_t>(i >> 4)),
                   static_cast<uint16_t>(1024 + (i & 15) * 997)};
  packet.destination = {IpAddress::v4(0xC6336400u + static_cast<uint32_t>(i * 7 % 256)),
                        static_cast<uint16_t>(443 + i % 4)};
  return packet;
}

// A NAT with one flow for each i below `flows`, and the packets that come back.
struct Carrier {
  Carrier(const NatBehavior& its, int64_t flows)
      : behavior(its), addresses(pool(flows)), nat(&behavior, addresses, Rng(1)) {
    for (int64_t i = 0; i < flows; ++i) {
      Packet packet = outbound(static_cast<uint64_t>(i));
      benchmark::DoNotOptimize(nat.process(packet, Side::kInside, {}));
      Packet answer;
      answer.source = packet.destination;
      answer.destination = packet.source;
      answers.push_back(answer);
    }
  }
  NatBehavior behavior;
  std::vector<IpAddress> addresses;
  std::vector<Packet> answers;
  Nat nat;
};

// Packets of all flows in an order that looks random. A packet that a box is to translate has just
// been received, so it is in the cache: the walk fetches a few ahead.
class Walk {
 public:
  explicit Walk(std::vector<Packet> packets) : packets_(std::move(packets)) {
    for (uint64_t& place : ahead_) place = draw();
  }
  const Packet& next() {
    const uint64_t place = std::exchange(ahead_[turn_++ % ahead_.size()], draw());
    return packets_[place];
  }

 private:
  uint64_t draw() {
    const uint64_t place = (at_ += 0x9E3779B97F4A7C15) % packets_.size();
    prefetch_object(packets_[place]);
    return place;
  }
  std::vector<Packet> packets_;
  std::array<uint64_t, 8> ahead_ = {};
  uint64_t at_ = 0;
  size_t turn_ = 0;
};

std::vector<Packet> outbound_packets(int64_t flows) {
  std::vector<Packet> packets;
  for (int64_t i = 0; i < flows; ++i) packets.push_back(outbound(static_cast<uint64_t>(i)));
  return packets;
}

void report(benchmark::State& state, uint64_t allocations_before) {
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations_per_op"] = static_cast<double>(allocations() - allocations_before) /
                                         static_cast<double>(state.iterations());
}

template <Dependence kMapping, Dependence kFiltering>
void KnownFlowOutbound(benchmark::State& state) {
  Carrier box(carrier(kMapping, kFiltering), state.range(0));
  Walk walk(outbound_packets(state.range(0)));
  const uint64_t before = allocations();
  const Instant now = Instant() + Duration::seconds(1);
  for (auto _ : state) {
    Packet packet = walk.next();
    benchmark::DoNotOptimize(box.nat.process(packet, Side::kInside, now));
    benchmark::DoNotOptimize(packet);
  }
  report(state, before);
}
BENCHMARK(KnownFlowOutbound<kEndpointIndependent, kAddressAndPortDependent>)
    ->Arg(4)
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Arg(10'000'000);
BENCHMARK(KnownFlowOutbound<kEndpointIndependent, kEndpointIndependent>)
    ->Arg(4)
    ->Arg(10'000)
    ->Arg(1'000'000);
BENCHMARK(KnownFlowOutbound<kAddressAndPortDependent, kAddressAndPortDependent>)
    ->Arg(4)
    ->Arg(10'000);

template <Dependence kMapping, Dependence kFiltering>
void KnownFlowInbound(benchmark::State& state) {
  Carrier box(carrier(kMapping, kFiltering), state.range(0));
  Walk walk(std::move(box.answers));
  const uint64_t before = allocations();
  const Instant now = Instant() + Duration::seconds(1);
  for (auto _ : state) {
    Packet packet = walk.next();
    benchmark::DoNotOptimize(box.nat.process(packet, Side::kOutside, now));
    benchmark::DoNotOptimize(packet);
  }
  report(state, before);
}
BENCHMARK(KnownFlowInbound<kEndpointIndependent, kAddressAndPortDependent>)
    ->Arg(4)
    ->Arg(10'000)
    ->Arg(1'000'000);

// What the two above do beside translating: pick a packet and copy it.
void PacketCopyAlone(benchmark::State& state) {
  Walk walk(outbound_packets(state.range(0)));
  for (auto _ : state) {
    Packet packet = walk.next();
    benchmark::DoNotOptimize(packet);
  }
}
BENCHMARK(PacketCopyAlone)->Arg(4)->Arg(10'000)->Arg(1'000'000);

// A steady population: each packet opens a mapping, and as many end of old age.
void NewMappingAndExpiry(benchmark::State& state) {
  NatBehavior behavior = carrier(kAddressAndPortDependent, kAddressAndPortDependent);
  behavior.timers.udp = behavior.timers.udp_unreplied = Duration::microseconds(state.range(0));
  const std::vector<IpAddress> addresses = pool(state.range(0));
  Nat nat(&behavior, addresses, Rng(1));
  uint64_t i = 0;
  const auto open_one = [&] {
    Packet packet = outbound(i);
    benchmark::DoNotOptimize(nat.process(
        packet, Side::kInside, Instant() + Duration::microseconds(static_cast<int64_t>(i))));
    ++i;
  };
  while (i < static_cast<uint64_t>(state.range(0)) * 4) open_one();
  const uint64_t before = allocations();
  for (auto _ : state) open_one();
  report(state, before);
}
BENCHMARK(NewMappingAndExpiry)->Arg(10'000)->Arg(1'000'000);

void UnknownFlowInbound(benchmark::State& state) {
  Carrier box(carrier(kEndpointIndependent, kAddressAndPortDependent), state.range(0));
  Walk walk(std::move(box.answers));
  const uint64_t before = allocations();
  for (auto _ : state) {
    Packet packet = walk.next();
    packet.source.port ^= 0x8000;
    benchmark::DoNotOptimize(box.nat.process(packet, Side::kOutside, {}));
  }
  report(state, before);
}
BENCHMARK(UnknownFlowInbound)->Arg(10'000)->Arg(1'000'000);

void ConstructHomeAndOpenOneMapping(benchmark::State& state) {
  const NatBehavior& behavior = find_profile("port-restricted")->behavior;
  const IpAddress outside[] = {IpAddress::v4(203, 0, 113, 1)};
  const uint64_t before = allocations();
  for (auto _ : state) {
    Nat nat(&behavior, outside, Rng(1));
    Packet packet = outbound(0);
    benchmark::DoNotOptimize(nat.process(packet, Side::kInside, {}));
  }
  report(state, before);
}
BENCHMARK(ConstructHomeAndOpenOneMapping);

// Bytes of the tables with `range` mappings, each with one filter entry, divided by their number.
void BytesPerMapping(benchmark::State& state) {
  const NatBehavior behavior = carrier(kEndpointIndependent, kAddressAndPortDependent);
  const std::vector<IpAddress> addresses = pool(state.range(0));
  int64_t held = 0;
  for (auto _ : state) {
    const int64_t before = held_bytes();
    Nat nat(&behavior, addresses, Rng(1));
    for (int64_t i = 0; i < state.range(0); ++i) {
      Packet packet = outbound(static_cast<uint64_t>(i));
      benchmark::DoNotOptimize(nat.process(packet, Side::kInside, {}));
    }
    held = held_bytes() - before + static_cast<int64_t>(sizeof nat);
  }
  state.counters["bytes_per_mapping"] =
      static_cast<double>(held) / static_cast<double>(state.range(0));
}
BENCHMARK(BytesPerMapping)->Arg(1)->Arg(4)->Arg(10'000)->Arg(1'000'000)->Iterations(1);

}  // namespace
}  // namespace natbed
