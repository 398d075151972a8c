#include "nat_models/conformance/subject.h"

namespace natbed::conformance {
namespace {

class NatBox final : public Box {
 public:
  NatBox(const NatBehavior& behavior, const Site& site)
      : behavior_(behavior), wire_(&behavior_, site.external, site.inside, Rng(site.seed)) {
    const bool narrower = behavior_.mtu_outside == 0 || site.mtu_outside < behavior_.mtu_outside;
    if (site.mtu_outside > 0 && narrower) behavior_.mtu_outside = site.mtu_outside;
  }
  void carry(std::span<std::byte> frame, Side from, Instant now, FrameSink& out) override {
    wire_.carry(frame, from, now, out);
  }
  void release(Instant now, FrameSink& out) override { wire_.release(now, out); }
  Instant deadline() const override { return wire_.deadline(); }

 private:
  NatBehavior behavior_;
  WireNat wire_;
};

}  // namespace

std::unique_ptr<Box> NatMaker::make(const Site& site) const {
  return std::make_unique<NatBox>(behavior_, site);
}

Subject subject_for(const NatMaker& maker, const NatBehavior& behavior, bool carrier) {
  Subject subject;
  subject.maker = &maker;
  subject.carrier = carrier;
  if (behavior.blocks.kind == PortBlocks::Kind::kDeterministic) {
    subject.first_host = IpAddress::v4(behavior.blocks.inside_first);
  }
  for (const Bypass& bypass : behavior.bypass) {
    if (bypass.bits == 0) continue;
    // Any address of it but the network's own.
    subject.untranslated = IpAddress::v4(bypass.network | (bypass.bits < 32 ? 1 : 0));
    break;
  }
  return subject;
}

}  // namespace natbed::conformance
