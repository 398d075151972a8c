#include "run_lua.h"

namespace natbed {
namespace {

TEST(LuaSandbox, HasNoWayOut) {
  EXPECT_EQ(result_of(R"(
    local open = {}
    for _, name in ipairs{ "os", "io", "debug", "package", "require", "load", "loadfile", "dofile", "coroutine",
                           "collectgarbage", "next", "xpcall" } do
      if _G[name] ~= nil then table.insert(open, name) end
    end
    natbed.record{ open = table.concat(open, " "), seed = tostring(math.randomseed) }
  )"),
            R"({"open":"","seed":"nil"})");
}

TEST(LuaSandbox, PairsWalksInTheOrderOfKeys) {
  EXPECT_EQ(result_of(R"(
    local t, seen = { b = 1, a = 2, [10] = 3, [2] = 4, [true] = 5, c = 6, [1.5] = 7 }, {}
    for k, v in pairs(t) do table.insert(seen, tostring(k) .. "=" .. v) end
    natbed.record{ seen = table.concat(seen, " ") }
  )"),
            R"({"seen":"1.5=7 2=4 10=3 a=2 b=1 c=6 true=5"})");
}

TEST(LuaSandbox, PairsRefusesKeysWithoutOrder) {
  EXPECT_EQ(result_of("for k in pairs{ [{}] = 1 } do end"),
            "test.lua:1: pairs needs keys that are numbers, texts or booleans, because a table has "
            "no order; keep a "
            "list beside the table [at 0.000s]");
}

TEST(LuaSandbox, AddressesNeverReachAResult) {
  EXPECT_EQ(result_of(R"(
    natbed.record{ t = tostring({}), f = tostring(print),
                   s = string.format("%s %5d %%", {}, 7), u = ("%s"):format(print) }
  )"),
            R"({"f":"function","s":"table     7 %","t":"table","u":"function"})");
  EXPECT_EQ(result_of("string.format('%-10p', {})"),
            "test.lua:1: %p prints an address, which differs from run to run [at 0.000s]");
}

TEST(LuaSandbox, HasNoFinalizers) {
  EXPECT_EQ(result_of("setmetatable({}, { __gc = function() print('late') end })"),
            "test.lua:1: __gc is not for scenarios: when rubbish is collected is no part of a run "
            "[at 0.000s]");
  // One that is put there later has no effect: Lua looks only when the metatable is set.
  EXPECT_EQ(result_of(R"(
    local late = {}
    setmetatable({}, late)
    late.__gc = function() print("late") end
    local point = setmetatable({}, { __index = { x = 3 } })
    natbed.record{ x = point.x, meta = getmetatable(point).__index.x }
  )"),
            R"({"meta":3,"x":3})");
}

TEST(LuaSandbox, SortingIsStable) {
  EXPECT_EQ(result_of(R"(
    local list, seen = {}, {}
    for i = 1, 200 do list[i] = { key = i % 3, place = i } end
    table.sort(list, function(x, y) return x.key < y.key end)
    local stable = true
    for i = 2, 200 do
      local x, y = list[i - 1], list[i]
      stable = stable and (x.key < y.key or x.key == y.key and x.place < y.place)
    end
    local words = { "c", "a", "b" }
    table.sort(words)
    natbed.record{ stable = stable, words = table.concat(words) }
  )"),
            R"({"stable":true,"words":"abc"})");
}

TEST(LuaSandbox, RandomNumbersFollowTheSeed) {
  constexpr std::string_view kDraws = R"(
    natbed.record{ a = math.random(1, 1000000), b = math.random(10), c = natbed.random() < 1 }
  )";
  RunOptions other;
  other.seed = 2;
  EXPECT_EQ(result_of(kDraws), result_of(kDraws));
  EXPECT_NE(result_of(kDraws), result_of(kDraws, other));
  EXPECT_EQ(result_of("math.random(0)"),
            "test.lua:1: math.random has no whole number from 1 to 0 [at 0.000s]");
}

TEST(LuaSandbox, AnEndlessLoopIsStopped) {
  EXPECT_EQ(result_of("natbed.sleep(1)\nwhile true do end"),
            "test.lua:2: the script runs on and on while virtual time hardly moves (an endless "
            "loop?) [at 1.000s]");
}

TEST(LuaSandbox, PcallCannotHideAnEndlessLoop) {
  const std::string error = result_of("while true do pcall(function() while true do end end) end");
  EXPECT_NE(error.find("an endless loop?"), std::string::npos) << error;
}

TEST(LuaSandbox, SleepingForNoTimeIsAnEndlessLoopToo) {
  for (const char* loop :
       {"while true do natbed.sleep(0) end", "while true do natbed.sleep(1e-9) end"}) {
    const std::string error = result_of(loop);
    EXPECT_TRUE(error.starts_with("test.lua:1: the script runs on and on")) << error;
  }
  // What a host could do as well is no endless loop: a tick of a millisecond for ten minutes.
  EXPECT_EQ(result_of("for i = 1, 600000 do natbed.sleep(0.001) end natbed.record{ ok = true }"),
            R"({"ok":true})");
}

TEST(LuaSandbox, MemoryHasAnEnd) {
  EXPECT_EQ(
      result_of(
          "natbed.sleep(1)\nlocal t = {}\nwhile true do t[#t + 1] = ('x'):rep(1e6) .. #t end"),
      "test.lua:3: the script needs more than 256 MiB of memory [at 1.000s]");
  EXPECT_EQ(result_of("local s = ('x'):rep(1e9)"),
            "test.lua:1: the script needs more than 256 MiB of memory [at 0.000s]");
  EXPECT_TRUE(result_of("while true do print(('x'):rep(1e6)) end")
                  .starts_with("test.lua:1: the notes and records of a trial have room in 256 MiB "
                               "of memory, and these need more [at 0.000s]\nnoted last:\n"));
  // What is no longer used does not count, also where half of the memory is in use.
  EXPECT_EQ(
      result_of("local live = ('x'):rep(130e6) for i = 1, 400 do local s = ('x'):rep(1e6) .. i "
                "end natbed.record{ ok = #live == 130e6 }"),
      R"({"ok":true})");
  EXPECT_EQ(
      result_of("for i = 1, 400 do local s = ('x'):rep(1e6) .. i end natbed.record{ ok = true }"),
      R"({"ok":true})");
}

TEST(LuaSandbox, PcallCannotHideThatTheMemoryIsFull) {
  const std::string error = result_of("pcall(string.rep, 'x', 1e9)\nnatbed.record{ ok = true }");
  EXPECT_NE(error.find("needs more than 256 MiB of memory"), std::string::npos) << error;
  // Nor can it be left to C++ to notice: a path that changes makes a coroutine for its watcher.
  const std::string closing = result_of(homes(R"(
    local way = a:connect(b)
    way:on_change(function() end)
    local t = {}
    pcall(function() while true do t[#t + 1] = ("x"):rep(1e6) .. #t end end)
    pcall(function() while true do t[#t + 1] = {} end end)
    way:close()
    natbed.record{ ok = true }
  )"));
  EXPECT_NE(closing.find("needs more than 256 MiB of memory"), std::string::npos) << closing;
}

TEST(LuaSandbox, ManyValuesFitACall) {
  EXPECT_EQ(result_of(R"(
    local net, many = natbed.network{}, {}
    for i = 1, 200 do many[i] = i end
    local count
    net:spawn(function(...) count = select("#", ...) end, table.unpack(many))
    natbed.sleep(1)
    natbed.record{ count = count, text = #string.format(("%d"):rep(200), table.unpack(many)) }
  )"),
            R"({"count":200,"text":492})");
}

TEST(LuaSandbox, OfSeveralMistakesTheFirstByKeyIsTold) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(result_of("natbed.record{ e = print, d = print, c = print, b = print, a = print }"),
              "test.lua:1: expected true, false, a number or a text for the result \"a\", got a "
              "function [at 0.000s]");
  }
}

TEST(LuaSandbox, EveryErrorSaysItsLine) {
  EXPECT_EQ(result_of("\nerror{ code = 3 }"),
            "test.lua:2: error() expects a text, and found: table [at 0.000s]");
  EXPECT_EQ(result_of("error(42)"), "test.lua:1: 42 [at 0.000s]");
  EXPECT_EQ(result_of("\n\nerror('plain', 0)"), "test.lua:3: plain [at 0.000s]");
  EXPECT_EQ(result_of("local s = string.format('%d', 'x')").substr(0, 12), "test.lua:1: ");
  EXPECT_EQ(result_of("error('\\27[31mred')"), "test.lua:1: \\x1b[31mred [at 0.000s]");
}

TEST(LuaSandbox, TextsAreUtf8) {
  EXPECT_EQ(
      result_of("natbed.record{ name = 'M\\xFCnchen' }"),
      R"(test.lua:1: expected the result "name" in UTF-8, got the bytes "M\xfcnchen" [at 0.000s])");
  EXPECT_EQ(result_of("natbed.record{ name = 'Z\\u{FC}rich' }"), "{\"name\":\"Zürich\"}");
}

TEST(LuaSandbox, PrintIsANoteInLuasWords) {
  const Result<Report> report = run_lua("print('a', 1, 2.5, true, nil, {}, natbed.network{})");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->trials[0].notes[0].text, "a 1 2.5 true nil table net");
}

TEST(LuaSandbox, AScriptThatWaitsForEverIsStopped) {
  EXPECT_EQ(result_of("while true do natbed.sleep(86400) end"),
            "test.lua: the script still waits after a year of virtual time [at 31622400.000s]");
}

TEST(LuaSandbox, WaitingWorksInsidePcall) {
  EXPECT_EQ(result_of("local ok = pcall(function() natbed.sleep(2) end) natbed.record{ ok = ok, at "
                      "= natbed.now() }"),
            R"({"at":2,"ok":true})");
}

}  // namespace
}  // namespace natbed
