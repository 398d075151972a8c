#include "tests/differential/kernel_box.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/checksum.h"
#include "base/wire.h"

namespace natbed::differential {
namespace {

constexpr uint8_t kSentinelProtocol = 253;  // for experiments (RFC 3692)
constexpr IpAddress kSentinelInside = IpAddress::v4(10, 0, 0, 250);
constexpr IpAddress kSentinelOutside = IpAddress::v4(198, 51, 100, 250);
constexpr int kPatienceMs = 2000;  // for a sentinel, which takes microseconds

// Frames to the box carry its address; frames from it carry one that nobody has, so that the stack of
// the ends takes no notice of them.
constexpr uint8_t kBoxMac[6] = {2, 0, 0, 0, 0, 1};
constexpr const char* kBoxMacText = "02:00:00:00:00:01";
constexpr const char* kNobodysMac = "02:00:00:00:00:99";

std::string wires_script(const std::string& box, int number) {
  const std::string n = std::to_string(number);
  std::string script;
  for (const std::string side : {"in", "out"}) {
    script += "ip link add " + side + n + " type veth peer name " + side + "0 address " +
              kBoxMacText + " netns " + box + "\n";
    script += "echo 1 > /proc/sys/net/ipv6/conf/" + side + n + "/disable_ipv6 || true\n";
    script += "ip link set " + side + n + " arp off up\n";
  }
  return script;
}

std::string neighbour(const IpAddress& ip, const char* device) {
  return "neigh add " + ip.to_string() + " lladdr " + kNobodysMac + " nud permanent dev " + device +
         "\n";
}

std::string box_script(const Rules& rules) {
  std::string ip = "addr add " + kBoxInside.to_string() + "/24 dev in0\n" + "addr add " +
                   kBoxOutside.to_string() + "/24 dev out0\n";
  ip += "link set lo up\nlink set in0 up\nlink set out0 up\n";
  for (int n = 1; n <= kHosts; ++n) ip += neighbour(host_ip(n), "in0");
  ip += neighbour(kSentinelInside, "in0") + neighbour(kRouterIp, "out0");
  ip += "route add default via " + kRouterIp.to_string() + "\n";
  std::string script = "cd /proc/sys/net/ipv4\n";
  script += "echo 1 > ip_forward\n";
  script += "for f in conf/all conf/default conf/in0 conf/out0; do echo 0 > $f/rp_filter; ";
  script += "echo 0 > $f/send_redirects; done\n";
  script += "echo 0 > icmp_ratelimit\necho 1000000 > icmp_msgs_per_sec || true\n";
  script += "echo 1000000 > icmp_msgs_burst || true\n";
  script += "for f in ../ipv6/conf/*/disable_ipv6; do echo 1 > $f; done\n";
  script += "ip -batch - <<'END'\n" + ip + "END\n";
  script += "nft -f - <<'END'\n" + nft_text(rules) + "END\n";
  return script + sysctl_script();
}

}  // namespace

KernelBox::KernelBox(const Rules& rules, const Namespace& ends, int number)
    : rules_(rules), inside_the_box_(Namespace::make()) {
  {
    const Visit visit(ends);
    run_script(wires_script(inside_the_box_.path(), number));
    open_wire(Side::kInside, "in" + std::to_string(number));
    open_wire(Side::kOutside, "out" + std::to_string(number));
  }
  const Visit visit(inside_the_box_);
  run_script(box_script(rules));
  conntrack_ = std::make_unique<Conntrack>();
  settle();
}

void KernelBox::open_wire(Side side, const std::string& name) {
  Wire& w = wire(side);
  w.socket = Descriptor(
      checked(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_IP)),
              "no packet socket"));
  w.interface = static_cast<int>(if_nametoindex(name.c_str()));
  sockaddr_ll self = {};
  self.sll_family = AF_PACKET;
  self.sll_protocol = htons(ETH_P_IP);
  self.sll_ifindex = w.interface;
  checked(bind(w.socket.get(), reinterpret_cast<sockaddr*>(&self), sizeof self),
          "cannot bind a packet socket");
}

void KernelBox::send(Side from, ByteView bytes) {
  const Wire& w = wire(from);
  sockaddr_ll box = {};
  box.sll_family = AF_PACKET;
  box.sll_protocol = htons(ETH_P_IP);
  box.sll_ifindex = w.interface;
  box.sll_halen = sizeof kBoxMac;
  std::memcpy(box.sll_addr, kBoxMac, sizeof kBoxMac);
  checked(static_cast<int>(sendto(w.socket.get(), bytes.data(), bytes.size(), 0,
                                  reinterpret_cast<sockaddr*>(&box), sizeof box)),
          "cannot send a frame");
}

