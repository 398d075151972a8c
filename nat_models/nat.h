// Nat: a network address translator as a pure function of packets and time.
//
// process() rewrites one packet and says what to do with it; there is no clock, no socket and no
// callback. What a box keeps for later (fragments that wait for their first one, a SYN that is
// answered after six seconds) comes out of release() when it falls due. A row that has expired
// behaves as absent at that very instant, whether or not anybody cleaned up. The simulator's boxes
// and the emulator call this same code. It shares nothing with the oracle of traversal.h, on
// purpose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/diagnosis.h"
#include "base/id.h"
#include "base/packet.h"
#include "base/prefetch.h"
#include "base/rng.h"
#include "base/time.h"
#include "nat_models/behavior.h"
#include "nat_models/verdict.h"

namespace natbed {

// One row of the table, as people and traces see it.
struct NatRow {
  RowId row;
  Protocol protocol = Protocol::kUdp;
  Endpoint internal, external;
  Endpoint remote;  // as far as the mapping depends on it; the other fields are unspecified
  Instant opened, expires;
  uint32_t admitted_remotes = 0;  // filter entries alive
};

class Nat {
 public:
  // `behavior` is shared by many boxes and must outlive them. REQUIRES: at least one external
  // address; validate(behavior) has nothing to say.
  Nat(const NatBehavior* behavior, std::span<const IpAddress> external, Rng rng);
  ~Nat();
  Nat(const Nat&);  // with its whole state: both then do the same for ever
  Nat& operator=(const Nat&);
  Nat(Nat&&) noexcept;
  Nat& operator=(Nat&&) noexcept;

  // Translates `packet`, which came in on side `from` at `now`, in place; a dropped packet stays as
  // it was. A pure function of the box's state and the arguments. REQUIRES: now does not go back.
  Verdict process(Packet& packet, Side from, Instant now);

  // When release() has something to give next, if no packet comes before; never() mostly.
  Instant deadline() const;
  // What falls due until `now`, one at a time; nothing when there is no more.
  std::optional<Release> release(Instant now);

  // The payload of a packet that was forwarded with `rewrite_payload`: in it, what looks like an
  // address that the translation replaced is replaced, too. `before` is the packet as it came. Says
  // how many places changed.
  static uint32_t rewrite_payload(const Packet& before, const Packet& after,
                                  std::span<std::byte> payload);

  // Why the packet that just came in was dropped, and what would have let it pass. REQUIRES: `packet`
  // and the other arguments are those of the last process(), whose verdict was a drop.
  Diagnosis diagnose(const Packet& packet, Side from, Instant now, const Verdict& verdict) const;

  // The control surface of port mapping protocols: a static row until unmap() or `lifetime` is
  // over. It admits any remote and takes all packets of `internal`, whatever the mapping depends
  // on. Port 0 leaves the choice to the NAT. Asking again renews. Empty if the port is taken, or
  // `internal` already has another static one.
  std::optional<RowId> map(Protocol protocol, Endpoint internal, uint16_t external_port,
                           Instant now, Duration lifetime);
  bool unmap(RowId row, Instant now);           // static rows only
  std::vector<NatRow> list(Instant now) const;  // rows alive at `now`, in the order of their ids
  std::optional<NatRow> row(RowId row, Instant now) const;

  // Fetches into the cache what process() will read: a home's whole table, a carrier's head.
  void prefetch() const {
    constexpr size_t kHomeBytes = 384;
    prefetch_lines(tables_.get(), kHomeBytes);
  }

  void reboot();                               // forgets every row
  void readdress(std::span<const IpAddress>);  // new external addresses; forgets every row
  const NatBehavior& behavior() const { return *behavior_; }
  std::span<const IpAddress> external_addresses() const;

 private:
  struct Tables;  // small tables live in place, carrier-size ones in hashes: see mapping_table.h
  const NatBehavior* behavior_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace natbed
