#include "tests/differential/play.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "tests/differential/rules.h"

namespace natbed::differential {
namespace {

IpAddress ip_of(const Place& place) {
  switch (place.kind) {
    case Place::Kind::kHost:
      return host_ip(place.number);
    case Place::Kind::kRemote:
      return remote_ip(place.number);
    case Place::Kind::kRouter:
      return kRouterIp;
    case Place::Kind::kExternal:
    case Place::Kind::kSeen:
      break;
  }
  return kBoxOutside;
}

Protocol protocol_of(What what) {
  if (what == What::kUdp) return Protocol::kUdp;
  return what == What::kPing || what == What::kPong || what == What::kError ? Protocol::kIcmp
                                                                            : Protocol::kTcp;
}

std::string flag_words(const TcpFields& tcp) {
  std::string words;
  constexpr std::pair<uint8_t, const char*> kNames[] = {
      {kSyn, "syn"}, {kAck, "ack"}, {kPsh, "psh"}, {kFin, "fin"}, {kRst, "rst"}};
  for (const auto& [flag, word] : kNames) {
    if (tcp.has(flag)) words += (words.empty() ? "" : "+") + std::string(word);
  }
  return words.empty() ? "no flags" : words;
}

bool same_segment(const TcpFields& a, const TcpFields& b) {
  return a.sequence == b.sequence && a.acknowledgement == b.acknowledgement && a.flags == b.flags;
}

}  // namespace

std::string class_of_port(uint16_t port) {
  if (port >= kFirstPort && port <= kLastPort)
    return std::to_string(kFirstPort) + "-" + std::to_string(kLastPort);
  if (port < 512) return "1-511";
  if (port < 600) return "512-599";
  return port < 1024 ? "600-1023" : "1024-65535";
}

Play::Play(const Sequence& sequence) : sequence_(sequence) {
  for (const Step& step : sequence) {
    if (step.what == What::kWait || step.what == What::kError) continue;
    if (step.from.port) known_ports_.push_back(step.from.port);
    if (step.to.port) known_ports_.push_back(step.to.port);
  }
  for (const Forward& forward : kForwards) known_ports_.push_back(forward.port);
}

std::optional<Packet> Play::packet() {
  sent_.reset();
  const Step& s = step();
  if (s.what == What::kWait) return std::nullopt;
  if (s.what == What::kError) return sent_ = error_packet();
  const auto to = destination();
  if (!to) return std::nullopt;
  Packet packet;
  packet.source = {ip_of(s.from), s.from.port};
  packet.destination = *to;
  packet.protocol = protocol_of(s.what);
  packet.ttl = s.ttl;
  packet.payload_size = 8;
  if (s.is_tcp() && !ends_.send(s.what, &packet)) return std::nullopt;
  if (packet.protocol == Protocol::kIcmp) {
    packet.icmp = IcmpFields{};
    packet.icmp.type = s.what == What::kPing ? IcmpType::kEchoRequest : IcmpType::kEchoReply;
    (s.what == What::kPing ? packet.destination : packet.source).port = 0;
  }
  return sent_ = packet;
}

std::optional<Endpoint> Play::destination() const {
  const Place& to = step().to;
  if (to.kind != Place::Kind::kSeen) return Endpoint{ip_of(to), to.port};
  if (to.number > at_) return std::nullopt;
  for (const Emission& e : seen_[to.number - 1]) {
    if (e.side == Side::kOutside) return e.packet.source;
  }
  return std::nullopt;
}

// About the packet as it came out on the side of whoever reports.
std::optional<Packet> Play::error_packet() const {
  const Step& s = step();
  if (s.about > at_) return std::nullopt;
  const Side side = s.from_inside() ? Side::kInside : Side::kOutside;
  for (const Emission& e : seen_[s.about - 1]) {
    if (e.side != side) continue;
    Packet error;
    if (!make_icmp_error(e.packet, ip_of(s.from), static_cast<IcmpType>(s.icmp_type), s.icmp_code,
                         &error)) {
      continue;
    }
    error.ttl = s.ttl;
    return error;
  }
  return std::nullopt;
}

void Play::saw(std::vector<Emission> emissions) {
  NATBED_CHECK(!done());
  std::ranges::stable_sort(emissions, {}, &Emission::side);
  std::string outcome;
  for (const Emission& emission : emissions) {
    outcome += (outcome.empty() ? "" : "; ") + describe(emission);
    if (emission.packet.protocol == Protocol::kTcp) ends_.arrived(emission.packet);
  }
  if (step().what == What::kWait) {
    outcome = outcome.empty() ? "-" : outcome;
  } else if (!sent_) {
    outcome = "cannot be sent";
  } else if (outcome.empty()) {
    outcome = "nothing comes out";
  }
  packets_.push_back(sent_);
  outcomes_.push_back(outcome);
  seen_.push_back(std::move(emissions));
  sent_.reset();
  ++at_;
}

std::string Play::name_of_port(Protocol protocol, uint16_t port) {
  if (std::ranges::find(known_ports_, port) != known_ports_.end()) return std::to_string(port);
  const auto [seen, is_new] = first_seen_.try_emplace({protocol, port}, at_);
  if (is_new) return is_icmp(protocol) ? "new" : "new, " + class_of_port(port);
  return "as in step " + std::to_string(seen->second + 1);
}

std::string Play::name(Protocol protocol, const Endpoint& endpoint) {
  const std::string port = endpoint.port ? ":" + std::to_string(endpoint.port) : "";
  for (int n = 1; n <= kHosts; ++n) {
    if (endpoint.ip == host_ip(n)) return "h" + std::to_string(n) + port;
  }
  for (int n = 1; n <= kRemotes; ++n) {
    if (endpoint.ip == remote_ip(n)) return "r" + std::to_string(n) + port;
  }
  if (endpoint.ip == kRouterIp) return "router";
  if (endpoint.ip == kBoxInside) return "box inside" + port;
  if (endpoint.ip != kBoxOutside) return endpoint.to_string();
  return endpoint.port ? "x:(" + name_of_port(protocol, endpoint.port) + ")" : "x";
}

std::vector<std::string> Play::table_words(std::vector<TableRow>* rows) {
  std::ranges::sort(*rows, [](const TableRow& a, const TableRow& b) {
    return std::tie(a.protocol, a.internal, a.remote) < std::tie(b.protocol, b.internal, b.remote);
  });
  std::vector<std::string> words;
  for (const TableRow& row : *rows) {
    words.push_back(std::string(to_string(row.protocol)) + " " + name(row.protocol, row.internal) +
                    " = " + name(row.protocol, row.external) + " with " +
                    name(row.protocol, row.remote));
  }
  return words;
}

std::string Play::tcp_words(const Packet& packet) const {
  const TcpFields& tcp = packet.tcp;
  const bool as_sent = sent_ && sent_->protocol == Protocol::kTcp && same_segment(tcp, sent_->tcp);
  std::string words = " " + flag_words(tcp);
  if (as_sent) return words;
  return words + " seq " + std::to_string(tcp.sequence) + " ack " +
         std::to_string(tcp.acknowledgement);
}

std::string Play::error_words(const Packet& packet) {
  const IcmpFields& icmp = packet.icmp;
  return " error " + std::to_string(static_cast<int>(icmp.type)) + "/" + std::to_string(icmp.code) +
         " about " + to_string(icmp.inner_protocol) + " " +
         name(icmp.inner_protocol, icmp.inner_source) + " > " +
         name(icmp.inner_protocol, icmp.inner_destination);
}

std::string Play::describe(const Emission& emission) {
  const Packet& p = emission.packet;
  std::string words = emission.side == Side::kInside ? "in: " : "out: ";
  words += name(p.protocol, p.source) + " > " + name(p.protocol, p.destination);
  if (p.protocol == Protocol::kTcp) {
    words += tcp_words(p);
  } else if (p.protocol == Protocol::kUdp) {
    words += " udp";
  } else if (p.icmp.is_error()) {
    words += error_words(p);
  } else {
    words += p.icmp.type == IcmpType::kEchoRequest ? " ping" : " pong";
  }
  if (sent_ && p.ttl + 1 != sent_->ttl) words += " ttl " + std::to_string(p.ttl);
  return words;
}

}  // namespace natbed::differential
