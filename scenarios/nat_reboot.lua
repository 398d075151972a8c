-- nat_reboot: the NAT in front of bob forgets everything, or gets a new address overnight, in the
-- middle of a connection.
--
--   natbed run scenarios/nat_reboot.lua
--
-- After a reboot bob's box has no mappings and no filters; what it did, it must be made to do again
-- by packets from inside. Boxes that preserve ports come back as they were as soon as bob sends;
-- boxes that choose ports at random do not, and the two must meet again. How long it takes is a
-- matter of how soon someone misses an answer.

return natbed.sweep{
  axes = {
    { "ports", { "preserving", "random" } },
    { "fault", { "reboot", "new address", "cable out for 5 s" } },
    { "keep_alive", { 5, 15 } },
  },
  trials = 20,
  run = function(net, p)
    net:server("stun"):serve("stun")
    net:server("relay"):serve("turn")
    local alice = net:nat("port-restricted"):host("alice")
    local box = net:nat{ "port-restricted", ports = p.ports }
    local bob = box:host("bob")

    -- The timeout also bounds the search for a new path; bob's registration is renewed every 15 s
    -- only, and until then nobody can tell him anything.
    local way = alice:connect(bob, {
      keep_alive = p.keep_alive, consent_lost = 2 * p.keep_alive, timeout = 60,
    })
    if not way.ok then return { ok = false } end

    natbed.sleep(10 + 10 * natbed.random())   -- any moment between two keep-alives
    if p.fault == "reboot" then
      box:reboot()
    elseif p.fault == "new address" then
      box:readdress()
    else
      box:link():cut()
      natbed.sleep(5)
      box:link():restore()
    end

    -- Alice's data arrive again when something opened bob's box for her, or a new path was found.
    local before, since = way.received, natbed.now()
    while way.received == before and natbed.now() < since + 120 do
      way:send(100)
      natbed.sleep(0.1)
    end
    return { ok = way.received > before, path = way.path, outage_ms = 1000 * (natbed.now() - since) }
  end,
}
