// Axes in words, and what of their values goes together.
#include <algorithm>

#include "base/address.h"
#include "nat_models/axes.h"

namespace natbed {
namespace {

std::string seconds_text(int64_t ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  std::string text = std::to_string(ns / kSecond);
  if (int64_t rest = ns % kSecond; rest != 0) {
    std::string decimals = std::to_string(kSecond + rest).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "." + decimals;
  }
  return text + " s";
}

std::string range_text(PortRange range) {
  if (range.low == range.high) return std::to_string(range.low);
  return std::to_string(range.low) + "-" + std::to_string(range.high);
}

std::string joined(const std::vector<std::string>& parts) {
  if (parts.empty()) return "none";
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

Error contradiction(std::string what) { return Error{std::move(what)}; }

}  // namespace

std::string to_string(const NatAxis& axis, const AxisValue& value) {
  std::vector<std::string> parts;
  switch (axis.kind) {
    case AxisKind::kWord:
      return std::string(axis.words[static_cast<size_t>(value.number)]);
    case AxisKind::kFlag:
      return value.number != 0 ? "yes" : "no";
    case AxisKind::kCount:
      return std::to_string(value.number);
    case AxisKind::kTime:
      return seconds_text(value.number);
    case AxisKind::kAddress:
      if (value.number == 0) return "none";
      return IpAddress::v4(static_cast<uint32_t>(value.number)).to_string();
    case AxisKind::kPorts:
      for (const PortRange& range : value.ports) parts.push_back(range_text(range));
      return joined(parts);
    case AxisKind::kPortTimes:
      for (const NatTimers::ByPort& entry : value.port_times) {
        parts.push_back(range_text(entry.ports) + ": " + seconds_text(entry.time.ns()));
      }
      return joined(parts);
    case AxisKind::kNetworks:
      for (const Bypass& network : value.networks) {
        parts.push_back(IpAddress::v4(network.network).to_string() + "/" +
                        std::to_string(network.bits));
      }
      return joined(parts);
  }
  return "?";
}

std::string expected(const NatAxis& axis) {
  switch (axis.kind) {
    case AxisKind::kWord: {
      std::string text;
      for (size_t i = 0; i < axis.words.size(); ++i) {
        if (i > 0) text += i + 1 == axis.words.size() ? " or " : ", ";
        text += "\"" + std::string(axis.words[i]) + "\"";
      }
      return text;
    }
    case AxisKind::kFlag:
      return "true or false";
    case AxisKind::kCount:
      return "a whole number from " + std::to_string(axis.low) + " to " + std::to_string(axis.high);
    case AxisKind::kTime:
      return "seconds";
    case AxisKind::kAddress:
      return "an IPv4 address such as \"10.0.0.1\"";
    case AxisKind::kPorts:
      if (axis.low == 1 && axis.high == 1) return "a range of ports such as [1024, 65535]";
      return "up to " + std::to_string(axis.high) + " ranges of ports such as [[5000, 5010]]";
    case AxisKind::kPortTimes:
      return "up to " + std::to_string(axis.high) +
             " ranges of ports with seconds, such as [[53, 53, 60]]";
    case AxisKind::kNetworks:
      return "up to " + std::to_string(axis.high) + " networks such as [\"198.51.100.0/24\"]";
  }
  return "?";
}

Status validate(const NatBehavior& b) {
  for (const Protocol protocol : kNatProtocols) {
    const ProtocolBehavior& p = b.of(protocol);
    const std::string of = std::string(" (") + to_string(protocol) + ")";
    if (p.ports.range.empty()) {
      return contradiction("\"port_range\" has its lower end above its upper end" + of);
    }
    if (p.ports.step == 0) return contradiction("\"port_step\" must not be 0" + of);
    if (p.ports.overload && p.filtering != Dependence::kAddressAndPortDependent) {
      return contradiction(
          "\"port_overload\" needs \"filtering\": \"apdf\": where hosts share a port, only the "
          "exact "
          "remote tells whose a packet is" +
          of);
    }
    if (p.ports.overload && p.reply_mapping == ReplyMapping::kAdmitting) {
      return contradiction(
          "\"port_overload\" keeps sessions, which answer by themselves: leave \"reply_mapping\" "
          "at "
          "\"selected\"" +
          of);
    }
    if (p.ports.overload && p.ports.clash_binds_remote) {
      return contradiction(
          "\"port_overload\" binds every session to its remote already: leave out "
          "\"clash_binds_remote\"" +
          of);
    }
  }
  if (b.timers.lifetime_low > b.timers.lifetime_high) {
    return contradiction("\"lifetime_low\" is above \"lifetime_high\"");
  }
  if (b.blocks.kind == PortBlocks::Kind::kDeterministic && b.blocks.inside_first == 0) {
    return contradiction(
        "deterministic \"blocks\" need \"blocks_inside_first\", the first internal address");
  }
  constexpr uint16_t kLeastMtu = 68;  // RFC 791 §3.1
  for (const uint16_t mtu : {b.mtu_outside, b.mtu_inside}) {
    if (mtu != 0 && mtu < kLeastMtu) {
      return contradiction("an MTU is at least 68 bytes (RFC 791), or 0 for none, not " +
                           std::to_string(mtu));
    }
  }
  return ok();
}

}  // namespace natbed
