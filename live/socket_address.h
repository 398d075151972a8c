// Between natbed's endpoints and the kernel's sockaddr, which is also what Boost.Asio's endpoints
// hold.
#pragma once

#include <sys/socket.h>

#include <cstring>

#include "base/address.h"

namespace natbed {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

SocketAddress to_socket_address(const Endpoint& endpoint);
// REQUIRES: an AF_INET or AF_INET6 address.
Endpoint from_socket_address(const sockaddr* address);

// For boost::asio::ip::{udp,tcp}::endpoint, without naming them here.
template <class AsioEndpoint>
AsioEndpoint to_asio(const Endpoint& endpoint) {
  const SocketAddress address = to_socket_address(endpoint);
  AsioEndpoint converted;
  converted.resize(address.size);
  std::memcpy(converted.data(), &address.storage, address.size);
  return converted;
}
template <class AsioEndpoint>
Endpoint from_asio(const AsioEndpoint& endpoint) {
  return from_socket_address(static_cast<const sockaddr*>(endpoint.data()));
}

}  // namespace natbed
