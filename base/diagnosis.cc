#include "base/diagnosis.h"

#include <cstdio>

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
    case Cure::kHandshake:
      return "handshake";
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
    case Cure::kSendAgain:
      return "send-again";
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

namespace {

std::string seconds(Instant t) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", t.as_seconds());
  return text;
}

std::string in_time(const Diagnosis& d) {
  return d.since == Instant() ? " first" : " before " + seconds(d.since);
}

}  // namespace

std::string condition(const Diagnosis& d, const std::string& whom) {
  const std::string amount = std::to_string(d.amount);
  switch (d.cure) {
    case Cure::kNone:
      break;
    case Cure::kSendFirst:
      return "if the host inside had sent something to " + whom + in_time(d);
    case Cure::kSendSooner:
      return "before " + seconds(d.since) + ", when the time of " + whom +
             "'s mapping or filter was over: a refresh before then would do as well";
    case Cure::kAimElsewhere:
      return "if it had been aimed at " + whom + ", the mapping that is for its sender";
    case Cure::kAimFrom:
      return d.expected.port == 0 ? "from another port of " + whom
                                  : "only from " + whom + ", whom this mapping is for";
    case Cure::kOpenMapping:
      return "if something sent from inside had opened " + whom + in_time(d);
    case Cure::kHandshake:
      return "in a TCP connection that had begun with its SYN and gone on in order";
    case Cure::kHairpin:
      return "if the NAT turned such packets round (hairpinning)";
    case Cure::kRaiseLimit:
      return "if there had been room for one more" +
             (d.amount == 0 ? std::string() : "; the limit is " + amount);
    case Cure::kAllowTraffic:
      return "if the box carried this protocol and port";
    case Cure::kSmaller:
      return "with at most " + amount + " bytes";
    case Cure::kMoreHops:
      return "with a TTL of at least " + amount + " left";
    case Cure::kWait:
      return "from " + seconds(d.since) + " on, when its sender's ban is over";
    case Cure::kSendAgain:
      return "with better luck: sent again, the next one may";
    case Cure::kRestoreLink:
      return "if the link and the box had been up";
    case Cure::kRoute:
      return "if somebody there had the address " + whom;
    case Cure::kListen:
      return "if a socket had listened at " + whom;
    case Cure::kAssemble:
      return "as a whole, or after its first fragment";
    case Cure::kTranslatable:
      return "if it were something that the box translates";
  }
  return "";
}

std::string explain(const Diagnosis& d) {
  const bool by_address =
      d.cure == Cure::kRoute || (d.cure == Cure::kAimFrom && d.expected.port == 0);
  const std::string text =
      condition(d, by_address ? d.expected.ip.to_string() : d.expected.to_string());
  return text.empty() ? "" : "It would have passed " + text + ".";
}

}  // namespace natbed
