#include "nat_models/oracle/places.h"

#include "base/check.h"

namespace natbed {
namespace {

constexpr RemoteKey kAddress = 0x4000, kEndpoint = 0x8000;

}  // namespace

const ProtocolBehavior& Meeting::box(size_t i) const {
  if (i < a.size()) return a[i];
  i -= a.size();
  return i < b.size() ? b[i] : shared[i - b.size()];
}

Places::Places(const Meeting& meeting) {
  const int of_a = static_cast<int>(meeting.a.size()), of_b = static_cast<int>(meeting.b.size());
  const int count = static_cast<int>(meeting.boxes());
  const int common = count > of_a + of_b ? of_a + of_b : kPublicNetwork;
  for (int i = 0; i < count; ++i) {
    boxes_.push_back(meeting.box(static_cast<size_t>(i)));
    const bool outermost = i + 1 == count;
    const bool last_of_side = i + 1 == of_a || i + 1 == of_a + of_b;
    const bool is_shared = i >= of_a + of_b;
    outside_.push_back(is_shared ? (outermost ? kPublicNetwork : i + 1)
                                 : (last_of_side ? common : i + 1));
  }
  home_[0] = of_a > 0 ? 0 : common;
  home_[1] = of_b > 0 ? of_a : common;
  all_ = {{-1, 0}, {-1, 0}, {-1, 0}};  // the server and the hosts
}

int Places::network_of(EndpointNumber endpoint) const {
  if (endpoint == kServerPlace) return kPublicNetwork;
  if (is_host(endpoint)) return home_[endpoint - 1];
  return outside_[all_[endpoint].box];
}

bool Places::in_reach(int peer, EndpointNumber endpoint) const {
  const int wanted = network_of(endpoint);
  for (int network = home_[peer]; network != wanted; network = outside_[network]) {
    if (network == kPublicNetwork) return false;
  }
  return true;
}

EndpointNumber Places::mapping(int box, EndpointNumber internal, EndpointNumber remote) {
  const std::tuple what(box, internal, key(boxes_[box].mapping, remote));
  const auto [found, fresh] = mappings_.emplace(what, static_cast<EndpointNumber>(all_.size()));
  if (fresh) {
    NATBED_CHECK(all_.size() < kAddress, "whoever explores stops at kMost");
    all_.push_back({box, internal});
  }
  return found->second;
}

// A box has one external address, so that its endpoints share it.
RemoteKey Places::key(Dependence dependence, EndpointNumber remote) const {
  if (dependence == Dependence::kEndpointIndependent) return 0;
  if (dependence == Dependence::kAddressAndPortDependent)
    return static_cast<RemoteKey>(kEndpoint | remote);
  const int box = all_[remote].box;
  const int owner = box >= 0 ? 3 + box : remote;
  return static_cast<RemoteKey>(kAddress | owner);
}

std::vector<NamedEndpoint> Places::names() const {
  using Owner = NamedEndpoint::Owner;
  std::vector<NamedEndpoint> names = {{Owner::kServer}, {Owner::kHost, 0}, {Owner::kHost, 1}};
  for (size_t i = names.size(); i < all_.size(); ++i)
    names.push_back({Owner::kBox, static_cast<uint8_t>(all_[i].box)});
  return names;
}

}  // namespace natbed
