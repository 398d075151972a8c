// `natbed oracle`: what it prints of two chains of boxes, and what it refuses.
#include <nlohmann/json.hpp>
#include <string>

#include "program_fixture.h"

namespace natbed::testing_support {
namespace {

class OracleCli : public Cli {};

nlohmann::json json_of(const std::vector<std::string>& arguments) {
  const ProgramResult result = natbed(arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  return nlohmann::json::parse(result.out, nullptr, false);
}

// The example of docs/nat_behaviors.md is what the program prints.
TEST_F(OracleCli, PrintsTheCounterexampleThatTheDocumentShows) {
  const std::string document = contents(fs::path(NATBED_SOURCE_DIR) / "docs/nat_behaviors.md");
  const std::string command = "$ natbed oracle port-restricted+cgnat symmetric\n";
  const size_t from = document.find(command);
  ASSERT_NE(from, std::string::npos);
  const size_t begin = from + command.size();
  const ProgramResult result = natbed({"oracle", "port-restricted+cgnat", "symmetric"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, document.substr(begin, document.find("```", begin) - begin));
}

TEST_F(OracleCli, TellsTheStepsOfAWitness) {
  const ProgramResult result = natbed({"oracle", "restricted", "symmetric"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("always\n\nThe shortest way to a direct path:\n"))
      << result.out;
  for (const char* words : {"b's symmetric lets it out from port 2", "a answers", "states"})
    EXPECT_NE(result.out.find(words), std::string::npos) << words << " in\n" << result.out;
}

TEST_F(OracleCli, KnobsAndStrategiesChangeTheVerdict) {
  const auto verdict = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "oracle");
    arguments.push_back("--json");
    return json_of(arguments)["verdict"];
  };
  EXPECT_EQ(verdict({"adm-adf", "adm-adf", "--filter-scope", "internal"}), "always");
  EXPECT_EQ(verdict({"adm-adf", "adm-adf", "--filter-scope", "mapping"}), "never");
  EXPECT_EQ(verdict({"eim-apdf", "apdm-eif", "--reply-mapping", "selected"}), "never");
  EXPECT_EQ(verdict({"eim-apdf", "apdm-eif", "--reply-mapping", "admitting"}), "always");
  EXPECT_EQ(verdict({"apdm-eif", "apdm-eif", "--with", "punch"}), "always");
  EXPECT_EQ(verdict({"apdm-eif", "apdm-eif", "--with", "ice"}), "never");
  EXPECT_EQ(verdict({"port-restricted", "port-restricted", "--probes", "1"}), "depends on order");
  EXPECT_EQ(verdict({"none", "none", "--shared", "port-restricted"}), "never");
  EXPECT_EQ(verdict({"none", "none", "--shared", "port-restricted", "--with", "ice"}), "always");
}

TEST_F(OracleCli, JsonHoldsTheStepsAndTheRemedy) {
  const auto json = json_of({"oracle", "port-restricted+cgnat", "symmetric", "--json"});
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json["witness"].size(), 0u);
  EXPECT_EQ(json["repeats"].size(), 2u);
  EXPECT_EQ(json["repeats"][0]["boxes"].size(), 3u);
  EXPECT_EQ(json["repeats"][0]["boxes"][1]["box"], "a's cgnat");
  EXPECT_EQ(json["repeats"][0]["boxes"][2]["passed"], false);
  EXPECT_EQ(json["remedies"].size(), 1u);
}

TEST_F(OracleCli, AllShowsEveryPairUnderEveryReading) {
  const ProgramResult table = natbed({"oracle", "--all"});
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("3 filter scope mapping, reply mapping selected    25"),
            std::string::npos)
      << table.out;
  const auto json = json_of({"oracle", "--all", "--json", "--with", "ice"});
  EXPECT_EQ(json["cells"].size(), 4u * 81);
}

TEST_F(OracleCli, RefusesWhatItCannotAnswer) {
  expect_error(natbed({"oracle"}), {"two chains", "--all"});
  expect_error(natbed({"oracle", "symmetric"}), {"two chains"});
  expect_error(natbed({"oracle", "symetric", "none"}), {"symetric", "symmetric"});
  expect_error(natbed({"oracle", "linux++linux", "none"}), {"no NAT"});
  expect_error(natbed({"oracle", "linux", "none", "--with", "luck"}), {"punch or ice", "luck"});
  expect_error(natbed({"oracle", "linux", "none", "--probes", "0"}), {"probes"});
  expect_error(natbed({"oracle", "--all", "linux", "linux"}), {"--all", "no chains"});
  expect_error(natbed({"oracle", "--all", "--filter-scope", "mapping"}), {"filter-scope"});
  expect_error(natbed({"oracle", "linux+linux+linux+linux+linux", "linux+linux+linux+linux"}),
               {"at most 8 boxes", "9"});
}

}  // namespace
}  // namespace natbed::testing_support
