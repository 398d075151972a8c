// Random numbers that a seed and a name determine, on every machine.
//
// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014):
// one add and three multiplies a draw, 16 bytes of state. A stream is forked by name from its
// parent's key, not from its parent's position, so that adding a node, or drawing once more, does
// not reshuffle anybody else.
#pragma once

#include <cstdint>
#include <string_view>

namespace natbed {

// A probability as a fraction of 2^32, so that a coin toss is an integer comparison everywhere.
class Probability {
 public:
  constexpr Probability() = default;
  // Clamped to [0, 1]. For the edges only: scripts and configuration.
  static constexpr Probability of(double p) {
    if (!(p > 0)) return Probability(0);
    if (p >= 1) return Probability(uint64_t{1} << 32);
    return Probability(static_cast<uint64_t>(p * 4294967296.0 + 0.5));
  }
  constexpr bool never() const { return scaled_ == 0; }
  constexpr uint64_t scaled() const { return scaled_; }
  constexpr bool operator==(const Probability&) const = default;

 private:
  explicit constexpr Probability(uint64_t scaled) : scaled_(scaled) {}
  uint64_t scaled_ = 0;
};

class Rng {
 public:
  explicit constexpr Rng(uint64_t seed) : key_(mix(seed)), state_(key_) {}

  // Uniform over all 64-bit values.
  constexpr uint64_t next() { return mix(state_ += kGamma); }
  // Uniform over [0, bound). REQUIRES: bound > 0. Lemire's method, without bias.
  uint64_t below(uint64_t bound);
  // Uniform over [low, high], both ends included. REQUIRES: low <= high.
  int64_t between(int64_t low, int64_t high);
  bool chance(Probability p) { return !p.never() && (next() >> 32) < p.scaled(); }

  // An independent stream that depends only on this stream's seed and `name` (or `index`).
  Rng fork(std::string_view name) const;
  constexpr Rng fork(uint64_t index) const { return Rng(key_ ^ mix(index + kGamma)); }

  static constexpr uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  // The odd integer nearest to 2^64 / golden ratio.
  static constexpr uint64_t kGamma = 0x9E3779B97F4A7C15;
  uint64_t key_;
  uint64_t state_;
};

}  // namespace natbed
