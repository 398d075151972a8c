// WireNat: a Nat for packets as bytes. It parses what comes, asks the Nat, and patches, cuts, holds
// or answers as the verdict says.
//
// The emulator's frames go through it, and the conformance checks, which must see what a host would
// see. It decides nothing that the Nat could decide; its own are only the rules about bytes: what
// has a bad checksum goes nowhere (RFC 5508 REQ-3, REQ-3a), and an error quotes the packet that it
// is about. IPv4 only.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "nat_models/nat.h"

namespace natbed {

// Where a box puts its packets. The bytes are the sink's for the length of the call.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void send(Side side, ByteView frame) = 0;
  // A packet that came in on `from` and is for the box itself.
  virtual void deliver(Side /*from*/, ByteView /*frame*/) {}
  virtual void dropped(Side /*from*/, ByteView /*frame*/, DropReason /*reason*/) {}
};

class WireNat {
 public:
  // `behavior` must outlive it. `inside`: the box' own address there. REQUIRES: as Nat.
  WireNat(const NatBehavior* behavior, std::span<const IpAddress> external, IpAddress inside,
          Rng rng);

  // Takes the packet, an IPv4 packet from its first byte on, that came in on `from`; it may be
  // rewritten in place. REQUIRES: now does not go back.
  void carry(std::span<std::byte> frame, Side from, Instant now, FrameSink& out);
  // What falls due until `now`: see Nat::release().
  void release(Instant now, FrameSink& out);
  Instant deadline() const { return nat_.deadline(); }

  Nat& nat() { return nat_; }

 private:
  // `before`: as it came in on `from`.
  void forward(std::span<std::byte> frame, const Packet& before, Side from, const Packet& after,
               const Verdict& verdict, FrameSink& out);
  // `answer` to `cause`, whose bytes are `frame`, out of the side that it came from.
  void answer(ByteView frame, const Packet& cause, Side from, Answer answer, uint16_t mtu,
              FrameSink& out) const;
  IpAddress own_address(const Packet& cause, Side from) const;

  Nat nat_;
  IpAddress inside_;
  std::map<uint32_t, std::vector<std::byte>> held_;  // by ticket
};

}  // namespace natbed
