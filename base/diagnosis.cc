#include "base/diagnosis.h"

namespace natbed {

const char* to_string(Cure cure) {
  switch (cure) {
    case Cure::kNone:
      return "none";
    case Cure::kSendFirst:
      return "send-first";
    case Cure::kSendSooner:
      return "send-sooner";
    case Cure::kAimElsewhere:
      return "aim-elsewhere";
    case Cure::kAimFrom:
      return "aim-from";
    case Cure::kOpenMapping:
      return "open-mapping";
    case Cure::kHairpin:
      return "hairpin";
    case Cure::kRaiseLimit:
      return "raise-limit";
    case Cure::kAllowTraffic:
      return "allow-traffic";
    case Cure::kSmaller:
      return "smaller";
    case Cure::kMoreHops:
      return "more-hops";
    case Cure::kWait:
      return "wait";
    case Cure::kRestoreLink:
      return "restore-link";
    case Cure::kRoute:
      return "route";
    case Cure::kListen:
      return "listen";
    case Cure::kAssemble:
      return "assemble";
    case Cure::kTranslatable:
      return "translatable";
  }
  return "?";
}

}  // namespace natbed
