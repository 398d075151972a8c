// The oracle: can two peers reach each other directly over UDP, given the NATs before them?
//
// It knows no rule about cones and symmetric boxes. It plays every order of sends and arrivals in
// an abstract world (which remotes each filter admits, through which mapping each answer leaves,
// which endpoints each peer has learned, what is on the way) and reads the answer off the graph of
// states. It shares no code with the translator and sees only the same NatBehavior, so that where a
// simulation and the oracle agree, both are right or both misread the same words.
//
// Its world: one socket a peer; both have asked one STUN server and told each other what it saw;
// then each sends, again and again and in any order, to every endpoint of the other that it has
// learned, which includes the source of whatever got through, and answers what it gets. The graph
// is searched until nothing new can happen, so the answer holds for any number of probes.
//
// What it leaves out: loss, expiry, guessed ports, port clashes and overloading, quotas, TTLs,
// boxes that hold an early packet against its sender, static mappings, several external addresses
// of a box, and private addresses that are used twice.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "nat_models/behavior.h"

namespace natbed {

// The boxes between the peers and the public network, innermost first; of each what it does with
// UDP. `shared` is the common outermost part: a carrier's box, or the one box of a home. Two peers
// that share all their boxes share their network too.
struct Meeting {
  std::vector<ProtocolBehavior> a, b, shared;
  size_t boxes() const { return a.size() + b.size() + shared.size(); }
  // Counted through: a's, b's, the shared ones.
  const ProtocolBehavior& box(size_t i) const;
  ProtocolBehavior& box(size_t i) {
    return const_cast<ProtocolBehavior&>(std::as_const(*this).box(i));
  }
};

enum class Strategy : uint8_t {
  // Each sends to what the server saw of the other. Direct: each was answered, from wherever the
  // answer came.
  kPunch,
  // As RFC 8445: host candidates too. Direct: each has a pair, i.e. was answered from where its
  // check went (§7.2.5.2.1); then some pair is valid on both sides (tested). Peer-reflexive
  // candidates are learned from checks alone.
  kIce,
};

struct OracleOptions {
  Strategy with = Strategy::kPunch;
  uint8_t probes = 0;     // each peer sends so many to each endpoint; 0: again and again
  uint8_t in_flight = 2;  // probes and answers on the way at once, at most; 1: one after the other
  // Endpoints of the other that a peer remembers, at most. Two NATs that show a new port for each
  // endpoint could go on for ever otherwise. More change no verdict (tested).
  uint8_t remembered = 4;
  uint32_t most_states = 500'000;
};

enum class Traversal : uint8_t {
  kAlways,          // whatever the order, as long as nobody stops sending
  kDependsOnOrder,  // some orders get through; others go on for ever, or end, without
  kNever,
};

// A packet passes a box, or does not.
struct BoxPass {
  enum class Fate : uint8_t { kPassed, kFiltered, kNoHairpin, kBlocked };
  uint8_t box = 0;  // as Meeting::box counts
  bool outward = false;
  bool turned = false;   // hairpinned: goes out and comes in again, as two passes
  bool renamed = false;  // outward: through another mapping than the destination selects
  uint16_t mapping = 0;  // an endpoint's number, see TraversalVerdict::endpoints
  uint16_t remote = 0;   // whom it goes to, or comes from as the box sees it
  Fate fate = Fate::kPassed;
  bool operator==(const BoxPass&) const = default;
};

// One packet of a traversal, or half of its way if others come between.
struct TraversalStep {
  enum class Target : uint8_t { kReflexive, kHost, kLearned };
  uint8_t sender = 0;  // 0: a, 1: b
  bool answer = false;
  bool departs = true, arrives = true;  // which halves of its way belong to this step
  Target known_as = Target::kReflexive;
  uint16_t target = 0;      // an endpoint's number
  bool new_source = false;  // the sender's outermost mapping came into being with this packet
  bool admitted = false;    // it got to the other's host
  bool counts = false;      // an answer that proves the path, as the strategy wants it
  std::vector<BoxPass> passes;
  bool operator==(const TraversalStep&) const = default;
};

// Whose an endpoint is: a mapping of a box, a host, or the server.
struct NamedEndpoint {
  enum class Owner : uint8_t { kBox, kHost, kServer };
  Owner owner = Owner::kServer;
  uint8_t number = 0;  // of the box or host
  // Counts the mappings of a box, in the order in which steps name them.
  uint16_t port = 0;
};

struct TraversalVerdict {
  Traversal outcome = Traversal::kNever;
  std::vector<TraversalStep> witness;  // the shortest way to a direct path; empty if there is none
  // Unless kAlways: the shortest way to where nothing helps any more, and the sends that go on
  // there for ever: none if the probes were used up.
  std::vector<TraversalStep> astray;
  std::vector<TraversalStep> repeats;
  uint32_t states = 0;                   // of the abstract world, all of them visited
  std::vector<NamedEndpoint> endpoints;  // by number
  bool can_be_direct() const { return outcome != Traversal::kNever; }
};

// An Error if there are more states than options allow. The verdict is symmetric but for the names
// of the peers.
Result<TraversalVerdict> foretell(const Meeting& meeting, const OracleOptions& options);

// One round by turns instead: one peer probes what the server saw of the other, once; then the
// other probes all that it has learned by then, once. Direct: both heard. Whether it
// kDependsOnOrder is a question of who goes first.
Traversal one_round(const Meeting& meeting);

// By punching, with one box a side. Null: no NAT on that side.
TraversalVerdict direct_path(const NatBehavior* a, const NatBehavior* b);

const char* to_string(Traversal outcome);
// "b sends to what the server saw of a, from a new port: filtered".
std::string to_string(const TraversalStep& step);
// The verdict in a line: the steps that open the path, or the drops that repeat.
std::string explain(const TraversalVerdict& verdict);

}  // namespace natbed
