// The pace of hole punching, as one value that configurations carry.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace natbed {

struct PunchTiming {
  // Probes go to every known remote address at once, then again after a gap that grows to
  // `longest_gap`: NAT pairs exist where only the second or third round gets through, so rounds go
  // on until `give_up`.
  Duration first_gap = Duration::milliseconds(100);
  Duration longest_gap = Duration::milliseconds(500);
  Duration give_up = Duration::seconds(10);
  // How long a valid path waits for a better one before it is nominated.
  Duration settle = Duration::milliseconds(50);
  // The same for a path whose answers come from elsewhere than our probes went (see puncher.h).
  Duration settle_asymmetric = Duration::seconds(1);
  // Consent (RFC 7675): a check each `keep_alive` while answers come, each `recheck` once one is
  // missing; the path is dead `consent_lost` after the last answer. 15 s also keeps the mapping of
  // every NAT that obeys RFC 4787 REQ-5.
  Duration keep_alive = Duration::seconds(15);
  Duration recheck = Duration::seconds(1);
  Duration consent_lost = Duration::seconds(30);
  // 0: off. Otherwise the first probe to each address has this TTL: it opens our own NAT and dies
  // before theirs, so that a NAT which punishes unsolicited packets never sees one.
  uint8_t first_ttl = 0;
};

}  // namespace natbed
