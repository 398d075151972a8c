// RFC 5508 REQ-3 to REQ-5 and REQ-7: ICMP errors, which are translated by the packet they quote.
#include "base/checksum.h"
#include "base/wire.h"
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

// A datagram that left, as it was seen outside.
struct Left {
  Endpoint host, remote;
  Frame sent, frame;
  Endpoint external;
};
std::optional<Left> leave(Rig& rig, Protocol protocol = Protocol::kUdp, uint32_t size = 64) {
  Left left{rig.host(0, 5000), Rig::remote(0, protocol == Protocol::kIcmp ? 0 : kPort), {}, {}, {}};
  Packet packet = datagram(left.host, left.remote);
  if (protocol == Protocol::kTcp) packet = segment(left.host, left.remote, kSyn);
  if (protocol == Protocol::kIcmp) packet = echo(IcmpType::kEchoRequest, left.host, left.remote);
  left.sent = frame_of(packet, size);
  const auto out = rig.out(left.sent);
  if (!out || !rig.is_external(out->packet.source.ip)) return std::nullopt;
  left.frame = out->frame;
  left.external = out->packet.source;
  return left;
}
Finding none_left(const Rig& rig) { return rig.fail("packets do not get out"); }

// The quoted packet is the one that was sent, but for what no box remembers, TTL and identification
// (which RFC 7857 §10 has it change), and the header checksum over them.
bool quotes(ByteView quoted, ByteView sent) {
  const size_t size = std::min(quoted.size(), sent.size());
  if (size < 28) return false;
  for (size_t i = 0; i < size; ++i) {
    const bool forgotten = i == 4 || i == 5 || i == 8 || i == 10 || i == 11;
    if (!forgotten && quoted[i] != sent[i]) return false;
  }
  InternetChecksum sum;
  sum.add(quoted.first(4 * (std::to_integer<size_t>(quoted[0]) & 15)));
  return sum.value() == 0;
}

Finding drops_damaged_errors(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  Frame error = error_frame(Rig::router(), 3, 3, left->frame);
  error.back() ^= std::byte{1};
  return rig.pass_if(!rig.in(error), "an error with a wrong checksum is dropped",
                     "an error with a wrong checksum is delivered");
}

Finding drops_errors_about_damaged_headers(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  Frame cause = left->frame;
  cause[10] ^= std::byte{1};
  return rig.pass_if(!rig.in(error_frame(Rig::router(), 3, 3, cause)),
                     "an error about a header with a wrong checksum is dropped",
                     "an error about a header with a wrong checksum is delivered");
}

Finding sees_through_options(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  Frame cause = left->frame, sent = left->sent;
  for (Frame* frame : {&cause, &sent}) {  // as if the packet had carried a stream identifier
    const Frame options = {std::byte{0x88}, std::byte{4}, std::byte{0}, std::byte{9},
                           std::byte{1},    std::byte{1}, std::byte{1}, std::byte{0}};
    frame->insert(frame->begin() + 20, options.begin(), options.end());
    (*frame)[0] = std::byte{0x47};
    (*frame)[3] = static_cast<std::byte>(std::to_integer<size_t>((*frame)[3]) + 8);
    sign(*frame);
  }
  const auto in = rig.in(error_frame(Rig::router(), 3, 3, cause));
  return rig.pass_if(
      in && in->packet.destination.ip == left->host.ip && quotes(in->quoted(), sent),
      "an error about a packet with IP options is translated",
      "an error about a packet with IP options is lost, or translated in the wrong place");
}

Finding ignores_quoted_transport_checksums(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  Frame cause = left->frame;
  cause[26] ^= std::byte{0x55};  // of UDP
  const auto in = rig.in(error_frame(Rig::router(), 3, 3, cause));
  return rig.pass_if(in.has_value(), "the transport checksum of a quoted packet does not matter",
                     "an error is dropped because the quoted packet's transport checksum is wrong");
}

// RFC 4884: 128 bytes of the packet, padded with zeros, and an extension structure behind.
Finding leaves_extensions_out(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  Frame rest = {std::byte{0}, std::byte{32}, std::byte{0}, std::byte{0}};  // 32 words are quoted
  rest.insert(rest.end(), left->frame.begin(), left->frame.end());
  rest.resize(4 + 128);
  Frame extension = {std::byte{0x20}, std::byte{0}, std::byte{0}, std::byte{0},
                     std::byte{0},    std::byte{8}, std::byte{1}, std::byte{1},
                     std::byte{1},    std::byte{2}, std::byte{3}, std::byte{4}};
  InternetChecksum sum;
  sum.add(extension);
  extension[2] = static_cast<std::byte>(sum.value() >> 8);
  extension[3] = static_cast<std::byte>(sum.value());
  rest.insert(rest.end(), extension.begin(), extension.end());
  const auto in = rig.in(icmp_frame(Rig::router(), left->external.ip, 11, 0, rest));
  if (!in) return rig.fail("an error with an extension is dropped");
  const bool same = in->whole && in->body().size() == 4 + rest.size() &&
                    quotes(in->quoted().first(left->sent.size()), left->sent) &&
                    std::ranges::equal(in->quoted().subspan(128), extension);
  // And the quoted packet's own checksum holds for it alone.
  const bool holds = same && parse_packet(in->quoted().first(left->sent.size())).has_value();
  return rig.pass_if(holds,
                     "an extension passes untouched, and the quoted checksum does not count it",
                     "the extension, or the quoted packet before it, is damaged");
}

