// Cutting IPv4 packets that are too big for a link (RFC 791 §3.2).
#include <algorithm>

#include "base/checksum.h"
#include "base/wire_parts.h"
#include "base/wire_rewrite.h"

namespace natbed {
namespace {

using Frame = std::vector<std::byte>;

// The header of fragments after the first: without the options that say they are not copied.
Frame later_header(ByteView header) {
  constexpr int kEndOfOptions = 0, kNoOperation = 1, kCopied = 0x80;
  Frame result(header.begin(), header.begin() + 20);
  for (size_t at = 20; at < header.size();) {
    const int type = std::to_integer<int>(header[at]);
    if (type == kEndOfOptions) break;
    const bool single = type == kNoOperation;
    const size_t size =
        single || at + 1 == header.size() ? 1 : std::to_integer<size_t>(header[at + 1]);
    if (size == 0 || size > header.size() - at) break;
    const ByteView option = header.subspan(at, size);
    if (type & kCopied) result.insert(result.end(), option.begin(), option.end());
    at += size;
  }
  while (result.size() % 4 != 0) result.push_back(std::byte{0});
  result[0] = static_cast<std::byte>(0x40 | result.size() / 4);
  return result;
}

// `offset` in units of eight bytes.
Frame fragment(const Frame& header, ByteView body, size_t offset, bool more, uint16_t flags) {
  Frame frame = header;
  const auto put = [&](size_t at, size_t value) {
    frame[at] = static_cast<std::byte>(value >> 8);
    frame[at + 1] = static_cast<std::byte>(value);
  };
  put(2, header.size() + body.size());
  put(6, flags | offset | (more ? wire::kMoreFragments : 0));
  put(10, 0);
  InternetChecksum sum;
  sum.add(frame);
  put(10, sum.value());
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

}  // namespace

std::vector<Frame> fragment_packet(ByteView packet, uint16_t mtu) {
  ByteReader in(packet);
  const uint8_t version_and_size = in.u8();
  in.skip(1);
  const size_t total = in.u16();
  in.skip(2);
  const uint16_t field = in.u16();
  const size_t header_size = 4 * (version_and_size & 0x0F);
  if (!in.ok() || version_and_size >> 4 != 4 || header_size < 20 || total < header_size ||
      total > packet.size()) {
    return {};
  }
  if (total <= mtu) return {Frame(packet.begin(), packet.begin() + total)};
  if (mtu < header_size + 8) return {};

  ByteView rest = packet.first(total).subspan(header_size);
  Frame header(packet.begin(), packet.begin() + header_size);
  const uint16_t flags = field & wire::kDontFragment;
  size_t offset = field & wire::kOffsetMask;
  std::vector<Frame> frames;
  while (!rest.empty()) {
    const size_t room = mtu - header.size();
    const size_t size = rest.size() <= room ? rest.size() : room / 8 * 8;
    const bool more = size < rest.size() || (field & wire::kMoreFragments) != 0;
    frames.push_back(fragment(header, rest.first(size), offset, more, flags));
    if (frames.size() == 1) header = later_header(header);
    rest = rest.subspan(size);
    offset += size / 8;
  }
  return frames;
}

}  // namespace natbed
