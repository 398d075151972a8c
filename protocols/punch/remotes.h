// Remotes: the addresses of the other peer that a Puncher knows of, and what became of its probes
// there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/time.h"
#include "protocols/rendezvous/message.h"

namespace natbed {

struct Remote {
  Endpoint endpoint;
  CandidateKind kind = CandidateKind::kReflexive;
  bool heard = false;                 // an authentic probe came from there
  bool answered = false;              // the peer answered a probe that we sent there, from anywhere
  bool symmetric = false;             // and from there
  bool nominated = false;             // the controlling peer wants it
  Instant probed = Instant::never();  // last; never: not yet
  Duration round_trip;
};

class Remotes {
 public:
  static constexpr size_t kMost = 16;

  // The remote with that endpoint, new unless it is known. Null if there is no room: a NAT that
  // shows a new port each time cannot fill our memory.
  Remote* learn(const Endpoint& endpoint, CandidateKind kind);
  // Whether the peer was heard from there, or answered from there.
  bool proven(const Endpoint& endpoint) const;
  bool any_heard() const;
  // Our probes get there, and the peer's get here: from there, unless its answers come from
  // elsewhere anyway.
  bool valid(const Remote& remote) const;
  // Of the valid ones: a symmetric one first, then the better kind, then the shorter round trip.
  std::optional<size_t> best_valid() const;

  Remote& operator[](size_t index) { return all_[index]; }
  const Remote& operator[](size_t index) const { return all_[index]; }
  size_t index_of(const Remote& remote) const { return static_cast<size_t>(&remote - all_.data()); }
  size_t size() const { return count_; }
  std::span<Remote> all() { return std::span(all_).first(count_); }
  std::span<const Remote> all() const { return std::span(all_).first(count_); }

 private:
  uint8_t count_ = 0;
  std::array<Remote, kMost> all_;
};

}  // namespace natbed
