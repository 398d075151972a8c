// The translator against a reference that is slow and obviously right: rows in a list, every rule
// read off in order, nothing indexed, nothing reclaimed. Both get the same random packets; the
// reference takes over the ports that the translator chose, after checking that they were free and
// in range.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/nat_models/box.h"

namespace natbed::test {
namespace {

class Reference {
 public:
  struct Row {
    RowId id;
    Endpoint internal, remote, external;
    Instant used;
    bool replied = false;
  };
  explicit Reference(const NatBehavior& behavior) : b_(behavior) {}

  // The row that a packet to `remote` must leave through, or null if a new one is due.
  Row* outbound_row(Endpoint internal, Endpoint remote, Instant now) {
    if (b_.udp.reply_mapping == ReplyMapping::kAdmitting) {
      const auto route = routes_.find({internal, remote});
      if (route != routes_.end()) {
        for (Row& row : rows_) {
          if (row.id == route->second && alive(row, now)) return &row;
        }
      }
    }
    for (Row& row : rows_) {
      if (row.internal == internal && row.remote == blank(b_.udp.mapping, remote) &&
          alive(row, now))
        return &row;
    }
    return nullptr;
  }
  int live_rows(Instant now) const {
    int count = 0;
    for (const Row& row : rows_) count += alive(row, now);
    return count;
  }
  bool free(Endpoint external, Instant now) { return inbound_row(external, now) == nullptr; }
  Row& open(RowId id, Endpoint internal, Endpoint remote, Endpoint external, Instant now) {
    rows_.push_back({id, internal, blank(b_.udp.mapping, remote), external, now});
    return rows_.back();
  }
  void sent(Row& row, Endpoint remote, Instant now) {
    if (b_.udp.refresh != Refresh::kInbound) row.used = now;
    Filter& filter = filters_[filter_key(row, remote)];
    if (b_.udp.refresh != Refresh::kInbound || !alive(filter, now)) filter.used = now;
    filter.replied = row.replied;
    filter.exists = true;
  }

  Row* inbound_row(Endpoint external, Instant now) {
    for (Row& row : rows_) {
      if (row.external == external && alive(row, now)) return &row;
    }
    return nullptr;
  }
  bool admits(const Row& row, Endpoint remote, Instant now) {
    if (b_.udp.filtering == kEndpointIndependent) return true;
    const auto filter = filters_.find(filter_key(row, remote));
    return filter != filters_.end() && alive(filter->second, now);
  }
  void received(Row& row, Endpoint remote, Instant now) {
    row.replied = true;
    if (b_.udp.refresh != Refresh::kOutbound) row.used = now;
    const auto filter = filters_.find(filter_key(row, remote));
    if (filter != filters_.end()) {
      filter->second.replied = true;
      if (b_.udp.refresh != Refresh::kOutbound) filter->second.used = now;
    }
    routes_[{row.internal, remote}] = row.id;
  }
  Instant end(const Row& row) const {
    return row.used + (row.replied ? b_.timers.udp : b_.timers.udp_unreplied);
  }

 private:
  struct Filter {
    Instant used;
    bool replied = false, exists = false;
  };
  using FilterKey = std::tuple<Endpoint, RowId, Endpoint>;

  static Endpoint blank(Dependence dependence, Endpoint remote) {
    if (dependence == kEndpointIndependent) return {};
    if (dependence == kAddressDependent) remote.port = 0;
    return remote;
  }
  FilterKey filter_key(const Row& row, Endpoint remote) const {
    // A filter ends with its mapping, unless several mappings share it.
    const bool own =
        b_.udp.filter_scope == FilterScope::kMapping || b_.udp.mapping == kEndpointIndependent;
    const RowId scope = own ? row.id : RowId();
    return {row.internal, scope, blank(b_.udp.filtering, remote)};
  }
  bool alive(const Row& row, Instant now) const { return now < end(row); }
  bool alive(const Filter& f, Instant now) const {
    return f.exists && now < f.used + (f.replied ? b_.timers.udp : b_.timers.udp_unreplied);
  }

  NatBehavior b_;
  std::vector<Row> rows_;
  std::map<FilterKey, Filter> filters_;
  std::map<std::pair<Endpoint, Endpoint>, RowId> routes_;
};

// Few hosts, remotes and ports, so that flows meet; pauses around the timeouts, so that rows end
// and come back.
class Play {
 public:
  Play(const NatBehavior& behavior, uint64_t seed, int hosts)
      : rng_(seed), hosts_(hosts), box_(behavior, {kOutside}, seed), reference_(behavior) {}

