#include "nat_models/oracle/retelling.h"

namespace natbed {

Retelling::Retelling(Places* places, const StrategyRules* rules, AbstractState from, bool old_ports)
    : places_(*places), rules_(*rules), state_(std::move(from)), old_ports_(old_ports) {
  for (int peer : {0, 1}) {
    for (const EndpointNumber endpoint : state_.learned(peer)) used_.insert(endpoint);
  }
}

void Retelling::begin(const OracleRecord& record, TraversalStep step) {
  step.arrives = !record.departed;
  last_ = record.departed;
  if (last_ && places_.box_of(last_->source) >= 0)
    step.new_source = used_.insert(last_->source).second && !old_ports_;
  steps_.push_back(std::move(step));
}

void Retelling::play(const OracleEvent& event) {
  const PacketUnderWay& packet = event.packet;
  OracleRecord record;
  state_ = rules_.after(std::move(state_), event, &record);
  if (!event.arrival) {
    return begin(record, {.sender = packet.sender,
                          .known_as = rules_.kind_of(packet.sender, packet.destination),
                          .target = packet.destination,
                          .passes = record.out});
  }
  if (last_ != packet) {
    steps_.push_back({.sender = packet.sender,
                      .answer = packet.answer,
                      .departs = false,
                      .known_as = rules_.kind_of(packet.sender, packet.destination),
                      .target = packet.destination,
                      .passes = {}});
  }
  TraversalStep& step = steps_.back();
  step.arrives = true;
  step.admitted = record.admitted;
  step.counts = record.counts;
  step.passes.insert(step.passes.end(), record.in.begin(), record.in.end());
  last_.reset();
  if (!record.admitted || packet.answer) return;
  const auto receiver = static_cast<uint8_t>(1 - packet.sender);
  const EndpointNumber seen = record.seen_source;
  begin(record, {.sender = receiver,
                 .answer = true,
                 .known_as = rules_.kind_of(receiver, seen),
                 .target = seen,
                 .passes = record.answer_out});
}

void Retelling::play_exchange(const OracleEvent& probe) {
  play(probe);
  while (last_) play({true, *last_});
}

namespace {

void number(TraversalVerdict& verdict, std::vector<uint16_t>& used, uint16_t endpoint) {
  NamedEndpoint& name = verdict.endpoints[endpoint];
  if (name.owner == NamedEndpoint::Owner::kBox && name.port == 0) name.port = ++used[name.number];
}

}  // namespace

void number_ports(TraversalVerdict& verdict, const Places& places) {
  verdict.endpoints = places.names();
  std::vector<uint16_t> used(256, 0);
  for (const auto* steps : {&verdict.witness, &verdict.astray, &verdict.repeats}) {
    for (const TraversalStep& step : *steps) {
      number(verdict, used, step.target);
      for (const BoxPass& pass : step.passes) {
        number(verdict, used, pass.mapping);
        number(verdict, used, pass.remote);
      }
    }
  }
}

}  // namespace natbed
