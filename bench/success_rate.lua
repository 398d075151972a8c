-- success_rate: how often each technique connects each pair of NATs. Run by bench/success_rate, which draws the tables.
return natbed.sweep{
  axes = {
    with = { "direct", "punch", "relay", "ice" },
    a = natbed.presets,
    b = natbed.presets,
  },
  trials = 20,
  run = function(net, p)
    local x, y = net:nat(p.a):host("x"), net:nat(p.b):host("y")
    net:server("stun"):serve("stun")
    net:server("relay"):serve("turn")
    local way = x:connect(y, { with = p.with })
    return { ok = way.ok, ms = way.ms }
  end,
}
