#include "nat_models/fragment_table.h"

namespace natbed {

FlowKey FragmentTable::key(const Packet& f, Side from) {
  const uint64_t addresses = uint64_t{f.source.ip.v4_value()} << 32 | f.destination.ip.v4_value();
  const uint64_t rest = uint64_t{1} << 32 | static_cast<uint64_t>(from) << 24 |
                        static_cast<uint64_t>(f.protocol) << 16 | f.identification;
  return {rest, addresses};
}

const FragmentTable::Fate* FragmentTable::find(const Packet& fragment, Side from, Instant now) {
  const Fate* fate = fates_.find(key(fragment, from));
  return fate && now < fate->at + kPatience ? fate : nullptr;
}

void FragmentTable::learn(const Packet& first, Side from, const Fate& fate) {
  if (Fate* known = fates_.find(key(first, from))) {
    *known = fate;
    return;
  }
  fates_.put(key(first, from), fate,
             [&](const auto& flow) { return fate.at >= flow.value.at + kPatience; });
}

bool FragmentTable::hold(const Packet& fragment, Side from, uint32_t ticket, uint32_t most,
                         Instant now) {
  if (held_.size() >= most) return false;
  held_.push_back({fragment, from, ticket, now + kPatience});
  return true;
}

std::deque<FragmentTable::Held>::iterator FragmentTable::next_release(Instant now) {
  for (auto it = held_.begin(); it != held_.end(); ++it) {
    if (it->until <= now || find(it->packet, it->from, now)) return it;
  }
  return held_.end();
}

bool FragmentTable::has_release(Instant now) { return next_release(now) != held_.end(); }

std::optional<Release> FragmentTable::release(Instant now) {
  const auto it = next_release(now);
  if (it == held_.end()) return std::nullopt;
  Release release;
  release.packet = it->packet;
  release.from = it->from;
  release.ticket = it->ticket;
  release.reason = DropReason::kFragmented;
  if (const Fate* fate = find(it->packet, it->from, now)) {
    release.row = fate->row;
    release.reason = fate->reason;
    if (fate->reason == DropReason::kNone) {
      release.kind = Release::Kind::kForward;
      release.egress = fate->egress;
      release.packet.source.ip = fate->source;
      release.packet.destination.ip = fate->destination;
      release.packet.identification = fate->identification;
    }
  }
  held_.erase(it);
  return release;
}

}  // namespace natbed
