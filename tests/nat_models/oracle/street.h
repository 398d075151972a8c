// Street: a Meeting built of real Nats, with real addresses, and two peers who try to reach each
// other by a strategy. The oracle's verdicts are held against what happens here.
//
// It shares the Nat with the simulator and nothing with the oracle but the words of Meeting.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nat_models/nat.h"
#include "nat_models/traversal.h"
#include "tests/nat_models/box.h"

namespace natbed::test {

class Street {
 public:
  // A packet between two boxes, in the network that this box leads out of; -1: the public one.
  struct Flying {
    Packet packet;
    int network = -1;
    int sender = 0;
    bool answer = false;
    Endpoint about;  // what the probe was sent to, that it is or answers
    Endpoint seen;   // an answer: the source of the probe, where it arrived
  };
  enum class Hop { kOn, kArrived, kLost };

  Street(const Meeting& meeting, Strategy with, uint64_t seed, size_t remembered = 8)
      : with_(with), remembered_(remembered) {
    const int of_a = static_cast<int>(meeting.a.size()), of_b = static_cast<int>(meeting.b.size());
    const int count = static_cast<int>(meeting.boxes());
    const int common = count > of_a + of_b ? of_a + of_b : -1;
    for (int i = 0; i < count; ++i) {
      const bool last = i + 1 == count || (i < of_a && i + 1 == of_a);
      const bool ends_side = i < of_a + of_b && (i + 1 == of_a || i + 1 == of_a + of_b);
      const int outside = ends_side ? common : last ? -1 : i + 1;
      add_box(meeting.box(static_cast<size_t>(i)), outside, seed);
    }
    homes_[0] = of_a > 0 ? 0 : common;
    homes_[1] = of_b > 0 ? of_a : common;
    for (int peer : {0, 1}) {
      own_[peer] = {address(homes_[peer], static_cast<uint8_t>(100 + peer)), 5000};
    }
    for (int peer : {0, 1}) ask_server(peer);
    for (int peer : {0, 1}) {
      if (with == Strategy::kIce) learn(peer, own_[1 - peer]);
      if (reflexive_[1 - peer]) learn(peer, *reflexive_[1 - peer]);
    }
  }

  Endpoint own(int peer) const { return own_[peer]; }
  const std::optional<Endpoint>& reflexive(int peer) const { return reflexive_[peer]; }
  const std::vector<Endpoint>& learned(int peer) const { return learned_[peer]; }
  bool heard(int peer) const { return heard_[peer]; }
  bool direct() const {
    const bool heard = with_ == Strategy::kIce || (heard_[0] && heard_[1]);
    return heard && proven_[0] && proven_[1];
  }

  // As a nomination wants it (RFC 8445 §7.3.1.5): one and the same pair is valid on both sides.
  bool same_pair() const {
    return std::ranges::any_of(pairs_[0], [&](const Pair& pair) {
      const Pair turned{pair.second, pair.first};
      return std::ranges::find(pairs_[1], turned) != pairs_[1].end();
    });
  }
  bool settled() const { return direct() && (with_ == Strategy::kPunch || same_pair()); }

  Flying probe(int peer, Endpoint to) const {
    return {udp(own_[peer], to), homes_[peer], peer, false, to, {}};
  }

  // One box further. On arrival the receiver has taken it, and its answer is in `answer`.
  Hop advance(Flying& f, std::optional<Flying>& answer) {
    const int owner = owner_of(f.packet.destination.ip, f.network);
    if (owner <= -2) {  // a host
      const int host = -2 - owner;
      return take(f, host, answer) ? Hop::kArrived : Hop::kLost;
    }
    if (owner >= 0) {  // enters a box from outside
      if (!forward(owner, f, Side::kOutside)) return Hop::kLost;
      f.network = owner;
      return Hop::kOn;
    }
    if (f.network < 0) return Hop::kLost;  // nobody has that address in public
    const int box = f.network;
    const auto egress = forward(box, f, Side::kInside);
    if (!egress) return Hop::kLost;
    if (*egress == Side::kOutside) f.network = boxes_[box].outside;
    return Hop::kOn;
  }

  // All hops at once. The receiver's answer is in `answer`.
  bool carry(Flying f, std::optional<Flying>& answer) {
    Hop hop = Hop::kOn;
    while (hop == Hop::kOn) hop = advance(f, answer);
    return hop == Hop::kArrived;
  }
  // A probe and its answer, before anything else happens. Whether the probe arrived.
  bool exchange(int peer, Endpoint to) {
    std::optional<Flying> answer, none;
    const bool arrived = carry(probe(peer, to), answer);
    if (answer) carry(*answer, none);
    return arrived;
  }

 private:
  struct House {
    std::unique_ptr<NatBehavior> behavior;
    std::unique_ptr<Nat> nat;
    int outside = -1;
    IpAddress external;
  };
  static constexpr int kNobody = -1;

