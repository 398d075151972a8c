#include "run_lua.h"
#include "scenarios/report_table.h"
#include "scenarios/results_writer.h"

namespace natbed {
namespace {

struct Mistake {
  std::string_view source, message;
};

// What a script may do wrong, and what it is told.
TEST(LuaErrors, SayWhereAndWhatWouldHaveBeenRight) {
  const Mistake mistakes[] = {
      {"natbed.network{}\nnatbed.sleep(1.25) natbed.network{}",
       "test.lua:2: a script has one network; make it once, and a sweep's comes as the first "
       "argument of run [at 1.250s]"},
      {"local n = natbed.network{} n:nat('symetric')",
       "test.lua:1: unknown NAT kind \"symetric\" (did you mean \"symmetric\"?) [at 0.000s]"},
      {"natbed.network{ latncy = 5 }",
       "test.lua:1: network takes no option \"latncy\" (did you mean \"latency\"?); its options "
       "are: latency, regions, "
       "matrix [at 0.000s]"},
      {"natbed.network{ latency = {50, 10} }",
       "test.lua:1: \"latency\" of network is given as { low, high }: low is above high [at "
       "0.000s]"},
      {"natbed.network{ latency = -1 }",
       "test.lua:1: \"latency\" of network must be 0 ms or more, not -1 ms [at "
       "0.000s]"},
      {"natbed.network{ matrix = {} }",
       "test.lua:1: \"matrix\" of network needs \"regions\", the names of its rows [at 0.000s]"},
      {"natbed.network{ regions = {'a', 'b'}, matrix = { {1, 2}, {3} } }",
       "test.lua:1: expected a matrix of 2 rows with 2 latencies, as there are regions, got a "
       "table [at 0.000s]"},
      {"natbed.network{}:host('a', { region = 'mars' })",
       "test.lua:1: the network has no regions [at 0.000s]"},
      {"natbed.network{}:nat('linux'):host('a', { region = 'mars' })",
       "test.lua:1: a region is a place in the core: give it to the outermost box [at 0.000s]"},
      {"natbed.network{}:nat{ 'linux', mapping = 'cone' }",
       "test.lua:1: nat.mapping: expected \"eim\", \"adm\" or \"apdm\", found \"cone\" [at "
       "0.000s]"},
      {"natbed.network{}:nat{ 'none', hairpin = 'external' }",
       "test.lua:1: \"none\" is no NAT: it has no axes to change [at 0.000s]"},
      {"natbed.network{}:nat{ port_range = {5000, 4000} }",
       "test.lua:1: nat.port_range: expected the lower port first, found [5000,4000] [at 0.000s]"},
      {"natbed.network{}:nat{ max_mappings = 1.5 }",
       "test.lua:1: nat.max_mappings: expected a whole number from 1 to 100000000, found 1.5 [at "
       "0.000s]"},
      {"natbed.network{}:nat{ tcp = { maping = 'eim' } }",
       "test.lua:1: nat.tcp: unknown axis \"maping\" (did you mean \"mapping\"?) [at 0.000s]"},
      {"natbed.network{}:nat{ port_step = 0 }",
       "test.lua:1: nat: \"port_step\" must not be 0 (udp) [at 0.000s]"},
      {"natbed.network{}:cgnat('none')",
       "test.lua:1: a carrier's box translates: \"none\" is no kind for cgnat [at 0.000s]"},
      {"natbed.network{}:host('a', { loss = 2 })",
       "test.lua:1: \"loss\" is a probability between 0 and 1, not 2 [at 0.000s]"},
      {"local n = natbed.network{} n:host('a') n:host('a')",
       "test.lua:1: there is already a node called \"a\" [at 0.000s]"},
      {"natbed.network{}:host('abcdefghijklmnopqrstuvwxyz0')",
       "test.lua:1: the name \"abcdefghijklmnopqrstuvwxyz0\" has 27 bytes, at most 26 are possible "
       "[at 0.000s]"},
      {"natbed.network{}:host('a'):host('b')",
       "test.lua:1: \"a\" is a host: nothing stands behind it [at 0.000s]"},
      {"natbed.network{}:server('s'):serve('sutn')",
       "test.lua:1: unknown service \"sutn\" (did you mean \"stun\"?) [at 0.000s]"},
      {"natbed.network{}:server('s'):serve('stun'):serve('stun')",
       "test.lua:1: \"s\" serves stun already [at 0.000s]"},
      {"natbed.network{}:host('a'):reboot()",
       "test.lua:1: only a nat can reboot, and \"a\" is a host [at 0.000s]"},
      {"natbed.network{}:host('a'):conect()",
       "test.lua:1: a node has no field or method \"conect\" (did you mean \"connect\"?) [at "
       "0.000s]"},
      {"natbed.network{}:host('a').name = 'b'",
       "test.lua:1: objects of natbed have no fields that can be set (\"name\") [at 0.000s]"},
      {"local n = natbed.network{} n.host('a')",
       "test.lua:1: expected the network before the colon: net:host(...), got a string [at "
       "0.000s]"},
      {"local n = natbed.network{} local a = n:host('a') a:connect(a)",
       "test.lua:1: a host cannot connect to itself [at 0.000s]"},
      {"local n = natbed.network{} n:host('a'):connect(n:nat('linux'))",
       "test.lua:1: \"linux-1\" is a nat: only hosts connect [at 0.000s]"},
      {"local n = natbed.network{} n:host('a'):connect('b')",
       "test.lua:1: expected a host to connect to, got a string [at 0.000s]"},
      {"local n = natbed.network{} n:host('a'):connect(n:host('b'), { with = 'birthday' })",
       "test.lua:1: unknown technique \"birthday\" (there are: ice, direct, punch, relay) [at "
       "0.000s]"},
      {"natbed.sleep('1')", "test.lua:1: expected seconds to sleep, got a string [at 0.000s]"},
      {"natbed.sleep()", "test.lua:1: expected seconds to sleep, got nothing [at 0.000s]"},
      {"natbed.record{ ms = 1/0 }",
       "test.lua:1: the result \"ms\" is inf, which no result can hold [at 0.000s]"},
      {"natbed.record{ list = {} }",
       "test.lua:1: expected true, false, a number or a text for the result \"list\", got a table "
       "[at 0.000s]"},
      {"natbed.record(5)",
       "test.lua:1: expected a table of results, such as { ok = true, ms = 12.5 }, got a number "
       "[at 0.000s]"},
      {"table.sort({1, 2}, function() natbed.sleep(1) end)",
       "test.lua:1: this function waits, which is not possible here (inside table.sort or "
       "string.gsub?) [at 0.000s]"},
      {"error({})", "test.lua:1: error() expects a text, and found: table [at 0.000s]"},
      {"local x = nil\nx.y = 1",
       "test.lua:2: attempt to index a nil value (local 'x') [at 0.000s]"},
      {"local x =", "test.lua:1: unexpected symbol near <eof>"},
      {"natbed.sweep{ run = function() end }",
       "test.lua: natbed.sweep{...} does nothing unless the script returns it"},
      {"return natbed.sweep{ axes = { a = {} }, run = print }",
       "test.lua:1: the axis \"a\" has no values [at 0.000s]"},
      {"return natbed.sweep{ trials = 3 }",
       "test.lua:1: sweep needs run = function(net, p) ... end [at 0.000s]"},
      {"return natbed.sweep{ axes = { a = {1,2,3}, b = {1,2,3} }, trials = 5000000, run = print }",
       "test.lua:1: a run has up to 10000000 trials, and found more: a slip, or work for several "
       "runs [at 0.000s]"},
      {"natbed.network{} return natbed.sweep{ run = print }",
       "test.lua:1: a script with a sweep makes no network: one comes as the first argument of run "
       "[at 0.000s]"},
      {"return natbed.sweep{ trials = 1, network = { latncy = 1 }, run = print }",
       "test.lua: network of the sweep: network takes no option \"latncy\" (did you mean "
       "\"latency\"?); its options are: "
       "latency, regions, matrix [at 0.000s]"},
      {"return natbed.sweep{ trials = 1, run = function() return 5 end }",
       "test.lua: what `run` of the sweep returned: expected a table of results, such as { ok = "
       "true, ms = 12.5 }, got a "
       "number [at 0.000s]"},
  };
  for (const Mistake& mistake : mistakes)
    EXPECT_EQ(result_of(mistake.source), mistake.message) << mistake.source;
}

TEST(LuaErrors, ASettingThatNothingAsksForIsRefused) {
  RunOptions options;
  options.set = {{"bbo", "linux"}};
  EXPECT_EQ(result_of("natbed.param('alice', 'x') natbed.param('bob', 'y')", options),
            "--set bbo=linux: unknown parameter \"bbo\" (did you mean \"bob\"?)");
  EXPECT_EQ(result_of("natbed.sleep(1)", options), "--set bbo=linux: test.lua has no parameters");
  options.set = {{"n", "many"}};
  EXPECT_EQ(result_of("natbed.param('n', 5)", options),
            "test.lua:1: --set n=many: the script expects a value such as 5 [at 0.000s]");
}

TEST(LuaErrors, AnAxisThatIsNotThereIsNoNil) {
  EXPECT_EQ(
      result_of(
          "return natbed.sweep{ axes = { loss = {0, 1} }, trials = 1, run = function(net, p)\n"
          "net:nat('linux', { loss = p.los }) end }"),
      "test.lua:2: unknown axis of the sweep \"los\" (did you mean \"loss\"?) [at 0.000s]\n"
      "again: natbed run " +
          script_file("").string() + " --seed 1 --set loss=0 --trials 1");
}

TEST(LuaErrors, NamesThatAreNotThereGetTheNearest) {
  const Mistake mistakes[] = {
      {"natbed.slep(1)",
       "test.lua:1: unknown name in natbed \"slep\" (did you mean \"sleep\"?) [at 0.000s]"},
      {"local a = natbed.network{}:host('a') natbed.note(a.adress)",
       "test.lua:1: a node has no field or method \"adress\" (did you mean \"address\"?) [at "
       "0.000s]"},
      {"local net = natbed.network{} net:host('a'):connect(net)",
       "test.lua:1: expected a host to connect to, got a net [at 0.000s]"},
  };
  for (const Mistake& mistake : mistakes)
    EXPECT_EQ(result_of(mistake.source), mistake.message) << mistake.source;
}

TEST(LuaErrors, WhatWasNotedBeforeIsTold) {
  EXPECT_EQ(result_of("natbed.note('one') natbed.sleep(1.5) natbed.note('two')\nerror('three')"),
            "test.lua:2: three [at 1.500s]\nnoted before:\n     0.000s  one\n     1.500s  two");
}

TEST(LuaErrors, AScriptIsAFileWithAnEnd) {
  RunOptions options;
  options.script = "/dev/zero";
  const auto report = run_script(options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, "cannot read the script /dev/zero: it is no file");
}

TEST(LuaErrors, AMissingScriptIsNamed) {
  RunOptions options;
  options.script = "/nowhere/x.lua";
  const auto report = run_script(options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message,
            "cannot read the script /nowhere/x.lua: No such file or directory");
}

TEST(LuaErrors, AFailingFirstTrialEndsWithTheCommandThatRepeatsIt) {
  RunOptions options;
  options.trials = 50;
  options.program = "./natbed";
  const std::string error = result_of(
      "return natbed.sweep{ axes = { n = {2, 1} }, run = function(net, p) if p.n == 2 then "
      "error('no', 0) end end }",
      options);
  EXPECT_TRUE(error.starts_with("test.lua:1: no [at 0.000s]\nagain: ./natbed run ")) << error;
  EXPECT_TRUE(error.ends_with(" --seed 1 --set n=2 --trials 1")) << error;
}

// Some trials of n = 2 fail, which ones depends on their seeds.
constexpr std::string_view kFragile = R"(
  return natbed.sweep{ axes = { n = {1, 2, 3} }, trials = 30, run = function(net, p)
    if p.n == 2 and natbed.random(8) == 1 then error('no', 0) end
    return { n = p.n }
  end }
)";

TEST(LuaErrors, TheTrialsBeforeTheFirstThatFailedAreKeptWhateverTheNumberOfWorkers) {
  std::string first;
  for (const unsigned jobs : {1u, 2u, 8u}) {
    RunOptions options;
    options.jobs = jobs;
    const auto report = run_lua(kFragile, options);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_TRUE(report->broken_off);
    EXPECT_EQ(report->broken_off->planned, 90u);
    EXPECT_EQ(report->broken_off->cell, 1u);
    EXPECT_EQ(report->trials.size(), 30u + report->broken_off->index);
    EXPECT_EQ(report->cells[0].trials, 30u);
    const std::string bytes = results_jsonl(*report) + summary_json(*report) +
                              summary_csv(*report) + report_table(*report);
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << jobs << " workers";
  }
  EXPECT_NE(first.find("broken off at trial "), std::string::npos) << first;
}

TEST(LuaErrors, TheTrialThatBrokeARunOffFailsAlone) {
  const auto report = run_lua(kFragile);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->broken_off);
  const BrokenOff& broken = *report->broken_off;
  const std::string words = again(broken.error, *report, broken.cell, broken.seed).message;
  EXPECT_TRUE(words.ends_with(" --seed " + std::to_string(broken.seed) + " --set n=2 --trials 1"))
      << words;
  RunOptions options;
  options.seed = broken.seed;
  options.set = {{"n", "2"}};
  options.trials = 1;
  EXPECT_EQ(result_of(kFragile, options), broken.error.message);
}

