// What few boxes do, or few packets need: gates, bypasses, fragments, links that are too narrow, and
// the rewriting of payloads.
#include <algorithm>
#include <array>
#include <cstring>

#include "nat_models/nat_tables.h"

namespace natbed {
namespace {

// What a hotel lets through: DNS, and the web.
bool is_known_service(Protocol protocol, uint16_t port) {
  if (protocol == Protocol::kTcp) return port == 53 || port == 80 || port == 443;
  return protocol == Protocol::kUdp && (port == 53 || port == 443);
}

bool carries(Crossing crossing, const Packet& packet, Side from) {
  if (crossing == Crossing::kNone) return false;
  const uint16_t remote = from == Side::kInside ? packet.destination.port : packet.source.port;
  return !packet.has_transport_header() || is_known_service(packet.protocol, remote);
}

uint32_t replace_all(std::span<std::byte> payload, const IpAddress& old, const IpAddress& fresh) {
  const std::byte* bytes = std::as_bytes(std::span(old.bytes())).data() + 12;
  const std::byte* others = std::as_bytes(std::span(fresh.bytes())).data() + 12;
  uint32_t places = 0;
  for (size_t i = 0; i + 4 <= payload.size(); ++i) {
    if (std::memcmp(payload.data() + i, bytes, 4) != 0) continue;
    std::memcpy(payload.data() + i, others, 4);
    ++places;
    i += 3;
  }
  return places;
}

}  // namespace

std::optional<Verdict> Nat::Tables::gate_keeps(const Packet& packet, Side from, Instant now) {
  const Crossing crossing = behavior->of(packet.protocol).crossing;
  if (crossing != Crossing::kAll && !is_icmp_error(packet) && !carries(crossing, packet, from)) {
    return drop(DropReason::kBlocked);
  }
  if (from == Side::kOutside && gate && gate->banned_until(packet.source.ip.v4_value()) > now) {
    return drop(DropReason::kBlacklisted);
  }
  const uint32_t rate = behavior->limits.packets_per_second;
  if (rate > 0 && !gate.get().has_room(rate, now)) return drop(DropReason::kRateLimit);
  return std::nullopt;
}

// RFC 6888 REQ-6: such a packet is routed, not translated.
std::optional<Verdict> Nat::Tables::bypassed(Packet& packet, Side from) {
  const IpAddress& remote = from == Side::kInside ? packet.destination.ip : packet.source.ip;
  const auto covers = [&](const Bypass& b) { return b.covers(remote.v4_value()); };
  if (!std::ranges::any_of(behavior->bypass, covers)) return std::nullopt;
  if (from == Side::kOutside && owns(packet.destination.ip)) return std::nullopt;
  if (dies(packet, behavior->decrement_ttl)) {
    return drop(DropReason::kTtlExpired, {}, Answer::kTimeExceeded);
  }
  packet.ttl -= behavior->decrement_ttl;
  Verdict verdict;
  verdict.action = Verdict::Action::kForward;
  verdict.egress = from == Side::kInside ? Side::kOutside : Side::kInside;
  return verdict;
}

// RFC 4787 §11.
Verdict Nat::Tables::carry_fragment(Packet& packet, Side from, Instant now) {
  if (behavior->fragments == Fragments::kDropped) return drop(DropReason::kFragmented);
  FragmentTable& table = fragments.get();
  if (packet.has_transport_header()) {
    const Packet before = packet;
    Verdict verdict = translate(packet, from, now);
    FragmentTable::Fate fate;
    fate.at = now;
    fate.row = verdict.row;
    fate.reason = verdict.reason;
    fate.egress = verdict.egress;
    fate.source = packet.source.ip;
    fate.destination = packet.destination.ip;
    fate.identification = packet.identification;
    table.learn(before, from, fate);
    verdict.releases = table.has_release(now);
    return verdict;
  }
  const FragmentTable::Fate* fate = table.find(packet, from, now);
  if (!fate) {
    const bool waits = behavior->fragments == Fragments::kAnyOrder &&
                       table.hold(packet, from, last_ticket + 1, behavior->held_fragments, now);
    if (!waits) return drop(DropReason::kFragmented);
    Verdict verdict;
    verdict.action = Verdict::Action::kHold;
    verdict.ticket = ++last_ticket;
    return verdict;
  }
  if (fate->reason != DropReason::kNone) return drop(fate->reason, fate->row);
  if (dies(packet, behavior->decrement_ttl)) {
    return drop(DropReason::kTtlExpired, fate->row, Answer::kTimeExceeded);
  }
  packet.source.ip = fate->source;
  packet.destination.ip = fate->destination;
  packet.identification = fate->identification;
  packet.ttl -= behavior->decrement_ttl;
  Verdict verdict;
  verdict.action = Verdict::Action::kForward;
  verdict.egress = fate->egress;
  verdict.row = fate->row;
  return verdict;
}

Verdict Nat::Tables::too_big(const Packet&, Side egress) const {
  const Answer answer = behavior->tells_too_big ? Answer::kFragmentationNeeded : Answer::kNothing;
  Verdict verdict = drop(DropReason::kTooBig, {}, answer);
  verdict.mtu = egress == Side::kOutside ? behavior->mtu_outside : behavior->mtu_inside;
  return verdict;
}

// The last touches on a packet that goes on.
void Nat::Tables::finish(Packet& packet, Side egress, Verdict& verdict) {
  if (!fits(packet, egress)) [[unlikely]] {
    verdict.mtu = egress == Side::kOutside ? behavior->mtu_outside : behavior->mtu_inside;
  }
  if (behavior->identification == Identification::kRewritten) [[unlikely]] {
    if (egress == Side::kOutside) packet.identification = ++last_identification;
  }
  verdict.rewrite_payload = behavior->alg != Alg::kNone;
}

uint32_t Nat::rewrite_payload(const Packet& before, const Packet& after,
                              std::span<std::byte> payload) {
  uint32_t places = 0;
  if (before.source.ip != after.source.ip) {
    places += replace_all(payload, before.source.ip, after.source.ip);
  }
  if (before.destination.ip != after.destination.ip) {
    places += replace_all(payload, before.destination.ip, after.destination.ip);
  }
  return places;
}

}  // namespace natbed
