// Rig: one box on a bench. Hosts inside, remotes outside, a router on the way and a clock; packets
// are sent at it and what comes out is seen, and all of it is written down for the finding.
//
// Time passes only by wait(). Names of places: hosts are numbered from 0 (the Subject's first
// one), remotes too; the router is an address on the path beyond the box that no host has.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nat_models/conformance/frames.h"
#include "nat_models/conformance/requirement.h"
#include "nat_models/conformance/subject.h"

namespace natbed::conformance {

class Rig final : private FrameSink {
 public:
  explicit Rig(const Subject& subject, uint32_t external_addresses = 1, uint16_t mtu_outside = 0,
               uint64_t seed = 1);
  // For a box that stands somewhere else.
  Rig(const Subject& subject, const Site& site);

  Endpoint host(uint32_t number, uint16_t port) const;
  static Endpoint remote(uint32_t number, uint16_t port);
  static IpAddress router() { return IpAddress::v4(203, 0, 113, 254); }
  IpAddress inner_router() const { return site_.inside; }
  std::span<const IpAddress> external() const { return site_.external; }
  bool is_external(const IpAddress& ip) const;
  const Subject& subject() const { return subject_; }

  Instant now() const { return now_; }
  void wait(Duration time);
  void wait_until(int64_t second) { wait(Instant() + Duration::seconds(second) - now_); }

  // Sends a packet at the box; came() is then what came out, out of whichever side.
  void send(Side from, const Frame& frame);
  const std::vector<Seen>& came() const { return came_; }
  // The first that came out of `side`; null if none.
  const Seen* came_on(Side side) const;
  // Sends, and returns what came out of the other side; nothing: the box kept it.
  std::optional<Seen> out(const Frame& frame) { return cross(Side::kInside, frame); }
  std::optional<Seen> in(const Frame& frame) { return cross(Side::kOutside, frame); }
  std::optional<Seen> out(const Packet& p, uint32_t size = 0) { return out(frame_of(p, size)); }
  std::optional<Seen> in(const Packet& p, uint32_t size = 0) { return in(frame_of(p, size)); }
  // The external endpoint of a packet from `internal` to `to`; nothing: it did not get through. TCP
  // sends a SYN, ICMP an echo request with the port as identifier.
  std::optional<Endpoint> mapped(Endpoint internal, Endpoint to,
                                 Protocol protocol = Protocol::kUdp);
  // Whether a packet from `from` to `external` gets to `internal`: a datagram, a SYN with ACK, or an
  // echo reply.
  bool reaches(Endpoint from, Endpoint external, Endpoint internal,
               Protocol protocol = Protocol::kUdp);

  // A remark among the packets.
  void note(const std::string& text);
  // Packets are counted, not written down, until told otherwise.
  void quiet(bool on);
  // The rest of the story is that of another bench.
  void append(const Rig& other) { append(other.story()); }
  void append(const std::vector<std::string>& lines);
  std::vector<std::string> story() const;

  Finding pass(std::string sentence) const { return finding(Outcome::kPass, std::move(sentence)); }
  Finding fail(std::string sentence) const { return finding(Outcome::kFail, std::move(sentence)); }
  Finding not_applicable(std::string sentence) const {
    return finding(Outcome::kNotApplicable, std::move(sentence));
  }
  Finding pass_if(bool holds, std::string sentence, std::string otherwise) const {
    return holds ? pass(std::move(sentence)) : fail(std::move(otherwise));
  }

 private:
  void send(Side side, ByteView frame) override;
  void dropped(Side from, ByteView frame, DropReason reason) override;
  std::optional<Seen> cross(Side from, const Frame& frame);
  Finding finding(Outcome outcome, std::string sentence) const;
  void tell(const char* what, Side side, const std::string& text);

  Subject subject_;
  Site site_;
  std::unique_ptr<Box> box_;
  Instant now_;
  std::vector<Seen> came_;
  std::vector<std::string> story_;
  bool quiet_ = false;
  uint32_t untold_ = 0;
};

}  // namespace natbed::conformance
