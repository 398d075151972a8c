#include "base/time.h"

#include <cmath>

namespace natbed {
namespace {

// Writes `whole.fraction` of `ns` counted in `unit`, without the fraction's trailing zeros.
std::string decimal(uint64_t ns, uint64_t unit, const char* suffix) {
  std::string text = std::to_string(ns / unit);
  if (uint64_t rest = ns % unit; rest != 0) {
    std::string digits = std::to_string(rest + unit).substr(1);
    while (digits.back() == '0') digits.pop_back();
    text += '.' + digits;
  }
  return text + suffix;
}

}  // namespace

Duration Duration::from_seconds(double s) { return Duration(std::llround(s * 1e9)); }

std::string to_string(Duration d) {
  const bool negative = d.ns() < 0;
  const uint64_t ns = negative ? 0 - static_cast<uint64_t>(d.ns()) : static_cast<uint64_t>(d.ns());
  std::string text;
  if (ns >= 1'000'000'000 || ns == 0) {
    text = decimal(ns, 1'000'000'000, "s");
  } else if (ns >= 1'000'000) {
    text = decimal(ns, 1'000'000, "ms");
  } else if (ns >= 1'000) {
    text = decimal(ns, 1'000, "us");
  } else {
    text = decimal(ns, 1, "ns");
  }
  return negative ? "-" + text : text;
}

std::string to_string(Instant t) {
  return t.is_never() ? "never" : to_string(t - Instant::from_ns(0));
}

}  // namespace natbed
