// table.sort, stable. Lua's own may pick its pivot by the clock, so that equal elements end up in
// an order that differs from run to run; a merge sort has no such choice.
#pragma once

struct lua_State;

namespace natbed {

// The C function behind table.sort(list [, less]).
int stable_sort(lua_State* L);

}  // namespace natbed
