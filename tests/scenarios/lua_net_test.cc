#include "run_lua.h"

namespace natbed {
namespace {

TEST(LuaNet, GivesAddressesAsALaboratoryWould) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{}
    local server = net:server("s")
    local home, carrier = net:nat("linux"), net:cgnat("cgnat")
    local a, b = home:host("a"), home:host("b")
    local behind = carrier:nat("linux")
    natbed.record{ server = server.address, home = home.address, a = a.address, b = b.address,
                   carrier = carrier.address, behind = behind.address, c = behind:host("c").address }
  )"),
            R"({"a":"192.168.1.2","b":"192.168.1.3","behind":"100.64.0.2","c":"192.168.2.2",)"
            R"("carrier":"198.18.0.3","home":"198.18.0.2","server":"198.18.0.1"})");
}

TEST(LuaNet, NamesWhatHasNoName) {
  EXPECT_EQ(
      result_of(R"(
    local net = natbed.network{}
    local one, two = net:nat("symmetric"), net:nat("symmetric")
    natbed.record{ one = one.name, two = two.name, custom = net:nat{ mapping = "adm" }.name,
                   named = net:nat("linux", { name = "box" }).name, carrier = net:cgnat().name,
                   host = two:host().name, open = net:nat("none").name, kind = net:nat("none").kind }
  )"),
      R"({"carrier":"carrier-1","custom":"nat-1","host":"host-1","kind":"router","named":"box",)"
      R"("one":"symmetric-1","open":"router-1","two":"symmetric-2"})");
}

TEST(LuaNet, FindsNodesByName) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{}
    local a = net:host("a")
    natbed.record{ same = net:find("a") == a, other = net:find("a") == net:host("b"), nobody = net:find("c") == nil }
  )"),
            R"({"nobody":true,"other":false,"same":true})");
}

TEST(LuaNet, LatencyIsOneWayAndLinksAddToIt) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 30 }
    local near, far = net:host("near"), net:host("far", { up = { latency = 10 }, down = { latency = 15 } })
    natbed.record{ ms = near:ping(far) }
  )"),
            R"({"ms":85})");
}

TEST(LuaNet, RegionsHaveAMatrixOfLatencies) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ regions = { "eu", "us" }, matrix = { { 5, 40 }, { 60, 5 } } }
    local a, b = net:host("a", { region = "eu" }), net:host("b", { region = "us" })
    natbed.record{ ms = a:ping(b), home = a:ping(net:host("c", { region = "eu" })) }
  )"),
            R"({"home":10,"ms":100})");
}

TEST(LuaNet, WhatIsBehindARouterCanBeReached) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 10 }
    local outer = net:router("outer")
    local inner = outer:router("inner")
    local server, deep = net:server("s"), inner:host("deep")
    natbed.record{ address = deep.address, into = server:ping(deep), out_of = deep:ping(server) }
  )"),
            R"({"address":"198.19.1.2","into":22,"out_of":22})");
}

TEST(LuaNet, WhatIsBehindANatCanNot) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 10 }
    local host, server = net:nat("port-restricted"):host("h"), net:server("s")
    natbed.record{ out_of = host:ping(server), into = server:ping(host) == nil, at = natbed.now() }
  )"),
            R"({"at":2.021,"into":true,"out_of":21})");
}

TEST(LuaNet, ALinkLosesWhatItIsToldTo) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 1 }
    local a, b = net:host("a", { loss = 0.5 }), net:host("b")
    local answered = 0
    for i = 1, 400 do if a:ping(b, { timeout = 0.1 }) then answered = answered + 1 end end
    natbed.record{ plausible = answered > 60 and answered < 140 }
  )"),
            R"({"plausible":true})")
      << "a ping passes twice: 100 of 400, give or take 9";
}

TEST(LuaNet, AtAndSpawnRunBesideTheScript) {
  EXPECT_EQ(result_of(R"(
    local net, log = natbed.network{}, {}
    net:at(2, function() table.insert(log, "at " .. natbed.now()) end)
    net:spawn(function(word) table.insert(log, word .. " " .. natbed.now()) end, "spawn")
    table.insert(log, "main " .. natbed.now())
    natbed.sleep(3)
    natbed.record{ log = table.concat(log, ", ") }
  )"),
            R"({"log":"main 0.0, spawn 0.0, at 2.0"})");
}

TEST(LuaNet, AHostThatMovesGetsAnAddressThere) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 10 }
    local home, server = net:nat("linux"), net:server("s")
    local phone = home:host("phone")
    local before = phone.address
    phone:move(net:cgnat("cgnat"))
    local carrier = phone.address
    phone:move(net)
    natbed.record{ before = before, carrier = carrier, public = phone.address, ms = server:ping(phone) }
  )"),
            R"({"before":"192.168.1.2","carrier":"100.64.0.2","ms":20,"public":"198.18.0.4"})");
}

TEST(LuaNet, FaultsStrikeAtOnce) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 10 }
    local a, b = net:host("a"), net:host("b")
    local function up() return a:ping(b) ~= nil end
    local log = { up() }
    b:link():cut() log[2] = up()
    b:link():restore() log[3] = up()
    b:stop() log[4] = up()
    b:start() log[5] = up()
    for i, v in ipairs(log) do log[i] = tostring(v) end
    natbed.record{ log = table.concat(log, " ") }
  )"),
            R"({"log":"true false true false true"})");
}

TEST(LuaNet, ANatThatGetsANewAddressSendsFromIt) {
  EXPECT_EQ(result_of(R"(
    local net = natbed.network{ latency = 10 }
    local box = net:nat("linux")
    local before = box.address
    box:readdress()
    natbed.record{ before = before, after = box.address, works = box:host("a"):ping(net:server("s")) ~= nil }
  )"),
            R"({"after":"198.18.0.2","before":"198.18.0.1","works":true})");
}

TEST(LuaNet, PrintIsANote) {
  const auto report = run_lua("natbed.sleep(1.5) print('x', 1, true) natbed.note('y')");
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->trials[0].notes.size(), 2u);
  EXPECT_EQ(report->trials[0].notes[0].text, "x 1 true");
  EXPECT_EQ(report->trials[0].notes[0].at, Instant() + 1500_ms);
  EXPECT_EQ(report->trials[0].notes[1].text, "y");
}

}  // namespace
}  // namespace natbed