TEST(LuaErrors, AMistakeBeforeTimePassesLeavesTheOldTrace) {
  RunOptions options;
  options.trace = script_file("").parent_path() / "trace";
  std::ofstream(options.trace) << "precious";
  options.set = {{"kind", "sticky"}};
  const char* source = "natbed.network{}:nat(natbed.param('kind', 'linux')):host('a')";
  EXPECT_NE(result_of(source, options).find("sticky"), std::string::npos);
  options.set = {{"knid", "linux"}};
  EXPECT_NE(result_of(source, options).find("knid"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(options.trace), 8u);
  options.set = {{"kind", "linux"}};
  EXPECT_EQ(result_of(source, options), "no record");
  EXPECT_GT(std::filesystem::file_size(options.trace), 100u);
}

TEST(LuaErrors, ResultsAreKeptThoughATraceCouldNotBeWritten) {
  RunOptions options;
  options.trace = "/dev/full";
  const auto report = run_lua("natbed.record{ ok = true }", options);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->trials[0].records.size(), 1u);
  ASSERT_EQ(report->unwritten.size(), 1u);
  EXPECT_NE(report->unwritten[0].message.find("No space left"), std::string::npos);
}

TEST(LuaErrors, WhereResultsCannotBeWrittenIsSaidBeforeTheRun) {
  RunOptions options;
  options.out = "/dev/null/results";
  EXPECT_EQ(result_of("error('it ran')", options).find("cannot create /dev/null/results"), 0u);
}

TEST(LuaErrors, AnErrorInASpawnedFunctionEndsTheRun) {
  EXPECT_EQ(
      result_of(
          "local n = natbed.network{}\nn:at(2, function() error('late') end)\nnatbed.sleep(5)"),
      "test.lua:2: late [at 2.000s]");
}

}  // namespace
}  // namespace natbed
