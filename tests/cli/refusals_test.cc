// What the program does when it cannot do what was asked: before the work, after it, and what it
// leaves alone.
#include <nlohmann/json.hpp>

#include "program_fixture.h"

namespace natbed::testing_support {
namespace {

class Refusals : public Cli {
 protected:
  // Runs a shell command, in which $natbed is the program.
  static ProgramResult shell(const std::string& command) {
    return run_program({"sh", "-c", "natbed=" NATBED_PROGRAM "; " + command});
  }
  void expect_usage_error(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& words) {
    const ProgramResult result = natbed(arguments);
    expect_error(result, words);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_NE(result.err.find("--help` shows what is expected"), std::string::npos) << result.err;
  }
  // Fails in its second cell, in some trials.
  std::string fragile() const {
    return script("fragile.lua",
                  "return natbed.sweep{ axes = { n = {1, 2, 3} }, trials = 30, "
                  "run = function(net, p)\n"
                  "  if p.n == 2 and natbed.random(8) == 1 then error('on purpose') end\n"
                  "  return { ok = true }\nend }\n");
  }
};

TEST_F(Refusals, WhereResultsCannotGoIsSaidBeforeTheWork) {
  const std::string endless = script("endless.lua", "error('it ran')");
  std::ofstream(file("taken")) << "a file";
  for (const std::string& out : {file("taken"), file("taken") + "/deeper"}) {
    expect_error(natbed({"run", endless, "--out", out}), {"cannot create", "taken", "directory"});
    // Eight million trials: minutes, and the time of a test is up after 100 s.
    expect_error(natbed({"matrix", "--trials", "100000", "--out", out}), {"taken"});
  }
  expect_error(natbed({"matrix", "--trials", "100000", "--png", file("no/such/p.png")}),
               {"no/such/p.png"});
  fs::create_directories(file("out/summary.csv"));
  expect_error(natbed({"run", endless, "--out", file("out")}), {"summary.csv", "Is a directory"});
  EXPECT_EQ(contents(file("taken")), "a file");
}

TEST_F(Refusals, AResultThatCannotBeWrittenAtTheEndIsStillShown) {
  const ProgramResult run = natbed({"run", kScenarios + "two_homes.lua", "--trace", "/dev/full"});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("punched"), std::string::npos) << run.out;
  EXPECT_EQ(run.out.find("trace "), std::string::npos) << run.out;
  EXPECT_NE(run.err.find("natbed: Cannot write the trace '/dev/full': No space left on device"),
            std::string::npos)
      << run.err;
}

TEST_F(Refusals, ATrialThatFailsCostsOnlyWhatComesAfterIt) {
  ProgramResult first;
  for (const char* jobs : {"1", "2", "7"}) {
    const ProgramResult run = natbed({"run", fragile(), "--jobs", jobs, "--out", file(jobs)});
    EXPECT_EQ(run.status, 1);
    EXPECT_NE(run.out.find("broken off at trial "), std::string::npos) << run.out;
    EXPECT_NE(run.out.find("30/30"), std::string::npos) << run.out;
    EXPECT_NE(run.err.find("fragile.lua:2: on purpose"), std::string::npos) << run.err;
    if (first.out.empty()) first = run;
    EXPECT_EQ(run.out, first.out);
    EXPECT_EQ(run.err, first.err);
    for (const char* name : {"results.jsonl", "summary.json", "summary.csv"}) {
      const std::string bytes = contents(directory_ / jobs / name);
      EXPECT_GT(bytes.size(), 100u);
      EXPECT_EQ(bytes, contents(directory_ / "1" / name)) << name << ", " << jobs << " jobs";
    }
  }
  const auto json = nlohmann::json::parse(contents(file("1/summary.json")));
  EXPECT_EQ(json["broken_off"]["at"]["n"], 2);

  // The command in the error, taken by its word, fails in the same way and in no other trial.
  const size_t at = first.err.find("\nagain: natbed ");
  ASSERT_NE(at, std::string::npos) << first.err;
  const ProgramResult again = shell("$natbed " + first.err.substr(at + 15));
  expect_error(again, {"on purpose"});
  EXPECT_EQ(again.err, first.err.substr(0, at + 1));
}

TEST_F(Refusals, AnOutputThatCannotBeWrittenIsAFailure) {
  const std::string run = "run " + kScenarios + "two_homes.lua";
  for (const std::string& command :
       {run, run + " --json", std::string("matrix --trials 1"), std::string("nat list"),
        std::string("nat list --json"), std::string("--help"), std::string("run --help")}) {
    const ProgramResult full = shell("$natbed " + command + " >/dev/full");
    EXPECT_EQ(full.status, 1) << command;
    EXPECT_NE(full.err.find("No space left on device"), std::string::npos) << full.err;
    EXPECT_TRUE(full.err.starts_with("natbed: ")) << full.err;
  }
  const ProgramResult unread =
      shell("cd " + directory_.string() +
            "; mkfifo p; exec 3<>p 4>p 3<&-; trap '' PIPE; $natbed nat list >&4; echo $?");
  EXPECT_EQ(unread.out, "1\n");
  EXPECT_NE(unread.err.find("Broken pipe"), std::string::npos) << unread.err;
}

TEST_F(Refusals, ASlipLeavesAnEarlierTraceAlone) {
  const std::string homes = kScenarios + "two_homes.lua";
  ASSERT_EQ(natbed({"run", homes, "--trace", file("t"), "--pcap", file("p")}).status, 0);
  const std::string trace = contents(file("t")), capture = contents(file("p/two_homes.pcapng"));
  ASSERT_GT(trace.size(), 1000u);
  for (const char* slip : {"carol=linux", "bob=sticky"}) {
    expect_error(natbed({"run", homes, "--set", slip, "--trace", file("t"), "--pcap", file("p")}),
                 {slip[0] == 'c' ? "carol" : "sticky"});
    EXPECT_EQ(contents(file("t")), trace);
    EXPECT_EQ(contents(file("p/two_homes.pcapng")), capture);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 2)
      << "something was left behind";
}

TEST_F(Refusals, ViewLeavesNoTraceOfAScriptThatFails) {
  const std::string late = script("late.lua", "natbed.network{}\nnatbed.sleep(1)\nerror('late')");
  const ProgramResult view =
      shell("TMPDIR=" + directory_.string() + " $natbed view " + late + " --png " + file("p.png"));
  if (view.err.find("without its window") != std::string::npos) GTEST_SKIP() << view.err;
  expect_error(view, {"late.lua:3"});
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 1);
}

