-- mobile_handover: alice leaves the house in the middle of a call; her phone goes from the home's
-- Wi-Fi to a mobile carrier and, later, back. What does bob hear of it?
--
--   natbed run scenarios/mobile_handover.lua
--   natbed run scenarios/mobile_handover.lua --set consent=5
--
-- Her address changes, so the holes in the NATs on the way belong to a host that is gone. The call
-- goes on when both ends know and have found a new path; until then bob hears nothing.

-- Seconds without an answer until a path is given up (RFC 7675 has 30).
local consent = natbed.param("consent", 15)

local net = natbed.network{ latency = {10, 40} }
net:server("stun"):serve("stun")
net:server("relay"):serve("turn")

local home = net:nat("linux", { latency = 5, rate = 50e6 })
local mobile = net:cgnat("symmetric", { latency = 25, jitter = 15, loss = 0.005 })
local alice = home:host("alice")
local bob = net:nat("port-restricted"):host("bob")

local way = alice:connect(bob, { consent_lost = consent, keep_alive = consent / 2, timeout = 60 })
natbed.note("at home: " .. tostring(way))

-- Alice speaks: a datagram each 20 ms, whether or not there is a path to send it on.
net:spawn(function()
  while true do
    way:send(160)
    natbed.sleep(0.02)
  end
end)

local function hand_over(place, where)
  natbed.sleep(20)
  local left = natbed.now()
  alice:move(place)
  natbed.note("alice is " .. where)

  natbed.sleep(0.3)                              -- what was on the way still arrives
  local before = way.received
  while way.received == before and natbed.now() < left + 120 do natbed.sleep(0.01) end
  natbed.note("bob hears her again: " .. tostring(way))
  natbed.record{ to = where, ok = way.received > before, path = way.path, relay = way.relay or "-",
                 silence_ms = (natbed.now() - left) * 1000 }
end

hand_over(mobile, "on the street")
hand_over(home, "back home")
