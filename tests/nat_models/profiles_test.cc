#include "nat_models/profiles.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "nat_models/axes.h"
#include "tests/support/random_behavior.h"

namespace natbed {
namespace {

using enum Dependence;

TEST(Profiles, HaveTheNamesThatPeopleUse) {
  for (const char* name : {"full-cone",
                           "restricted",
                           "port-restricted",
                           "symmetric",
                           "symmetric-sequential",
                           "cgnat",
                           "none",
                           "conformant",
                           "conformant-cgn",
                           "linux",
                           "linux-random",
                           "linux-fully-random",
                           "openwrt",
                           "freebsd-pf",
                           "freebsd-pf-static-port",
                           "libalias",
                           "cisco-ios",
                           "cisco-asa",
                           "juniper-srx",
                           "juniper-mx-cgn",
                           "mikrotik",
                           "vpp-cgv6",
                           "windows-winnat",
                           "vmware",
                           "virtualbox",
                           "docker",
                           "kubernetes",
                           "aws-nat-gateway",
                           "gcp-cloud-nat",
                           "azure-nat-gateway",
                           "starlink",
                           "t-mobile-us",
                           "fritzbox",
                           "android-hotspot"}) {
    const NatProfile* profile = find_profile(name);
    ASSERT_NE(profile, nullptr) << name;
    EXPECT_EQ(profile->name, name);
  }
}

TEST(Profiles, AreInFilesOfTheirNamesAndSayWhereTheyWereSeen) {
  std::set<std::string> names;
  for (const NatProfile& profile : profiles()) {
    EXPECT_TRUE(names.insert(profile.name).second) << profile.name;
    EXPECT_GT(profile.summary.size(), 20u) << profile.name;
    EXPECT_GE(profile.seen.size(), 15u) << profile.name;
    EXPECT_TRUE(validate(profile.behavior)) << profile.name;
  }
  for (const ProfileText& text : builtin_profile_texts()) {
    EXPECT_TRUE(names.contains(std::string(text.file.substr(0, text.file.find('.'))))) << text.file;
  }
  EXPECT_EQ(names.size(), builtin_profile_texts().size());
}

TEST(Profiles, AreTheClassesOfTheirNames) {
  EXPECT_EQ(find_profile("full-cone")->behavior.udp.filtering, kEndpointIndependent);
  EXPECT_EQ(find_profile("restricted")->behavior.udp.filtering, kAddressDependent);
  EXPECT_EQ(find_profile("port-restricted")->behavior, NatBehavior());
  EXPECT_EQ(find_profile("symmetric")->behavior.udp.mapping, kAddressAndPortDependent);
  EXPECT_EQ(find_profile("symmetric-sequential")->behavior.udp.ports.allocation,
            PortAllocation::kSequential);
  EXPECT_EQ(find_profile("linux")->behavior.timers.udp_unreplied, Duration::seconds(30));
  EXPECT_EQ(find_profile("linux")->behavior.timers.udp, Duration::seconds(120));
  EXPECT_TRUE(find_profile("linux")->behavior.udp.ports.overload);
  EXPECT_FALSE(find_profile("none")->is_nat);
  EXPECT_TRUE(find_profile("cgnat")->is_nat);
}

TEST(Profiles, SpanTheGridMappingFirst) {
  ASSERT_EQ(nat_kinds().size(), 9u);
  const char* const words[] = {"ei", "ad", "apd"};
  for (int i = 0; i < 9; ++i) {
    const NatProfile& kind = nat_kinds()[i];
    EXPECT_EQ(kind.behavior.udp.mapping, static_cast<Dependence>(i / 3)) << kind.name;
    EXPECT_EQ(kind.behavior.udp.filtering, static_cast<Dependence>(i % 3)) << kind.name;
    EXPECT_EQ(kind.name, std::string(words[i / 3]) + "m-" + words[i % 3] + "f");
    EXPECT_EQ(find_profile(kind.name), &kind);
  }
}

TEST(Profiles, HelpWhoeverMistypesAName) {
  EXPECT_EQ(profile_named("symmetric").value(), find_profile("symmetric"));
  const auto missing = profile_named("simetric");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "unknown NAT \"simetric\" (did you mean \"symmetric\"?)");
}

const NatProfile* nobody(std::string_view) { return nullptr; }

TEST(ProfileJson, ReadsWhatItWrites) {
  for (const NatProfile& profile : profiles()) {
    const auto read = parse_profile(write_profile(profile), "written", nobody);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, profile) << profile.name;
  }
  Rng rng(7);
  for (int i = 0; i < 500; ++i) {
    NatProfile profile;
    profile.name = "random";
    profile.summary = profile.seen = "made up";
    profile.behavior = test::random_behavior(rng);
    std::vector<std::string> all;
    for (const std::string_view name : nat_axis_names()) all.emplace_back(name);
    profile.sources.push_back({all, "made up", false});
    const auto read = parse_profile(write_profile(profile), "written", nobody);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, profile) << write_profile(profile);
  }
}

