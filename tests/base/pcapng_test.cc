#include "base/pcapng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/packets.h"
#include "tests/support/program.h"

namespace natbed {
namespace {

using namespace literals;
using testing_support::have_program;
using testing_support::run_program;

constexpr uint64_t kSeed = 50;

struct Pcapng : testing::Test {
  Pcapng() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path = testing::TempDir() + "natbed_" + info->name() + ".pcapng";
    sink = *PcapngSink::open(path);
  }
  ~Pcapng() override { std::filesystem::remove(path); }

  void interface(uint32_t id, const char* name, const char* address) {
    TraceEvent e;
    e.kind = TraceKind::kInterface;
    e.interface = InterfaceId(id);
    e.source.ip = *IpAddress::parse(address);
    e.text = name;
    sink->on_event(e, nullptr, {});
  }
  void packet(TraceKind kind, InterfaceId at, const Packet& p, ByteView payload, Instant when = {},
              DropReason reason = DropReason::kNone, RowId row = {}, Diagnosis why = {}) {
    TraceEvent e;
    e.kind = kind;
    e.at = when;
    e.interface = at;
    e.reason = reason;
    e.row = row;
    e.diagnosis = why;
    sink->on_event(e, &p, payload);
  }
  // The fields of every packet as tshark reads them, one line a packet, separated by '|'.
  std::vector<std::string> dissect(const std::vector<std::string>& fields) {
    const Status closed = sink->close();
    EXPECT_TRUE(closed);
    std::vector<std::string> command = {"tshark",
                                        "-r",
                                        path,
                                        "-T",
                                        "fields",
                                        "-E",
                                        "separator=|",
                                        "-o",
                                        "ip.check_checksum:TRUE",
                                        "-o",
                                        "udp.check_checksum:TRUE",
                                        "-o",
                                        "tcp.check_checksum:TRUE"};
    for (const std::string& field : fields) command.insert(command.end(), {"-e", field});
    const auto result = run_program(command);
    EXPECT_EQ(result.status, 0) << result.err;
    std::vector<std::string> lines;
    std::istringstream out(result.out);
    for (std::string line; std::getline(out, line);) lines.push_back(line);
    return lines;
  }