TEST_F(Refusals, WhatMakesNoSenseIsAUsageErrorWithStatusTwo) {
  const std::string homes = kScenarios + "two_homes.lua";
  expect_usage_error({"fly"}, {"fly"});
  expect_usage_error({"run"}, {"script"});
  expect_usage_error({"run", homes, "--set", "bob"}, {"--set", "NAME=VALUE", "\"bob\""});
  expect_usage_error({"run", homes, "--set", "bob=linux", "extra"}, {"extra"});
  expect_usage_error({"matrix", "--reply-mapping", "foo"}, {"selected or admitting", "\"foo\""});
  expect_usage_error({"matrix", "--filter-scope", "foo"}, {"internal or mapping", "\"foo\""});
  expect_usage_error({"matrix", "--png", "a.jpg"}, {"--png", ".png", "\"a.jpg\""});
  expect_usage_error({"probe", "127.0.0.1", "--patience", "nan"}, {"0.1 to 60", "\"nan\""});
  expect_usage_error({"serve", "turn", "--listen", "127.0.0.1", "--user", "alice"},
                     {"NAME:PASSWORD", "\"alice\""});
  expect_usage_error({"serve", "stun", "--listen", "127.0.0.1:x"}, {"HOST:PORT", "127.0.0.1:x"});
  expect_usage_error({"serve", "stun", "--listen", "127.0.0.1:9", "--alternate", "127.0.0.1:10"},
                     {"--alternate", "127.0.0.1:10"});
  expect_usage_error({"connect", "bob", "--as", "a", "--rendezvous", "127.0.0.1", "--turn", "u@h"},
                     {"--turn", "USER:PASSWORD@HOST"});
  EXPECT_EQ(natbed({"run", file("nowhere.lua")}).status, 1);
}

TEST_F(Refusals, ViewRefusesNumbersAndOptionsThatItWouldIgnore) {
  if (natbed({"view", "x"}).err.find("without its window") != std::string::npos) GTEST_SKIP();
  for (const char* at : {"nan", "-1", "inf", "soon"}) {
    expect_usage_error({"view", "t", "--png", file("p.png"), "--at", at}, {"--at", at});
  }
  for (const char* speed : {"0", "nan", "-2"})
    expect_usage_error({"view", "t", "--speed", speed}, {"--speed", "from 1e-06", speed});
  expect_usage_error({"view", "t", "--png", "a.jpg"}, {"--png", ".png"});
  expect_usage_error({"view", "t", "--seed", "3"}, {"--seed", "scenario", "\"t\""});
  expect_usage_error({"view", "t", "--set", "a=b"}, {"--set", "scenario", "\"t\""});
}

TEST_F(Refusals, HintsNameTheProgramAsItWasCalled) {
  const ProgramResult run = shell("NATBED_COMMAND=./natbed $natbed run " + fragile());
  EXPECT_NE(run.err.find("again: ./natbed run "), std::string::npos) << run.err;
  const ProgramResult help = shell("NATBED_COMMAND=./natbed $natbed run --help");
  EXPECT_NE(help.out.find("  ./natbed run scenarios/"), std::string::npos) << help.out;
  const ProgramResult usage = shell("NATBED_COMMAND=./natbed $natbed run");
  EXPECT_NE(usage.err.find("`./natbed run --help`"), std::string::npos) << usage.err;
}

TEST_F(Refusals, AnInterruptedRunKeepsWhatIsThere) {
  const ProgramResult run =
      run_program({"timeout", "--preserve-status", "--signal=INT", "3", NATBED_PROGRAM, "run",
                   kScenarios + "matrix.lua", "--trials", "100000", "--out", file("out")});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.err.find("interrupted"), std::string::npos) << run.err;
  EXPECT_NE(run.out.find("broken off at trial "), std::string::npos) << run.out;
  EXPECT_GT(fs::file_size(file("out/results.jsonl")), 0u);
}

}  // namespace
}  // namespace natbed::testing_support