  static IpAddress address(int network, uint8_t host) {
    if (network < 0) return IpAddress::v4(203, 0, 113, host);
    return IpAddress::v4(10, static_cast<uint8_t>(network), 0, host);
  }
  void add_box(const ProtocolBehavior& udp, int outside, uint64_t seed) {
    const auto number = static_cast<uint8_t>(boxes_.size() + 1);
    House& house = boxes_.emplace_back();
    house.behavior = std::make_unique<NatBehavior>();
    house.behavior->udp = udp;
    house.outside = outside;
    house.external = address(outside, number);
    const IpAddress external[] = {house.external};
    house.nat = std::make_unique<Nat>(house.behavior.get(), external, Rng(seed).fork(number));
  }
  // A box, -2 - host, or nobody, who has this address in that network.
  int owner_of(IpAddress ip, int network) const {
    for (int peer : {0, 1}) {
      if (homes_[peer] == network && own_[peer].ip == ip) return -2 - peer;
    }
    for (int box = 0; box < static_cast<int>(boxes_.size()); ++box) {
      if (boxes_[box].outside == network && boxes_[box].external == ip) return box;
    }
    return kNobody;
  }
  std::optional<Side> forward(int box, Flying& f, Side from) {
    const Verdict verdict = boxes_[box].nat->process(f.packet, from, {});
    if (verdict.action != Verdict::Action::kForward) return std::nullopt;
    return verdict.egress;
  }
  void ask_server(int peer) {
    Flying question = probe(peer, kServer);
    while (question.network >= 0) {
      const int box = question.network;
      if (!forward(box, question, Side::kInside)) return;
      question.network = boxes_[box].outside;
    }
    reflexive_[peer] = question.packet.source;
    Flying answer{udp(kServer, question.packet.source), -1, 2, true, {}, {}};
    std::optional<Flying> none;
    Hop hop = Hop::kOn;
    while (hop == Hop::kOn) hop = advance(answer, none);
    EXPECT_EQ(answer.packet.destination, own_[peer]) << "the server's answer must get in";
  }
  void learn(int peer, Endpoint remote) {
    std::vector<Endpoint>& known = learned_[peer];
    if (std::ranges::find(known, remote) != known.end() || known.size() >= remembered_) return;
    known.push_back(remote);
  }
  bool take(const Flying& f, int host, std::optional<Flying>& answer) {
    if (f.packet.destination != own_[host]) return false;
    if (f.sender == 2) return true;  // the server
    if (host == f.sender) return false;
    if (f.answer) {
      const bool from_there = f.packet.source == f.about;
      proven_[host] |= with_ == Strategy::kPunch || from_there;
      if (from_there) pairs_[host].emplace_back(f.about, f.seen);
      return true;
    }
    heard_[host] = true;
    learn(host, f.packet.source);
    answer = Flying{
        udp(own_[host], f.packet.source), homes_[host], host, true, f.about, f.packet.source};
    return true;
  }

  Strategy with_;
  size_t remembered_;
  std::vector<House> boxes_;
  int homes_[2] = {-1, -1};
  Endpoint own_[2];
  std::optional<Endpoint> reflexive_[2];
  std::vector<Endpoint> learned_[2];
  bool heard_[2] = {false, false}, proven_[2] = {false, false};
  using Pair = std::pair<Endpoint, Endpoint>;  // where checks went, and whence they seemed to come
  std::vector<Pair> pairs_[2];
};

// Probes and hops in the order that a seed says, until there is a direct path or `steps` are over.
inline bool meet_at_random(const Meeting& meeting, Strategy with, uint64_t seed, int steps) {
  Street street(meeting, with, seed);
  Rng rng = Rng(seed).fork("order");
  const uint64_t most_flying = 1 + rng.below(4);
  std::vector<Street::Flying> flying;
  for (int i = 0; i < steps && !street.settled(); ++i) {
    const auto peer = static_cast<int>(rng.below(2));
    const std::vector<Endpoint>& known = street.learned(peer);
    if (flying.size() < most_flying && !known.empty() && rng.below(2) == 0) {
      flying.push_back(street.probe(peer, known[rng.below(known.size())]));
      continue;
    }
    if (flying.empty()) continue;
    const size_t which = rng.below(flying.size());
    std::optional<Street::Flying> answer;
    if (street.advance(flying[which], answer) != Street::Hop::kOn)
      flying.erase(flying.begin() + static_cast<std::ptrdiff_t>(which));
    if (answer) flying.push_back(*answer);
  }
  return street.settled();
}

// Whether some order of at most `most` exchanges opens a direct path: all of them are tried.
inline bool some_order_meets(const Meeting& meeting, Strategy with, size_t most) {
  struct Send {
    int peer;
    size_t target;  // in the order of learning
  };
  std::vector<Send> order;
  const auto replay = [&](auto& self) -> bool {
    Street street(meeting, with, 1);
    for (const Send& send : order)
      street.exchange(send.peer, street.learned(send.peer)[send.target]);
    if (street.direct()) return true;
    if (order.size() == most) return false;
    for (int peer : {0, 1}) {
      for (size_t i = 0; i < street.learned(peer).size(); ++i) {
        order.push_back({peer, i});
        if (self(self)) return true;
        order.pop_back();
      }
    }
    return false;
  };
  return replay(replay);
}

}  // namespace natbed::test
