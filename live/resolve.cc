#include <netdb.h>
#include <unistd.h>

#include <charconv>
#include <memory>

#include "live/asio_driver.h"
#include "live/socket_address.h"

namespace natbed {

Result<IpAddress> local_address_towards(const Endpoint& remote) {
  const SocketAddress to = to_socket_address(remote);
  const int fd = socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Error{std::string("cannot make a UDP socket: ") + std::strerror(errno)};
  // connect() on a datagram socket only looks the route up.
  SocketAddress chosen;
  chosen.size = sizeof chosen.storage;
  const bool routed =
      connect(fd, reinterpret_cast<const sockaddr*>(&to.storage), to.size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&chosen.storage), &chosen.size) == 0;
  const int error = errno;
  close(fd);
  if (!routed) return Error{"no route to " + remote.ip.to_string() + ": " + std::strerror(error)};
  return from_socket_address(reinterpret_cast<const sockaddr*>(&chosen.storage)).ip;
}

Result<Endpoint> resolve(const std::string& text, uint16_t default_port) {
  if (const auto endpoint = Endpoint::parse(text)) return *endpoint;
  if (const auto ip = IpAddress::parse(text)) return Endpoint{*ip, default_port};

  std::string host = text;
  uint16_t port = default_port;
  if (const size_t colon = text.rfind(':'); colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc() || stop != end || port == 0) {
      return Error{"\"" + text + "\": expected HOST or HOST:PORT with a port from 1 to 65535"};
    }
    host.resize(colon);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return Error{"cannot resolve \"" + host + "\": " + gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  Endpoint endpoint = from_socket_address(found->ai_addr);
  endpoint.port = port;
  return endpoint;
}

}  // namespace natbed
