-- relay_choice: twelve relays on four continents, two peers that cannot meet without one, and
-- relays that come and go.
--
--   natbed run scenarios/relay_choice.lua --trace t        then:  natbed view t
--   natbed run scenarios/relay_choice.lua --set policy=nearest
--
-- Both peers measure their round trips to the relays and meet at the one with the smallest sum.
-- Every 40 seconds the relay in use dies for a minute. Recorded for every route: its round trip,
-- how much longer that is than by the best relay alive (the regret), and, when its relay dies, for
-- how long nothing arrives (the gap).

local policy = natbed.param("policy", "min-sum")   -- or "nearest" (to the caller), or "random-k"

local net = natbed.network{
  regions = { "america", "europe", "asia", "africa" },
  matrix = {                     -- one-way milliseconds, of the order of long cables
    {  5,  45,  80,  75 },
    { 45,   5,  90,  50 },
    { 80,  90,   5, 110 },
    { 75,  50, 110,   5 },
  },
  latency = {1, 15},             -- and a part that differs from pair to pair
}
net:server("stun", { region = "europe" }):serve("stun")

local relays, dead = {}, {}
for _, region in ipairs{ "america", "europe", "asia", "africa" } do
  for i = 1, 3 do
    table.insert(relays, net:server(region .. "-" .. i, { region = region }):serve("turn"))
  end
end

-- Two NATs that map by destination: only a relay helps.
local alice = net:nat("symmetric", { region = "europe" }):host("alice")
local bob = net:nat("symmetric", { region = "africa" }):host("bob")

-- The best that could be had: the smallest sum of round trips over all relays that live.
local function best_round_trip()
  local best = math.huge
  for _, relay in ipairs(relays) do
    if not dead[relay.name] then best = math.min(best, alice:ping(relay) + bob:ping(relay)) end
  end
  return best
end

local way = alice:connect(bob, { policy = policy, timeout = 20, measure_relays = 20 })
natbed.note("first: " .. tostring(way))

-- A voice call's worth of datagrams, one each 20 ms: a gap in their arrival is a gap that people
-- hear.
net:spawn(function()
  while true do
    way:send(160)
    natbed.sleep(0.02)
  end
end)

for round = 1, 4 do
  natbed.sleep(20)
  local name, route, rtt = way.relay, table.concat(way.route, " → "), way:ping()
  local regret = rtt - best_round_trip()

  natbed.note(name .. " dies")
  local relay, died = net:find(name), natbed.now()
  relay:stop()
  dead[name] = true
  net:at(died + 60, function()
    relay:start()
    dead[name] = nil
    natbed.note(name .. " is back")
  end)

  natbed.sleep(0.5)                        -- what was already past the relay still arrives
  local before = way.received
  while way.received == before and natbed.now() < died + 40 do natbed.sleep(0.01) end
  natbed.note("now: " .. tostring(way))
  natbed.record{ round = round, ok = way.received > before, relay = name, route = route,
                 rtt = rtt, regret = regret, gap_ms = (natbed.now() - died) * 1000 }
  natbed.sleep(20)
end
