#include "base/drop_reason.h"

namespace natbed {
namespace {

struct Words {
  const char* name;
  const char* sentence;
};

Words words(DropReason reason) {
  switch (reason) {
    case DropReason::kNone:
      return {"none", "It was not dropped."};
    case DropReason::kLinkCut:
      return {"link-cut", "The link was down when the packet reached it."};
    case DropReason::kLoss:
      return {"loss", "The link lost it at random, as it was told to."};
    case DropReason::kQueueFull:
      return {"queue-full", "The link's queue had no room left."};
    case DropReason::kTooBig:
      return {"too-big", "It was larger than the link's MTU; natbed does not fragment."};
    case DropReason::kTtlExpired:
      return {"ttl-expired", "Its hop count reached zero at this box."};
    case DropReason::kNoRoute:
      return {"no-route", "This box has no route to the destination."};
    case DropReason::kNoSuchAddress:
      return {"no-such-address", "Nobody on this network has the destination address."};
    case DropReason::kBoxDown:
      return {"box-down", "The box or host was stopped."};
    case DropReason::kNoMapping:
      return {"no-mapping", "It came from outside to a port that no row of the NAT's table maps."};
    case DropReason::kFiltered:
      return {"filtered",
              "The port is mapped, but nothing was sent from inside to this sender yet."};
    case DropReason::kNoHairpin:
      return {"no-hairpin",
              "It went from inside to the NAT's own external address, and this NAT does "
              "not turn such packets round."};
    case DropReason::kTableFull:
      return {"table-full", "The NAT's table had no room for a new row."};
    case DropReason::kNoPort:
      return {"no-port", "The NAT had no free external port left."};
    case DropReason::kUntranslatable:
      return {"untranslatable", "The NAT does not translate this protocol or message."};
    case DropReason::kQuota:
      return {
          "quota",
          "Its host has as many mappings as the NAT allows one host, or opened too many at once."};
    case DropReason::kRateLimit:
      return {"rate-limit",
              "It came when the NAT had carried as many packets as it may in a second."};
    case DropReason::kBlocked:
      return {"blocked", "The box does not let this protocol, or this remote port, pass."};
    case DropReason::kBlacklisted:
      return {"blacklisted",
              "Its sender had sent something that nobody asked for, and is ignored for a while."};
    case DropReason::kFragmented:
      return {"fragmented", "It is a fragment: the box carries none, or the first one never came."};
    case DropReason::kNoSocket:
      return {"no-socket", "No socket at the host listens there."};
    case DropReason::kMalformed:
      return {"malformed", "Its bytes do not parse."};
  }
  return {"?", "?"};
}

}  // namespace

const char* to_string(DropReason reason) { return words(reason).name; }
const char* explain(DropReason reason) { return words(reason).sentence; }

}  // namespace natbed
