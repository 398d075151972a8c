// BehaviorDiscovery: what NAT am I behind? The tests of RFC 5780 §4, in order, as a machine.
//
//   mapping    I    ask Da:Dp         where am I; is there a NAT; who is the alternate Ca:Cp
//              II   ask Ca:Dp         mapped as in I: endpoint-independent
//              III  ask Ca:Cp         mapped as in II: address-dependent, else also port-dependent
//   filtering  II   answer from Ca:Cp  comes: endpoint-independent
//              III  answer from Da:Cp  comes: address-dependent, else also port-dependent
//   hairpin         two sockets learn where they are, then call each other there (§3.4)
//
// The filtering tests use a socket of their own, whose NAT state nobody has touched. Transactions
// start at most ten a second. An answer that never comes is a result here, so the filtering tests
// last their full retransmission time; `silence` shortens that for the impatient. Tells kBehavior
// once: code = NatClass::pack(), remote = the server, local and mapped = of test I.
#pragma once

#include <array>
#include <optional>

#include "base/machine.h"
#include "protocols/stun/nat_class.h"
#include "protocols/stun/transaction.h"

namespace natbed {

struct BehaviorDiscoveryConfig {
  Endpoint server;                      // Da:Dp
  RetransmitRules rules = {};           // of tests that must be answered
  RetransmitRules silence = {};         // of tests that may rightly stay unanswered
  SocketId first_socket = SocketId(0);  // three in a row: mapping, filtering, hairpin
  bool hairpin = true;
};

class BehaviorDiscovery final : public Machine {
 public:
  BehaviorDiscovery(BehaviorDiscoveryConfig config, Rng rng) : config_(config), rng_(rng) {}

  void on_start(Instant now, Outbox& out) override;
  void on_datagram(Instant now, const Datagram& datagram, Outbox& out) override;
  void on_socket(Instant now, const SocketEvent& event, Outbox& out) override;
  void on_timeout(Instant now, Outbox& out) override;
  Instant deadline() const override;

  bool done() const { return test_ == Test::kDone; }
  const NatClass& result() const { return result_; }

 private:
  enum class Test : uint8_t {
    kIdle,
    kMapping1,
    kMapping2,
    kMapping3,
    kFiltering2,
    kFiltering3,
    kHairpinMapping,
    kHairpin,
    kDone,
  };
  static constexpr size_t kMapping = 0, kFiltering = 1, kHairpinning = 2;  // sockets

  SocketId socket(size_t index) const {
    return SocketId(config_.first_socket.value() + static_cast<uint32_t>(index));
  }
  size_t socket_of(Test test) const;
  const RetransmitRules& rules() const;
  void next(Instant now, Test test);
  void after_filtering(Instant now, Outbox& out);
  void start(Instant now, Outbox& out);
  void send(Outbox& out);
  void ask(size_t from, const Endpoint& to, uint32_t change, Outbox& out);
  void on_answer(Instant now, const StunMessage& answer, const Datagram& datagram, Outbox& out);
  void on_first_answer(Instant now, const StunMessage& answer, const Endpoint& mapped,
                       const Endpoint& local, Outbox& out);
  void on_silence(Instant now, Outbox& out);
  void on_hairpinned(const StunMessage& request, const Datagram& datagram, Outbox& out);
  void finish(Outbox& out);

  BehaviorDiscoveryConfig config_;
  Rng rng_;
  Test test_ = Test::kIdle;
  StunTransaction transaction_;
  Instant start_at_ = Instant::never();  // of a test that waits for its turn
  Instant paced_until_;
  std::array<Endpoint, 3> local_ = {};
  std::optional<Endpoint> other_;  // Ca:Cp
  Endpoint first_local_, mapped_, mapped_by_other_, mapped_hairpin_;
  NatClass result_;
};

}  // namespace natbed
