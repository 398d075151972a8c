// V4Endpoint: an IPv4 endpoint as a NAT works with it, and scope(), on which every table rests.
//
// Whether a NAT is called cone or symmetric, and whether it filters by address or by port, is one
// question asked twice: which fields of the remote endpoint count? scope() blanks those that do
// not, so two packets belong to the same mapping (or filter) exactly if their scoped remotes are
// equal.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "nat_models/behavior.h"

namespace natbed {

struct V4Endpoint {
  uint32_t ip = 0;  // host byte order
  uint16_t port = 0;

  // REQUIRES: e.ip.is_v4().
  static V4Endpoint of(const Endpoint& e) {
    const uint8_t* at = e.ip.bytes().data() + 12;
    return {uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3], e.port};
  }
  // 48 bits that tell any two endpoints apart.
  constexpr uint64_t key() const { return uint64_t{ip} << 16 | port; }
  // The blank endpoint becomes the unspecified one of base.
  Endpoint endpoint() const { return {ip == 0 ? IpAddress() : IpAddress::v4(ip), port}; }
  constexpr bool operator==(const V4Endpoint&) const = default;
};
static_assert(sizeof(V4Endpoint) == 8);

// The same in six bytes, for rows, of which a carrier has ten million.
class PackedEndpoint {
 public:
  constexpr PackedEndpoint() = default;
  constexpr PackedEndpoint(V4Endpoint e)
      : port_(e.port),
        low_(static_cast<uint16_t>(e.ip)),
        high_(static_cast<uint16_t>(e.ip >> 16)) {}
  constexpr operator V4Endpoint() const { return {ip(), port_}; }
  constexpr uint32_t ip() const { return uint32_t{high_} << 16 | low_; }
  constexpr uint16_t port() const { return port_; }
  constexpr uint64_t key() const { return uint64_t{ip()} << 16 | port_; }
  Endpoint endpoint() const { return V4Endpoint(*this).endpoint(); }
  friend constexpr bool operator==(PackedEndpoint a, PackedEndpoint b) {
    return a.key() == b.key();
  }
  friend constexpr bool operator==(PackedEndpoint a, V4Endpoint b) { return a.key() == b.key(); }

 private:
  uint16_t port_ = 0, low_ = 0, high_ = 0;
};
static_assert(sizeof(PackedEndpoint) == 6);

// `remote` with the fields blanked that do not matter under `dependence`.
constexpr V4Endpoint scope(Dependence dependence, V4Endpoint remote) {
  switch (dependence) {
    case Dependence::kEndpointIndependent:
      return {};
    case Dependence::kAddressDependent:
      return {remote.ip, 0};
    case Dependence::kAddressAndPortDependent:
      return remote;
  }
  return remote;
}
static_assert(scope(Dependence::kEndpointIndependent, {1, 2}) == V4Endpoint{});
static_assert(scope(Dependence::kAddressDependent, {1, 2}) == V4Endpoint{1, 0});
static_assert(scope(Dependence::kAddressAndPortDependent, {1, 2}) == V4Endpoint{1, 2});

}  // namespace natbed
