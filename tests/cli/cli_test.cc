// The program as a user meets it: what it prints, where, and with which exit status.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "program_fixture.h"

namespace natbed::testing_support {
namespace {

TEST_F(Cli, HelpFitsAScreenAndShowsAnExample) {
  const std::vector<std::string> commands = {"",     "run",   "matrix", "oracle",  "nat",
                                             "view", "serve", "probe",  "connect", "explain"};
  for (const std::string& command : commands) {
    const ProgramResult help = command.empty() ? natbed({"--help"}) : natbed({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_NE(help.out.find("Example:"), std::string::npos) << command;
    EXPECT_LE(std::ranges::count(help.out, '\n'), 40) << command;
  }
}

TEST_F(Cli, TwoHomesTellsHowAliceReachedBob) {
  const ProgramResult run = natbed({"run", kScenarios + "two_homes.lua"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("punched"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("ms"), std::string::npos) << run.out;
}

TEST_F(Cli, TwoSymmetricHomesMeetAtTheRelayAndItIsNamed) {
  const ProgramResult run = natbed(
      {"run", kScenarios + "two_homes.lua", "--set", "alice=symmetric", "--set", "bob=symmetric"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("relayed"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("alice → relay → bob"), std::string::npos) << run.out;
}

TEST_F(Cli, MatrixAgreesWithTheOracleAndIsTheSameForAnyNumberOfJobs) {
  const ProgramResult one =
      natbed({"matrix", "--trials", "4", "--jobs", "1", "--out", file("one")});
  const ProgramResult two =
      natbed({"matrix", "--trials", "4", "--jobs", "2", "--out", file("two")});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_NE(one.out.find("81 of 81 cells agree with the oracle"), std::string::npos) << one.out;
  EXPECT_EQ(one.out, two.out);
  for (const char* name : {"summary.json", "summary.csv", "results.jsonl"}) {
    EXPECT_EQ(contents(directory_ / "one" / name), contents(directory_ / "two" / name)) << name;
    EXPECT_FALSE(contents(directory_ / "one" / name).empty()) << name;
  }
}

TEST_F(Cli, JsonIsJsonAndNothingElse) {
  const ProgramResult run = natbed({"run", kScenarios + "two_homes.lua", "--json"});
  const auto parsed = nlohmann::json::parse(run.out, nullptr, false);
  EXPECT_FALSE(parsed.is_discarded()) << run.out;
  const auto matrix =
      nlohmann::json::parse(natbed({"matrix", "--trials", "1", "--json"}).out, nullptr, false);
  EXPECT_FALSE(matrix.is_discarded());
}

TEST_F(Cli, NatsNamesEveryPreset) {
  const ProgramResult nats = natbed({"nat", "list"});
  for (const char* name : {"full-cone", "restricted", "port-restricted", "symmetric",
                           "symmetric-sequential", "cgnat", "linux", "none"}) {
    EXPECT_NE(nats.out.find(name), std::string::npos) << name;
  }
}

TEST_F(Cli, RefusesWhatItDoesNotKnow) {
  expect_error(natbed({}), {"subcommand", "--help"});
  expect_error(natbed({"fly"}), {"fly"});
  expect_error(natbed({"run"}), {"script", "natbed run --help"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--sede", "1"}), {"--sede"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--seed", "many"}), {"seed", "many"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--jobs", "0"}), {"jobs"});
  expect_error(natbed({"matrix", "--filter-scope", "everything"}), {"filter-scope"});
}

TEST_F(Cli, RefusesAMissingScript) {
  expect_error(natbed({"run", file("nowhere.lua")}), {"nowhere.lua", "No such file"});
  expect_error(natbed({"view", file("nowhere.lua")}), {"nowhere.lua"});
}

TEST_F(Cli, NamesTheLineOfAMistake) {
  expect_error(natbed({"run", script("syntax.lua", "local net = = 1\n")}), {"syntax.lua:1"});
  expect_error(
      natbed({"run", script("late.lua",
                            "local net = natbed.network{}\nnatbed.sleep(1.25)\nerror('oops')\n")}),
      {"late.lua:3", "oops", "1.25"});
  expect_error(
      natbed({"run", script("kind.lua", "local net = natbed.network{}\nnet:nat('symetric')\n")}),
      {"kind.lua:2", "symetric", "symmetric"});
}

TEST_F(Cli, RefusesASettingThatNobodyAskedFor) {
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--set", "bob"}),
               {"--set", "NAME=VALUE"});
  expect_error(
      natbed({"run", kScenarios + "two_homes.lua", "--set", "bob=linux", "--set", "bob=cgnat"}),
      {"--set", "bob is given twice"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--set", "carol=linux"}), {"carol"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--set", "bob=sticky"}), {"sticky"});
}

TEST_F(Cli, KeepsTheTraceOfARunThatFailed) {
  std::ofstream(file("late.lua")) << "local net = natbed.network{ latency = 20 }\n"
                                     "net:server('stun'):serve('stun')\n"
                                     "local a, b = net:nat('linux'):host('a'), net:host('b')\n"
                                     "a:connect(b)\n"
                                     "error('on purpose')\n";
  const std::vector<std::string> run = {"run",     file("late.lua"), "--trace",
                                        file("t"), "--pcap",         file("pcaps")};
  expect_error(natbed(run), {"on purpose", "late.lua:5"});
  EXPECT_GT(contents(file("pcaps/late.pcapng")).size(), 1000u);
  ASSERT_GT(contents(file("t")).size(), 1000u);
  // A trace that stops short is told apart from one that says it ends (RefusesATraceThatIsNotWhole).
  const ProgramResult view = natbed({"view", file("t"), "--png", file("p.png")});
  EXPECT_EQ(view.err.find("interrupted"), std::string::npos) << view.err;
}

TEST_F(Cli, RefusesASeedThatIsNone) {
  for (const char* seed : {"-1", "99999999999999999999", "abc", "1.5", ""}) {
    expect_error(natbed({"run", kScenarios + "two_homes.lua", "--seed", seed}), {"--seed"});
    expect_error(natbed({"matrix", "--seed", seed}), {"--seed"});
  }
}

TEST_F(Cli, RefusesAPeerWithoutNameOrService) {
  expect_error(natbed({"connect", "--as", "", "--rendezvous", "127.0.0.1"}), {"--as", "empty"});
  expect_error(natbed({"connect", "bob", "--as", "a", "--rendezvous", "127.0.0.1:0"}),
               {"--rendezvous", "1 to 65535"});
  expect_error(natbed({"connect", "bob", "--as", "a", "--rendezvous", "127.0.0.1", "--turn",
                       "user:secret@127.0.0.1:0"}),
               {"--turn", "1 to 65535"});
  expect_error(natbed({"probe", "127.0.0.1:0"}), {"probe", "1 to 65535"});
}

TEST_F(Cli, RefusesATraceThatIsNotWhole) {
  const ProgramResult run = natbed({"run", kScenarios + "two_homes.lua", "--trace", file("t")});
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string whole = contents(file("t"));
  ASSERT_GT(whole.size(), 1000u);
  std::ofstream(file("half"), std::ios::binary) << whole.substr(0, whole.size() / 2);
  expect_error(natbed({"view", file("half"), "--png", file("p.png")}), {"half"});
  std::ofstream(file("foreign"), std::ios::binary)
      << "GIF89a, or something like it, but not a trace of natbed";
  expect_error(natbed({"view", file("foreign"), "--png", file("p.png")}), {"foreign"});
  EXPECT_FALSE(fs::exists(file("p.png")));
}

TEST_F(Cli, RefusesToWriteWhereItCannot) {
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--trace", file("no/such/dir/t")}),
               {"no/such/dir"});
  expect_error(natbed({"run", kScenarios + "two_homes.lua", "--out", "/proc/natbed"}),
               {"/proc/natbed"});
}

TEST_F(Cli, SameSeedSameBytes) {
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(natbed({"run", kScenarios + "relay_choice.lua", "--seed", "7", "--trace", file(name)})
                  .status,
              0);
  }
  EXPECT_EQ(contents(file("a")), contents(file("b")));
  EXPECT_EQ(
      natbed({"run", kScenarios + "relay_choice.lua", "--seed", "8", "--trace", file("c")}).status,
      0);
  EXPECT_NE(contents(file("a")), contents(file("c")));
}

}  // namespace
}  // namespace natbed::testing_support
