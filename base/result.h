// Result<T>: a value, or the reason why there is none. For failures that a caller expects and can
// act on.
//
// Member names are those of std::expected, which GCC 12 does not have yet.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace natbed {

// What was expected, what was found, where, and what to do: one readable sentence or two.
struct Error {
  std::string message;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(E error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& error() const { return std::get<1>(state_); }
  T value_or(T other) const { return has_value() ? value() : std::move(other); }

 private:
  T& checked() {
    NATBED_CHECK(has_value(), "value() of a Result that holds an error");
    return std::get<0>(state_);
  }
  std::variant<T, E> state_;
};

// The answer of something that has no value to give.
using Status = Result<std::monostate>;
inline Status ok() { return std::monostate{}; }

}  // namespace natbed
