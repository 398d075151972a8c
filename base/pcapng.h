// A run as a capture that Wireshark opens: one pcapng file with one interface for every side of
// every box.
//
// A packet shows up once for each interface that it leaves or enters, and once more where it is
// dropped, with the reason as the packet's comment; filter by `frame.interface_name` or
// `frame.comment`. Headers are made up from Packet values by base/wire.h. Format:
// draft-ietf-opsawg-pcapng.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_writer.h"
#include "base/result.h"
#include "base/trace_sink.h"

namespace natbed {

class PcapngSink final : public TraceSink {
 public:
  // An error if `path` cannot be created; an existing file is replaced.
  static Result<std::unique_ptr<PcapngSink>> open(const std::string& path);

  // Interfaces are named by the text of their kInterface event. A packet seen at an interface that
  // no event introduced belongs to one named "elsewhere".
  void on_event(const TraceEvent& event, const Packet* packet, ByteView payload) override;
  // Errors of all earlier writes are reported here. No event may follow.
  Status close() { return file_.close(); }

 private:
  explicit PcapngSink(FileWriter file) : file_(std::move(file)) {}

  void write_section();
  void write_interface(std::string_view name, const IpAddress& address);
  void write_packet_block(const TraceEvent& event, const Packet& packet, ByteView payload);
  uint32_t number_of(InterfaceId interface);

  void begin_block(uint32_t type);
  void option(uint16_t code, ByteView value);
  void end_block();

  static constexpr uint32_t kUnknown = 0xFFFFFFFF;
  FileWriter file_;
  std::vector<std::byte> block_;  // the block being built
  std::vector<uint32_t>
      numbers_;  // by interface id: its place among the file's interfaces, or kUnknown
  uint32_t elsewhere_ = kUnknown;
  uint32_t interface_count_ = 0;
};

}  // namespace natbed