  std::string path;
  std::unique_ptr<PcapngSink> sink;
};

Packet udp() {
  Packet p;
  p.source = *Endpoint::parse("10.0.0.2:5000");
  p.destination = *Endpoint::parse("192.0.2.9:6000");
  p.payload_size = 5;
  return p;
}

#define SKIP_WITHOUT_TSHARK() \
  if (!have_program("tshark")) GTEST_SKIP() << "tshark is not installed"

TEST_F(Pcapng, TsharkSeesInterfacesDirectionsTimesAndDropReasons) {
  SKIP_WITHOUT_TSHARK();
  interface(7, "alice:home", "10.0.0.2");
  interface(3, "box:core", "192.0.2.1");
  packet(TraceKind::kSent, InterfaceId(7), udp(), bytes_of("hello"), Instant() + 1_ns);
  packet(TraceKind::kReceived, InterfaceId(3), udp(), bytes_of("hello"),
         Instant() + 5'000'000'001_ns);
  packet(TraceKind::kDropped, InterfaceId(3), udp(), bytes_of("hello"), Instant() + 6_s,
         DropReason::kFiltered, RowId(12), {Cure::kSendFirst, udp().source, {}, 0});
  packet(TraceKind::kDropped, InterfaceId(), udp(), bytes_of("hello"), Instant() + 7_s,
         DropReason::kNoRoute);
  const auto lines = dissect({"frame.interface_name", "frame.packet_flags_direction",
                              "frame.time_epoch", "udp.srcport", "data.data", "frame.comment"});
  const std::vector<std::string> expected = {
      "alice:home|0x00000002|0.000000001|5000|68656c6c6f|",
      "box:core|0x00000001|5.000000001|5000|68656c6c6f|",
      std::string("box:core||6.000000000|5000|68656c6c6f|dropped, filtered: ") +
          explain(DropReason::kFiltered) +
          " Row 12 decided. It would have passed if the host inside had sent something to "
          "10.0.0.2:5000 first.",
      std::string("elsewhere||7.000000000|5000|68656c6c6f|dropped, no-route: ") +
          explain(DropReason::kNoRoute),
  };
  EXPECT_EQ(lines, expected);
}

TEST_F(Pcapng, TsharkFindsNoMalformedPacketAndNoWrongChecksum) {
  SKIP_WITHOUT_TSHARK();
  interface(0, "a", "10.0.0.2");
  Rng rng(kSeed);
  constexpr size_t kPackets = 2000;
  for (size_t i = 0; i < kPackets; ++i) {
    Packet p = test::random_packet(rng);
    // Ports below 1024 belong to protocols that tshark would expect in the random payload; so do
    // many above.
    p.payload_size = is_icmp(p.protocol) && p.icmp.is_error() ? 0 : p.payload_size;
    if (!is_icmp(p.protocol)) p.source.port = p.destination.port = 61001;
    if (is_icmp(p.protocol) && p.icmp.is_error() && !is_icmp(p.icmp.inner_protocol)) {
      p.icmp.inner_source.port = p.icmp.inner_destination.port = 61001;
    }
    const auto payload = test::random_bytes(rng, p.payload_size);
    packet(TraceKind::kSent, InterfaceId(0), p, payload,
           Instant() + 1_ms * static_cast<int64_t>(i));
  }
  const auto lines =
      dissect({"frame.number", "_ws.malformed", "ip.checksum.status", "udp.checksum.status",
               "tcp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status"});
  ASSERT_EQ(lines.size(), kPackets);
  for (const std::string& line : lines) {
    const std::string after_number = line.substr(line.find('|'));
    // 0 is "bad", 1 "good", 2 "unverified": quoted packets are cut off after eight bytes.
    ASSERT_EQ(after_number.find('0'), std::string::npos) << "seed " << kSeed << ", packet " << line;
    ASSERT_EQ(after_number.find("alformed"), std::string::npos) << line;
  }
}

TEST_F(Pcapng, PayloadOfWhichOnlyTheSizeIsKnownIsASnappedPacket) {
  SKIP_WITHOUT_TSHARK();
  interface(0, "a", "10.0.0.2");
  Packet p = udp();
  p.payload_size = 1000;
  packet(TraceKind::kSent, InterfaceId(0), p, bytes_of("head"));
  EXPECT_EQ(dissect({"frame.len", "frame.cap_len"}), std::vector<std::string>{"1028|32"});
}

// The bytes themselves, for machines without tshark: draft-ietf-opsawg-pcapng §4.1.
TEST_F(Pcapng, StartsWithASectionOfLittleEndianVersionOne) {
  ASSERT_TRUE(sink->close());
  std::ifstream in(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  const std::string expected(
      "\x0A\x0D\x0D\x0A\x2C\0\0\0\x4D\x3C\x2B\x1A\1\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "\4\0\6\0natbed\0\0\0\0\0\0\x2C\0\0\0",
      44);
  EXPECT_EQ(bytes, expected);
}

TEST_F(Pcapng, EventsWithoutPacketsAreNotInIt) {
  interface(0, "a", "10.0.0.2");
  TraceEvent note;
  note.text = "hello";
  sink->on_event(note, nullptr, {});
  ASSERT_TRUE(sink->close());
  EXPECT_EQ(std::filesystem::file_size(path) % 4, 0u);
  EXPECT_LT(std::filesystem::file_size(path), 44u + 64);
}

TEST_F(Pcapng, FolderThatDoesNotExistIsAnError) {
  const auto nowhere = PcapngSink::open(path + "/nowhere/x.pcapng");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("Cannot create the capture"), std::string::npos);
}

}  // namespace
}  // namespace natbed
