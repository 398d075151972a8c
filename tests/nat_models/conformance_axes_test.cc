// Each axis set wrong is noticed by the checks about it, and by no others.
#include <gtest/gtest.h>

#include "tests/nat_models/mutants.h"

namespace natbed::test {
namespace {

using enum Dependence;
using Spoil = void (*)(NatBehavior&);

Mutant mutant(const char* name, Kind kind, std::set<std::string> noticed_by, Spoil spoil) {
  return {name, kind, std::move(noticed_by), [kind, spoil] {
            NatBehavior behavior = conformant(kind);
            spoil(behavior);
            return std::make_unique<conformance::NatMaker>(behavior);
          }};
}

void overload(ProtocolBehavior& b) {
  b.ports.overload = true;
  b.filtering = kAddressAndPortDependent;
}

}  // namespace

const std::vector<Mutant>& axis_mutants() {
  using B = NatBehavior;
  constexpr Kind kHome = Kind::kHome, kCarrier = Kind::kCarrier, kPlan = Kind::kPlan;
  static const std::vector<Mutant> all = {
      mutant("UDP maps by port", kHome,
             {"4787-REQ-1", "4787-REQ-9a", "5508-REQ-7", "5508-REQ-7a", "7857-12"},
             [](B& b) { b.udp.mapping = kAddressAndPortDependent; }),
      mutant("any address of the pool", kHome, {"4787-REQ-2", "7857-4"},
             [](B& b) { b.pooling = Pooling::kArbitrary; }),
      mutant("any address of the pool", kCarrier, {"4787-REQ-2", "6888-REQ-2", "7857-4"},
             [](B& b) { b.pooling = Pooling::kArbitrary; }),
      mutant("another address when full", kHome, {"7857-4"},
             [](B& b) {
               b.pooling = Pooling::kSoftPaired;
               b.limits.mappings = 200000;
             }),
      mutant("UDP ports are shared", kHome,
             {"4787-REQ-1", "4787-REQ-11", "4787-REQ-3", "4787-REQ-8", "5382-REQ-3b", "7857-3"},
             [](B& b) { overload(b.udp); }),
      mutant("no port classes", kHome, {"4787-REQ-3a"},
             [](B& b) { b.set(&PortRules::classes, PortClasses::kNone); }),
      mutant("no parity", kHome, {"4787-REQ-4", "7857-8"},
             [](B& b) { b.set(&PortRules::parity, false); }),
      mutant("30 s without an answer", kHome, {"4787-REQ-5", "4787-REQ-5c"},
             [](B& b) { b.timers.udp_unreplied = 30_s; }),
      mutant("100 s", kHome, {"4787-REQ-5", "4787-REQ-5a", "4787-REQ-5c"},
             [](B& b) { b.timers.udp = 100_s; }),
      mutant("SIP for a minute", kHome, {"4787-REQ-5a"},
             [](B& b) {
               b.timers.udp_by_port[0] = {{5060, 5060}, 60_s};
             }),
      mutant("DNS for a minute", kHome, {"4787-REQ-5a"},
             [](B& b) {
               b.timers.udp_by_port[0] = {{53, 53}, 60_s};
             }),
      mutant("200 s", kHome, {"4787-REQ-5c"},
             [](B& b) { b.timers.udp = b.timers.udp_unreplied = 200_s; }),
      mutant("only inbound refreshes", kHome, {"4787-REQ-6", "4787-REQ-6a"},
             [](B& b) { b.udp.refresh = Refresh::kInbound; }),
      mutant("inbound refreshes, too", kHome, {"4787-REQ-6a"},
             [](B& b) { b.udp.refresh = Refresh::kBoth; }),
      mutant("UDP filters by port", kHome, {"4787-REQ-8", "5382-REQ-3b"},
             [](B& b) { b.udp.filtering = kAddressAndPortDependent; }),
      mutant("UDP does not turn back", kHome,
             {"4787-REQ-9", "4787-REQ-9a", "5508-REQ-7", "5508-REQ-7a", "7857-12"},
             [](B& b) { b.udp.hairpin = Hairpin::kNone; }),
      mutant("turns back with the internal source", kCarrier,
             {"4787-REQ-9a", "5508-REQ-7", "5508-REQ-7a", "7857-12"},
             [](B& b) { b.udp.hairpin = Hairpin::kInternalSource; }),
      mutant("rewrites payloads", kHome, {"4787-REQ-10", "5382-REQ-6"},
             [](B& b) { b.alg = Alg::kAddresses; }),
      mutant("a clash makes it symmetric", kHome, {"4787-REQ-1", "4787-REQ-11"},
             [](B& b) { b.udp.ports.clash_binds_remote = true; }),
      mutant(
          "ICMP ends mappings", kHome,
          {"4787-REQ-12", "5382-REQ-10", "5382-REQ-9", "5508-REQ-10a", "5508-REQ-4b", "5508-REQ-6"},
          [](B& b) { b.icmp_errors.end_mappings = true; }),
      mutant("ICMP from the remote only", kHome,
             {"4787-REQ-12a", "5382-REQ-9", "5508-REQ-10a", "5508-REQ-3b", "5508-REQ-3c",
              "5508-REQ-3d", "5508-REQ-4", "5508-REQ-4a", "5508-REQ-4b", "5508-REQ-4c"},
             [](B& b) { b.icmp_errors.from_anyone = false; }),
      mutant("no ICMP errors", kHome,
             {"4787-REQ-12a", "4787-REQ-12b", "5382-REQ-9", "5508-REQ-10a", "5508-REQ-3b",
              "5508-REQ-3c", "5508-REQ-3d", "5508-REQ-4", "5508-REQ-4a", "5508-REQ-4b",
              "5508-REQ-4c", "5508-REQ-5", "5508-REQ-5a", "5508-REQ-5b", "5508-REQ-5c",
              "5508-REQ-7", "5508-REQ-7a", "7857-12"},
             [](B& b) { b.icmp_errors.pass = false; }),
      mutant("a black hole for big packets", kHome, {"4787-REQ-13"},
             [](B& b) { b.tells_too_big = false; }),
      mutant("no fragments", kHome, {"4787-REQ-14"},
             [](B& b) { b.fragments = Fragments::kDropped; }),
      mutant("fragments in order only", kHome, {"4787-REQ-14"},
             [](B& b) { b.fragments = Fragments::kInOrder; }),
      mutant("holds any number of fragments", kHome, {"4787-REQ-14a"},
             [](B& b) { b.held_fragments = 65535; }),
      mutant("TCP maps by address", kHome, {"5382-REQ-1", "5382-REQ-8a"},
             [](B& b) { b.tcp.mapping = kAddressDependent; }),
      mutant("half a connection for 10 s", kHome, {"5382-REQ-5", "7857-2"},
             [](B& b) { b.timers.tcp_close_wait = 10_s; }),
      mutant("TCP filters by port", kHome, {"5382-REQ-3", "5382-REQ-3b"},
             [](B& b) { b.tcp.filtering = kAddressAndPortDependent; }),
      mutant("TCP lets anybody in", kHome, {"5382-REQ-3b", "7857-6"},
             [](B& b) { b.tcp.filtering = kEndpointIndependent; }),
      mutant("RST for a SYN", kHome, {"5382-REQ-4"},
             [](B& b) { b.unsolicited_syn = UnsolicitedSyn::kReset; }),
      mutant("ICMP for a SYN", kHome, {"5382-REQ-4"},
             [](B& b) { b.unsolicited_syn = UnsolicitedSyn::kIcmp; }),
      mutant("its own stack takes packets", kHome, {"5382-REQ-4"},
             [](B& b) {
               b.unsolicited = Unsolicited::kAccept;
               b.unsolicited_syn = UnsolicitedSyn::kAsOthers;
             }),
      mutant("connections for an hour", kHome, {"5382-REQ-5", "7857-2"},
             [](B& b) { b.timers.tcp_established = 3600_s; }),
      mutant("SYNs for two minutes", kHome, {"5382-REQ-5", "7857-2.1"},
             [](B& b) { b.timers.tcp_syn_sent = 120_s; }),
      mutant("handshakes for a minute", kHome, {"5382-REQ-5"},
             [](B& b) { b.timers.tcp_syn_received = 60_s; }),
      mutant("last ACK within 30 s", kHome, {"5382-REQ-5"},
             [](B& b) { b.timers.tcp_last_ack = 30_s; }),
      mutant("TCP ports are shared", kHome,
             {"5382-REQ-1", "5382-REQ-3", "5382-REQ-3b", "5382-REQ-7"},
             [](B& b) { overload(b.tcp); }),
      mutant("TCP does not turn back", kHome, {"5382-REQ-8", "5382-REQ-8a"},
             [](B& b) { b.tcp.hairpin = Hairpin::kNone; }),
      mutant("TCP turns back with the internal source", kCarrier, {"5382-REQ-8a"},
             [](B& b) { b.tcp.hairpin = Hairpin::kInternalSource; }),
      mutant("no ICMP queries", kHome,
             {"5508-REQ-1", "5508-REQ-10a", "5508-REQ-1a", "5508-REQ-2", "5508-REQ-4",
              "5508-REQ-4a", "5508-REQ-6"},
             [](B& b) { b.icmp.crossing = Crossing::kNone; }),
      mutant("ICMP maps by address", kHome, {"5508-REQ-1a"},
             [](B& b) { b.icmp.mapping = kAddressDependent; }),
      mutant("queries for 30 s", kHome, {"5508-REQ-2"}, [](B& b) { b.timers.icmp = 30_s; }),
      mutant(
          "quotes stay translated", kHome,
          {"5382-REQ-9", "5508-REQ-3b", "5508-REQ-3d", "5508-REQ-4a", "5508-REQ-5a", "5508-REQ-7a"},
          [](B& b) { b.icmp_errors.inner = false; }),
      mutant("refuses silently", kHome, {"5508-REQ-8"},
             [](B& b) { b.limits.refusal = Refusal::kSilence; }),
      mutant("no quota", kCarrier, {"6888-REQ-14", "6888-REQ-4"},
             [](B& b) {
               b.limits.mappings_per_host = 0;
               b.blocks = {};
             }),
      mutant("a quota by blocks", kCarrier, {"6888-REQ-4b"},
             [](B& b) { b.limits.mappings_per_host = 0; }),
      mutant("any number at once", kCarrier, {"6888-REQ-4c", "6888-REQ-5b"},
             [](B& b) { b.limits.new_per_second_per_host = 0; }),
      mutant("translates everything", kCarrier, {"6888-REQ-6"}, [](B& b) { b.bypass = {}; }),
      mutant("filters by address", kCarrier, {"5382-REQ-3b", "6888-REQ-7", "7857-7"},
             [](B& b) { b.udp.filtering = kAddressDependent; }),
      mutant("UDP ports do not rest", kCarrier, {"6888-REQ-8"},
             [](B& b) { b.udp.ports.hold = 0_s; }),
      mutant("TCP ports do not rest", kCarrier, {"6888-REQ-8a"},
             [](B& b) { b.tcp.ports.hold = 0_s; }),
      mutant("the oldest gives way", kCarrier,
             {"5508-REQ-8", "6888-REQ-11a", "6888-REQ-11b", "6888-REQ-11d", "6888-REQ-4",
              "6888-REQ-4c", "6888-REQ-5b", "6888-REQ-8", "6888-REQ-8a", "7857-4"},
             [](B& b) {
               b.limits.when_full = WhenFull::kEvictOldest;
               b.set(&PortRules::hold, 0_s);
               b.limits.new_per_second_per_host = 0;
             }),
      mutant("says prohibited", kCarrier, {"6888-REQ-11b"},
             [](B& b) { b.limits.refusal = Refusal::kProhibited; }),
      mutant("no blocks", kCarrier, {"6888-REQ-14"}, [](B& b) { b.blocks = {}; }),
      mutant("ports in sequence", kCarrier, {"6888-REQ-15"},
             [](B& b) { b.set(&PortRules::allocation, PortAllocation::kSequential); }),
      mutant("half a connection for 4 min", kHome, {"7857-2"},
             [](B& b) { b.timers.tcp_fin_wait = b.timers.tcp_close_wait = 240_s; }),
      mutant("an RST is the end", kHome, {"7857-2"}, [](B& b) { b.reset_revives = false; }),
      mutant("no time to close", kHome, {"7857-2.1"}, [](B& b) { b.timers.tcp_time_wait = 10_s; }),
      mutant("10 s after an RST", kHome, {"7857-2.2"}, [](B& b) { b.timers.tcp_reset = 10_s; }),
      mutant("parity is kept", kCarrier, {"4787-REQ-4", "7857-8"},
             [](B& b) { b.set(&PortRules::parity, false); }),
      mutant("the next port after a clash", kHome, {"7857-9"},
             [](B& b) { b.set(&PortRules::clash, PortClash::kNext); }),
      mutant("IP identification is kept", kHome, {"7857-10"},
             [](B& b) { b.identification = Identification::kKept; }),
      mutant("blocks at random", kPlan,
             {"7422-2-algorithms", "7422-2-functions", "7422-2-overflow", "7422-2-reserve",
              "7422-2-split", "7422-2-use"},
             [](B& b) { b.blocks.kind = PortBlocks::Kind::kDynamic; }),
      mutant("system ports", kPlan, {"7422-2-reserve"},
             [](B& b) {
               b.set(&PortRules::range, PortRange{1, 9215});
             }),
      mutant("TCP has another plan", kPlan, {"7422-2-use"},
             [](B& b) {
               b.tcp.ports.range = {2048, 9215};
             }),
      mutant("no dynamic pool", kPlan, {"7422-2-overflow"},
             [](B& b) { b.blocks.dynamic_share = 0; }),
  };
  return all;
}

namespace {

class ConformanceAxes : public testing::TestWithParam<size_t> {};

TEST_P(ConformanceAxes, WrongOnesAreNoticed) {
  const Mutant& mutant = axis_mutants()[GetParam()];
  EXPECT_EQ(differences(*mutant.make(), mutant.kind), mutant.noticed_by) << mutant.name;
}

INSTANTIATE_TEST_SUITE_P(Mutants, ConformanceAxes,
                         testing::Range(size_t{0}, axis_mutants().size()));

}  // namespace
}  // namespace natbed::test
