// What is checked: boxes as an operator buys them. They take and give packets as bytes; how they
// are set is nobody's business here, for a requirement is met by what a box does.
//
// An operator knows where he puts a box: its external addresses, the network inside, how big the
// packets of its links are, whether it serves one home or many subscribers. That much a check may
// know.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nat_models/wire_nat.h"

namespace natbed::conformance {

class Box {
 public:
  virtual ~Box() = default;
  // As WireNat.
  virtual void carry(std::span<std::byte> frame, Side from, Instant now, FrameSink& out) = 0;
  virtual void release(Instant now, FrameSink& out) = 0;
  virtual Instant deadline() const = 0;
};

struct Site {
  std::vector<IpAddress> external;
  IpAddress inside;          // the box' own address there
  uint16_t mtu_outside = 0;  // 0: whatever comes
  uint64_t seed = 1;         // of what the box draws at random
};

class BoxMaker {
 public:
  virtual ~BoxMaker() = default;
  virtual std::unique_ptr<Box> make(const Site& site) const = 0;
};

struct Subject {
  const BoxMaker* maker = nullptr;
  IpAddress first_host = IpAddress::v4(192, 168, 1, 2);  // others follow
  bool carrier = false;  // it serves subscribers: RFC 6888 and RFC 7422 apply
  // A remote whose packets the operator wants untranslated (RFC 6888 REQ-6).
  std::optional<IpAddress> untranslated;
};

// Boxes that a behaviour describes.
class NatMaker final : public BoxMaker {
 public:
  explicit NatMaker(const NatBehavior& behavior) : behavior_(behavior) {}
  std::unique_ptr<Box> make(const Site& site) const override;

 private:
  NatBehavior behavior_;
};

// What the operator of such a box knows of his network.
Subject subject_for(const NatMaker& maker, const NatBehavior& behavior, bool carrier);

}  // namespace natbed::conformance
