#include "nat_models/oracle/abstract_state.h"

namespace natbed {

std::vector<PacketUnderWay> AbstractState::under_way() const {
  std::vector<PacketUnderWay> packets;
  for (auto at = std::ranges::lower_bound(facts_, fact(kUnderWay, 0)); at != facts_.end(); ++at) {
    const auto sub = static_cast<uint8_t>(*at >> 48);
    packets.push_back({static_cast<uint8_t>(sub & 1), (sub & 2) != 0,
                       static_cast<EndpointNumber>(*at >> 32),
                       static_cast<EndpointNumber>(*at >> 16), static_cast<EndpointNumber>(*at)});
  }
  return packets;
}

}  // namespace natbed
