#include "nat_models/profiles.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "base/suggest.h"

namespace natbed {
namespace {

constexpr std::string_view kGridSeen = "A kind of the systematic grid; see the profiles for boxes.";
constexpr std::string_view kGridSummary =
    "Mapping and filtering as named; preserves ports, filter per internal endpoint, timers of RFC "
    "4787.";

std::vector<NatProfile> make_kinds() {
  constexpr std::string_view kMapping[] = {"eim", "adm", "apdm"};
  constexpr std::string_view kFiltering[] = {"eif", "adf", "apdf"};
  std::vector<NatProfile> kinds;
  for (uint8_t mapping = 0; mapping < 3; ++mapping) {
    for (uint8_t filtering = 0; filtering < 3; ++filtering) {
      NatProfile& kind = kinds.emplace_back();
      kind.name = std::string(kMapping[mapping]) + "-" + std::string(kFiltering[filtering]);
      kind.generic = true;
      kind.behavior.set(&ProtocolBehavior::mapping, static_cast<Dependence>(mapping));
      kind.behavior.set(&ProtocolBehavior::filtering, static_cast<Dependence>(filtering));
      kind.summary = kGridSummary;
      kind.seen = kGridSeen;
    }
  }
  return kinds;
}

const NatProfile* find_in(const std::deque<NatProfile>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &NatProfile::name);
  return found == list.end() ? nullptr : &*found;
}

// While the built-in profiles are read, those read so far: a base comes before what is based on it.
std::deque<NatProfile>* g_reading = nullptr;
const NatProfile* find_while_reading(std::string_view name) { return find_in(*g_reading, name); }

// A profile may be based on one that comes later by name: again and again until all are read.
std::deque<NatProfile> read_builtin() {
  std::deque<NatProfile> read;
  g_reading = &read;
  std::vector<ProfileText> left;
  for (const ProfileText& text : builtin_profile_texts()) left.push_back(text);
  while (!left.empty()) {
    std::vector<ProfileText> later;
    std::string why;
    for (const ProfileText& text : left) {
      Result<NatProfile> profile = parse_profile(text.json, text.file, find_while_reading);
      if (profile) {
        read.push_back(std::move(*profile));
      } else {
        why = profile.error().message;
        later.push_back(text);
      }
    }
    if (later.size() == left.size()) std::fprintf(stderr, "%s\n", why.c_str());
    NATBED_CHECK(later.size() < left.size(), "a profile that comes with natbed does not parse");
    left = std::move(later);
  }
  g_reading = nullptr;
  std::ranges::stable_sort(read, [](const NatProfile& a, const NatProfile& b) {
    return std::pair(!a.generic, a.name) < std::pair(!b.generic, b.name);
  });
  return read;
}

std::deque<NatProfile>& all_profiles() {
  static std::deque<NatProfile> all = read_builtin();
  return all;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const NatProfile& profile : profiles()) names.push_back(profile.name);
  for (const NatProfile& kind : nat_kinds()) names.push_back(kind.name);
  return names;
}

}  // namespace

const std::deque<NatProfile>& profiles() { return all_profiles(); }

std::span<const NatProfile> nat_kinds() {
  static const std::vector<NatProfile> kKinds = make_kinds();
  return kKinds;
}

const NatProfile* find_profile(std::string_view name) {
  if (const NatProfile* profile = find_in(profiles(), name)) return profile;
  const auto kind = std::ranges::find(nat_kinds(), name, &NatProfile::name);
  return kind == nat_kinds().end() ? nullptr : &*kind;
}

Result<const NatProfile*> profile_named(std::string_view name) {
  if (const NatProfile* profile = find_profile(name)) return profile;
  return Error{unknown_word("NAT", name, all_names())};
}

Status add_profile_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{path + ": the profile cannot be read; is it there, and may you read it?"};
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Result<NatProfile> profile = parse_profile(text, path, find_profile);
  if (!profile) return profile.error();
  if (find_profile(profile->name)) {
    return Error{path + ": there is a NAT \"" + profile->name +
                 "\" already; give yours another \"name\""};
  }
  all_profiles().push_back(std::move(*profile));
  return ok();
}

Status add_profile_folder(const std::string& path) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".json") files.push_back(it->path());
  }
  if (error) return Error{path + ": the folder of profiles cannot be read: " + error.message()};
  std::ranges::sort(files);
  for (const std::string& file : files) {
    if (const Status added = add_profile_file(file); !added) return added;
  }
  return ok();
}

}  // namespace natbed
