#include "base/address.h"

#include <arpa/inet.h>

#include <charconv>

#include "base/check.h"

namespace natbed {

IpAddress IpAddress::v6(std::span<const uint8_t, 16> bytes) {
  IpAddress ip;
  std::memcpy(ip.bytes_.data(), bytes.data(), 16);
  return ip;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);  // inet_pton is a pure function of a C string
  in_addr v4_bytes;
  if (inet_pton(AF_INET, terminated.c_str(), &v4_bytes) == 1) return v4(ntohl(v4_bytes.s_addr));
  std::array<uint8_t, 16> v6_bytes;
  if (inet_pton(AF_INET6, terminated.c_str(), v6_bytes.data()) == 1) return v6(v6_bytes);
  return std::nullopt;
}

uint32_t IpAddress::v4_value() const {
  NATBED_CHECK(is_v4());
  return uint32_t{bytes_[12]} << 24 | uint32_t{bytes_[13]} << 16 | uint32_t{bytes_[14]} << 8 |
         bytes_[15];
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  IpAddress one;
  one.bytes_[15] = 1;
  return *this == one;
}

bool IpAddress::is_private() const {
  if (is_loopback()) return true;
  if (!is_v4()) {
    const bool unique_local = (bytes_[0] & 0xFE) == 0xFC;
    const bool link_local = bytes_[0] == 0xFE && (bytes_[1] & 0xC0) == 0x80;
    return unique_local || link_local;
  }
  const uint32_t ip = v4_value();
  const auto in = [ip](uint32_t prefix, int bits) { return (ip ^ prefix) >> (32 - bits) == 0; };
  return in(0x0A000000, 8) || in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0x64400000, 10) ||
         in(0xA9FE0000, 16);
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN];
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return std::nullopt;
  const auto ip = IpAddress::parse(host);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!ip || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Endpoint{*ip, port};
}

std::string Endpoint::to_string() const {
  const std::string host = ip.is_v4() ? ip.to_string() : "[" + ip.to_string() + "]";
  return host + ":" + std::to_string(port);
}

}  // namespace natbed
