-- hairpin: two hosts behind one box that know only each other's outside addresses.
--
--   natbed run scenarios/hairpin.lua
--
-- A packet from inside to an external address of the same box must be turned around ("hairpinned",
-- RFC 4787 §6). Many boxes do not do it: 24 % did in 2005 (Ford, Srisuresh, Kegel). With it, RFC
-- 4787 REQ-9 asks that the receiver sees the sender's external address; boxes that leave the
-- internal one in place confuse peers that compare addresses.
--
-- In a home the two also share a network, so "ice" finds the direct way; behind a carrier's box
-- they do not.

return natbed.sweep{
  axes = {
    { "hairpin", { "none", "internal", "external" } },
    { "place", { "one home", "one carrier" } },
    { "with", { "punch", "ice" } },
  },
  trials = 20,
  run = function(net, p)
    net:server("stun"):serve("stun")
    net:server("relay"):serve("turn")
    local alice, bob
    if p.place == "one home" then
      local box = net:nat{ "port-restricted", hairpin = p.hairpin }
      alice, bob = box:host("alice"), box:host("bob")
    else
      local box = net:cgnat{ "port-restricted", hairpin = p.hairpin }
      alice, bob = box:nat("port-restricted"):host("alice"), box:nat("port-restricted"):host("bob")
    end
    local way = alice:connect(bob, { with = p.with })
    return { ok = way.ok, path = way.path, ms = way.ms, rtt = way.rtt }
  end,
}
