-- two_homes: two people at home, behind NATs of your choice. Do they reach each other, how, and how
-- long does it take?
--
--   natbed run scenarios/two_homes.lua
--   natbed run scenarios/two_homes.lua --set alice=symmetric --set bob=symmetric
--
-- The kinds are the presets of `natbed nats`: full-cone, restricted, port-restricted, symmetric,
-- ... or "none".

local alice_nat = natbed.param("alice", "port-restricted")
local bob_nat = natbed.param("bob", "linux")

-- A public core in which any two boxes are 20 to 120 ms apart, one-way, drawn once for each pair.
local net = natbed.network{ latency = {20, 120} }

-- A STUN server tells peers how the outside sees them; a TURN server carries their data if nothing
-- else works.
net:server("stun"):serve("stun")
net:server("relay"):serve("turn")

local alice = net:nat(alice_nat):host("alice")
-- Bob's home is behind a second NAT, that of his provider, which he shares with others.
local bob = net:cgnat("cgnat"):nat(bob_nat):host("bob")

-- Both look up their addresses, meet at the rendezvous server that natbed adds by itself, try each
-- other's addresses, punch holes, and fall back to the relay. This line waits, in virtual time, for
-- what comes of it.
local way = alice:connect(bob, { with = "ice", timeout = 10 })

natbed.note("alice (" .. alice_nat .. ") to bob (" .. bob_nat .. " behind cgnat): " .. tostring(way))
natbed.record{
  ok = way.ok,
  path = way.path,
  relay = way.relay,
  route = table.concat(way.route, " → "),
  ms = way.ms,
  round_trip_ms = way.rtt,
  packets = way.packets,
}
