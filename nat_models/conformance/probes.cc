#include "nat_models/conformance/probes.h"

namespace natbed::conformance {

const char* text(Dependence dependence) {
  switch (dependence) {
    case Dependence::kEndpointIndependent:
      return "endpoint-independent";
    case Dependence::kAddressDependent:
      return "address-dependent";
    case Dependence::kAddressAndPortDependent:
      return "address-and-port-dependent";
  }
  return "?";
}

std::optional<Dependence> mapping_class(Rig& rig, Endpoint internal, Protocol protocol) {
  const auto first = rig.mapped(internal, Rig::remote(0, kPort), protocol);
  const auto port = rig.mapped(internal, Rig::remote(0, kOtherPort), protocol);
  const auto address = rig.mapped(internal, Rig::remote(1, kPort), protocol);
  if (!first || !port || !address) return std::nullopt;
  if (first != port) return Dependence::kAddressAndPortDependent;
  return first == address ? Dependence::kEndpointIndependent : Dependence::kAddressDependent;
}

std::optional<Dependence> filtering_class(Rig& rig, Endpoint internal, Protocol protocol) {
  const auto external = rig.mapped(internal, Rig::remote(0, kPort), protocol);
  if (!external) return std::nullopt;
  const auto passes = [&](Endpoint from) {
    if (protocol != Protocol::kTcp) return rig.reaches(from, *external, internal, protocol);
    // A stranger begins a connection; a SYN with ACK would be part of none.
    const auto entered = rig.in(segment(from, *external, kSyn));
    return entered && entered->packet.destination == internal;
  };
  if (passes(Rig::remote(2, kPort))) return Dependence::kEndpointIndependent;
  if (passes(Rig::remote(0, kOtherPort))) return Dependence::kAddressDependent;
  if (!rig.reaches(Rig::remote(0, kPort), *external, internal, protocol)) return std::nullopt;
  return Dependence::kAddressAndPortDependent;
}

int64_t idle_seconds(const Subject& subject, Protocol protocol, bool answered) {
  const auto lives = [&](int64_t seconds) {
    Rig rig(subject);
    rig.quiet(true);
    const Endpoint host = rig.host(0, 5000), remote = Rig::remote(0, kPort);
    const auto external = rig.mapped(host, remote, protocol);
    if (!external) return false;
    if (answered) rig.reaches(remote, *external, host, protocol);
    rig.wait(Duration::seconds(seconds));
    return rig.reaches(remote, *external, host, protocol);
  };
  int64_t alive = 0, dead = kForever;
  if (lives(dead)) return kForever;
  while (dead - alive > 1) {
    const int64_t middle = (alive + dead) / 2;
    (lives(middle) ? alive : dead) = middle;
  }
  return dead;
}

Filled fill(Rig& rig, uint32_t host, Protocol protocol, uint32_t most, uint16_t first_port) {
  Filled filled;
  rig.quiet(true);
  const Endpoint remote = Rig::remote(0, kPort);
  Instant refreshed = rig.now();
  for (uint32_t port = first_port; port <= 65535 && filled.internal.size() < most; ++port) {
    const Endpoint internal = rig.host(host, static_cast<uint16_t>(port));
    auto external = rig.mapped(internal, remote, protocol);
    if (!external) {
      filled.answer = rig.came();
      rig.wait(Duration::seconds(1));
      external = rig.mapped(internal, remote, protocol);
    }
    if (!external) {
      filled.answer = rig.came();
      filled.refused = true;
      break;
    }
    filled.internal.push_back(internal);
    filled.external.push_back(*external);
    if (rig.now() - refreshed < Duration::seconds(20)) continue;
    refreshed = rig.now();
    for (const Endpoint& open : filled.internal) rig.mapped(open, remote, protocol);
  }
  rig.quiet(false);
  return filled;
}

Filled fill_all(Rig& rig, Protocol protocol, uint32_t most) {
  Filled all;
  for (uint32_t host = 0; all.internal.size() < most; ++host) {
    const uint32_t left = most - static_cast<uint32_t>(all.internal.size());
    Filled one = fill(rig, host, protocol, left);
    all.refused = one.refused;
    all.answer = one.answer;
    all.internal.insert(all.internal.end(), one.internal.begin(), one.internal.end());
    all.external.insert(all.external.end(), one.external.begin(), one.external.end());
    if (one.internal.empty()) break;
  }
  return all;
}

bool Tcp::plays(std::string_view script) {
  while (!script.empty()) {
    const std::string_view token = script.substr(0, script.find(' '));
    script.remove_prefix(std::min(script.size(), token.size() + 1));
    if (segment_passes(token[0] == '>', token.substr(1))) continue;
    lost_ = std::string(token);
    return false;
  }
  return true;
}

bool Tcp::segment_passes(bool outbound, std::string_view flags) {
  int bits = 0;
  uint32_t size = 0;
  for (const char c : flags) {
    switch (c) {
      case 'S':
        bits |= kSyn;
        break;
      case 'A':
        bits |= kAck;
        break;
      case 'F':
        bits |= kFin;
        break;
      case 'R':
        bits |= kRst;
        break;
      default:
        bits |= kPsh | kAck;
        size = 100;
    }
  }
  Packet packet = outbound ? segment(internal_, remote_, bits) : segment(remote_, external_, bits);
  uint32_t& own = outbound ? next_inside_ : next_outside_;
  packet.tcp.sequence = own;
  packet.tcp.acknowledgement = bits & kAck ? (outbound ? next_outside_ : next_inside_) : 0;
  own += size + (bits & (kSyn | kFin) ? 1 : 0);
  const auto passed = outbound ? rig_.out(packet, size) : rig_.in(packet, size);
  if (!passed || !passed->whole || passed->packet.tcp.flags != bits) return false;
  if (!outbound) return passed->packet.destination == internal_ && passed->packet.source == remote_;
  external_ = passed->packet.source;
  return passed->packet.destination == remote_ && rig_.is_external(external_.ip);
}

}  // namespace natbed::conformance
