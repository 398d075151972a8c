-- matrix: every kind of NAT against every other, by hole punching alone.
--
--   natbed run scenarios/matrix.lua --trials 20
--   natbed run scenarios/matrix.lua --set a=apdm-apdf --set b=eim-eif,eim-adf,eim-apdf
--
-- The nine kinds are the nine pairs of mapping and filtering of RFC 4787: "apdm-adf" maps
-- address-and-port-dependent and filters address-dependent. `natbed matrix` runs the same without
-- Lua and draws the grid.

-- Whose packets open a filter: the internal endpoint's, or those of one "mapping" only.
local scope = natbed.param("filter_scope", "internal")
-- Where answers leave: by the mapping that their destination selects, or the "admitting" one.
local reply = natbed.param("reply_mapping", "selected")

local function home(net, kind, name)
  return net:nat({ kind, filter_scope = scope, reply_mapping = reply }):host(name)
end

return natbed.sweep{
  axes = { a = natbed.nat_kinds, b = natbed.nat_kinds },
  trials = 100,
  -- Every trial has a network of its own, fresh and with latencies of its own.
  run = function(net, p)
    local x, y = home(net, p.a, "x"), home(net, p.b, "y")
    net:server("stun"):serve("stun")
    local way = x:connect(y, { with = "punch" })
    return {
      ok = way.ok,
      ms = way.ms,
      packets = way.packets,
      oracle = natbed.oracle({ p.a, filter_scope = scope, reply_mapping = reply },
                             { p.b, filter_scope = scope, reply_mapping = reply }) ~= "never",
    }
  end,
}
