// Carrier: carries one packet of the oracle's world through the boxes, by the words of RFC 4787.
//
// What a box does is written down here a second time, on purpose, in terms of sets of facts: the
// translator (nat.h) and this file check each other.
#pragma once

#include <optional>
#include <vector>

#include "nat_models/oracle/abstract_state.h"

namespace natbed {

class Carrier {
 public:
  // Both outlive it. Passes are noted in `passes` if that is not null.
  Carrier(Places* places, AbstractState* state, std::vector<BoxPass>* passes = nullptr)
      : places_(places), state_(state), passes_(passes) {}

  // From the host of `peer` as far as it gets at once: through the boxes up to the network of the
  // target, or to the box that will turn it around. Empty: a box lets no UDP out.
  std::optional<PacketUnderWay> depart(uint8_t peer, EndpointNumber target);
  // The rest of the way. True: it got to the host that it was meant for.
  bool arrive(PacketUnderWay& packet);

 private:
  bool leave(int box, EndpointNumber& source, EndpointNumber destination);
  bool enter(int box, EndpointNumber source, EndpointNumber& destination);
  bool turn_around(int box, PacketUnderWay& packet);
  void note(BoxPass::Fate fate, int box, bool outward, EndpointNumber mapping,
            EndpointNumber remote, bool renamed = false);

  Places* places_;
  AbstractState* state_;
  std::vector<BoxPass>* passes_;
};

}  // namespace natbed
