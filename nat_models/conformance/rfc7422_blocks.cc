// RFC 7422 §2: ports that follow from the internal address, so that nothing needs to be logged.
//
// Whether a box does that shows in its packets: another box of its kind, with other dice and with
// hosts that come in another order, gives every host the same ports.
#include <algorithm>
#include <set>

#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

// The ports of one host before it gets any others.
struct Share {
  IpAddress address;
  int low = 0, high = -1;
  std::vector<Endpoint> overflow;  // what it got after these
  int size() const { return high - low + 1; }
  bool contains(const Endpoint& e) const {
    return e.ip == address && low <= e.port && e.port <= high;
  }
};

// The ports that came first and are without a gap. Some more than one host's luck can explain.
std::optional<Share> share_of(const std::vector<Endpoint>& opened) {
  constexpr size_t kLuck = 16;
  std::optional<Share> share;
  Share seen;
  for (size_t k = 1; k <= opened.size(); ++k) {
    const Endpoint& e = opened[k - 1];
    if (k == 1) seen = {e.ip, e.port, e.port, {}};
    if (e.ip != seen.address) break;
    seen.low = std::min<int>(seen.low, e.port);
    seen.high = std::max<int>(seen.high, e.port);
    if (k >= kLuck && seen.size() == static_cast<int>(k)) {
      share = seen;
    } else if (share) {
      break;
    }
  }
  if (share) share->overflow.assign(opened.begin() + share->size(), opened.end());
  return share;
}

struct Plan {
  std::vector<Share> shares;  // by host; empty: there is no plan
  std::vector<std::string> story;
};

constexpr uint32_t kMostHosts = 16;

std::vector<std::optional<Share>> shares_of(Rig& rig, bool backwards) {
  std::vector<std::optional<Share>> shares(kMostHosts);
  for (uint32_t i = 0; i < kMostHosts; ++i) {
    const uint32_t host = backwards ? kMostHosts - 1 - i : i;
    const Filled filled = fill(rig, host, Protocol::kUdp, 32768);
    if (filled.external.empty()) continue;
    if (!filled.refused) return {};  // half of all ports: no share
    shares[host] = share_of(filled.external);
    if (!shares[host]) return {};
    rig.note(rig.host(host, 0).ip.to_string() + " has " + shares[host]->address.to_string() +
             " ports " + std::to_string(shares[host]->low) + " to " +
             std::to_string(shares[host]->high));
  }
  return shares;
}

Plan plan_of(const Subject& subject) {
  Rig one(subject, 1, 0, 1);
  Plan plan;
  const auto forwards = shares_of(one, false);
  if (forwards.empty()) return plan;
  Rig other(subject, 1, 0, 2);
  const auto backwards = shares_of(other, true);
  if (backwards.empty()) return plan;
  for (uint32_t n = 0; n < kMostHosts; ++n) {
    if (!forwards[n] && !backwards[n]) break;
    if (!forwards[n] || !backwards[n]) return {};
    const Share &one_way = *forwards[n], &other_way = *backwards[n];
    if (one_way.address != other_way.address || one_way.low != other_way.low) return {};
    // Where they differ, a block of the dynamic pool happened to lie right behind one.
    plan.shares.push_back(one_way.high <= other_way.high ? one_way : other_way);
  }
  if (plan.shares.size() < 2) return {};
  plan.story = one.story();
  return plan;
}

Finding none() {
  return {Outcome::kNotApplicable, "ports do not follow from the internal address", {}};
}
Finding found(const Plan& plan, bool holds, std::string sentence, std::string otherwise) {
  return {holds ? Outcome::kPass : Outcome::kFail,
          holds ? std::move(sentence) : std::move(otherwise), plan.story};
}

Finding both_directions(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  for (const Share& a : plan.shares) {
    for (const Share& b : plan.shares) {
      if (&a != &b && a.address == b.address && a.low <= b.high && b.low <= a.high) {
        return found(plan, false, {}, "two hosts share ports: a port does not tell whose it is");
      }
    }
  }
  return found(plan, true,
               "each host has its ports, and each port its host, at every box of the kind", {});
}

Finding reserves_system_ports(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  const auto lowest = std::ranges::min(plan.shares, {}, &Share::low).low;
  return found(plan, lowest >= 1024, "shares begin at port " + std::to_string(lowest),
               "port " + std::to_string(lowest) + " is given out");
}

Finding equal_shares(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  const int size = plan.shares[0].size();
  const bool equal =
      std::ranges::all_of(plan.shares, [&](const Share& s) { return s.size() == size; });
  return found(plan, equal,
               "each of " + std::to_string(plan.shares.size()) + " hosts has " +
                   std::to_string(size) + " ports",
               "shares are not equal");
}

Finding uses_share_first(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  Rig rig(subject, 1, 0, 3);
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    for (uint32_t n = 0; n < plan.shares.size(); ++n) {
      const Filled filled = fill(rig, n, protocol, std::min(200, plan.shares[n].size()), 30000);
      for (const Endpoint& e : filled.external) {
        if (!plan.shares[n].contains(e)) {
          return found(plan, false, {},
                       rig.host(n, 0).ip.to_string() + " gets " + e.to_string() +
                           ", outside of its share that has room");
        }
      }
    }
  }
  return found(plan, true, "hosts use their own share first, for UDP and TCP", {});
}

Finding overflows_into_the_pool(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  size_t most = 0;
  for (const Share& share : plan.shares) {
    most = std::max(most, share.overflow.size());
    for (const Endpoint& e : share.overflow) {
      const bool taken =
          std::ranges::any_of(plan.shares, [&](const Share& s) { return s.contains(e); });
      if (taken)
        return found(plan, false, {},
                     "overflow takes " + e.to_string() + ", which is another host's");
    }
  }
  if (most == 0)
    return {Outcome::kNotApplicable,
            "there is no dynamic pool: who has used up his share gets nothing", plan.story};
  return found(plan, true,
               "a host gets up to " + std::to_string(most) + " more ports, which are nobody's", {});
}

Finding names_the_algorithm(const Subject& subject) {
  const Plan plan = plan_of(subject);
  if (plan.shares.empty()) return none();
  bool sequential = true;
  for (size_t n = 1; n < plan.shares.size(); ++n) {
    const Share &one = plan.shares[n - 1], &next = plan.shares[n];
    sequential &= one.address != next.address || next.low == one.high + 1;
  }
  return found(plan, true,
               sequential ? "algorithm 0: shares lie one after the other, in the order of hosts"
                          : "not sequential: one of the algorithms 1 to 5",
               {});
}

constexpr Requirement kRequirements[] = {
    {"7422-2-functions",
     Level::kShould,
     "host to ports and port to host can be told",
     {},
     both_directions},
    {"7422-2-reserve", Level::kShould, "system ports are not given out", {}, reserves_system_ports},
    {"7422-2-split", Level::kRule, "each host gets one of C + D equal parts", {}, equal_shares},
    {"7422-2-use", Level::kMust, "a host's own ports are used first", {}, uses_share_first},
    {"7422-2-overflow",
     Level::kMust,
     "then blocks of the dynamic pool",
     {},
     overflows_into_the_pool},
    {"7422-2-algorithms", Level::kInfo, "which algorithm", {}, names_the_algorithm},
};

}  // namespace

std::span<const Requirement> rfc7422_blocks() { return kRequirements; }

}  // namespace natbed::conformance
