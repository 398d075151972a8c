// Wrong boxes, to prove that every conformance check can fail: a behaviour with an axis set wrong, or
// a right box whose packets somebody tampers with on their way in or out.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nat_models/conformance/frames.h"
#include "nat_models/conformance/requirement.h"
#include "nat_models/conformance/subject.h"
#include "tests/nat_models/conformant.h"

namespace natbed::test {

using conformance::Frame;
using conformance::Seen;

// A box that tampers with packets. One is made for each bench.
class TamperedBox : public conformance::Box, private FrameSink {
 public:
  TamperedBox(const conformance::BoxMaker& maker, const conformance::Site& site)
      : site_(site), box_(maker.make(site)) {}

  void carry(std::span<std::byte> frame, Side from, Instant now, FrameSink& out) override {
    now_ = now;
    out_ = &out;
    Frame copy(frame.begin(), frame.end());
    if (!before(copy, from)) return;
    box_->carry(copy, from, now, *this);
    after(from);
  }
  void release(Instant now, FrameSink& out) override {
    now_ = now;
    out_ = &out;
    box_->release(now, *this);
  }
  Instant deadline() const override { return box_->deadline(); }

 protected:
  // false: the packet is lost.
  virtual bool before(Frame& /*frame*/, Side /*from*/) { return true; }
  virtual bool leaving(Frame& /*frame*/, Side /*side*/) { return true; }
  virtual void after(Side /*from*/) {}

  void emit(Side side, const Frame& frame) { out_->send(side, frame); }
  // Lets the box see a packet of which nobody sees what comes of it.
  void whisper(Frame frame, Side from) {
    struct Silence final : FrameSink {
      void send(Side, ByteView) override {}
    } silence;
    box_->carry(frame, from, now_, silence);
  }
  static Seen read(const Frame& frame) { return conformance::seen(Side::kInside, frame); }
  static bool is_error(const Frame& frame) {
    return frame[9] == std::byte{1} && (frame[20] == std::byte{3} || frame[20] == std::byte{11});
  }

  conformance::Site site_;
  std::unique_ptr<conformance::Box> box_;
  Instant now_;
  uint32_t passed_ = 0;  // packets that came out in this call

 private:
  void send(Side side, ByteView bytes) override {
    ++passed_;
    Frame frame(bytes.begin(), bytes.end());
    if (leaving(frame, side)) out_->send(side, frame);
  }
  void dropped(Side from, ByteView frame, DropReason reason) override {
    out_->dropped(from, frame, reason);
  }
  FrameSink* out_ = nullptr;
};

template <class Tampered>
class TamperedMaker final : public conformance::BoxMaker {
 public:
  explicit TamperedMaker(const NatBehavior& behavior) : maker_(behavior) {}
  std::unique_ptr<conformance::Box> make(const conformance::Site& site) const override {
    return std::make_unique<Tampered>(maker_, site);
  }

 private:
  conformance::NatMaker maker_;
};

enum class Kind : uint8_t { kHome, kCarrier, kPlan };

inline NatBehavior conformant(Kind kind) {
  if (kind == Kind::kHome) return conformant_home();
  if (kind == Kind::kCarrier) return conformant_carrier();
  NatBehavior plan = deterministic_example();  // with shares of 512 ports: tests are quick
  plan.set(&PortRules::range, PortRange{1024, 9215});
  plan.blocks.size = 256;
  return plan;
}

using Outcomes = std::map<std::string, conformance::Outcome, std::less<>>;

inline Outcomes outcomes(const conformance::BoxMaker& maker, Kind kind) {
  const NatBehavior behavior = conformant(kind);
  const conformance::NatMaker right(behavior);
  conformance::Subject subject = conformance::subject_for(right, behavior, kind != Kind::kHome);
  subject.maker = &maker;
  Outcomes found;
  for (const auto& requirement : conformance::requirements()) {
    // What belongs to carriers is checked there; the example of RFC 7422 is big and slow to fill.
    const bool plan = requirement.id.starts_with("7422");
    if (requirement.id == "6888-REQ-1" || (kind == Kind::kPlan) != plan) continue;
    found[std::string(requirement.id)] = conformance::check(requirement, subject).outcome;
  }
  return found;
}

// The requirements of which a box of this maker is found to do otherwise than a right one.
inline std::set<std::string> differences(const conformance::BoxMaker& maker, Kind kind) {
  static std::map<Kind, Outcomes> right;
  if (!right.contains(kind)) {
    right[kind] = outcomes(conformance::NatMaker(conformant(kind)), kind);
  }
  std::set<std::string> different;
  for (const auto& [id, outcome] : outcomes(maker, kind)) {
    if (outcome != right[kind].at(id)) different.insert(id);
  }
  return different;
}

struct Mutant {
  const char* name;
  Kind kind;
  std::set<std::string> noticed_by;  // and by no other check
  std::function<std::unique_ptr<conformance::BoxMaker>()> make;
};

const std::vector<Mutant>& axis_mutants();    // conformance_axes_test.cc
const std::vector<Mutant>& packet_mutants();  // conformance_packets_test.cc

}  // namespace natbed::test
