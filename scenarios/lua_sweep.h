// natbed.sweep{ axes =, trials =, network =, run = }: many universes instead of one.
#pragma once

struct lua_State;

namespace natbed {

int sweep(lua_State* L);

}  // namespace natbed
