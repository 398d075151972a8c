#include "nat_models/conformance/probes.h"

#include <algorithm>

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
    if (answered && protocol == Protocol::kTcp) rig.out(segment(host, remote, kAck));
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

namespace {

// One host that opens mapping after mapping.
class Opener {
 public:
  Opener(Rig* rig, uint32_t host, Protocol protocol, uint16_t first_port)
      : rig_(*rig), host_(host), protocol_(protocol), port_(first_port) {}

  // Until one is refused, or `most` are in `filled`.
  void open(size_t most, Filled& filled) {
    opened_ = refused_ = false;
    for (; port_ <= 65535 && filled.internal.size() < most; ++port_) {
      const Endpoint internal = rig_.host(host_, static_cast<uint16_t>(port_));
      const auto external = rig_.mapped(internal, Rig::remote(0, kPort), protocol_);
      if (!external) {
        filled.answer = rig_.came();
        refused_ = true;
        return;
      }
      opened_ = true;
      filled.internal.push_back(internal);
      filled.external.push_back(*external);
    }
    exhausted_ = port_ > 65535;
  }
  bool opened() const { return opened_; }        // any, in the last call
  bool refused() const { return refused_; }      // the last one
  bool exhausted() const { return exhausted_; }  // it has no ports left itself

 private:
  Rig& rig_;
  uint32_t host_;
  Protocol protocol_;
  uint32_t port_;
  bool opened_ = false, refused_ = false, exhausted_ = false;
};

// Lets them take turns until none gets any more, also a second later.
Filled take_turns(Rig& rig, std::vector<Opener> openers, Protocol protocol, uint32_t most,
                  std::span<const Endpoint> kept = {}) {
  constexpr size_t kTurn = 4000;  // mappings; all get some before there are none left
  Filled filled;
  rig.quiet(true);
  int turns_in_vain = 0;
  Instant refreshed = rig.now();
  while (filled.internal.size() < most && turns_in_vain < 2) {
    bool any = false, refused = false, all_exhausted = true;
    for (Opener& opener : openers) {
      opener.open(std::min<size_t>(most, filled.internal.size() + kTurn), filled);
      any |= opener.opened();
      refused |= opener.refused();
      all_exhausted &= opener.exhausted();
    }
    turns_in_vain = any ? 0 : turns_in_vain + 1;
    if (all_exhausted) break;
    if (refused) rig.wait(Duration::seconds(1));
    if (rig.now() - refreshed < Duration::seconds(10)) continue;
    refreshed = rig.now();
    for (const auto open : {kept, std::span<const Endpoint>(filled.internal)}) {
      for (const Endpoint& e : open) rig.mapped(e, Rig::remote(0, kPort), protocol);
    }
  }
  filled.refused = turns_in_vain > 0;
  rig.quiet(false);
  return filled;
}

}  // namespace

Filled fill(Rig& rig, uint32_t host, Protocol protocol, uint32_t most, uint16_t first_port) {
  return take_turns(rig, {Opener(&rig, host, protocol, first_port)}, protocol, most);
}

Filled fill_all(Rig& rig, Protocol protocol, uint32_t most, uint32_t first_host,
                std::span<const Endpoint> kept) {
  // How many hosts it takes: on another bench, how much one of them gets.
  Rig scratch(rig.subject());
  const size_t each = std::max<size_t>(1, fill(scratch, 0, protocol, most).internal.size());
  const size_t hosts = std::min<size_t>(most / each + 2, 4000);
  std::vector<Opener> openers;
  for (uint32_t n = 0; n < hosts; ++n) openers.emplace_back(&rig, first_host + n, protocol, 1024);
  return take_turns(rig, std::move(openers), protocol, most, kept);
}

std::string in_words(std::string_view script) {
  std::string text;
  bool outbound = false;
  const char* gap = "";
  for (const char c : script) {
    switch (c) {
      case '>':
      case '<':
        outbound = c == '>';
        continue;
      case ' ':
        text += outbound ? " out, " : " in, ";
        gap = "";
        continue;
      case 'S':
        text += std::string(gap) + "SYN";
        break;
      case 'A':
        text += std::string(gap) + "ACK";
        break;
      case 'F':
        text += std::string(gap) + "FIN";
        break;
      case 'R':
        text += std::string(gap) + "RST";
        break;
      default:
        text += std::string(gap) + "data";
    }
    gap = " ";
  }
  return text + (outbound ? " out" : " in");
}

bool Tcp::plays(std::string_view script) {
  while (!script.empty()) {
    const std::string_view token = script.substr(0, script.find(' '));
    script.remove_prefix(std::min(script.size(), token.size() + 1));
    if (segment_passes(token[0] == '>', token.substr(1))) continue;
    lost_ = in_words(token);
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
