// Making nodes from scripts: the same five methods on the network (in the core) and on a box
// (behind it).
#pragma once

#include "base/id.h"

struct lua_State;

namespace natbed {

// Each takes the object's method arguments from index 2 on, adds a node behind `at` and pushes it.
int add_host(lua_State* L, NodeId at);
int add_server(lua_State* L, NodeId at);
int add_nat(lua_State* L, NodeId at);
int add_cgnat(lua_State* L, NodeId at);
int add_router(lua_State* L, NodeId at);

}  // namespace natbed
