// Which relay two peers should meet at, and when it is worth moving to another.
//
// Both peers measure their round trips to the relays they know; the sum over the better relay is
// what their data will feel. A lead must be clear before a running connection moves (hysteresis),
// because a choice that flaps costs more than a few milliseconds. Pure: the same measurements in
// the same order give the same routes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/name.h"
#include "base/rng.h"
#include "base/time.h"

namespace natbed {

enum class RelayPolicy : uint8_t {
  kMinSum,   // the smallest expected round trip between the peers over the whole route
  kNearest,  // the relay nearest to the side that chooses: a home relay, as DERP and iroh have
  kRandomK,  // the best of `random_k` drawn at random: SOSR (OSDI 2004) found little gain beyond
             // four
};
const char* to_string(RelayPolicy policy);

struct RelayRoute {
  static constexpr size_t kMaxRelays = 4;
  std::array<Name, kMaxRelays> relays;  // in order from us to the peer
  uint8_t size = 0;
  Duration round_trip;  // expected: the sum of what was measured on the way

  std::span<const Name> names() const { return std::span(relays).first(size); }
  bool operator==(const RelayRoute&) const = default;
};

struct RelayChoiceConfig {
  RelayPolicy policy = RelayPolicy::kMinSum;
  uint32_t random_k = 4;
  uint8_t max_relays = 1;  // on one route; up to RelayRoute::kMaxRelays
  // A running choice is left only for a gain of at least the larger of the two (DERP's rule: 10 ms
  // and 1/3).
  Duration min_gain = Duration::milliseconds(10);
  uint32_t min_gain_numerator = 1, min_gain_denominator = 3;
  // Stands for what the peer has not measured: usable, but behind anything known.
  Duration unmeasured = Duration::milliseconds(500);
};

class RelayChoice {
 public:
  RelayChoice(const RelayChoiceConfig& config, Rng rng) : config_(config), rng_(rng) {}

  // Measurements; a later one replaces an earlier one. Relays become known by being measured from
  // our side.
  void measured_by_us(const Name& relay, Duration round_trip);
  void measured_by_peer(const Name& relay, Duration round_trip);
  void measured_between(const Name& relay, const Name& other, Duration round_trip);
  void forget_peer();  // another peer, or the same one elsewhere: its measurements no longer hold

  // A dead relay is on no route until it is declared alive again or measured anew.
  void declare_dead(const Name& relay);
  bool alive(const Name& relay) const;

  // Chooses, keeping the current route unless it is gone or clearly beaten. Empty: no relay is
  // usable.
  std::optional<RelayRoute> choose();
  // The route that holds now, and the best one that shares no relay with it, for when it dies.
  const std::optional<RelayRoute>& current() const { return current_; }
  const std::optional<RelayRoute>& backup() const { return backup_; }
  // The next choose() starts afresh, without hysteresis.
  void release() { current_.reset(); }

 private:
  struct Relay {
    Name name;
    Duration ours, theirs;
    bool measured = false, measured_by_peer = false, dead = false;
    bool drawn = true;  // kRandomK: among those that may be chosen
    bool usable() const { return measured && !dead; }
  };
  struct Link {
    Name a, b;
    Duration round_trip;
  };
  Relay& relay(const Name& name);
  const Relay* find(const Name& name) const;
  void draw();
  std::optional<RelayRoute> best(const std::optional<RelayRoute>& apart_from) const;
  bool holds(const RelayRoute& route) const;
  Duration their_part(const Relay& relay) const {
    return relay.measured_by_peer ? relay.theirs : config_.unmeasured;
  }
  Duration expected(const RelayRoute& route) const;
  Duration score(const RelayRoute& route) const;  // what the policy minimises

  RelayChoiceConfig config_;
  Rng rng_;
  std::vector<Relay> relays_;  // sorted by name
  std::vector<Link> links_;
  std::optional<RelayRoute> current_, backup_;
};

}  // namespace natbed
