#include "nat_models/conformance/rig.h"

#include <algorithm>

#include "base/drop_reason.h"

namespace natbed::conformance {
namespace {

// So many lines tell a story; the middle of a longer one is left out.
constexpr size_t kFirstLines = 40, kLastLines = 20;

Site site_for(uint32_t external_addresses, uint16_t mtu_outside, uint64_t seed) {
  Site site;
  for (uint32_t i = 0; i < external_addresses; ++i) {
    site.external.push_back(IpAddress::v4(IpAddress::v4(192, 0, 2, 1).v4_value() + i));
  }
  site.mtu_outside = mtu_outside;
  site.seed = seed;
  return site;
}

std::string padded(std::string text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

}  // namespace

Rig::Rig(const Subject& subject, uint32_t external_addresses, uint16_t mtu_outside, uint64_t seed)
    : Rig(subject, site_for(external_addresses, mtu_outside, seed)) {}

Rig::Rig(const Subject& subject, const Site& site) : subject_(subject), site_(site) {
  // An address that no host of a check has.
  if (site_.inside.is_unspecified()) {
    site_.inside = IpAddress::v4(subject.first_host.v4_value() + 20000);
  }
  box_ = subject.maker->make(site_);
}

Endpoint Rig::host(uint32_t number, uint16_t port) const {
  return {IpAddress::v4(subject_.first_host.v4_value() + number), port};
}

Endpoint Rig::remote(uint32_t number, uint16_t port) {
  return {IpAddress::v4(IpAddress::v4(203, 0, 113, 1).v4_value() + number), port};
}

bool Rig::is_external(const IpAddress& ip) const {
  return std::ranges::find(site_.external, ip) != site_.external.end();
}

void Rig::wait(Duration time) {
  came_.clear();
  const Instant until = now_ + time;
  while (box_->deadline() <= until) {
    now_ = std::max(now_, box_->deadline());
    const Instant before = box_->deadline();
    box_->release(now_, *this);
    if (box_->deadline() == before) break;  // it has nothing to give after all
  }
  now_ = until;
}

void Rig::send(Side from, const Frame& frame) {
  came_.clear();
  if (quiet_) {
    ++untold_;
  } else {
    tell("in ", from, words_for(frame));
  }
  Frame bytes = frame;
  box_->carry(bytes, from, now_, *this);
}

void Rig::send(Side side, ByteView frame) {
  came_.push_back(seen(side, frame));
  if (!quiet_) tell("out", side, words_for(frame));
}

void Rig::dropped(Side from, ByteView, DropReason reason) {
  if (!quiet_) tell("   ", from, std::string("dropped: ") + to_string(reason));
}

const Seen* Rig::came_on(Side side) const {
  const auto it = std::ranges::find(came_, side, &Seen::side);
  return it == came_.end() ? nullptr : &*it;
}

std::optional<Seen> Rig::cross(Side from, const Frame& frame) {
  send(from, frame);
  const Seen* found = came_on(from == Side::kInside ? Side::kOutside : Side::kInside);
  if (!found) return std::nullopt;
  return *found;
}

std::optional<Endpoint> Rig::mapped(Endpoint internal, Endpoint to, Protocol protocol) {
  Packet packet = datagram(internal, to);
  if (protocol == Protocol::kTcp) packet = segment(internal, to, kSyn);
  if (protocol == Protocol::kIcmp) packet = echo(IcmpType::kEchoRequest, internal, {to.ip, 0});
  const auto left = out(packet);
  if (!left || !is_external(left->packet.source.ip)) return std::nullopt;
  return left->packet.source;
}

bool Rig::reaches(Endpoint from, Endpoint external, Endpoint internal, Protocol protocol) {
  Packet packet = datagram(from, external);
  if (protocol == Protocol::kTcp) packet = segment(from, external, kSyn | kAck);
  if (protocol == Protocol::kIcmp) packet = echo(IcmpType::kEchoReply, {from.ip, 0}, external);
  const auto entered = in(packet);
  return entered && entered->packet.destination == internal;
}

void Rig::tell(const char* what, Side side, const std::string& text) {
  const int64_t ms = (now_ - Instant()).ns() / 1'000'000;
  const std::string digits = std::to_string(1000 + ms % 1000).substr(1);
  const std::string time = std::to_string(ms / 1000) + "." + digits + " s";
  story_.push_back(padded(time, 11) + (side == Side::kInside ? "  inside   " : "  outside  ") +
                   what + "  " + text);
}

void Rig::note(const std::string& text) { story_.push_back("             " + text); }

void Rig::quiet(bool on) {
  if (quiet_ && !on && untold_ > 0) note("... " + std::to_string(untold_) + " more packets in");
  untold_ = 0;
  quiet_ = on;
}

void Rig::append(const std::vector<std::string>& lines) {
  note("at another box:");
  story_.insert(story_.end(), lines.begin(), lines.end());
}

std::vector<std::string> Rig::story() const {
  if (story_.size() <= kFirstLines + kLastLines + 1) return story_;
  std::vector<std::string> short_story(story_.begin(), story_.begin() + kFirstLines);
  short_story.push_back("             ... " +
                        std::to_string(story_.size() - kFirstLines - kLastLines) + " lines");
  short_story.insert(short_story.end(), story_.end() - kLastLines, story_.end());
  return short_story;
}

Finding Rig::finding(Outcome outcome, std::string sentence) const {
  return {outcome, std::move(sentence), story()};
}

}  // namespace natbed::conformance
