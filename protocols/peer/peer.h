// Peer: reaches other peers by name, by the best way there is: direct, else punched, else relayed.
//
// One machine with one UDP socket, shared by STUN, rendezvous, punching, TURN and data, because a
// hole in a NAT belongs to the socket that punched it. It finds out its addresses, registers, and
// then both calls and answers calls. A connection takes the first way that works and climbs to a
// better one when that comes up; when its way dies it falls back and tries again, so that a
// connection ends only when nothing works any more or by disconnect(). What happens is told as
// events: kMapped, kRegistered, kIntroduced, kAllocated, kRelayChosen, kRelayLost, kPathUp,
// kPathDown, kConnectFailed, kReceived, kEchoed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/machine.h"
#include "base/rng.h"
#include "protocols/peer/peer_config.h"
#include "protocols/peer/peer_path.h"

namespace natbed {

class Peer final : public Machine {
 public:
  // REQUIRES: config has a name and a rendezvous endpoint.
  Peer(PeerConfig config, Rng rng);
  ~Peer() override;

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override;
  void prefetch(uint32_t step) const override;

  // Starts to connect; may be called before the peer is registered, and again after a failure. Ends
  // in kPathUp or kConnectFailed within connect_timeout. Harmless while connected.
  void connect(Instant now, const Name& peer, Outbox& out);
  // Forgets the peer and releases what was held for it. The peer is not told and notices by missing
  // consent; if it had called, it will call again.
  void disconnect(Instant now, const Name& peer, Outbox& out);
  // One datagram of application data over the path that is best now. false: no path is up, nothing
  // was sent. REQUIRES: payload.size() <= kMaxPayload.
  bool send(Instant now, const Name& peer, ByteView payload, Outbox& out);
  // Asks the peer's end of the connection to answer; kEchoed tells the round trip. Not repeated if
  // lost.
  bool ping(Instant now, const Name& peer, Outbox& out);
  static constexpr size_t kMaxPayload = 1200;  // fits IPv6's least MTU with all headers of a relay

  const Name& name() const;
  bool registered() const;
  Endpoint reflexive() const;  // unspecified until a server told us
  bool connected(const Name& peer) const { return path(peer).kind != PathKind::kNone; }
  PeerPath path(const Name& peer) const;  // all zero for a peer we never heard of
  // Why there is no path, for people; empty if there is one.
  std::string why_failed(const Name& peer) const;
  // What kReceived announced last, until the next call of a machine function.
  ByteView received() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace natbed
