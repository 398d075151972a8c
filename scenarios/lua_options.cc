#include "scenarios/lua_options.h"

#include <fmt/format.h>

#include <lua.hpp>

#include <algorithm>

#include "base/suggest.h"

namespace natbed {
namespace {

// Takes the value off the stack again, whatever happens.
class Popped {
 public:
  explicit Popped(lua_State* L) : L_(L) {}
  ~Popped() { lua_pop(L_, 1); }
  Popped(const Popped&) = delete;
  Popped& operator=(const Popped&) = delete;

 private:
  lua_State* L_;
};

// The least key that is not among `keys` (Lua's own order is not the same every time), or nothing.
std::optional<std::string> unknown_key(lua_State* L, int table,
                                       std::span<const std::string_view> keys) {
  std::optional<std::string> unknown;
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    std::string key = lua_type(L, -2) == LUA_TSTRING
                          ? std::string(text_argument(L, -2, "a key"))
                          : std::string("[") + lua_typename(L, lua_type(L, -2)) + "]";
    if (std::ranges::find(keys, key) == keys.end() && (!unknown || key < *unknown))
      unknown = std::move(key);
  }
  return unknown;
}

}  // namespace

Options::Options(lua_State* L, int index, std::string_view what,
                 std::initializer_list<std::string_view> keys)
    : L_(L), table_(lua_isnoneornil(L, index) ? 0 : lua_absindex(L, index)), what_(what) {
  if (table_ == 0) return;
  if (!lua_istable(L, table_)) expected(L, table_, fmt::format("a table of options for {}", what));
  const std::span words(keys.begin(), keys.size());
  const auto unknown = unknown_key(L, table_, words);
  if (!unknown) return;
  throw ScriptError(fmt::format("{} takes no option \"{}\"{}; its options are: {}", what, *unknown,
                                did_you_mean(*unknown, words), fmt::join(words, ", ")));
}

bool Options::push(std::string_view key) const {
  if (table_ == 0) return false;
  push_text(L_, key);
  lua_rawget(L_, table_);
  if (!lua_isnil(L_, -1)) return true;
  lua_pop(L_, 1);
  return false;
}

bool Options::has(std::string_view key) const {
  if (!push(key)) return false;
  lua_pop(L_, 1);
  return true;
}

std::optional<std::string> Options::text(std::string_view key) const {
  if (!push(key)) return std::nullopt;
  const Popped popped(L_);
  return std::string(text_argument(L_, -1, "a text for " + name(key)));
}

std::optional<double> Options::number(std::string_view key) const {
  if (!push(key)) return std::nullopt;
  const Popped popped(L_);
  return number_argument(L_, -1, "a number for " + name(key));
}

std::optional<bool> Options::flag(std::string_view key) const {
  if (!push(key)) return std::nullopt;
  const Popped popped(L_);
  if (!lua_isboolean(L_, -1)) expected(L_, -1, "true or false for " + name(key));
  return lua_toboolean(L_, -1) != 0;
}

std::optional<int64_t> Options::whole(std::string_view key, int64_t least, int64_t most) const {
  const std::optional<double> value = number(key);
  if (!value) return std::nullopt;
  if (!(*value >= static_cast<double>(least) && *value <= static_cast<double>(most)) ||
      *value != static_cast<double>(static_cast<int64_t>(*value))) {
    throw ScriptError(fmt::format("{} must be a whole number from {} to {}, not {}", name(key),
                                  least, most, *value));
  }
  return static_cast<int64_t>(*value);
}

std::optional<Duration> Options::seconds(std::string_view key) const {
  const std::optional<double> value = number(key);
  return value ? std::optional(seconds_of(*value, name(key))) : std::nullopt;
}

std::optional<Duration> Options::milliseconds(std::string_view key) const {
  const std::optional<double> value = number(key);
  return value ? std::optional(milliseconds_of(*value, name(key))) : std::nullopt;
}

std::optional<std::pair<Duration, Duration>> Options::millisecond_range(
    std::string_view key) const {
  if (!push(key)) return std::nullopt;
  const Popped popped(L_);
  if (lua_type(L_, -1) == LUA_TNUMBER) {
    const Duration both = milliseconds_of(lua_tonumber(L_, -1), name(key));
    return std::pair(both, both);
  }
  if (!lua_istable(L_, -1) || lua_rawlen(L_, -1) != 2) {
    expected(L_, -1, fmt::format("milliseconds for {}, or {{ low, high }}", name(key)));
  }
  Duration ends[2];
  for (int i = 0; i < 2; ++i) {
    lua_rawgeti(L_, -1, i + 1);
    const Popped end(L_);
    ends[i] = milliseconds_of(number_argument(L_, -1, "milliseconds in " + name(key)), name(key));
  }
  if (ends[0] > ends[1])
    throw ScriptError(fmt::format("{} is given as {{ low, high }}: low is above high", name(key)));
  return std::pair(ends[0], ends[1]);
}

std::optional<std::vector<std::string>> Options::texts(std::string_view key) const {
  if (!push(key)) return std::nullopt;
  const Popped popped(L_);
  if (!lua_istable(L_, -1)) expected(L_, -1, "a list of texts for " + name(key));
  std::vector<std::string> texts;
  const auto count = static_cast<int>(lua_rawlen(L_, -1));
  for (int i = 1; i <= count; ++i) {
    lua_rawgeti(L_, -1, i);
    const Popped element(L_);
    texts.emplace_back(text_argument(L_, -1, "a text in " + name(key)));
  }
  return texts;
}

std::optional<size_t> Options::word(std::string_view key,
                                    std::initializer_list<std::string_view> words) const {
  const std::optional<std::string> value = text(key);
  if (!value) return std::nullopt;
  const auto found = std::ranges::find(words, *value);
  if (found == words.end())
    throw ScriptError(unknown_word(key, *value, std::span(words.begin(), words.size())));
  return static_cast<size_t>(found - words.begin());
}

std::string Options::name(std::string_view key) const {
  return fmt::format("\"{}\" of {}", key, what_);
}

}  // namespace natbed
