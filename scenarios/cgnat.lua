-- cgnat: what does a carrier's NAT on top of your own do to your chances?
--
--   natbed run scenarios/cgnat.lua
--
-- Bob's home NAT stays the same. In front of it stands nothing, or a carrier's box of one kind or
-- another, shared with neighbours. Alice has an ordinary home. Watch two things: a carrier's box
-- that maps by destination makes every home behind it symmetric, whatever the home's own NAT is;
-- and two subscribers of one carrier meet only if its box hairpins.

return natbed.sweep{
  axes = {
    { "carrier", { "none", "cgnat", "port-restricted", "symmetric" } },
    { "peer", { "elsewhere", "same carrier" } },
  },
  trials = 50,
  run = function(net, p)
    net:server("stun"):serve("stun")
    local carrier = net
    if p.carrier ~= "none" then carrier = net:cgnat(p.carrier) end

    -- Four neighbours, whose mappings fill the same table.
    for i = 1, 4 do
      local neighbour = carrier:nat("linux"):host("neighbour " .. i)
      net:spawn(function() neighbour:ping(net:find("stun")) end)
    end

    local bob = carrier:nat("linux"):host("bob")
    local alice
    if p.peer == "same carrier" then
      alice = carrier:nat("port-restricted"):host("alice")
    else
      alice = net:nat("port-restricted"):host("alice")
    end
    local way = alice:connect(bob, { with = "punch" })
    return { ok = way.ok, ms = way.ms, packets = way.packets }
  end,
}
