// Options: the table that a script hands to a function, with every key known and every value
// checked.
//
// A key that the function does not take is an error at once, because an option that is silently
// ignored gives wrong results that look right.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/lua_call.h"

namespace natbed {

class Options {
 public:
  // The table at `index`; nothing or nil stands for an empty one. `what` names the function in
  // errors. Keeps reading from the stack: REQUIRES that the table stays where it is.
  Options(lua_State* L, int index, std::string_view what,
          std::initializer_list<std::string_view> keys);

  bool has(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  // REQUIRES of the script: whole, within the bounds.
  std::optional<int64_t> whole(std::string_view key, int64_t least, int64_t most) const;
  std::optional<Duration> seconds(std::string_view key) const;
  std::optional<Duration> milliseconds(std::string_view key) const;
  // A number, or {low, high}.
  std::optional<std::pair<Duration, Duration>> millisecond_range(std::string_view key) const;
  std::optional<std::vector<std::string>> texts(std::string_view key) const;
  // The word's place in `words`.
  std::optional<size_t> word(std::string_view key,
                             std::initializer_list<std::string_view> words) const;
  // Leaves the value on the stack; false and nothing pushed if the key is absent.
  bool push(std::string_view key) const;

 private:
  std::string name(std::string_view key) const;  // "latency" of network
  lua_State* L_;
  int table_;  // 0: empty
  std::string what_;
};

}  // namespace natbed
