#include "nat_models/oracle/carrier.h"

namespace natbed {

using Fate = BoxPass::Fate;

std::optional<PacketUnderWay> Carrier::depart(uint8_t peer, EndpointNumber target) {
  PacketUnderWay packet{
      .sender = peer, .source = Places::host(peer), .destination = target, .about = target};
  const int wanted = places_->network_of(target);
  for (int here = places_->network_of(packet.source); here != wanted;
       here = places_->network_of(packet.source)) {
    if (places_->box_of(target) == here) break;
    if (!leave(here, packet.source, target)) return std::nullopt;
  }
  return packet;
}

bool Carrier::arrive(PacketUnderWay& packet) {
  const int here = places_->network_of(packet.source);
  if (here != places_->network_of(packet.destination) && !turn_around(here, packet)) return false;
  for (int box = places_->box_of(packet.destination); box >= 0;
       box = places_->box_of(packet.destination)) {
    if (!enter(box, packet.source, packet.destination)) return false;
  }
  return true;
}

// RFC 4787 §6: out and in again, through one box. The filter sees the source that is delivered.
bool Carrier::turn_around(int box, PacketUnderWay& packet) {
  const Hairpin hairpin = places_->behavior(box).hairpin;
  if (hairpin == Hairpin::kNone) {
    note(Fate::kNoHairpin, box, true, packet.source, packet.destination);
    return false;
  }
  EndpointNumber mapped = packet.source;
  if (!leave(box, mapped, packet.destination)) return false;
  if (passes_) passes_->back().turned = true;
  if (hairpin == Hairpin::kExternalSource) packet.source = mapped;
  return true;
}

bool Carrier::leave(int box, EndpointNumber& source, EndpointNumber destination) {
  const ProtocolBehavior& behavior = places_->behavior(box);
  if (behavior.crossing != Crossing::kAll) {
    note(Fate::kBlocked, box, true, source, destination);
    return false;
  }
  const EndpointNumber selected = places_->mapping(box, source, destination);
  const EndpointNumber mapping = state_->reply(source, destination).value_or(selected);
  if (behavior.filtering != Dependence::kEndpointIndependent) {
    const bool per_mapping = behavior.filter_scope == FilterScope::kMapping;
    state_->open(box, per_mapping ? mapping : source,
                 places_->key(behavior.filtering, destination));
  }
  note(Fate::kPassed, box, true, mapping, destination, mapping != selected);
  source = mapping;
  return true;
}

bool Carrier::enter(int box, EndpointNumber source, EndpointNumber& destination) {
  const ProtocolBehavior& behavior = places_->behavior(box);
  const EndpointNumber mapping = destination, internal = places_->internal_of(mapping);
  if (behavior.crossing != Crossing::kAll) {
    note(Fate::kBlocked, box, false, mapping, source);
    return false;
  }
  const bool per_mapping = behavior.filter_scope == FilterScope::kMapping;
  if (behavior.filtering != Dependence::kEndpointIndependent &&
      !state_->is_open(box, per_mapping ? mapping : internal,
                       places_->key(behavior.filtering, source))) {
    note(Fate::kFiltered, box, false, mapping, source);
    return false;
  }
  if (behavior.reply_mapping == ReplyMapping::kAdmitting) {
    state_->clear_reply(internal, source);
    if (places_->mapping(box, internal, source) != mapping)
      state_->set_reply(internal, source, mapping);
  }
  note(Fate::kPassed, box, false, mapping, source);
  destination = internal;
  return true;
}

void Carrier::note(Fate fate, int box, bool outward, EndpointNumber mapping, EndpointNumber remote,
                   bool renamed) {
  if (!passes_) return;
  passes_->push_back({.box = static_cast<uint8_t>(box),
                      .outward = outward,
                      .renamed = renamed,
                      .mapping = mapping,
                      .remote = remote,
                      .fate = fate});
}

}  // namespace natbed