void KernelBox::send_sentinel(Side from) {
  const bool out = from == Side::kInside;
  std::array<std::byte, 28> room;
  ByteWriter w(room);
  w.u16(0x4500);
  w.u16(static_cast<uint16_t>(room.size()));
  w.u32(0);
  w.u8(64);
  w.u8(kSentinelProtocol);
  w.u16(0);
  w.u32((out ? kSentinelInside : kSentinelOutside).v4_value());
  w.u32((out ? kSentinelOutside : kSentinelInside).v4_value());
  InternetChecksum checksum;
  checksum.add(w.written());
  w.patch_u16(10, checksum.value());
  w.u64(++sentinels_);
  wire(out ? Side::kOutside : Side::kInside).awaited = sentinels_;
  send(from, w.written());
}

std::vector<Emission> KernelBox::carry(const Packet& packet, Side from) {
  std::array<std::byte, 2048> room;
  ByteWriter writer(room);
  write_packet(packet, {}, writer);
  writer.zeros(packet.payload_size);
  send(from, writer.written());
  return listen();
}

std::vector<Emission> KernelBox::listen() {
  std::vector<Emission> emissions;
  send_sentinel(Side::kInside);
  send_sentinel(Side::kOutside);
  for (const Side side : {Side::kInside, Side::kOutside}) {
    if (!read(side, kPatienceMs, &emissions)) {
      throw std::runtime_error(
          "a sentinel did not cross the kernel's box within 2 s; expected it at once, as in the "
          "packets before");
    }
  }
  return emissions;
}

void KernelBox::settle() {
  constexpr int kAttemptMs = 5;
  std::vector<Emission> noise;
  for (int waited = 0; waited < kPatienceMs; waited += 2 * kAttemptMs) {
    send_sentinel(Side::kInside);
    send_sentinel(Side::kOutside);
    const bool in = read(Side::kInside, kAttemptMs, &noise);
    if (read(Side::kOutside, kAttemptMs, &noise) && in) return;
  }
  throw std::runtime_error(
      "no sentinel crosses the kernel's box; expected a working veth pair on either side, nft "
      "rules that let IP protocol 253 pass, and forwarding");
}

std::vector<TableRow> KernelBox::table() {
  std::vector<TableRow> rows;
  for (const KernelFlow& flow : flows()) {
    TableRow row{flow.protocol, flow.source, flow.reply_destination, flow.destination,
                 flow.seconds_left + 0.5};
    if (flow.destination.ip == kBoxOutside) {
      if (flow.reply_source.ip == kBoxOutside) continue;
      row.internal = flow.reply_source;  // opened from outside
      row.external = flow.destination;
      row.remote = flow.source;
    }
    rows.push_back(row);
  }
  return rows;
}

bool KernelBox::read(Side at, int patience_ms, std::vector<Emission>* emissions) {
  std::array<std::byte, 2048> room;
  while (true) {
    const ssize_t size = recv(wire(at).socket.get(), room.data(), room.size(), 0);
    if (size >= 0) {
      if (take(at, ByteView(room).first(static_cast<size_t>(size)), emissions)) return true;
      continue;
    }
    checked(errno == EAGAIN || errno == EINTR ? 0 : -1, "cannot read a frame");
    pollfd waiting = {wire(at).socket.get(), POLLIN, 0};
    if (poll(&waiting, 1, patience_ms) == 0) return false;
  }
}

// Whether it is the sentinel that is awaited.
bool KernelBox::take(Side at, ByteView bytes, std::vector<Emission>* emissions) {
  ByteReader reader(bytes);
  reader.skip(9);
  if (reader.u8() == kSentinelProtocol) {
    reader.skip(10);
    return reader.u64() == wire(at).awaited && reader.ok();
  }
  // What the box's own stack sends has no checksum yet: a veth pair does not need one.
  const auto parsed = parse_packet(bytes, Checksums::kIgnore);
  if (!parsed) {
    throw std::runtime_error(std::string("the kernel's box sent a packet that is ") +
                             to_string(parsed.error()));
  }
  emissions->push_back({at, parsed->packet});
  return false;
}

}  // namespace natbed::differential