Finding errors_find_their_host(const Subject& subject) {
  Rig rig(subject);
  for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp, Protocol::kIcmp}) {
    const auto left = leave(rig, protocol);
    if (!left) return none_left(rig);
    if (!rig.in(error_frame(Rig::router(), 11, 0, left->frame))) {
      return rig.fail(std::string("a router's error about ") + natbed::to_string(protocol) +
                      " is not delivered");
    }
  }
  const Frame unknown = frame_of(datagram({rig.external()[0], 45678}, Rig::remote(3, 9)), 32);
  if (rig.in(error_frame(Rig::router(), 11, 0, unknown)))
    return rig.fail("an error about nobody's packet is delivered");
  return rig.pass("errors about packets of a mapping are delivered, others are not");
}

Finding restores_quoted_packet(const Subject& subject) {
  Rig rig(subject);
  for (const Protocol protocol : {Protocol::kUdp, Protocol::kTcp, Protocol::kIcmp}) {
    const auto left = leave(rig, protocol);
    if (!left) return none_left(rig);
    const auto in = rig.in(error_frame(Rig::router(), 11, 0, left->frame));
    if (!in) return rig.fail("an error is not delivered");
    if (!in->whole || !quotes(in->quoted(), left->sent)) {
      return rig.fail(std::string("the quoted ") + natbed::to_string(protocol) +
                      " packet is not the one that the host sent");
    }
  }
  return rig.pass("the quoted packet is the one that the host sent, checksums included");
}

Finding keeps_type_and_code(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  for (const int type : {3, 11}) {
    for (int code = 0; code < (type == 3 ? 16 : 2); ++code) {
      const auto in = rig.in(error_frame(Rig::router(), type, code, left->frame));
      const bool same = in && in->body()[0] == static_cast<std::byte>(type) &&
                        in->body()[1] == static_cast<std::byte>(code);
      if (!same)
        return rig.fail("type " + std::to_string(type) + " code " + std::to_string(code) +
                        " does not arrive as such");
    }
  }
  return rig.pass("type and code of errors from outside stay");
}

Finding addresses_the_host(const Subject& subject) {
  Rig rig(subject);
  const auto left = leave(rig);
  if (!left) return none_left(rig);
  const auto in = rig.in(error_frame(Rig::router(), 11, 0, left->frame));
  if (!in) return rig.fail("an error is not delivered");
  const bool right =
      in->packet.destination.ip == left->host.ip && in->packet.source.ip == Rig::router();
  return rig.pass_if(right, "the error goes from the router to the host",
                     "the error goes from " + in->packet.source.ip.to_string() + " to " +
                         in->packet.destination.ip.to_string());
}

// A datagram from outside, and the error about it that somebody inside sends.
struct Refused {
  std::optional<Seen> error;  // as it left
  Frame sent;                 // the datagram as its sender sent it
  Endpoint external;
};
Refused refuse(Rig& rig, bool by_router, int type, int code) {
  Refused refused;
  const auto left = leave(rig);
  if (!left) return refused;
  refused.external = left->external;
  refused.sent = frame_of(datagram(left->remote, left->external), 64);
  const auto in = rig.in(refused.sent);
  if (!in) return refused;
  refused.error =
      rig.out(error_frame(by_router ? rig.host(9, 0).ip : left->host.ip, type, code, in->frame));
  return refused;
}

Finding errors_get_out(const Subject& subject) {
  Rig rig(subject);
  for (const bool by_router : {false, true}) {
    const Refused refused = refuse(rig, by_router, 3, 3);
    if (!refused.error || refused.error->packet.destination.ip != Rig::remote(0, 0).ip) {
      return rig.fail("an error from inside about a packet that came in does not get out");
    }
  }
  const Frame unknown = frame_of(datagram(Rig::remote(5, 9), rig.host(3, 45678)), 32);
  if (rig.out(error_frame(rig.host(3, 0).ip, 3, 3, unknown)))
    return rig.fail("an error about no mapping gets out");
  return rig.pass("errors from inside about packets that came in get out, others do not");
}

Finding restores_quoted_packet_outside(const Subject& subject) {
  Rig rig(subject);
  const Refused refused = refuse(rig, false, 3, 3);
  if (!refused.error) return rig.fail("an error from inside does not get out");
  return rig.pass_if(refused.error->whole && quotes(refused.error->quoted(), refused.sent),
                     "the quoted packet is the one that the remote sent",
                     "the quoted packet is not the one that the remote sent");
}

