#include "nat_models/port_search.h"

#include <algorithm>
#include <numeric>

namespace natbed {
namespace {

// So many single looks are cheaper than keeping the set of used ports; an address that needs more
// is nearly full.
constexpr int kLooks = 16;
// Tries of netfilter's first round, and of the last one (nf_nat_l4proto_unique_tuple).
constexpr uint32_t kFirstRound = 128, kLastRound = 16;
// In so many tries at the end of a round a SYN evicts what is over (nf_nat_used_tuple_harvest).
constexpr uint32_t kEvictingTries = 32;

}  // namespace

bool PortSearcher::reserved(uint16_t port) const {
  return std::ranges::any_of(rules_.reserved, [&](PortRange r) { return r.contains(port); });
}

bool PortSearcher::any_reserved() const {
  return std::ranges::any_of(rules_.reserved, [](PortRange r) { return !r.empty(); });
}

bool PortSearcher::usable(uint16_t port) const {
  return !reserved(port) && PortAllocator::is_free(rows_, request_, port);
}

std::optional<uint16_t> PortSearcher::random(const Window& window) {
  if (window.range.empty()) return std::nullopt;
  return rules_.search == PortSearch::kKernel ? as_netfilter(window) : uniform(window);
}

// The first free port among random ones is uniform over those that are free; so is the n-th free one for
// a random n, which costs more, but the same however few are left.
std::optional<uint16_t> PortSearcher::uniform(const Window& window) {
  const bool shared = rules_.overload || any_reserved();
  const PortSet* known =
      shared ? nullptr : rows_.known_ports(request_.protocol, request_.external_ip);
  if (known) rows_.settle(request_.now);
  for (int look = 0; look < kLooks; ++look) {
    const auto port = static_cast<uint16_t>(rng_.between(window.range.low, window.range.high));
    if (!window.contains(port)) continue;
    if (known ? !known->contains(port) : usable(port)) return port;
  }
  if (shared) {  // ports that remotes share are in no set: one by one, from anywhere
    return in_steps(window, rng_.between(0, window.range.size() - 1), 1);
  }
  if (!known) rows_.settle(request_.now);
  const PortSet& used = rows_.ports_in_use(request_.protocol, request_.external_ip);
  const uint32_t left = used.missing(window.range, window.parity);
  if (left == 0) return std::nullopt;
  return used.nth_missing(window.range, static_cast<uint32_t>(rng_.below(left)), window.parity);
}

std::optional<uint16_t> PortSearcher::as_netfilter(const Window& window) {
  const uint32_t size = window.range.size();
  uint32_t tries = std::min(size, kFirstRound);
  while (true) {
    const uint32_t start = static_cast<uint32_t>(rng_.below(65536));
    for (uint32_t i = 0; i < tries; ++i) {
      const auto port = static_cast<uint16_t>(window.range.low + (start + i) % size);
      if (usable(port)) return port;
      if (request_.tracked_syn && tries - i <= kEvictingTries && evict(port)) return port;
    }
    if (tries >= size || tries < kLastRound) return std::nullopt;
    tries /= 2;
  }
}

// The kernel also wants the new sequence number to be ahead of the old ones: as those of an honest host
// are, whose clock drives them (RFC 9293 §3.4.1).
bool PortSearcher::evict(uint16_t port) {
  if (reserved(port)) return false;
  MappingRow* row =
      rows_.find_external(request_.protocol, {request_.external_ip, port}, request_.remote);
  if (!row || row->has(MappingRow::kFromOutside) || row->is_static()) return false;
  const bool over = row->timer == Timer::kTcpTimeWait || row->timer == Timer::kTcpReset ||
                    row->timer == Timer::kTcpSynCrossed;  // SYN_SENT2 is numbered beyond CLOSE
  if (over) rows_.close(*row, request_.now);
  return over;
}

std::optional<uint16_t> PortSearcher::in_steps(const Window& window, int64_t start, int64_t step) {
  const int64_t low = window.range.low, range = window.range.size();
  if (range == 0) return std::nullopt;
  step = (step % range + range) % range;
  // Steps of `step` come back to the start after `cycle` ports; the next cycle begins one port on.
  const int64_t cycle = range / std::gcd(range, step);
  const PortSet* used = nullptr;
  for (int64_t i = 0; i < range; ++i) {
    if (i == kLooks && !rules_.overload) {
      rows_.settle(request_.now);
      used = &rows_.ports_in_use(request_.protocol, request_.external_ip);
      if (used->missing(window.range, window.parity) == 0) return std::nullopt;
    }
    const auto port = static_cast<uint16_t>(low + (start + i * step + i / cycle) % range);
    if (!window.contains(port) || reserved(port)) continue;
    if (used ? !used->contains(port) : PortAllocator::is_free(rows_, request_, port)) return port;
  }
  return std::nullopt;
}

uint32_t poisson(Rng& rng, uint32_t per_second, Duration time, uint32_t most) {
  // Thin slices of time, in each of which one event falls with a chance of 1 in 16: a binomial
  // distribution that is as good as Poisson's, and needs neither logarithms nor exponentials.
  constexpr uint64_t kNanoseconds = 1'000'000'000;
  const uint64_t slice = kNanoseconds / (uint64_t{per_second} * 16) + 1;
  const auto slices = static_cast<uint64_t>(time.ns()) / slice;
  if (slices / 16 >= most) return most;
  uint32_t events = 0;
  for (uint64_t i = 0; i < slices; i += 16) {
    // Sixteen slices at once: four random bits each, an event where all are zero.
    uint64_t bits = rng.next();
    for (uint64_t k = 0; k < 16 && i + k < slices; ++k, bits >>= 4) events += (bits & 15) == 0;
  }
  return std::min(events, most);
}

}  // namespace natbed
