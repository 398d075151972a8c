// Reads profiles from JSON documents, over the table of axes.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/address.h"
#include "base/suggest.h"
#include "nat_models/axes.h"
#include "nat_models/profile.h"

namespace natbed {
namespace {

using Json = nlohmann::ordered_json;

// What is wrong with a document; caught in parse_profile().
struct Wrong {
  std::string message;
};

constexpr std::string_view kProtocolNames[] = {"udp", "tcp", "icmp"};

std::string shown(const Json& value) {
  constexpr size_t kMost = 60;
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

[[noreturn]] void refuse(const std::string& path, std::string_view wanted, const Json& found) {
  throw Wrong{path + ": expected " + std::string(wanted) + ", found " + shown(found)};
}

std::string text_at(const Json& value, const std::string& path) {
  if (!value.is_string()) refuse(path, "a text", value);
  return value.get<std::string>();
}

int64_t whole_at(const Json& value, const std::string& path, int64_t low, int64_t high,
                 std::string_view wanted) {
  if (!value.is_number_integer()) refuse(path, wanted, value);
  // Of unsigned numbers beyond the range of signed ones the sign is lost in conversion.
  if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) refuse(path, wanted, value);
  const int64_t number = value.get<int64_t>();
  if (number < low || number > high) refuse(path, wanted, value);
  return number;
}

Duration time_at(const Json& value, const std::string& path, int64_t most,
                 std::string_view wanted) {
  if (!value.is_number()) refuse(path, wanted, value);
  const double seconds = value.get<double>();
  if (!(seconds >= 0) || seconds > Duration::nanoseconds(most).as_seconds()) {
    refuse(path, std::string(wanted) + ", from 0 to a year", value);
  }
  return Duration::from_seconds(seconds);
}

PortRange range_at(const Json& value, const std::string& path, size_t elements,
                   std::string_view wanted) {
  if (!value.is_array() || value.size() != elements) refuse(path, wanted, value);
  const auto port = [&](size_t i) {
    return static_cast<uint16_t>(whole_at(value[i], path, 0, 65535, wanted));
  };
  const PortRange range{port(0), port(1)};
  if (range.empty()) refuse(path, "the lower port first", value);
  return range;
}

Bypass network_at(const Json& value, const std::string& path, std::string_view wanted) {
  const std::string text = text_at(value, path);
  const size_t slash = text.find('/');
  const auto ip = IpAddress::parse(text.substr(0, slash));
  if (slash == std::string::npos || !ip || !ip->is_v4()) refuse(path, wanted, value);
  const std::string digits = text.substr(slash + 1);
  const bool number = !digits.empty() && digits.size() <= 2 &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
  const int bits = number ? std::stoi(digits) : 0;
  if (bits < 1 || bits > 32) refuse(path, std::string(wanted) + ", with 1 to 32 bits", value);
  return {ip->v4_value(), static_cast<uint8_t>(bits)};
}

AxisValue value_at(const NatAxis& axis, const Json& json, const std::string& path) {
  const std::string wanted = expected(axis);
  AxisValue value;
  const auto list = [&](auto read) {
    if (!json.is_array() || json.size() > static_cast<size_t>(axis.high))
      refuse(path, wanted, json);
    for (size_t i = 0; i < json.size(); ++i) read(json[i], path + "[" + std::to_string(i) + "]");
  };
  switch (axis.kind) {
    case AxisKind::kWord: {
      const std::string word = text_at(json, path);
      const auto found = std::ranges::find(axis.words, word);
      if (found == axis.words.end()) refuse(path, wanted, json);
      value.number = found - axis.words.begin();
      break;
    }
    case AxisKind::kFlag:
      if (!json.is_boolean()) refuse(path, wanted, json);
      value.number = json.get<bool>();
      break;
    case AxisKind::kCount:
      value.number = whole_at(json, path, axis.low, axis.high, wanted);
      break;
    case AxisKind::kTime:
      value.number = time_at(json, path, axis.high, wanted).ns();
      break;
    case AxisKind::kAddress: {
      const auto ip = IpAddress::parse(text_at(json, path));
      if (!ip || !ip->is_v4()) refuse(path, wanted, json);
      value.number = ip->v4_value();
      break;
    }
    case AxisKind::kPorts:
      if (axis.low == 1 && axis.high == 1) {
        value.ports = {range_at(json, path, 2, wanted)};
      } else {
        list([&](const Json& e, const std::string& at) {
          value.ports.push_back(range_at(e, at, 2, wanted));
        });
      }
      break;
    case AxisKind::kPortTimes:
      list([&](const Json& e, const std::string& at) {
        const PortRange range = range_at(e, at, 3, wanted);
        value.port_times.push_back({range, time_at(e[2], at, INT64_MAX / 2, wanted)});
      });
      break;
    case AxisKind::kNetworks:
      list([&](const Json& e, const std::string& at) {
        value.networks.push_back(network_at(e, at, wanted));
      });
      break;
  }
  return value;
}

// The axes that `object` sets, as "mapping" or "tcp.mapping", added to `set`.
void read_axes(const Json& object, const std::string& path, std::optional<Protocol> protocol,
               NatBehavior& behavior, std::vector<std::string>& set) {
  if (!object.is_object()) refuse(path, "an object with axes", object);
  for (const auto& [key, value] : object.items()) {
    const std::string at = path + "." + key;
    const auto of = std::ranges::find(kProtocolNames, key);
    if (!protocol && of != std::end(kProtocolNames)) continue;
    const NatAxis* axis = find_nat_axis(key);
    if (!axis) throw Wrong{path + ": " + unknown_word("axis", key, nat_axis_names())};
    if (protocol && !axis->per_protocol) {
      throw Wrong{at + ": this axis holds for the whole box; move it out of \"" +
                  std::string(to_string(*protocol)) + "\""};
    }
    const AxisValue read = value_at(*axis, value, at);
    if (protocol) {
      axis->set(behavior, *protocol, read);
    } else {
      set_axis(behavior, *axis, read);
    }
    set.push_back(protocol ? std::string(to_string(*protocol)) + "." + key : key);
  }
}

NatBehavior read_behavior(const Json& object, const std::string& path, NatBehavior behavior,
                          std::vector<std::string>& set) {
  read_axes(object, path, std::nullopt, behavior, set);
  for (size_t i = 0; i < std::size(kProtocolNames); ++i) {
    const std::string name(kProtocolNames[i]);
    if (!object.contains(name)) continue;
    read_axes(object[name], path + "." + name, kNatProtocols[i], behavior, set);
  }
  if (const Status s = validate(behavior); !s) throw Wrong{path + ": " + s.error().message};
  return behavior;
}

std::vector<std::string> texts_at(const Json& value, const std::string& path) {
  if (!value.is_array()) refuse(path, "a list of texts", value);
  std::vector<std::string> texts;
  for (size_t i = 0; i < value.size(); ++i) {
    texts.push_back(text_at(value[i], path + "[" + std::to_string(i) + "]"));
  }
  return texts;
}

// "mapping" or "tcp.mapping".
void check_axis_name(const std::string& name, const std::string& path) {
  const size_t dot = name.find('.');
  if (dot != std::string::npos) {
    const std::string protocol = name.substr(0, dot);
    if (std::ranges::find(kProtocolNames, protocol) == std::end(kProtocolNames)) {
      throw Wrong{path + ": " + unknown_word("protocol", protocol, kProtocolNames)};
    }
  }
  const std::string axis = dot == std::string::npos ? name : name.substr(dot + 1);
  if (!find_nat_axis(axis)) throw Wrong{path + ": " + unknown_word("axis", axis, nat_axis_names())};
}

// `object` with every key known, and those in `needed` there.
void check_keys(const Json& object, const std::string& path, std::vector<std::string_view> needed,
                std::vector<std::string_view> optional) {
  if (!object.is_object()) refuse(path, "an object", object);
  std::vector<std::string_view> known = needed;
  known.insert(known.end(), optional.begin(), optional.end());
  for (const auto& [key, unused] : object.items()) {
    if (std::ranges::find(known, key) == known.end()) {
      throw Wrong{path + ": " + unknown_word("key", key, known)};
    }
  }
  for (const std::string_view key : needed) {
    if (!object.contains(key)) throw Wrong{path + ": \"" + std::string(key) + "\" is missing"};
  }
}

ProfileSource read_source(const Json& object, const std::string& path) {
  check_keys(object, path, {"axes", "text", "verified"}, {});
  ProfileSource source;
  source.axes = texts_at(object["axes"], path + ".axes");
  for (const std::string& axis : source.axes) check_axis_name(axis, path + ".axes");
  source.text = text_at(object["text"], path + ".text");
  if (!object["verified"].is_boolean())
    refuse(path + ".verified", "true or false", object["verified"]);
  source.verified = object["verified"].get<bool>();
  return source;
}

void read_list(const Json& document, const char* key, auto read) {
  if (!document.contains(key)) return;
  const Json& list = document[key];
  if (!list.is_array()) refuse(key, "a list", list);
  for (size_t i = 0; i < list.size(); ++i)
    read(list[i], std::string(key) + "[" + std::to_string(i) + "]");
}

void check_name(const std::string& name) {
  const bool good =
      !name.empty() && name.size() <= 40 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!good) {
    throw Wrong{"name: expected 1 to 40 small letters, digits and hyphens, found \"" + name + "\""};
  }
}

NatProfile read_profile(const Json& document, FindProfile find) {
  check_keys(document, "the document", {"name", "summary", "seen"},
             {"based_on", "generic", "is_nat", "behavior", "sources", "unknown", "deviations"});
  NatProfile profile;
  profile.name = text_at(document["name"], "name");
  check_name(profile.name);
  profile.summary = text_at(document["summary"], "summary");
  profile.seen = text_at(document["seen"], "seen");
  const auto flag = [&](const char* key, bool otherwise) {
    if (!document.contains(key)) return otherwise;
    if (!document[key].is_boolean()) refuse(key, "true or false", document[key]);
    return document[key].get<bool>();
  };
  profile.generic = flag("generic", false);
  profile.is_nat = flag("is_nat", true);
  if (document.contains("based_on")) {
    const std::string name = text_at(document["based_on"], "based_on");
    const NatProfile* base = find(name);
    if (!base) throw Wrong{"based_on: there is no profile \"" + name + "\""};
    profile.behavior = base->behavior;
    profile.sources = base->sources;
  }
  std::vector<ProfileSource> own;
  read_list(document, "sources",
            [&](const Json& e, const std::string& at) { own.push_back(read_source(e, at)); });
  profile.sources.insert(profile.sources.begin(), own.begin(),
                         own.end());  // its own before its base's
  read_list(document, "unknown", [&](const Json& e, const std::string& at) {
    profile.unknown.push_back(text_at(e, at));
    check_axis_name(profile.unknown.back(), at);
  });
  read_list(document, "deviations", [&](const Json& e, const std::string& at) {
    check_keys(e, at, {"requirement", "why"}, {});
    profile.deviations.push_back({text_at(e["requirement"], at), text_at(e["why"], at)});
  });
  std::vector<std::string> set;
  if (document.contains("behavior"))
    profile.behavior = read_behavior(document["behavior"], "behavior", profile.behavior, set);
  for (const std::string& axis : set) {
    if (!profile.source_of(axis)) {
      throw Wrong{"behavior." + axis +
                  ": no entry of \"sources\" names this axis; add one that says who "
                  "knows it of this box, and whether that was verified"};
    }
  }
  return profile;
}

}  // namespace

const ProfileSource* NatProfile::source_of(std::string_view axis) const {
  const size_t dot = axis.find('.');
  const std::string_view bare = dot == std::string_view::npos ? axis : axis.substr(dot + 1);
  for (const ProfileSource& source : sources) {
    for (const std::string& named : source.axes) {
      if (named == axis || named == bare) return &source;
    }
  }
  return nullptr;
}

Result<NatProfile> parse_profile(std::string_view json, std::string_view where, FindProfile find) {
  try {
    return read_profile(Json::parse(json), find);
  } catch (const Wrong& wrong) {
    return Error{std::string(where) + ": " + wrong.message};
  } catch (const Json::exception& broken) {
    return Error{std::string(where) + ": this is no JSON: " + broken.what()};
  }
}

Result<NatBehavior> change_behavior(const NatBehavior& base, std::string_view json,
                                    std::string_view where) {
  try {
    std::vector<std::string> set;
    return read_behavior(Json::parse(json), std::string(where), base, set);
  } catch (const Wrong& wrong) {
    return Error{wrong.message};
  } catch (const Json::exception& broken) {
    return Error{std::string(where) + ": " + broken.what()};
  }
}

}  // namespace natbed
