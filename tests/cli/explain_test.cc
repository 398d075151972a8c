// `natbed explain`: what it prints of traces and scenarios, and what it refuses.
#include <nlohmann/json.hpp>
#include <string>

#include "program_fixture.h"

namespace natbed::testing_support {
namespace {

class ExplainCli : public Cli {
 protected:
  static std::vector<std::string> homes(const std::string& command, const std::string& kind) {
    return {command,      kScenarios + "two_homes.lua", "--set", "alice=" + kind, "--set",
            "bob=" + kind};
  }
  std::string trace(const std::string& kind) const {
    std::vector<std::string> run = homes("run", kind);
    run.insert(run.end(), {"--trace", file("t")});
    EXPECT_EQ(natbed(run).status, 0);
    return file("t");
  }
};

TEST_F(ExplainCli, TellsATraceAndItsScenarioAlikeInLinesThatFit) {
  const ProgramResult told = natbed({"explain", trace("symmetric"), "--pair", "alice,bob"});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_TRUE(told.out.starts_with("alice and bob: relayed at ")) << told.out;
  for (const char* words : {"alice (192.168.1.2) is behind symmetric-1 (198.18.0.4)", "[filtered]",
                            "row 1 of its table", "\nwhy  ", "\nchange  "})
    EXPECT_NE(told.out.find(words), std::string::npos) << words << " in\n" << told.out;
  EXPECT_EQ(natbed(homes("explain", "symmetric")).out, told.out);
  std::istringstream lines(told.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST_F(ExplainCli, JsonHoldsTheSameStory) {
  const ProgramResult told = natbed({"explain", trace("symmetric"), "--json"});
  EXPECT_EQ(told.status, 0) << told.err;
  const auto json = nlohmann::json::parse(told.out, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << told.out;
  ASSERT_EQ(json["pairs"].size(), 1u);
  EXPECT_EQ(json["pairs"][0]["reached"], true);
  EXPECT_EQ(json["pairs"][0]["changes"].size(), 2u);
  EXPECT_EQ(json["pairs"][0]["drops"][0]["reason"], "filtered");
  EXPECT_EQ(json["pairs"][0]["drops"][0]["row"], 1);
}

TEST_F(ExplainCli, AFailedRunNamesTheCommandThatTellsWhy) {
  const std::string lost = script("lost.lua",
                                  "local net = natbed.network{ latency = 20 }\n"
                                  "net:server('stun'):serve('stun')\n"
                                  "local a = net:nat('symmetric'):host('alice')\n"
                                  "local b = net:nat('symmetric'):host('bob')\n"
                                  "natbed.record{ ok = a:connect(b, { with = 'punch' }).ok }\n");
  const ProgramResult run = natbed({"run", lost});
  const size_t at = run.out.find("\nwhy: natbed explain ");
  ASSERT_NE(at, std::string::npos) << run.out;
  const ProgramResult told =
      run_program({"sh", "-c", NATBED_PROGRAM + (" " + run.out.substr(at + 13))});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_TRUE(told.out.starts_with("alice and bob: no path")) << told.out;
}

TEST_F(ExplainCli, RefusesWhatItCannotTell) {
  const std::string whole = trace("linux");
  std::ofstream(file("foreign")) << "GIF89a, and no trace of natbed";
  std::ofstream(file("half"), std::ios::binary) << contents(whole).substr(0, 1000);
  expect_error(natbed({"explain", file("foreign")}), {"foreign", "not a natbed trace", "--trace"});
  expect_error(natbed({"explain", file("half")}), {"half", "interrupted"});
  expect_error(natbed({"explain", file("nowhere")}), {"nowhere", "No such file"});
  expect_error(natbed({"explain", whole, "--pair", "alice,carl"}), {"carl", "alice", "bob"});
  expect_error(natbed({"explain", whole, "--pair", "bob,stun,x"}), {"two hosts", "bob,stun,x"});
  expect_error(natbed({"explain", whole, "--pair", "relay,rendezvous"}),
               {"did not try", "those who did: alice,bob"});
  expect_error(natbed({"explain", whole, "--seed", "3"}), {"--seed", "scenario"});
}

}  // namespace
}  // namespace natbed::testing_support
