#include "run_lua.h"

namespace natbed {
namespace {

TEST(LuaConnection, TellsHowTwoHomesMeet) {
  EXPECT_EQ(
      result_of(homes(R"(
    local way = a:connect(b)
    natbed.record{ ok = way.ok, path = way.path, why = tostring(way.why), route = table.concat(way.route, " "),
                   relayed = way.relay ~= nil, quick = way.ms < 2000, rtt = way.rtt, some = way.packets > 2 }
  )")),
      R"({"ok":true,"path":"punched","quick":true,"relayed":false,"route":"a b","rtt":42,"some":true,"why":"nil"})");
}

TEST(LuaConnection, SaysNilForNothing) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { with = "relay", timeout = 1 })
    natbed.record{ ping = select("#", way:ping()), change = select("#", way:wait_change(0.1)),
                   host = select("#", a:ping(b, { timeout = 0.1 })), find = tostring(net:find("nobody")) }
  )")),
            R"({"change":1,"find":"nil","host":1,"ping":1})");
}

TEST(LuaConnection, RefusesIntervalsThatStopTime) {
  for (const char* key : {"keep_alive", "consent_lost", "measure_relays", "retry_direct"}) {
    const std::string options = std::string("{ ") + key + " = 1e-9 }";
    const std::string result = result_of(homes("a:connect(b, " + options + ")"));
    EXPECT_NE(result.find(std::string(key) + " expects 0.001 s or more"), std::string::npos)
        << result;
  }
}

TEST(LuaConnection, GoesThroughTheRelayWhenNothingElseWorks) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 20 }
    net:server("stun"):serve("stun")
    net:server("helper"):serve("turn")
    local way = net:nat("symmetric"):host("a"):connect(net:nat("symmetric"):host("b"))
    natbed.record{ path = way.path, relay = way.relay, route = table.concat(way.route, " ") }
  )"),
            R"({"path":"relayed","relay":"helper","route":"a helper b"})");
}

TEST(LuaConnection, TriesOnlyWhatItIsToldTo) {
  EXPECT_EQ(result_of(homes(R"(
    local punch, relay = a:connect(b, { with = "punch" }), a:connect(b, { with = "relay" })
    local direct = a:connect(b, { with = "direct", timeout = 3 })
    natbed.record{ punch = punch.path, relay = relay.path, direct = direct.path,
                   ms = direct.ms == nil, why = direct.why ~= "" }
  )")),
            R"({"direct":"none","ms":true,"punch":"punched","relay":"relayed","why":true})");
}

TEST(LuaConnection, IsDirectInsideOneHome) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(box_a:host("c"))
    natbed.record{ path = way.path, rtt = way.rtt }
  )")),
            R"({"path":"direct","rtt":1})");
}

TEST(LuaConnection, CarriesDataAndMeasuresItsGaps) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b)
    for i = 1, 5 do way:send(50) natbed.sleep(0.1) end
    natbed.sleep(0.4)
    way:send()
    natbed.sleep(1)
    natbed.record{ received = way.received, gap = way.longest_gap, ms = way:ping() }
  )")),
            R"({"gap":500,"ms":42,"received":6})");
}

TEST(LuaConnection, NoticesThatItsPathDied) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { with = "punch", keep_alive = 2, consent_lost = 4, timeout = 5 })
    natbed.sleep(1)
    b:stop()
    local lost = way:wait_path("none", 60)
    natbed.record{ lost = lost, within = natbed.now() < 12, sent = way:send(10), ping = way:ping() == nil }
  )")),
            R"({"lost":true,"ping":true,"sent":false,"within":true})");
}

TEST(LuaConnection, WaitsForChangesAndTellsThem) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { keep_alive = 2, consent_lost = 4 })
    local seen = {}
    way:on_change(function(w) table.insert(seen, w.path) end)
    natbed.sleep(1)
    box_b:link():cut()
    local change = way:wait_change(30)
    local nothing = way:wait_change(0.001)
    natbed.record{ change = change, nothing = nothing == nil, first = seen[1], changes = way.changes }
  )")),
            R"({"change":"relayed","changes":2,"first":"relayed","nothing":true})");
}

TEST(LuaConnection, WaitPathGivesUpAtItsTimeout) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b)
    local before = natbed.now()
    natbed.record{ any = way:wait_path("any"), relayed = way:wait_path("relayed", 2),
                   took = math.floor((natbed.now() - before) * 1000 + 0.5) }
  )")),
            R"({"any":true,"relayed":false,"took":2000})");
}

