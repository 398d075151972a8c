// The oracle: can two peers reach each other directly over UDP, given the NATs before them?
//
// It knows no rule about cones and symmetric boxes. It plays every order of sends in an abstract
// world (which mappings exist, which remotes each filter admits, which remote endpoints each peer
// has learned) and reads the answer off the graph of states. It shares no code with the translator
// and sees only the same NatBehavior, so that where a simulation and the oracle agree, both are
// right or both misread the same words.
//
// Its world: one socket a peer; both have asked one STUN server and told each other what it saw;
// then each peer sends, again and again and in any order, to every endpoint of the other that it
// has learned, which includes the source of whatever got through. Nothing is lost, nothing expires,
// no port is ever guessed. Direct means that both peers have received a packet from the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nat_models/behavior.h"

namespace natbed {

enum class Traversal : uint8_t {
  kAlways,          // whatever the order, as long as nobody stops sending
  kDependsOnOrder,  // some orders get through; others go on for ever without
  kNever,
};

// One packet of a traversal: `sender` (0: a, 1: b) to an endpoint of the other, named by how it was
// learned.
struct TraversalStep {
  uint8_t sender = 0;
  uint8_t target = 0;  // the other's external endpoints, in the order in which they came to be
  // The target is what the STUN server saw; else it is the source of a packet received.
  bool reflexive = true;
  uint8_t source = 0;       // the sender's external endpoint
  bool new_source = false;  // which this packet brought into being
  bool admitted = false;    // it got through
  bool operator==(const TraversalStep&) const = default;
};

struct TraversalVerdict {
  Traversal outcome = Traversal::kNever;
  std::vector<TraversalStep> witness;  // the shortest way to a direct path; empty if there is none
  std::vector<TraversalStep> repeats;  // unless kAlways: the sends that go on for ever
  uint32_t states = 0;                 // of the abstract world, all of them visited
  bool can_be_direct() const { return outcome != Traversal::kNever; }
};

// Null: no NAT on that side. The verdict is symmetric but for the names of the peers.
TraversalVerdict direct_path(const NatBehavior* a, const NatBehavior* b);

const char* to_string(Traversal outcome);
// "b sends to what the server saw of a, from a new port: filtered".
std::string to_string(const TraversalStep& step);
// The verdict in a line: the steps that open the path, or the drops that repeat.
std::string explain(const TraversalVerdict& verdict);

}  // namespace natbed
