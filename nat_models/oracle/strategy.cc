#include "nat_models/oracle/strategy.h"

namespace natbed {

AbstractState StrategyRules::after_stun() {
  AbstractState state;
  for (const uint8_t peer : {uint8_t{0}, uint8_t{1}}) {
    const auto question = Carrier(&places_, &state).depart(peer, Places::kServerPlace);
    if (question) reflexive_[peer] = question->source;
  }
  for (int peer : {0, 1}) {
    const int other = 1 - peer;
    if (options_.with == Strategy::kIce) learn(state, peer, Places::host(other));
    if (reflexive_[other]) learn(state, peer, *reflexive_[other]);
  }
  return state;
}

TraversalStep::Target StrategyRules::kind_of(int peer, EndpointNumber target) const {
  if (target == reflexive_[1 - peer]) return TraversalStep::Target::kReflexive;
  return target == Places::host(1 - peer) && options_.with == Strategy::kIce
             ? TraversalStep::Target::kHost
             : TraversalStep::Target::kLearned;
}

// What cannot arrive in any network of the peer is not worth a word: it opens no filter for anybody
// who exists.
void StrategyRules::learn(AbstractState& state, int peer, EndpointNumber endpoint) const {
  if (!places_.in_reach(peer, endpoint) || state.knows(peer, endpoint)) return;
  if (state.learned(peer).size() < options_.remembered) state.learn(peer, endpoint);
}

std::vector<OracleEvent> StrategyRules::events(const AbstractState& state) const {
  std::vector<OracleEvent> events;
  const std::vector<PacketUnderWay> packets = state.under_way();
  if (packets.size() < options_.in_flight) {
    for (const uint8_t peer : {uint8_t{0}, uint8_t{1}}) {
      for (const EndpointNumber target : state.learned(peer)) {
        if (options_.probes > 0 && state.probes(peer, target) >= options_.probes) continue;
        events.push_back({false, {.sender = peer, .destination = target}});
      }
    }
  }
  for (const PacketUnderWay& packet : packets) events.push_back({true, packet});
  return events;
}

AbstractState StrategyRules::after(AbstractState state, const OracleEvent& event,
                                   OracleRecord* record) const {
  OracleRecord unread;
  if (!record) record = &unread;
  if (event.arrival) {
    take(state, event.packet, *record);
  } else {
    probe(state, event.packet, *record);
  }
  return state;
}

void StrategyRules::probe(AbstractState& state, const PacketUnderWay& wanted,
                          OracleRecord& record) const {
  const EndpointNumber target = wanted.destination;
  if (options_.probes > 0) state.count_probe(wanted.sender, target);
  record.departed = Carrier(&places_, &state, &record.out).depart(wanted.sender, target);
  if (record.departed) state.put_under_way(*record.departed);
}

void StrategyRules::take(AbstractState& state, PacketUnderWay packet, OracleRecord& record) const {
  state.take_off(packet);
  record.admitted = Carrier(&places_, &state, &record.in).arrive(packet);
  if (!record.admitted) return;
  record.seen_source = packet.source;
  const auto receiver = static_cast<uint8_t>(1 - packet.sender);
  if (packet.answer) {
    record.counts = options_.with == Strategy::kPunch || packet.source == packet.about;
    if (record.counts) state.prove(receiver);
    return;
  }
  learn(state, receiver, packet.source);
  record.departed = Carrier(&places_, &state, &record.answer_out).depart(receiver, packet.source);
  if (!record.departed) return;
  record.departed->answer = true;
  record.departed->about = packet.about;
  state.put_under_way(*record.departed);
}

}  // namespace natbed
