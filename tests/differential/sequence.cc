#include "tests/differential/sequence.h"

#include <array>
#include <charconv>
#include <optional>
#include <sstream>

namespace natbed::differential {
namespace {

// In the order of What.
constexpr std::array<std::string_view, 10> kWords = {"udp", "syn", "syn-ack", "ack",  "data",
                                                     "fin", "rst", "bad-rst", "ping", "pong"};

std::optional<uint16_t> number(std::string_view text) {
  uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string to_string(const Place& place) {
  const std::string port = place.port ? ":" + std::to_string(place.port) : "";
  switch (place.kind) {
    case Place::Kind::kHost:
      return "h" + std::to_string(place.number) + port;
    case Place::Kind::kRemote:
      return "r" + std::to_string(place.number) + port;
    case Place::Kind::kRouter:
      return "router";
    case Place::Kind::kExternal:
      return "x" + port;
    case Place::Kind::kSeen:
      return "x#" + std::to_string(place.number);
  }
  return "?";
}

std::optional<Place> parse_place(std::string_view text) {
  Place place;
  if (text == "router") return place.kind = Place::Kind::kRouter, place;
  const size_t colon = text.find(':');
  if (colon != text.npos) {
    const auto port = number(text.substr(colon + 1));
    if (!port) return std::nullopt;
    place.port = *port;
    text = text.substr(0, colon);
  }
  if (text == "x") return place.kind = Place::Kind::kExternal, place;
  if (text.empty()) return std::nullopt;
  const bool seen = text.starts_with("x#");
  const auto n = number(text.substr(seen ? 2 : 1));
  if (!n || *n == 0) return std::nullopt;
  place.number = *n;
  if (seen) return place.kind = Place::Kind::kSeen, place;
  place.kind = text[0] == 'h' ? Place::Kind::kHost : Place::Kind::kRemote;
  const int most = text[0] == 'h' ? kHosts : kRemotes;
  if ((text[0] != 'h' && text[0] != 'r') || *n > most) return std::nullopt;
  return place;
}

std::optional<What> parse_what(std::string_view word) {
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<What>(i);
  }
  return std::nullopt;
}

// "3/1 about 2" after "reports".
bool parse_error_step(std::istringstream& words, Step* step) {
  std::string kind, about, which;
  words >> kind >> about >> which;
  const size_t slash = kind.find('/');
  if (slash == kind.npos || about != "about") return false;
  const auto type = number(kind.substr(0, slash)), code = number(kind.substr(slash + 1));
  const auto n = number(which);
  if (!type || !code || !n || *n == 0) return false;
  step->what = What::kError;
  step->icmp_type = static_cast<uint8_t>(*type);
  step->icmp_code = static_cast<uint8_t>(*code);
  step->about = *n;
  return true;
}

bool parse_ttl(std::istringstream& words, Step* step) {
  std::string word, value;
  if (!(words >> word)) return true;
  words >> value;
  const auto ttl = number(value);
  if (word != "ttl" || !ttl || *ttl > 255) return false;
  step->ttl = static_cast<uint8_t>(*ttl);
  return !(words >> word);
}

std::optional<Step> parse_step(const std::string& text) {
  std::istringstream words(text);
  std::string first, verb, to, what;
  words >> first >> verb;
  Step step;
  if (first == "wait") {
    const auto seconds = number(verb);
    if (!seconds) return std::nullopt;
    step.what = What::kWait;
    step.seconds = *seconds;
    return step;
  }
  const auto from = parse_place(first);
  if (!from) return std::nullopt;
  step.from = *from;
  if (verb == "reports") {
    if (!parse_error_step(words, &step) || !parse_ttl(words, &step)) return std::nullopt;
    return step;
  }
  words >> to >> what;
  const auto place = parse_place(to);
  const auto kind = parse_what(what);
  if (verb != ">" || !place || !kind || !parse_ttl(words, &step)) return std::nullopt;
  step.to = *place;
  step.what = *kind;
  return step;
}

// The number of the step that this one refers to, or null.
uint16_t* reference(Step* step) {
  if (step->what == What::kWait) return nullptr;
  if (step->what == What::kError) return &step->about;
  return step->to.kind == Place::Kind::kSeen ? &step->to.number : nullptr;
}

}  // namespace

std::string to_string(const Step& step) {
  if (step.what == What::kWait) return "wait " + std::to_string(step.seconds);
  std::string text = to_string(step.from);
  if (step.what == What::kError) {
    text += " reports " + std::to_string(step.icmp_type) + "/" + std::to_string(step.icmp_code) +
            " about " + std::to_string(step.about);
  } else {
    text += " > " + to_string(step.to) + " " + std::string(kWords[static_cast<size_t>(step.what)]);
  }
  if (step.ttl != 64) text += " ttl " + std::to_string(step.ttl);
  return text;
}

std::string to_string(const Sequence& sequence) {
  std::string text;
  for (const Step& step : sequence) text += (text.empty() ? "" : "; ") + to_string(step);
  return text;
}

Result<Sequence> parse_sequence(std::string_view text) {
  Sequence sequence;
  while (!text.empty()) {
    const size_t end = text.find_first_of(";\n");
    const std::string part(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (part.find_first_not_of(" \t") == part.npos) continue;
    const auto step = parse_step(part);
    if (!step) {
      return Error{"step " + std::to_string(sequence.size() + 1) + " is '" + part +
                   "'; expected 'FROM > TO WHAT [ttl N]', 'FROM reports TYPE/CODE about STEP' or "
                   "'wait SECONDS', where FROM and TO are h1:5000, r2:4000, x:5000 or x#STEP"};
    }
    sequence.push_back(*step);
  }
  return sequence;
}

Sequence without_step(const Sequence& sequence, size_t index) {
  Sequence rest;
  std::vector<uint16_t> now(sequence.size() + 1, 0);  // old number -> new number, 0: gone
  for (size_t i = 0; i < sequence.size(); ++i) {
    if (i == index) continue;
    Step step = sequence[i];
    if (uint16_t* referred = reference(&step)) {
      const bool exists = *referred <= i;
      if (!exists || now[*referred] == 0) continue;
      *referred = now[*referred];
    }
    rest.push_back(step);
    now[i + 1] = static_cast<uint16_t>(rest.size());
  }
  return rest;
}

}  // namespace natbed::differential