Finding keeps_type_and_code_outside(const Subject& subject) {
  Rig rig(subject);
  for (int code = 0; code < 16; ++code) {
    const Refused refused = refuse(rig, false, 3, code);
    const bool same = refused.error && refused.error->body()[0] == std::byte{3} &&
                      refused.error->body()[1] == static_cast<std::byte>(code);
    if (!same)
      return rig.fail("destination unreachable with code " + std::to_string(code) +
                      " does not leave as such");
  }
  return rig.pass("type and code of errors from inside stay");
}

Finding speaks_with_its_own_address(const Subject& subject) {
  Rig rig(subject);
  for (const bool by_router : {false, true}) {
    const Refused refused = refuse(rig, by_router, 3, 3);
    if (!refused.error) return rig.fail("an error from inside does not get out");
    if (!rig.is_external(refused.error->packet.source.ip)) {
      return rig.fail("the error comes from " + refused.error->packet.source.ip.to_string());
    }
  }
  return rig.pass("errors from inside have an external source");
}

// A sends to B by B's external endpoint, and B's host answers with an error.
struct TurnedError {
  std::optional<Seen> error;
  bool hairpins = false;
  Frame sent;
};
TurnedError turn_error_back(Rig& rig) {
  TurnedError turned;
  const Endpoint a = rig.host(0, 5000), b = rig.host(1, 6000), remote = Rig::remote(0, kPort);
  const auto from = rig.mapped(a, remote), target = rig.mapped(b, remote);
  if (!from || !target) return turned;
  rig.send(Side::kInside, frame_of(datagram(b, *from)));
  turned.sent = frame_of(datagram(a, *target), 64);
  rig.send(Side::kInside, turned.sent);
  const Seen* arrived = rig.came_on(Side::kInside);
  turned.hairpins = arrived && arrived->packet.destination == b;
  if (!turned.hairpins) return turned;
  const Frame error = error_frame(b.ip, 3, 3, arrived->frame);
  rig.send(Side::kInside, error);
  if (const Seen* came = rig.came_on(Side::kInside)) turned.error = *came;
  return turned;
}

Finding hairpins_errors(const Subject& subject) {
  Rig rig(subject);
  const TurnedError turned = turn_error_back(rig);
  if (!turned.hairpins) return rig.fail("packets do not turn back, so errors about them cannot");
  return rig.pass_if(turned.error.has_value(), "an error about a hairpinned packet turns back",
                     "an error about a hairpinned packet is lost");
}

Finding hairpinned_errors_are_right(const Subject& subject) {
  Rig rig(subject);
  const TurnedError turned = turn_error_back(rig);
  if (!turned.error) return rig.not_applicable("none arrives, see 5508-REQ-7");
  return rig.pass_if(turned.error->whole &&
                         turned.error->packet.destination.ip == rig.host(0, 0).ip &&
                         quotes(turned.error->quoted(), turned.sent),
                     "it goes to the host that sent the packet, which it quotes as sent",
                     "it goes to another host, or quotes another packet");
}

constexpr Requirement kFromOutside[] = {
    {"5508-REQ-3",
     Level::kShould,
     "errors with a wrong checksum are dropped",
     {},
     drops_damaged_errors},
    {"5508-REQ-3a",
     Level::kShould,
     "errors about a header with a wrong checksum are dropped",
     {},
     drops_errors_about_damaged_headers},
    {"5508-REQ-3b",
     Level::kMust,
     "IP options of the quoted packet are skipped",
     {},
     sees_through_options},
    {"5508-REQ-3c",
     Level::kShouldNot,
     "the quoted transport checksum is validated",
     {},
     ignores_quoted_transport_checksums},
    {"5508-REQ-3d", Level::kMust, "ICMP extensions are left out of it", {}, leaves_extensions_out},
    {"5508-REQ-4",
     Level::kMust,
     "errors from outside reach the host they are about",
     {},
     errors_find_their_host},
    {"5508-REQ-4a",
     Level::kMust,
     "the quoted packet is as the host sent it",
     {},
     restores_quoted_packet},
    {"5508-REQ-4b", Level::kMust, "type and code stay", {}, keeps_type_and_code},
    {"5508-REQ-4c", Level::kMust, "the destination is the host inside", {}, addresses_the_host},
    {"5508-REQ-5", Level::kMust, "errors from inside get out", {}, errors_get_out},
    {"5508-REQ-5a",
     Level::kMust,
     "the quoted packet is as the remote sent it",
     {},
     restores_quoted_packet_outside},
    {"5508-REQ-5b", Level::kMust, "type and code stay", {}, keeps_type_and_code_outside},
    {"5508-REQ-5c",
     Level::kMust,
     "the source is an external address",
     {},
     speaks_with_its_own_address},
};
constexpr Requirement kTurned[] = {
    {"5508-REQ-7", Level::kMust, "errors turn back, too", {}, hairpins_errors},
    {"5508-REQ-7a",
     Level::kMust,
     "such an error goes to the sender of the packet",
     {},
     hairpinned_errors_are_right},
};

}  // namespace

std::span<const Requirement> rfc5508_errors() { return kFromOutside; }
std::span<const Requirement> rfc5508_hairpins() { return kTurned; }

}  // namespace natbed::conformance
