// Time as natbed knows it: a count of nanoseconds, never a clock.
//
// An Instant is the time since the start of a world (or, in `live/`, since the start of the
// driver); a Duration is the difference of two. Both are integers, because simulated state must
// have the same bits on every machine. Nothing below `live/` ever asks an operating system what
// time it is.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace natbed {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration nanoseconds(int64_t n) { return Duration(n); }
  static constexpr Duration microseconds(int64_t n) { return Duration(n * 1'000); }
  static constexpr Duration milliseconds(int64_t n) { return Duration(n * 1'000'000); }
  static constexpr Duration seconds(int64_t n) { return Duration(n * 1'000'000'000); }
  static constexpr Duration zero() { return Duration(0); }

  // For the edges only (scripts, reports): whole nanoseconds nearest to `s` seconds.
  static Duration from_seconds(double s);
  constexpr int64_t ns() const { return ns_; }
  constexpr double as_seconds() const { return static_cast<double>(ns_) * 1e-9; }
  constexpr double as_milliseconds() const { return static_cast<double>(ns_) * 1e-6; }

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration d) const { return Duration(ns_ + d.ns_); }
  constexpr Duration operator-(Duration d) const { return Duration(ns_ - d.ns_); }
  constexpr Duration operator*(int64_t k) const { return Duration(ns_ * k); }
  constexpr Duration operator/(int64_t k) const { return Duration(ns_ / k); }
  constexpr Duration& operator+=(Duration d) { return ns_ += d.ns_, *this; }

 private:
  explicit constexpr Duration(int64_t n) : ns_(n) {}
  int64_t ns_ = 0;
};

class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant from_ns(int64_t n) { return Instant(n); }
  // The deadline of a machine that waits for nothing.
  static constexpr Instant never() { return Instant(std::numeric_limits<int64_t>::max()); }
  constexpr int64_t ns() const { return ns_; }
  constexpr double as_seconds() const { return static_cast<double>(ns_) * 1e-9; }
  constexpr bool is_never() const { return *this == never(); }

  constexpr auto operator<=>(const Instant&) const = default;
  // Saturates at never(), so that "never plus a little" is still never.
  constexpr Instant operator+(Duration d) const {
    if (d.ns() > 0 && ns_ > never().ns_ - d.ns()) return never();
    return Instant(ns_ + d.ns());
  }
  constexpr Instant operator-(Duration d) const { return Instant(ns_ - d.ns()); }
  constexpr Duration operator-(Instant t) const { return Duration::nanoseconds(ns_ - t.ns_); }

 private:
  explicit constexpr Instant(int64_t n) : ns_(n) {}
  int64_t ns_ = 0;
};

// "1.234567s", "35ms", "250us": the shortest of s, ms, us, ns that loses nothing.
std::string to_string(Duration d);
std::string to_string(Instant t);

inline namespace literals {
constexpr Duration operator""_ns(unsigned long long n) { return Duration::nanoseconds(n); }
constexpr Duration operator""_us(unsigned long long n) { return Duration::microseconds(n); }
constexpr Duration operator""_ms(unsigned long long n) { return Duration::milliseconds(n); }
constexpr Duration operator""_s(unsigned long long n) { return Duration::seconds(n); }
}  // namespace literals

}  // namespace natbed
