#include "scenarios/sweep_plan.h"

#include <gtest/gtest.h>

#include <set>

namespace natbed {
namespace {

std::vector<Axis> two_axes() {
  return {{"a", {std::string("x"), std::string("y")}}, {"n", {int64_t{1}, int64_t{2}, int64_t{3}}}};
}

TEST(SweepPlan, TheLastAxisMovesFastest) {
  const SweepPlan plan(1, two_axes(), 10);
  EXPECT_EQ(plan.cells(), 6u);
  EXPECT_EQ(plan.size(), 60u);
  EXPECT_EQ(plan.cell(0), (std::vector<Value>{std::string("x"), int64_t{1}}));
  EXPECT_EQ(plan.cell(1), (std::vector<Value>{std::string("x"), int64_t{2}}));
  EXPECT_EQ(plan.cell(5), (std::vector<Value>{std::string("y"), int64_t{3}}));
}

TEST(SweepPlan, TheFirstTrialHasTheRunsOwnSeed) {
  const SweepPlan plan(12345, two_axes(), 10);
  EXPECT_EQ(plan.trial(0).seed, 12345u);
  EXPECT_EQ(plan.trial(37).cell, 3u);
  EXPECT_EQ(plan.trial(37).index, 7u);
}

TEST(SweepPlan, AllSeedsDifferAndKeepTheirDigitsInJson) {
  const SweepPlan plan(1, two_axes(), 1000);
  std::set<uint64_t> seeds;
  for (uint64_t i = 0; i < plan.size(); ++i) seeds.insert(plan.trial(i).seed);
  EXPECT_EQ(seeds.size(), plan.size());
  EXPECT_LT(*seeds.rbegin(), uint64_t{1} << 53);
}

TEST(SweepPlan, SeedsOfATrialDoNotDependOnHowManyThereAre) {
  EXPECT_EQ(SweepPlan(1, two_axes(), 10).trial(23).seed,
            SweepPlan(1, two_axes(), 20).trial(43).seed);
}

TEST(SweepPlan, ASettingNarrowsAnAxis) {
  std::vector<Axis> axes = two_axes();
  EXPECT_TRUE(narrow_axis(axes, "n", "3,1").value());
  EXPECT_EQ(axes[1].values, (std::vector<Value>{int64_t{3}, int64_t{1}}));
  EXPECT_FALSE(narrow_axis(axes, "m", "3").value());
  const auto wrong = narrow_axis(axes, "n", "three");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "--set n=three: the axis \"n\" takes values such as 3, not \"three\"");
}

std::string narrowing(std::vector<Axis>& axes, const std::string& name, const std::string& text) {
  const Result<bool> narrowed = narrow_axis(axes, name, text);
  return narrowed ? "" : narrowed.error().message;
}

TEST(SweepPlan, ATextThatNoAxisHasIsASlip) {
  const std::vector<Axis> axes = {{"peer", {std::string("same carrier"), std::string("at home")}},
                                  {"on", {true, false}}};
  std::vector<Axis> narrowed = axes;
  EXPECT_EQ(narrowing(narrowed, "peer", "same carier"),
            "--set peer=same carier: unknown value of the axis \"peer\": \"same carier\" (did you "
            "mean \"same carrier\"?)");
  EXPECT_EQ(narrowing(narrowed, "peer", "at home,at home"),
            "--set peer=at home,at home: at home stands there twice");
  EXPECT_EQ(narrowing(narrowed, "on", "no"), "");
  EXPECT_EQ(narrowed[1].values, std::vector<Value>{false});
}

TEST(SweepPlan, AnAxisOfNatsTakesAnyNat) {
  std::vector<Axis> axes = {{"box", {std::string("linux"), std::string("eim-eif")}}};
  EXPECT_EQ(narrowing(axes, "box", "cgnat,eim-eif"), "");
  EXPECT_EQ(axes[0].values, (std::vector<Value>{std::string("cgnat"), std::string("eim-eif")}));
  EXPECT_NE(narrowing(axes, "box", "sticky").find("unknown value"), std::string::npos);
}

TEST(SweepPlan, AValueMayHoldAComma) {
  std::vector<Axis> axes = {{"place", {std::string("Bern, CH"), std::string("Ulm")}}};
  EXPECT_EQ(narrowing(axes, "place", "Bern, CH"), "");
  EXPECT_EQ(axes[0].values, std::vector<Value>{std::string("Bern, CH")});
}

}  // namespace
}  // namespace natbed
