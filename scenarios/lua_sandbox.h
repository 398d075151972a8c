// The part of Lua's own libraries that scripts get; see lua_state.h for what is left out and why.
#pragma once

struct lua_State;

namespace natbed {

void open_sandbox(lua_State* L);

}  // namespace natbed
