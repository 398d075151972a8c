// Writes profiles as JSON documents, over the table of axes.
#include <nlohmann/json.hpp>

#include "base/address.h"
#include "nat_models/axes.h"
#include "nat_models/profile.h"

namespace natbed {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const NatAxis& axis, const AxisValue& value) {
  const auto seconds = [](int64_t ns) -> Json {
    constexpr int64_t kSecond = 1'000'000'000;
    if (ns % kSecond == 0) return ns / kSecond;
    return Duration::nanoseconds(ns).as_seconds();
  };
  Json list = Json::array();
  switch (axis.kind) {
    case AxisKind::kWord:
      return axis.words[static_cast<size_t>(value.number)];
    case AxisKind::kFlag:
      return value.number != 0;
    case AxisKind::kCount:
      return value.number;
    case AxisKind::kTime:
      return seconds(value.number);
    case AxisKind::kAddress:
      return IpAddress::v4(static_cast<uint32_t>(value.number)).to_string();
    case AxisKind::kPorts:
      if (axis.low == 1 && axis.high == 1) return Json{value.ports[0].low, value.ports[0].high};
      for (const PortRange& range : value.ports) list.push_back({range.low, range.high});
      return list;
    case AxisKind::kPortTimes:
      for (const NatTimers::ByPort& e : value.port_times) {
        list.push_back({e.ports.low, e.ports.high, seconds(e.time.ns())});
      }
      return list;
    case AxisKind::kNetworks:
      for (const Bypass& network : value.networks)
        list.push_back(to_string(axis, {0, {}, {}, {network}}));
      return list;
  }
  return list;
}

Json write_behavior(const NatBehavior& behavior) {
  static const NatBehavior kDefault;
  Json object = Json::object();
  Json by_protocol[3] = {Json::object(), Json::object(), Json::object()};
  for (const NatAxis& axis : nat_axes()) {
    if (is_uniform(behavior, axis)) {
      const AxisValue value = axis.get(behavior, Protocol::kUdp);
      if (value != axis.get(kDefault, Protocol::kUdp))
        object[std::string(axis.name)] = to_json(axis, value);
      continue;
    }
    for (size_t i = 0; i < 3; ++i) {
      const AxisValue value = axis.get(behavior, kNatProtocols[i]);
      if (value != axis.get(kDefault, kNatProtocols[i]))
        by_protocol[i][std::string(axis.name)] = to_json(axis, value);
    }
  }
  for (size_t i = 0; i < 3; ++i) {
    if (!by_protocol[i].empty()) object[to_string(kNatProtocols[i])] = by_protocol[i];
  }
  return object;
}

}  // namespace

std::string write_profile(const NatProfile& profile) {
  Json document = Json::object();
  document["name"] = profile.name;
  document["summary"] = profile.summary;
  document["seen"] = profile.seen;
  if (profile.generic) document["generic"] = true;
  if (!profile.is_nat) document["is_nat"] = false;
  document["behavior"] = write_behavior(profile.behavior);
  document["sources"] = Json::array();
  for (const ProfileSource& s : profile.sources) {
    document["sources"].push_back(
        Json{{"axes", s.axes}, {"text", s.text}, {"verified", s.verified}});
  }
  document["unknown"] = profile.unknown;
  document["deviations"] = Json::array();
  for (const Deviation& d : profile.deviations) {
    document["deviations"].push_back(Json{{"requirement", d.requirement}, {"why", d.why}});
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace natbed
