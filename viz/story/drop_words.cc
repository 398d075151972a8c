#include "viz/story/drop_words.h"

#include <fmt/format.h>

#include <cctype>

namespace natbed::viz {
namespace {

const char* noun(Traffic traffic) {
  switch (traffic) {
    case Traffic::kStun:
      return "STUN packet";
    case Traffic::kRendezvous:
      return "rendezvous packet";
    case Traffic::kProbe:
      return "probe";
    case Traffic::kRelay:
      return "packet to the relay";
    case Traffic::kData:
      return "data packet";
    case Traffic::kKeepAlive:
      return "keep-alive";
    case Traffic::kOther:
      break;
  }
  return "packet";
}

std::string plural(Traffic traffic) {
  return traffic == Traffic::kRelay ? "packets to the relay" : std::string(noun(traffic)) + "s";
}

// The row that decided: "row 2 of its table (198.18.0.3:37198, alice's since 0.041 s)".
std::string row_words(const Cast& cast, const DropGroup& g) {
  const Cast::Mapping* m = g.row.valid() ? cast.mapping(g.box, g.row) : nullptr;
  if (!m) return "";
  return fmt::format("row {} of its table ({}, {}'s since {})", g.row.value(),
                     m->external.to_string(), cast.name(cast.meant(m->internal)),
                     seconds(m->opened));
}

std::string filter_words(const Cast& cast, const DropGroup& g) {
  const std::string row = row_words(cast, g), sender = cast.whom(g.from);
  if (row.empty()) return "its filter does not admit " + sender;
  if (g.cure == Cure::kSendSooner)
    return fmt::format("{} had let {} in, but only until {}", row, sender,
                       seconds(g.diagnosis.since));
  const Cast::Mapping& m = *cast.mapping(g.box, g.row);
  if (!m.remote.ip.is_unspecified())
    return fmt::format("{} is for {} only, and these come from {}", row, cast.whom(m.remote),
                       sender);
  return fmt::format("{} lets in only whom something was sent to since, which {} is not", row,
                     sender);
}

// What the box went by.
std::string rule(const Cast& cast, const DropGroup& g) {
  switch (g.reason) {
    case DropReason::kFiltered:
      return filter_words(cast, g);
    case DropReason::kNoMapping:
      if (g.cure == Cure::kSendSooner)
        return fmt::format("no row of its table maps {} any more", g.toward.to_string());
      return fmt::format("no row of its table maps {} for {}", g.toward.to_string(),
                         cast.whom(g.from));
    case DropReason::kNoHairpin:
      return "they go to its own outside address, and it does not turn such packets round";
    case DropReason::kNoSuchAddress:
      return fmt::format("nobody there has the address {}{}", g.toward.ip.to_string(),
                         g.toward.ip.is_private() ? ", which is one of another LAN" : "");
    default: {
      std::string text = explain(g.reason);
      text.pop_back();  // it stands inside a sentence
      text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
      const std::string row = row_words(cast, g);
      return row.empty() ? text : text + ": " + row;
    }
  }
}

// Filtering that does not ask who sends would have let it in, whatever the mapping is for; nothing
// that the two peers send would.
bool needs_another_filter(const DropGroup& g) {
  return g.reason == DropReason::kFiltered && g.cure == Cure::kAimFrom &&
         g.protocol != Protocol::kIcmp;
}

std::string change(const Cast& cast, const DropGroup& g) {
  const std::string what = fmt::format("{}'s {}", cast.name(g.sender), plural(g.traffic));
  if (needs_another_filter(g)) {
    return fmt::format("at {}, {} would have passed with endpoint-independent filtering",
                       cast.name(g.box), what);
  }
  if (g.cure == Cure::kRoute && g.aim.is_private()) return "";  // the peer's own LAN is elsewhere
  const bool address = g.cure == Cure::kRoute;
  const Endpoint& e = g.diagnosis.expected;
  const std::string words = condition(g.diagnosis, address ? e.ip.to_string() : cast.whom(e));
  if (words.empty()) return "";
  return fmt::format("at {}, {} would have passed {}", cast.name(g.box), what, words);
}

}  // namespace

std::string seconds(Instant t) { return fmt::format("{:.3f} s", t.as_seconds()); }

std::string packets(uint64_t count, Traffic traffic) {
  return count == 1 ? std::string("1 ") + noun(traffic)
                    : fmt::format("{} {}", count, plural(traffic));
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

DropWords drop_words(const Evidence& evidence, const DropGroup& g) {
  const Cast& cast = evidence.cast;
  const std::string until = g.count > 1 ? " until " + seconds(g.last) : "";
  const bool box =
      cast.topology().knows(g.box) && cast.topology().node(g.box).kind != NodeKind::kHost;
  const std::string what = packets(g.count, g.traffic), whose = cast.name(g.sender);
  std::string text =
      box ? fmt::format("{} drops {} of {}{}", cast.name(g.box), what, whose, until)
          : fmt::format("{} of {} end at {}{}", what, whose, cast.name(g.box), until);
  text += fmt::format(": {} [{}]", rule(cast, g), to_string(g.reason));
  return {g, std::move(text), change(cast, g)};
}

}  // namespace natbed::viz
