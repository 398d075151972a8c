#include "base/pcapng.h"

#include "base/little_endian.h"
#include "base/wire.h"

namespace natbed {
namespace {

// Block types, options and flags of draft-ietf-opsawg-pcapng §3.5, §4.1 to §4.3.
constexpr uint32_t kSectionHeader = 0x0A0D0D0A, kInterfaceDescription = 1, kEnhancedPacket = 6;
constexpr uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr uint16_t kEndOfOptions = 0, kComment = 1;
constexpr uint16_t kUserApplication = 4;                                       // of a section
constexpr uint16_t kInterfaceName = 2, kDescription = 3, kTimeResolution = 9;  // of an interface
constexpr uint16_t kPacketFlags = 2;                                           // of a packet
constexpr uint32_t kInbound = 1, kOutbound = 2;
// The packet starts with its IP header (tcpdump.org link types).
constexpr uint16_t kLinkTypeRaw = 101;

// What has been written of a block is padded to whole words.
void pad(std::vector<std::byte>& block) { block.resize((block.size() + 3) / 4 * 4); }

std::string drop_comment(const TraceEvent& event) {
  std::string text =
      std::string("dropped, ") + to_string(event.reason) + ": " + explain(event.reason);
  if (event.row.valid()) text += " Row " + std::to_string(event.row.value()) + " decided.";
  const std::string cure = explain(event.diagnosis);
  return cure.empty() ? text : text + " " + cure;
}

}  // namespace

Result<std::unique_ptr<PcapngSink>> PcapngSink::open(const std::string& path) {
  Result<FileWriter> file = FileWriter::create(path, "capture");
  if (!file) return file.error();
  std::unique_ptr<PcapngSink> sink(new PcapngSink(std::move(*file)));
  sink->write_section();
  return sink;
}

void PcapngSink::on_event(const TraceEvent& event, const Packet* packet, ByteView payload) {
  switch (event.kind) {
    case TraceKind::kInterface: {
      const size_t id = event.interface.value();
      if (numbers_.size() <= id) numbers_.resize(id + 1, kUnknown);
      numbers_[id] = interface_count_;
      return write_interface(event.text, event.source.ip);
    }
    case TraceKind::kSent:
    case TraceKind::kReceived:
    case TraceKind::kDropped:
      if (packet != nullptr) write_packet_block(event, *packet, payload);
      return;
    default:
      return;
  }
}

void PcapngSink::write_section() {
  begin_block(kSectionHeader);
  append_le(block_, kByteOrderMagic);
  append_le(block_, uint16_t{1});  // version 1.0
  append_le(block_, uint16_t{0});
  append_le(block_, ~uint64_t{0});  // the section's length is not known
  option(kUserApplication, bytes_of("natbed"));
  end_block();
}

void PcapngSink::write_interface(std::string_view name, const IpAddress& address) {
  ++interface_count_;
  begin_block(kInterfaceDescription);
  append_le(block_, kLinkTypeRaw);
  append_le(block_, uint16_t{0});
  append_le(block_, uint32_t{0});  // no limit on the size of packets
  option(kInterfaceName, bytes_of(name));
  if (!address.is_unspecified()) option(kDescription, bytes_of(address.to_string()));
  const std::byte nanoseconds{9};  // 10^-9 s
  option(kTimeResolution, ByteView(&nanoseconds, 1));
  end_block();
}

uint32_t PcapngSink::number_of(InterfaceId interface) {
  const size_t id = interface.value();
  if (id < numbers_.size() && numbers_[id] != kUnknown) return numbers_[id];
  if (elsewhere_ == kUnknown) {
    elsewhere_ = interface_count_;
    write_interface("elsewhere", {});
  }
  return elsewhere_;
}

void PcapngSink::write_packet_block(const TraceEvent& event, const Packet& packet,
                                    ByteView payload) {
  const uint32_t interface = number_of(event.interface);
  const auto time = static_cast<uint64_t>(event.at.ns());
  begin_block(kEnhancedPacket);
  append_le(block_, interface);
  append_le(block_, static_cast<uint32_t>(time >> 32));
  append_le(block_, static_cast<uint32_t>(time));
  const size_t captured_at = block_.size();
  append_le(block_, uint32_t{0});
  append_le(block_, packet.wire_size());

  const size_t start = block_.size();
  block_.resize(start + kMaxHeaderSize + payload.size());
  ByteWriter out(std::span<std::byte>(block_).subspan(start));
  write_packet(packet, payload, out);
  block_.resize(start + out.size());
  store_le(block_.data() + captured_at, static_cast<uint32_t>(out.size()));
  pad(block_);

  if (event.kind == TraceKind::kDropped) {
    option(kComment, bytes_of(drop_comment(event)));
  } else {
    std::byte flags[4];
    store_le(flags, event.kind == TraceKind::kSent ? kOutbound : kInbound);
    option(kPacketFlags, flags);
  }
  end_block();
}

void PcapngSink::begin_block(uint32_t type) {
  block_.clear();
  append_le(block_, type);
  append_le(block_, uint32_t{0});  // the length, known to end_block()
}

void PcapngSink::option(uint16_t code, ByteView value) {
  append_le(block_, code);
  append_le(block_, static_cast<uint16_t>(value.size()));
  block_.insert(block_.end(), value.begin(), value.end());
  pad(block_);
}

void PcapngSink::end_block() {
  option(kEndOfOptions, {});
  const auto size = static_cast<uint32_t>(block_.size() + 4);
  append_le(block_, size);  // the length comes at both ends, so that readers can go backwards
  store_le(block_.data() + 4, size);
  file_.append(block_);
}

}  // namespace natbed
