#include "nat_models/presets.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace natbed {
namespace {

using enum Dependence;

TEST(Presets, HaveTheNamesThatPeopleUse) {
  for (const char* name : {"full-cone", "restricted", "port-restricted", "symmetric",
                           "symmetric-sequential", "cgnat", "linux", "none"}) {
    const Preset* preset = find_preset(name);
    ASSERT_NE(preset, nullptr) << name;
    EXPECT_EQ(preset->name, name);
  }
  EXPECT_EQ(presets().size(), 8u);
}

TEST(Presets, SayWhatTheySetAndWhereItWasSeen) {
  std::set<std::string_view> names;
  for (auto list : {presets(), nat_kinds()}) {
    for (const Preset& preset : list) {
      EXPECT_TRUE(names.insert(preset.name).second) << preset.name;
      EXPECT_GT(preset.summary.size(), 20u) << preset.name;
      EXPECT_GT(preset.seen.size(), 20u) << preset.name;
    }
  }
}

TEST(Presets, AreTheClassesOfTheirNames) {
  EXPECT_EQ(find_preset("full-cone")->behavior.udp.filtering, kEndpointIndependent);
  EXPECT_EQ(find_preset("restricted")->behavior.udp.filtering, kAddressDependent);
  EXPECT_EQ(find_preset("port-restricted")->behavior.udp.filtering, kAddressAndPortDependent);
  EXPECT_EQ(find_preset("symmetric")->behavior.udp.mapping, kAddressAndPortDependent);
  EXPECT_EQ(find_preset("symmetric-sequential")->behavior.udp.ports.allocation,
            PortAllocation::kSequential);
  EXPECT_EQ(find_preset("linux")->behavior.timers.udp_unreplied, Duration::seconds(30));
  EXPECT_EQ(find_preset("linux")->behavior.timers.udp, Duration::seconds(120));
  EXPECT_FALSE(find_preset("none")->is_nat);
  EXPECT_TRUE(find_preset("cgnat")->is_nat);
}

TEST(Presets, SpanTheGridMappingFirst) {
  ASSERT_EQ(nat_kinds().size(), 9u);
  const char* const words[] = {"ei", "ad", "apd"};
  for (int i = 0; i < 9; ++i) {
    const Preset& kind = nat_kinds()[i];
    EXPECT_EQ(kind.behavior.udp.mapping, static_cast<Dependence>(i / 3)) << kind.name;
    EXPECT_EQ(kind.behavior.udp.filtering, static_cast<Dependence>(i % 3)) << kind.name;
    EXPECT_EQ(kind.name, std::string(words[i / 3]) + "m-" + words[i % 3] + "f");
    EXPECT_EQ(find_preset(kind.name), &kind);
  }
}

TEST(Presets, HelpWhoeverMistypesAName) {
  EXPECT_EQ(preset_named("symmetric").value(), find_preset("symmetric"));
  const auto missing = preset_named("simetric");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("did you mean \"symmetric\"?"), std::string::npos)
      << missing.error().message;
  EXPECT_NE(missing.error().message.find("full-cone, restricted, "), std::string::npos);
  EXPECT_EQ(find_preset("simetric"), nullptr);
}

}  // namespace
}  // namespace natbed