TEST(ProfileJson, SaysWhatIsWrongAndWhere) {
  const auto with = [](const std::string& behavior) {
    return R"({"name": "x", "summary": "s", "seen": "t", "behavior": )" + behavior +
           R"(, "sources": [{"axes": ["mapping", "ports", "port_range", "udp_timeout", "filtering",
              "port_overload", "max_mappings", "bypass"], "text": "me", "verified": true}]})";
  };
  const struct {
    std::string json, error;
  } cases[] = {
      {"{", "f.json: this is no JSON: "},
      {"[]", "f.json: the document: expected an object, found []"},
      {R"({"name": "x", "summary": "s"})", "f.json: the document: \"seen\" is missing"},
      {R"({"name": "X y", "summary": "s", "seen": "t"})",
       "f.json: name: expected 1 to 40 small letters, digits and hyphens, found \"X y\""},
      {R"({"name": "x", "summary": "s", "seen": "t", "behaviour": {}})",
       "f.json: the document: unknown key \"behaviour\" (did you mean \"behavior\"?)"},
      {with(R"({"mapping": "cone"})"),
       "f.json: behavior.mapping: expected \"eim\", \"adm\" or \"apdm\", found \"cone\""},
      {with(R"({"maping": "eim"})"),
       "f.json: behavior: unknown axis \"maping\" (did you mean \"mapping\"?)"},
      {with(R"({"udp": {"udp_timeout": 3}})"),
       "f.json: behavior.udp.udp_timeout: this axis holds for the whole box; move it out of "
       "\"udp\""},
      {with(R"({"max_mappings": 0})"),
       "f.json: behavior.max_mappings: expected a whole number from 1 to 100000000, found 0"},
      {with(R"({"max_mappings": 18446744073709551615})"),
       "f.json: behavior.max_mappings: expected a whole number from 1 to 100000000, found "
       "18446744073709551615"},
      {with(R"({"udp_timeout": -1})"),
       "f.json: behavior.udp_timeout: expected seconds, from 0 to a year, found -1"},
      {with(R"({"port_range": [2000, 1000]})"),
       "f.json: behavior.port_range: expected the lower port first, found [2000,1000]"},
      {with(R"({"bypass": ["10.0.0.0/33"]})"),
       "f.json: behavior.bypass[0]: expected up to 2 networks such as [\"198.51.100.0/24\"], with "
       "1 to "
       "32 bits, found \"10.0.0.0/33\""},
      {with(R"({"port_overload": true, "filtering": "eif"})"),
       "f.json: behavior: \"port_overload\" needs \"filtering\": \"apdf\": where hosts share a "
       "port, "
       "only the exact remote tells whose a packet is (udp)"},
      {with(R"({"hairpin": "external"})"),
       "f.json: behavior.hairpin: no entry of \"sources\" names this axis; add one that says who "
       "knows "
       "it of this box, and whether that was verified"},
      {R"({"name": "x", "summary": "s", "seen": "t", "based_on": "y"})",
       "f.json: based_on: there is no profile \"y\""},
  };
  for (const auto& c : cases) {
    const auto profile = parse_profile(c.json, "f.json", nobody);
    ASSERT_FALSE(profile) << c.json;
    EXPECT_EQ(profile.error().message.substr(0, c.error.size()), c.error);
  }
}

TEST(ProfileFiles, AreKnownByNameOnceAdded) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "natbed_profiles_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "mine.json")
      << R"({"name": "mine", "summary": "my own box", "seen": "at home", "based_on": "linux",
            "behavior": {"udp_timeout": 45}, "sources": [{"axes": ["udp_timeout"],
            "text": "measured", "verified": true}]})";
  ASSERT_EQ(find_profile("mine"), nullptr);
  const Status added = add_profile_folder(folder);
  ASSERT_TRUE(added) << added.error().message;
  ASSERT_NE(find_profile("mine"), nullptr);
  EXPECT_EQ(find_profile("mine")->behavior.timers.udp, Duration::seconds(45));
  EXPECT_TRUE(find_profile("mine")->behavior.udp.ports.overload);
  const Status again = add_profile_file(folder / "mine.json");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("there is a NAT \"mine\" already"), std::string::npos);
  EXPECT_FALSE(add_profile_file(folder / "absent.json"));
  EXPECT_FALSE(add_profile_folder(folder / "absent"));
  std::filesystem::remove_all(folder);
}

TEST(Axes, HaveNamesOfTheirOwnAndSayWhatTheyAre) {
  std::set<std::string_view> names;
  for (const NatAxis& axis : nat_axes()) {
    EXPECT_TRUE(names.insert(axis.name).second) << axis.name;
    EXPECT_GT(axis.meaning.size(), 10u) << axis.name;
    EXPECT_FALSE(axis.source.empty()) << axis.name;
    EXPECT_EQ(find_nat_axis(axis.name), &axis);
  }
}

// An axis that could be set without an effect, or whose effect is another's, would be one that lies.
TEST(Axes, ChangeTheBehaviourEachInItsOwnWay) {
  Rng rng(3);
  for (const NatAxis& axis : nat_axes()) {
    NatBehavior changed;
    for (int tries = 0; tries < 100 && changed == NatBehavior(); ++tries) {
      test::set_at_random(changed, axis, rng);
    }
    EXPECT_NE(changed, NatBehavior()) << axis.name;
    for (const NatAxis& other : nat_axes()) {
      if (&other == &axis) continue;
      for (const Protocol p : kNatProtocols) {
        EXPECT_EQ(other.get(changed, p), other.get(NatBehavior(), p))
            << axis.name << ", " << other.name;
      }
    }
  }
}

}  // namespace
}  // namespace natbed
