// The functions that scripts call, by the object that they belong to: natbed, net, nodes and links,
// connections.
//
// docs/scenarios.md describes each of them with an example; its examples are run by a test.
#pragma once

#include "base/id.h"

struct lua_State;

namespace natbed {

// Everything: the global `natbed`, and the methods of all kinds of objects.
void open_api(lua_State* L);
void open_natbed(lua_State* L);
void open_net(lua_State* L);
void open_nodes(lua_State* L);
void open_links(lua_State* L);
void open_connections(lua_State* L);

// A Lua object of the type called `type`, which one of the above opened; its value is a number, an
// id.
void push_object(lua_State* L, const char* type, uint32_t value);
// The value of the object at `index`, or an error that says what was expected: "a host".
uint32_t object_argument(lua_State* L, int index, const char* type, const char* what);
// Defines an object's type: its methods and, if not null, what reads a field that is no method.
struct Method {
  const char* name;
  int (*function)(lua_State*);  // null: the name of a field, for suggestions
};
void define_type(lua_State* L, const char* type, const Method* methods,
                 int (*field)(lua_State*) = nullptr, int (*tostring)(lua_State*) = nullptr);

// A key that the table on top of the stack lacks is an error from now on, `unknown axis "los"`,
// instead of a nil that goes on silently. `what` its keys are; all of them are texts.
void refuse_unknown_keys(lua_State* L, const char* what);

inline constexpr const char* kNetType = "natbed.net";
inline constexpr const char* kNodeType = "natbed.node";
inline constexpr const char* kLinkType = "natbed.link";
inline constexpr const char* kConnectionType = "natbed.connection";

inline void push_node(lua_State* L, NodeId node) { push_object(L, kNodeType, node.value()); }
NodeId node_argument(lua_State* L, int index, const char* what);
// Makes the network from the options at `index` (nothing: the defaults) and pushes the object.
int open_network_from(lua_State* L, int index);

}  // namespace natbed