TEST(LuaConnection, ClosesAndConnectsAgain) {
  EXPECT_EQ(result_of(homes(R"(
    local first = a:connect(b)
    first:close()
    local closed = first.path
    local second = a:connect(b)
    natbed.record{ closed = closed, again = second.path, rtt = second.rtt }
  )")),
            R"({"again":"punched","closed":"none","rtt":42})");
}

TEST(LuaConnection, WhatIsNotThereIsNil) {
  EXPECT_EQ(result_of(homes(R"(
    local way, no = a:connect(b), a:connect(b, { with = "direct", timeout = 1 })
    natbed.record{ why = way.why == nil, gap = way.longest_gap == nil, ms = no.ms == nil }
  )")),
            R"({"gap":true,"ms":true,"why":true})");
}

TEST(LuaConnection, AClosedOneStaysClosed) {
  EXPECT_EQ(
      result_of(homes(R"(
    local first = a:connect(b)
    local seen = {}
    first:on_change(function(w) table.insert(seen, w.path) end)
    first:close()
    local second = a:connect(b)
    natbed.sleep(1)
    natbed.record{ first = first.path, second = second.path, sent = first:send(10), ping = first:ping() == nil,
                   seen = table.concat(seen, " "), change = first:wait_change(1) == nil }
  )")),
      R"({"change":true,"first":"none","ping":true,"second":"punched","seen":"none","sent":false})");
}

TEST(LuaConnection, CloseEndsWhatTheTwoHave) {
  EXPECT_EQ(result_of(homes(R"(
    local there, again, back = a:connect(b), a:connect(b), b:connect(a)
    local woke
    net:spawn(function() woke = back:wait_change(60) end)
    natbed.sleep(1)
    again:close()
    natbed.sleep(1)
    natbed.record{ there = there.path, again = again.path, back = back.path, woke = woke }
  )")),
            R"({"again":"none","back":"none","there":"none","woke":"none"})");
}

TEST(LuaConnection, AStoppedHostHasNoPathAndCallsAgain) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { keep_alive = 2, consent_lost = 4 })
    local seen = {}
    way:on_change(function(w) table.insert(seen, w.path) end)
    natbed.sleep(1)
    a:stop()
    local off = way.path
    natbed.sleep(30)
    a:start()
    local back = way:wait_path("any", 30)
    natbed.record{ off = off, back = back, path = way.path, first = seen[1], rtt = way:ping() }
  )")),
            R"({"back":true,"first":"none","off":"none","path":"punched","rtt":42})");
}

// A relay that was off for a moment was left alone for a minute, though it was the only one.
TEST(LuaConnection, TheOnlyRelayIsTriedAgainWhenItIsBack) {
  for (const int off : {1, 20}) {
    RunOptions options;
    options.set = {{"off", std::to_string(off)}};
    EXPECT_EQ(result_of(R"(
      local net = natbed.network{ latency = 30 }
      net:server("stun"):serve("stun")
      local relay = net:server("relay"):serve("turn")
      local a, b = net:nat("symmetric"):host("a"), net:nat("symmetric"):host("b")
      local way = a:connect(b, { timeout = 60 })
      natbed.sleep(5)
      relay:stop() natbed.sleep(natbed.param("off", 1)) relay:start()
      local back = way:wait_path("relayed", 20)
      way:close()
      local again = a:connect(b)
      natbed.record{ back = back, again = again.path, soon = again.ms < 2000 }
    )",
                        options),
              R"({"again":"relayed","back":true,"soon":true})")
        << off;
  }
}

TEST(LuaConnection, AStoppedHostThatWasConnectedIsNot) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { timeout = 4 })
    a:stop()
    local again = a:connect(b, { timeout = 4 })
    natbed.record{ ok = again.ok, path = again.path }
  )")),
            R"({"ok":false,"path":"none"})");
}

TEST(LuaConnection, StartingAHostThatRunsChangesNothing) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { keep_alive = 2, consent_lost = 4, timeout = 5 })
    b:stop()
    way:wait_path("none", 60)
    natbed.sleep(20)   -- the search is over
    b:start()
    natbed.sleep(5)
    a:start()
    natbed.record{ back = way:wait_path("any", 30) }
  )")),
            R"({"back":false})");
}

TEST(LuaConnection, IsThereAgainWhenTheOtherHostIs) {
  EXPECT_EQ(result_of(homes(R"(
    local way = a:connect(b, { keep_alive = 2, consent_lost = 4 })
    natbed.sleep(1)
    b:stop()
    local lost = way:wait_path("none", 60)
    b:start()
    natbed.record{ lost = lost, back = way:wait_path("any", 60), rtt = way:ping() }
  )")),
            R"({"back":true,"lost":true,"rtt":42})");
}

TEST(LuaConnection, AddsARendezvousOnlyIfThereIsNone) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{}
    net:server("meet"):serve("rendezvous")
    local way = net:host("a"):connect(net:host("b"))
    natbed.record{ ok = way.ok, extra = net:find("rendezvous") ~= nil }
  )"),
            R"({"extra":false,"ok":true})");
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{}
    local way = net:host("a"):connect(net:host("b"))
    natbed.record{ ok = way.ok, extra = net:find("rendezvous") ~= nil }
  )"),
            R"({"extra":true,"ok":true})");
}

TEST(LuaConnection, ReadsAsASentence) {
  EXPECT_EQ(result_of(homes(R"(
    local way, no = a:connect(b, { with = "relay" }), a:connect(b, { with = "direct", timeout = 1 })
    natbed.record{ way = tostring(way):gsub("%d+%.%d+ ms:", "T:"), no = tostring(no):sub(1, 9) }
  )")),
            R"({"no":"no path: ","way":"relayed in T: a → relay → b, round trip 82.0 ms"})");
}

TEST(LuaConnection, AStoppedHostCannotConnect) {
  EXPECT_EQ(result_of(homes(R"(
    a:stop()
    local way = a:connect(b, { timeout = 4 })
    natbed.record{ ok = way.ok, path = way.path, at = natbed.now() }
  )")),
            R"({"at":4.001,"ok":false,"path":"none"})");
}

}  // namespace
}  // namespace natbed
