// Packets in words, for people who want to see why a check failed.
#include "base/wire.h"
#include "nat_models/conformance/frames.h"

namespace natbed::conformance {
namespace {

std::string ends_of(const Packet& packet, bool ports) {
  const auto end = [&](const Endpoint& e) { return ports ? e.to_string() : e.ip.to_string(); };
  return end(packet.source) + " → " + end(packet.destination);
}

std::string flags_of(const TcpFields& tcp) {
  std::string text;
  constexpr struct {
    TcpFlag flag;
    const char* name;
  } kNames[] = {{kSyn, " SYN"}, {kFin, " FIN"}, {kRst, " RST"}, {kAck, " ACK"}};
  for (const auto& [flag, name] : kNames) {
    if (tcp.has(flag)) text += name;
  }
  return text;
}

std::string error_words(const IcmpFields& icmp) {
  const auto numbers = [&] {
    return std::to_string(static_cast<int>(icmp.type)) + "/" + std::to_string(icmp.code);
  };
  if (icmp.type == IcmpType::kTimeExceeded) return "time exceeded";
  switch (icmp.code) {
    case kHostUnreachable:
      return "host unreachable";
    case kPortUnreachable:
      return "port unreachable";
    case kFragmentationNeeded:
      return "fragmentation needed, mtu " + std::to_string(icmp.next_hop_mtu);
    case kAdministrativelyProhibited:
      return "administratively prohibited";
    default:
      return "unreachable " + numbers();
  }
}

std::string icmp_words(const Packet& packet) {
  const IcmpFields& icmp = packet.icmp;
  if (!icmp.is_error()) {
    const bool request = icmp.type == IcmpType::kEchoRequest;
    const uint16_t id = request ? packet.source.port : packet.destination.port;
    return ends_of(packet, false) + (request ? " icmp echo " : " icmp echo reply ") + "id " +
           std::to_string(id);
  }
  return ends_of(packet, false) + " icmp " + error_words(icmp) + " about " +
         icmp.inner_source.to_string() + " → " + icmp.inner_destination.to_string() + " " +
         to_string(icmp.inner_protocol);
}

std::string protocol_name(Protocol protocol) {
  const std::string name = to_string(protocol);
  return name == "?" ? "protocol " + std::to_string(static_cast<int>(protocol)) : name;
}

}  // namespace

std::string words_for(ByteView frame) {
  const Seen s = seen(Side::kInside, frame);
  const Packet& p = s.packet;
  std::string text;
  const bool parsed = parse_packet(frame, Checksums::kIgnore).has_value();
  if (p.fragment_offset > 0) {
    text = ends_of(p, false) + " " + protocol_name(p.protocol) + " fragment at " +
           std::to_string(8 * p.fragment_offset);
  } else if (!parsed && p.protocol == Protocol::kIcmp && frame.size() > 21) {
    text = ends_of(p, false) + " icmp type " + std::to_string(std::to_integer<int>(frame[20])) +
           " code " + std::to_string(std::to_integer<int>(frame[21]));
  } else if (!parsed) {
    text = ends_of(p, false) + " " + protocol_name(p.protocol);
  } else if (p.protocol == Protocol::kIcmp) {
    text = icmp_words(p);
  } else {
    text = ends_of(p, true) + " " + to_string(p.protocol);
    if (p.protocol == Protocol::kTcp) text += flags_of(p.tcp);
  }
  if (p.more_fragments && p.fragment_offset == 0) text += ", first fragment";
  if (p.fragment_offset > 0 || p.more_fragments || frame.size() > 576) {
    text += ", " + std::to_string(frame.size()) + " bytes";
  }
  return s.whole ? text : text + ", wrong checksum";
}

std::string seconds_text(Duration time) {
  const int64_t ms = time.ns() / 1'000'000;
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 != 0) {
    const std::string digits = std::to_string(1000 + ms % 1000).substr(1);
    text += "." + digits.substr(0, digits.find_last_not_of('0') + 1);
  }
  return text + " s";
}

}  // namespace natbed::conformance
