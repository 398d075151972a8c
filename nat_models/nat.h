// Nat: a network address translator as a pure function of packets and time.
//
// process() rewrites one packet and says what to do with it; there is no clock, no socket and no
// callback. A row that has expired behaves as absent at that very instant, whether or not anybody
// cleaned up. The simulator's boxes and the emulator call this same code. It shares nothing with
// the oracle of traversal.h, on purpose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/drop_reason.h"
#include "base/id.h"
#include "base/packet.h"
#include "base/prefetch.h"
#include "base/rng.h"
#include "base/time.h"
#include "nat_models/behavior.h"

namespace natbed {

enum class Side : uint8_t { kInside, kOutside };

// What a box answers to a packet that it drops; the driver builds it with base/packet.h.
enum class Answer : uint8_t { kNothing, kTimeExceeded, kAdministrativelyProhibited, kReset };

// What becomes of a packet.
struct [[nodiscard]] Verdict {
  enum class Action : uint8_t {
    kForward,  // the packet was rewritten: send it out of `egress`
    kLocal,    // it is for the box itself
    kDrop,     // for `reason`; send `answer` back out of the side it came from
  };
  enum class Change : uint8_t { kNothing, kOpened, kRefreshed };  // to the row, for the trace

  Action action = Action::kDrop;
  Side egress = Side::kOutside;
  DropReason reason = DropReason::kNone;
  Answer answer = Answer::kNothing;
  Change change = Change::kNothing;
  RowId row;        // the row that decided, if one did
  Instant expires;  // of that row, after this packet

  // Of a hairpinned packet: the row through which it left before it came in again through `row`.
  struct Sender {
    RowId row;
    Change change = Change::kNothing;
    Instant expires;
  } sender;
};

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
  // address.
  Nat(const NatBehavior* behavior, std::span<const IpAddress> external, Rng rng);
  ~Nat();
  Nat(Nat&&) noexcept;
  Nat& operator=(Nat&&) noexcept;

  // Translates `packet`, which came in on side `from` at `now`, in place; a dropped packet stays as
  // it was. REQUIRES: now does not go back.
  Verdict process(Packet& packet, Side from, Instant now);

  // The control surface of port mapping protocols: a static row until unmap() or `lifetime` is
  // over. It admits any remote and takes all packets of `internal`, whatever the mapping depends
  // on. Port 0 leaves the choice to the NAT. Asking again renews. Empty if the port is taken, or
  // `internal` already has another static one.
  std::optional<RowId> map(Protocol protocol, Endpoint internal, uint16_t external_port,
                           Instant now, Duration lifetime);
  bool unmap(RowId row);                        // static rows only
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
