// What no axis can set wrong, tampered packets do: each is noticed by the checks about it, and by no
// others.
#include <gtest/gtest.h>

#include <optional>

#include "base/wire.h"
#include "tests/nat_models/mutants.h"

namespace natbed::test {
namespace {

using conformance::sign;

bool from_host(const Seen& seen, Side from) {
  return from == Side::kInside && seen.packet.source.ip.is_private();
}
size_t quoted_header(const Frame& frame) { return 4 * (std::to_integer<size_t>(frame[28]) & 15); }
void shorten(Frame& frame, size_t size) {
  frame.resize(size);
  frame[2] = static_cast<std::byte>(size >> 8);
  frame[3] = static_cast<std::byte>(size);
  sign(frame);
}

// Thinks that a packet from an address like its own external one is forged.
struct FearsOverlap final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    return from != Side::kInside || read(frame).packet.source.ip != site_.external[0];
  }
};
struct DropsBigPackets final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    return site_.mtu_outside == 0 || frame.size() <= site_.mtu_outside ||
           read(frame).packet.dont_fragment;
  }
};
struct DropsCrossingSyns final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    return from != Side::kOutside || seen.packet.protocol != Protocol::kTcp ||
           seen.packet.tcp.flags != kSyn;
  }
};
// Takes a connection for over when one side has closed it.
struct ClosesBothHalves final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    if (seen.packet.protocol != Protocol::kTcp) return true;
    if (seen.packet.tcp.has(kSyn)) closed_ = false;
    const bool data = seen.packet.tcp.has(kPsh);
    if (closed_ && data && from != closer_) return false;
    if (seen.packet.tcp.has(kFin)) closed_ = true, closer_ = from;
    return true;
  }
  bool closed_ = false;
  Side closer_ = Side::kInside;
};
// Takes all connections of a port for over when one of them is closed.
struct ForgetsPorts final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    if (seen.packet.protocol != Protocol::kTcp) return true;
    if (seen.packet.tcp.flags & (kFin | kRst)) ended_ = now_;
    const bool other = from == Side::kOutside && seen.packet.source.ip.v4_value() % 2 != 0;
    return !other || !ended_ || now_ - *ended_ < 1000_s || seen.packet.tcp.flags == kSyn;
  }
  std::optional<Instant> ended_;
};
struct DropsErrorsAboutTcp final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    return !is_error(frame) || read(frame).packet.icmp.inner_protocol != Protocol::kTcp;
  }
};
struct MendsErrors final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    if (is_error(frame)) sign(frame);
    return true;
  }
};
struct MendsQuotes final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    if (!is_error(frame) || !read(frame).whole) return true;
    Frame quoted(frame.begin() + 28, frame.end());
    sign(quoted);
    std::ranges::copy(quoted, frame.begin() + 28);
    sign(frame);
    return true;
  }
};
struct LosesSightAtOptions final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    return !is_error(frame) || quoted_header(frame) == 20;
  }
};
struct ChecksQuotedTransport final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    if (from == Side::kInside || !is_error(frame)) return true;
    const auto parsed = parse_packet(ByteView(frame).subspan(28));
    return parsed.has_value() || parsed.error() != WireError::kChecksum || frame.size() > 128;
  }
};
struct CutsExtensions final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    if (is_error(frame) && frame[25] != std::byte{0})
      shorten(frame, 28 + 4 * std::to_integer<size_t>(frame[25]));
    return true;
  }
};
struct MakesCodesZero final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool leaving(Frame& frame, Side side) override {
    if (side == Side::kInside && is_error(frame) && frame[21] > std::byte{4}) {
      frame[21] = std::byte{0};
      sign(frame);
    }
    return true;
  }
};
struct MakesCodesZeroOutside final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool leaving(Frame& frame, Side side) override {
    if (side == Side::kOutside && is_error(frame)) frame[21] = std::byte{0}, sign(frame);
    return true;
  }
};
// Its errors go to the first address of the network.
struct MissesTheHost final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool leaving(Frame& frame, Side side) override {
    if (side == Side::kInside && is_error(frame) && frame[20] == std::byte{11})
      frame[19] = std::byte{1}, sign(frame);
    return true;
  }
};
struct KeepsErrorsIn final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool leaving(Frame& frame, Side side) override {
    return side == Side::kInside || !is_error(frame);
  }
};
struct ShowsPrivateReporters final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    if (from == Side::kInside && is_error(frame))
      reporter_ = {frame[12], frame[13], frame[14], frame[15]};
    return true;
  }
  bool leaving(Frame& frame, Side side) override {
    if (side == Side::kOutside && is_error(frame))
      std::ranges::copy(reporter_, frame.begin() + 12), sign(frame);
    return true;
  }
  Frame reporter_;
};
// An error lets it think that the flow is alive.
struct RefreshesByErrors final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    if (is_error(frame)) {
      if (!last_.empty()) whisper(last_, Side::kInside);
    } else if (from == Side::kInside) {
      last_ = frame;
    }
    return true;
  }
  Frame last_;
};
struct RefreshesByRefusals final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    passed_ = 0;
    if (from == Side::kInside) last_ = frame;
    return true;
  }
  void after(Side from) override {
    if (from == Side::kOutside && passed_ == 0 && !last_.empty()) whisper(last_, Side::kInside);
  }
  Frame last_;
};
struct KeepsTurnedErrors final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    return from != Side::kInside || !is_error(frame) ||
           read(frame).packet.destination.ip != site_.external[0];
  }
};
// Only hosts that have a mapping may report.
struct DistrustsRouters final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    if (from == Side::kOutside) return true;
    if (!is_error(frame)) return hosts_.insert(seen.packet.source.ip), true;
    return seen.packet.destination.ip != site_.external[0] ||
           hosts_.contains(seen.packet.source.ip);
  }
  std::set<IpAddress> hosts_;
};
struct DropsTimeExceeded final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side) override {
    return frame[9] != std::byte{1} || frame[20] != std::byte{11};
  }
};
// Lets ICMP messages of some types out; with its own source or without.
template <int... kTypes>
struct LetsOut final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    if (from != Side::kInside || frame[9] != std::byte{1}) return true;
    const int type = std::to_integer<int>(frame[20]);
    if (((type != kTypes) && ...)) return true;
    if (type != 40) {
      const auto own = std::as_bytes(std::span(site_.external[0].bytes())).last(4);
      std::ranges::copy(own, frame.begin() + 12);
      sign(frame);
    }
    emit(Side::kOutside, frame);
    return false;
  }
};
struct ForgetsTheService final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool leaving(Frame& frame, Side) override {
    frame[1] = std::byte{0};
    sign(frame);
    return true;
  }
};
struct KnowsTwoAddresses final : TamperedBox {
  KnowsTwoAddresses(const conformance::BoxMaker& maker, conformance::Site site)
      : TamperedBox(maker, cut(site)) {}
  static conformance::Site cut(conformance::Site site) {
    if (site.external.size() > 4) site.external.resize(2);
    return site;
  }
};
// What one protocol opens is open for the other.
struct MixesProtocols final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    if (from != Side::kInside || seen.packet.protocol == Protocol::kIcmp ||
        seen.packet.fragment_offset > 0)
      return true;
    const bool udp = seen.packet.protocol == Protocol::kUdp;
    const Endpoint a = seen.packet.source, b = seen.packet.destination;
    whisper(
        conformance::frame_of(udp ? conformance::segment(a, b, kSyn) : conformance::datagram(a, b)),
        Side::kInside);
    return true;
  }
};
// The third host gets less than the others.
struct FavoursHosts final : TamperedBox {
  using TamperedBox::TamperedBox;
  bool before(Frame& frame, Side from) override {
    const Seen seen = read(frame);
    if (!from_host(seen, from) && from != Side::kInside) return true;
    if (seen.packet.source.ip != IpAddress::v4(198, 51, 100, 3)) return true;
    ports_.insert(seen.packet.source.port);
    return ports_.size() <= 300;
  }
  std::set<uint16_t> ports_;
};

