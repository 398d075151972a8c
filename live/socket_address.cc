#include "live/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/check.h"

namespace natbed {

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress address;
  if (endpoint.ip.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    v4->sin_addr.s_addr = htonl(endpoint.ip.v4_value());
    address.size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, endpoint.ip.bytes().data(), 16);
    address.size = sizeof *v6;
  }
  return address;
}

Endpoint from_socket_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return {IpAddress::v4(ntohl(v4->sin_addr.s_addr)), ntohs(v4->sin_port)};
  }
  NATBED_CHECK(address->sa_family == AF_INET6);
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &v6->sin6_addr, 16);
  return {IpAddress::v6(bytes), ntohs(v6->sin6_port)};
}

}  // namespace natbed