  void step() {
    if (rng_.below(8) == 0) now_ = now_ + Duration::milliseconds(rng_.between(0, 12'000));
    if (rng_.below(2) == 0) {
      outbound();
    } else {
      inbound();
    }
  }

 private:
  Endpoint host() {
    return {IpAddress::v4(192, 168, 0, static_cast<uint8_t>(rng_.below(hosts_))),
            static_cast<uint16_t>(5000 + rng_.below(2))};
  }
  Endpoint remote() {
    return {IpAddress::v4(198, 51, 100, static_cast<uint8_t>(rng_.below(3))),
            static_cast<uint16_t>(7000 + rng_.below(3))};
  }

  void outbound() {
    const Endpoint from = host(), to = remote();
    Reference::Row* expected = reference_.outbound_row(from, to, now_);
    const Verdict verdict = box_.out(udp(from, to), now_);
    if (!expected &&
        reference_.live_rows(now_) >= static_cast<int>(box_.behavior.limits.mappings)) {
      EXPECT_EQ(verdict.reason, DropReason::kTableFull);
      return;
    }
    ASSERT_EQ(verdict.action, Verdict::Action::kForward);
    const Endpoint external = box_.passed.source;
    if (expected) {
      EXPECT_NE(verdict.change, Verdict::Change::kOpened);
      EXPECT_EQ(verdict.row, expected->id);
      EXPECT_EQ(external, expected->external);
    } else {
      EXPECT_EQ(verdict.change, Verdict::Change::kOpened);
      EXPECT_TRUE(ids_.insert(verdict.row).second) << "ids are never used twice";
      EXPECT_TRUE(reference_.free(external, now_)) << "port overloaded";
      if (box_.behavior.udp.ports.allocation == PortAllocation::kPreserving &&
          reference_.free({external.ip, from.port}, now_)) {
        EXPECT_EQ(external.port, from.port);
      }
      externals_.push_back(external);
      expected = &reference_.open(verdict.row, from, to, external, now_);
    }
    reference_.sent(*expected, to, now_);
    EXPECT_EQ(verdict.expires, reference_.end(*expected));
  }

  void inbound() {
    const Endpoint from = remote();
    Endpoint to{kOutside, static_cast<uint16_t>(4998 + rng_.below(5))};
    if (!externals_.empty() && rng_.below(4) > 0) {
      const size_t recent = std::min<size_t>(externals_.size(), 40);
      to = externals_[externals_.size() - 1 - rng_.below(recent)];
    }
    const Verdict verdict = box_.in(udp(from, to), now_);
    Reference::Row* row = reference_.inbound_row(to, now_);
    if (!row) {
      EXPECT_EQ(verdict.reason, DropReason::kNoMapping);
    } else if (!reference_.admits(*row, from, now_)) {
      EXPECT_EQ(verdict.reason, DropReason::kFiltered);
      EXPECT_EQ(verdict.row, row->id);
    } else {
      ASSERT_EQ(verdict.action, Verdict::Action::kForward) << to_string(verdict.reason);
      EXPECT_EQ(box_.passed.destination, row->internal);
      reference_.received(*row, from, now_);
      EXPECT_EQ(verdict.expires, reference_.end(*row));
    }
  }

  Rng rng_;
  uint64_t hosts_;
  Box box_;
  Reference reference_;
  Instant now_;
  std::set<RowId> ids_;
  std::vector<Endpoint> externals_;
};

NatBehavior random_behavior(Rng& rng) {
  NatBehavior b;
  b.set(&ProtocolBehavior::mapping, static_cast<Dependence>(rng.below(3)));
  b.set(&ProtocolBehavior::filtering, static_cast<Dependence>(rng.below(3)));
  b.set(&ProtocolBehavior::filter_scope, static_cast<FilterScope>(rng.below(2)));
  b.set(&ProtocolBehavior::reply_mapping, static_cast<ReplyMapping>(rng.below(2)));
  b.set(&PortRules::allocation, static_cast<PortAllocation>(rng.below(3)));
  b.set(&PortRules::range, PortRange{4990, static_cast<uint16_t>(5100 + rng.below(400))});
  b.set(&PortRules::step, static_cast<int32_t>(rng.between(-3, 3)));
  b.set(&ProtocolBehavior::refresh, static_cast<Refresh>(rng.below(3)));
  b.timers.udp = Duration::seconds(20);
  b.timers.udp_unreplied = Duration::seconds(rng.below(2) == 0 ? 20 : 10);
  b.limits.mappings = static_cast<uint32_t>(rng.below(2) == 0 ? 20 : 100);
  return b;
}

TEST(NatReference, AgreesOnRandomPackets) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng = Rng(seed).fork("behavior");
    const NatBehavior behavior = random_behavior(rng);
    Play play(behavior, seed,
              seed % 2 == 0 ? 2 : 30);  // tables that are scanned, and tables that are indexed
    for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) play.step();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace natbed::test