template <class Tampered>
Mutant mutant(const char* name, std::set<std::string> noticed_by, Kind kind = Kind::kHome,
              void (*spoil)(NatBehavior&) = nullptr) {
  return {name, kind, std::move(noticed_by), [kind, spoil] {
            NatBehavior behavior = conformant(kind);
            if (spoil) spoil(behavior);
            return std::make_unique<TamperedMaker<Tampered>>(behavior);
          }};
}

}  // namespace

const std::vector<Mutant>& packet_mutants() {
  static const std::vector<Mutant> all = {
      mutant<TamperedBox>("nothing tampered with", {}),
      mutant<FearsOverlap>("fears overlap", {"4787-REQ-7"}),
      mutant<DropsBigPackets>("drops big packets", {"4787-REQ-13a"}),
      mutant<DropsCrossingSyns>("drops crossing SYNs",
                                {"5382-REQ-2a", "5382-REQ-3", "5382-REQ-3b", "5382-REQ-5"}),
      mutant<ClosesBothHalves>("closes both halves", {"5382-REQ-2", "5382-REQ-5", "7857-2"}),
      mutant<ForgetsPorts>("forgets ports", {"5382-REQ-5", "7857-2", "7857-2.2"}),
      mutant<DropsErrorsAboutTcp>("drops errors about TCP",
                                  {"5382-REQ-9", "5508-REQ-4", "5508-REQ-4a"}),
      mutant<MendsErrors>("mends errors", {"5508-REQ-3"}),
      mutant<MendsQuotes>("mends quotes", {"5508-REQ-3a"}),
      mutant<LosesSightAtOptions>("loses sight at options", {"5508-REQ-3b"}),
      mutant<ChecksQuotedTransport>("checks quoted transport", {"5508-REQ-3c"}),
      mutant<CutsExtensions>("cuts extensions", {"5508-REQ-3d"}),
      mutant<MakesCodesZero>("makes codes zero", {"5382-REQ-9", "5508-REQ-4b", "5508-REQ-8"}),
      mutant<MissesTheHost>("misses the host",
                            {"4787-REQ-12a", "5508-REQ-10a", "5508-REQ-4c", "7857-12"}),
      mutant<KeepsErrorsIn>("keeps errors in",
                            {"5508-REQ-5", "5508-REQ-5a", "5508-REQ-5b", "5508-REQ-5c"}),
      mutant<MakesCodesZeroOutside>("makes codes zero outside", {"5382-REQ-4", "5508-REQ-5b"}),
      mutant<ShowsPrivateReporters>("shows private reporters", {"5508-REQ-5c"}),
      mutant<RefreshesByErrors>("refreshes by errors", {"5508-REQ-6", "7857-7.1"}),
      mutant<RefreshesByRefusals>("refreshes by refusals", {"7857-7"}),
      mutant<KeepsTurnedErrors>("keeps turned errors", {"5508-REQ-7", "5508-REQ-7a", "7857-12"}),
      mutant<DistrustsRouters>("distrusts routers", {"7857-12"}),
      mutant<DropsTimeExceeded>("drops time exceeded",
                                {"4787-REQ-12a", "5508-REQ-10a", "5508-REQ-3d", "5508-REQ-4",
                                 "5508-REQ-4a", "5508-REQ-4b", "5508-REQ-4c", "7857-12"}),
      mutant<LetsOut<13>>("lets timestamps out", {"5508-REQ-10b"}),
      mutant<LetsOut<4, 15>>("lets source quench out", {"5508-REQ-10c"}),
      mutant<LetsOut<40>>("lets anything out", {"5508-REQ-11"}),
      mutant<ForgetsTheService>("forgets the service", {"5508-REQ-10d-f"}),
      mutant<KnowsTwoAddresses>("knows two addresses", {"6888-REQ-3"}, Kind::kCarrier),
      mutant<MixesProtocols>("mixes protocols", {"7857-5", "7857-6"}),
      mutant<FavoursHosts>("favours hosts", {"7422-2-split"}, Kind::kPlan,
                           [](NatBehavior& b) {
                             b.set(&PortRules::allocation, PortAllocation::kPreserving);
                             b.set(&PortRules::clash, PortClash::kLowest);
                           }),
  };
  return all;
}

namespace {

class ConformancePackets : public testing::TestWithParam<size_t> {};

TEST_P(ConformancePackets, WrongOnesAreNoticed) {
  const Mutant& mutant = packet_mutants()[GetParam()];
  EXPECT_EQ(differences(*mutant.make(), mutant.kind), mutant.noticed_by) << mutant.name;
}

INSTANTIATE_TEST_SUITE_P(Mutants, ConformancePackets,
                         testing::Range(size_t{0}, packet_mutants().size()));

}  // namespace
}  // namespace natbed::test
