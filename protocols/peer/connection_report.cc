// What a Connection says of itself: events, the state of its path, and why there is none.
#include "protocols/peer/connection.h"

namespace natbed {

using Kind = MachineEvent::Kind;

void Connection::tell(MachineEvent::Kind kind, Outbox& out) const {
  out.emit({.kind = kind,
            .code = static_cast<uint32_t>(path_.kind),
            .local = path_.local,
            .remote = path_.remote,
            .round_trip = kind == Kind::kPathUp ? round_trip() : Duration::zero(),
            .name = peer_});
}

Duration Connection::round_trip() const {
  if (way_ == Way::kNone) return {};
  return way_ == Way::kRelayed ? relayed_->round_trip() : puncher_of(way_).round_trip();
}

PeerPath Connection::path() const {
  PeerPath path = path_;
  path.round_trip = round_trip();
  return path;
}

Name Connection::reason(const PeerParts& parts) const {
  if (path_.attempts == 0) {
    if (!parts.rendezvous.registered()) return "no answer from rendezvous";
    return refused_ == RendezvousError::kNone ? "no introduction" : to_string(refused_);
  }
  const uint8_t techniques = parts.config.techniques;
  if ((techniques & kRelay) == 0) return "no direct path";
  return (techniques & (kDirect | kPunch)) != 0 ? "no direct path and no relay" : "no relay";
}

std::string Connection::explain(const PeerParts& parts) const {
  std::string why(reason(parts));
  if (path_.attempts == 0) return why + "; asked " + parts.config.rendezvous.to_string();
  if (direct_) {
    why += direct_->heard_from_peer()
               ? "; the peer's probes came in, but ours were not answered from where they went"
               : "; no probe of the peer came in";
  }
  if (parts.config.techniques & kRelay) {
    if (parts.config.relays.empty())
      why += "; no relay was given to us";
    else if (!relayed_ || !relayed_->owns_allocation())
      why += "; no relay gave us an address";
    else
      why += "; the peer did not come to our relay";
  }
  return why;
}

}  // namespace natbed
