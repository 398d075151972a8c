#include "nat_models/wire_nat.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/wire.h"
#include "base/wire_parts.h"
#include "base/wire_rewrite.h"

namespace natbed {
namespace {

constexpr size_t kIpHeader = 20, kIcmpHeader = 8;

size_t header_size(ByteView ip) { return 4 * (std::to_integer<size_t>(ip[0]) & 0x0F); }

bool header_holds(ByteView ip) {
  if (ip.size() < kIpHeader || header_size(ip) > ip.size()) return false;
  InternetChecksum sum;
  sum.add(ip.first(header_size(ip)));
  return sum.value() == 0;
}

// What an IPv4 header says of any packet, a fragment or one whose transport is unknown included.
Packet read_header(ByteView frame) {
  Packet packet;
  ByteReader in(frame);
  in.skip(2);
  const size_t total = in.u16();
  packet.identification = in.u16();
  const uint16_t fragment = in.u16();
  packet.dont_fragment = fragment & wire::kDontFragment;
  packet.more_fragments = fragment & wire::kMoreFragments;
  packet.fragment_offset = fragment & wire::kOffsetMask;
  packet.ttl = in.u8();
  packet.protocol = static_cast<Protocol>(in.u8());
  in.skip(2);
  packet.source.ip = IpAddress::v4(in.u32());
  packet.destination.ip = IpAddress::v4(in.u32());
  packet.payload_size = static_cast<uint32_t>(total - header_size(frame));
  return packet;
}

bool is_icmp_error(const Packet& packet) {
  return packet.protocol == Protocol::kIcmp && packet.has_transport_header() &&
         packet.icmp.is_error();
}

// The packet that the bytes are, or why they are none that a box translates.
Result<Packet, DropReason> read_frame(ByteView frame) {
  const auto parsed = parse_packet(frame);
  if (!parsed && parsed.error() == WireError::kFragment) {
    if (!header_holds(frame)) return DropReason::kMalformed;
    const Packet later = read_header(frame);
    const bool known = later.protocol == Protocol::kUdp || later.protocol == Protocol::kTcp ||
                       later.protocol == Protocol::kIcmp;
    if (!known) return DropReason::kUntranslatable;
    return later;
  }
  if (!parsed) {
    return parsed.error() == WireError::kUnsupported ? DropReason::kUntranslatable
                                                     : DropReason::kMalformed;
  }
  Packet packet = parsed->packet;
  if (!packet.source.ip.is_v4()) return DropReason::kUntranslatable;
  const Packet header = read_header(frame);
  packet.identification = header.identification;
  packet.fragment_offset = header.fragment_offset;
  packet.more_fragments = header.more_fragments;
  // RFC 5508 REQ-3a; the transport checksum of what is quoted is nobody's business (REQ-3c).
  if (is_icmp_error(packet) && !header_holds(frame.subspan(header_size(frame) + kIcmpHeader))) {
    return DropReason::kMalformed;
  }
  return packet;
}

// A box compares sizes with an MTU, and options take room as well.
uint32_t size_of_options(const Packet& packet, ByteView frame) {
  const size_t total = header_size(frame) + read_header(frame).payload_size;
  return total > packet.wire_size() ? static_cast<uint32_t>(total - packet.wire_size()) : 0;
}

struct Unreachable {
  IcmpType type = IcmpType::kUnreachable;
  uint8_t code = 0;
};
Unreachable error_for(Answer answer) {
  switch (answer) {
    case Answer::kTimeExceeded:
      return {IcmpType::kTimeExceeded, 0};
    case Answer::kHostUnreachable:
      return {IcmpType::kUnreachable, kHostUnreachable};
    case Answer::kAdministrativelyProhibited:
      return {IcmpType::kUnreachable, kAdministrativelyProhibited};
    case Answer::kFragmentationNeeded:
      return {IcmpType::kUnreachable, kFragmentationNeeded};
    case Answer::kPortUnreachable:
    case Answer::kReset:
    case Answer::kNothing:
      break;
  }
  return {IcmpType::kUnreachable, kPortUnreachable};
}

std::vector<std::byte> bytes_of_packet(const Packet& packet, ByteView payload = {}) {
  std::vector<std::byte> bytes(kMaxHeaderSize + packet.payload_size);
  ByteWriter out(bytes);
  write_packet(packet, payload, out);
  bytes.resize(out.size());
  return bytes;
}

// The ICMP error about `cause`, which it quotes as far as 576 bytes carry (RFC 1812 §4.3.2.3).
std::vector<std::byte> error_about(ByteView cause, Packet error) {
  std::vector<std::byte> frame = bytes_of_packet(error);
  frame.resize(kIpHeader + kIcmpHeader);
  const ByteView quoted = cause.first(std::min<size_t>(cause.size(), 576 - frame.size()));
  frame.insert(frame.end(), quoted.begin(), quoted.end());
  const auto put = [&](size_t at, size_t value) {
    frame[at] = static_cast<std::byte>(value >> 8);
    frame[at + 1] = static_cast<std::byte>(value);
  };
  const auto sign = [&](size_t at, ByteView covered) {
    put(at, 0);
    InternetChecksum sum;
    sum.add(covered);
    put(at, sum.value());
  };
  put(2, frame.size());
  sign(10, ByteView(frame).first(kIpHeader));
  sign(kIpHeader + 2, ByteView(frame).subspan(kIpHeader));
  return frame;
}

}  // namespace

WireNat::WireNat(const NatBehavior* behavior, std::span<const IpAddress> external, IpAddress inside,
                 Rng rng)
    : nat_(behavior, external, rng), inside_(inside) {}

void WireNat::carry(std::span<std::byte> frame, Side from, Instant now, FrameSink& out) {
  const auto read = read_frame(frame);
  if (!read) return out.dropped(from, frame, read.error());
  const Packet before = *read;
  frame = frame.first(header_size(frame) + read_header(frame).payload_size);
  if (from == Side::kInside && before.destination.ip == inside_) return out.deliver(from, frame);
  Packet packet = before;
  packet.payload_size += size_of_options(packet, frame);
  const Verdict verdict = nat_.process(packet, from, now);
  switch (verdict.action) {
    case Verdict::Action::kForward:
      forward(frame, before, from, packet, verdict, out);
      break;
    case Verdict::Action::kLocal:
      out.deliver(from, frame);
      break;
    case Verdict::Action::kDrop:
      out.dropped(from, frame, verdict.reason);
      answer(frame, before, from, verdict.answer, verdict.mtu, out);
      break;
    case Verdict::Action::kHold:
      held_[verdict.ticket].assign(frame.begin(), frame.end());
      break;
  }
  if (verdict.releases) release(now, out);
}

void WireNat::release(Instant now, FrameSink& out) {
  while (const std::optional<Release> r = nat_.release(now)) {
    if (r->kind == Release::Kind::kAnswer) {
      answer(bytes_of_packet(r->packet), r->packet, r->from, r->answer, 0, out);
      continue;
    }
    const auto held = held_.find(r->ticket);
    if (held == held_.end()) continue;
    std::vector<std::byte> frame = std::move(held->second);
    held_.erase(held);
    if (r->kind == Release::Kind::kForward && rewrite_packet(frame, r->packet)) {
      out.send(r->egress, frame);
    } else {
      out.dropped(r->from, frame, r->reason);
    }
  }
  if (deadline().is_never()) held_.clear();  // the Nat may have forgotten some
}

void WireNat::forward(std::span<std::byte> frame, const Packet& before, Side from,
                      const Packet& after, const Verdict& verdict, FrameSink& out) {
  if (!rewrite_packet(frame, after)) return out.dropped(from, frame, DropReason::kMalformed);
  if (verdict.rewrite_payload && after.has_transport_header() && !is_icmp_error(after)) {
    const std::span<std::byte> payload = frame.last(before.payload_size);
    const std::vector<std::byte> old(payload.begin(), payload.end());
    if (Nat::rewrite_payload(before, after, payload) > 0) payload_rewritten(frame, old, payload);
  }
  if (verdict.mtu == 0) return out.send(verdict.egress, frame);
  for (const auto& fragment : fragment_packet(frame, verdict.mtu)) {
    out.send(verdict.egress, fragment);
  }
}

IpAddress WireNat::own_address(const Packet& cause, Side from) const {
  const auto external = nat_.external_addresses();
  if (std::ranges::find(external, cause.destination.ip) != external.end()) {
    return cause.destination.ip;
  }
  return from == Side::kInside ? inside_ : external.front();
}

void WireNat::answer(ByteView frame, const Packet& cause, Side from, Answer answer, uint16_t mtu,
                     FrameSink& out) const {
  if (answer == Answer::kNothing) return;
  // RFC 1122 §3.2.2: never about an error, or a fragment other than the first.
  if (is_icmp_error(cause) || !cause.has_transport_header()) return;
  if (answer == Answer::kReset) {
    const bool may_reset = cause.protocol == Protocol::kTcp && !cause.tcp.has(kRst);
    if (may_reset) out.send(from, bytes_of_packet(make_tcp_reset(cause)));
    return;
  }
  Packet error;
  const Unreachable is = error_for(answer);
  if (!make_icmp_error(cause, own_address(cause, from), is.type, is.code, &error)) return;
  error.icmp.next_hop_mtu = mtu;
  out.send(from, error_about(frame, error));
}

}  // namespace natbed
