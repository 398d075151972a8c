#include "tests/differential/conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace natbed::differential {
namespace {

// Calls visit(type, payload) for each netlink attribute in `bytes`.
template <class Visit>
void each_attribute(ByteView bytes, Visit visit) {
  while (bytes.size() >= sizeof(nlattr)) {
    nlattr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > bytes.size()) return;
    visit(header.nla_type & NLA_TYPE_MASK,
          bytes.subspan(sizeof header, header.nla_len - sizeof header));
    bytes = bytes.subspan(std::min<size_t>(bytes.size(), NLA_ALIGN(header.nla_len)));
  }
}

uint64_t big_endian(ByteView bytes) {
  uint64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<uint64_t>(b);
  return value;
}

void read_tuple(ByteView bytes, Protocol* protocol, Endpoint* source, Endpoint* destination) {
  each_attribute(bytes, [&](int type, ByteView inner) {
    each_attribute(inner, [&](int field, ByteView value) {
      const uint64_t n = big_endian(value);
      if (type == CTA_TUPLE_IP) {
        const IpAddress ip = IpAddress::v4(static_cast<uint32_t>(n));
        if (field == CTA_IP_V4_SRC) source->ip = ip;
        if (field == CTA_IP_V4_DST) destination->ip = ip;
        return;
      }
      if (field == CTA_PROTO_NUM) *protocol = static_cast<Protocol>(n);
      if (field == CTA_PROTO_SRC_PORT || field == CTA_PROTO_ICMP_ID)
        source->port = static_cast<uint16_t>(n);
      if (field == CTA_PROTO_DST_PORT) destination->port = static_cast<uint16_t>(n);
    });
  });
}

KernelFlow read_flow(ByteView attributes) {
  KernelFlow flow;
  each_attribute(attributes, [&](int type, ByteView value) {
    if (type == CTA_TUPLE_ORIG) read_tuple(value, &flow.protocol, &flow.source, &flow.destination);
    if (type == CTA_TUPLE_REPLY)
      read_tuple(value, &flow.protocol, &flow.reply_source, &flow.reply_destination);
    if (type == CTA_TIMEOUT) flow.seconds_left = static_cast<int>(big_endian(value));
    if (type == CTA_STATUS) {
      const uint64_t status = big_endian(value);
      flow.replied = (status & IPS_SEEN_REPLY) != 0;
      flow.assured = (status & IPS_ASSURED) != 0;
    }
    if (type != CTA_PROTOINFO) return;
    each_attribute(value, [&](int, ByteView tcp) {
      each_attribute(tcp, [&](int field, ByteView state) {
        if (field == CTA_PROTOINFO_TCP_STATE) flow.tcp_state = static_cast<int>(big_endian(state));
      });
    });
  });
  if (is_icmp(flow.protocol)) {
    // An identifier stands in the port of the side that asked.
    flow.reply_destination.port = flow.reply_source.port;
    flow.reply_source.port = 0;
  }
  return flow;
}

}  // namespace

std::string to_string(const KernelFlow& flow) {
  constexpr const char* kStates[] = {"NONE",     "SYN_SENT",   "SYN_RECV", "ESTABLISHED",
                                     "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
                                     "CLOSE",    "SYN_SENT2"};
  std::string text = std::string(to_string(flow.protocol)) + " " + flow.source.to_string() + " > " +
                     flow.destination.to_string() + ", answered " + flow.reply_source.to_string() +
                     " > " + flow.reply_destination.to_string() + ", " +
                     std::to_string(flow.seconds_left) + " s left";
  if (flow.tcp_state >= 0 && flow.tcp_state < static_cast<int>(std::size(kStates))) {
    text += std::string(", ") + kStates[flow.tcp_state];
  }
  return text + (flow.replied ? ", replied" : "") + (flow.assured ? ", assured" : "");
}

Conntrack::Conntrack()
    : socket_(checked(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER),
                      "no netlink socket")) {
  sockaddr_nl self = {};
  self.nl_family = AF_NETLINK;
  checked(bind(socket_.get(), reinterpret_cast<sockaddr*>(&self), sizeof self),
          "cannot bind a netlink socket");
}

void Conntrack::request(uint16_t type, uint16_t flags) {
  struct {
    nlmsghdr header;
    nfgenmsg family;
  } message = {};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = static_cast<uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type);
  message.header.nlmsg_flags = NLM_F_REQUEST | flags;
  message.family.nfgen_family = AF_INET;
  message.family.version = NFNETLINK_V0;
  checked(static_cast<int>(send(socket_.get(), &message, sizeof message, 0)),
          "cannot ask for the flows of the kernel");
}

void Conntrack::flush() {
  request(IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
  std::array<std::byte, 4096> room;
  checked(static_cast<int>(recv(socket_.get(), room.data(), room.size(), 0)),
          "no answer of the kernel");
  nlmsgerr error;
  std::memcpy(&error, room.data() + sizeof(nlmsghdr), sizeof error);
  errno = -error.error;
  checked(error.error == 0 ? 0 : -1, "cannot flush the flows of the kernel");
}

std::vector<KernelFlow> Conntrack::flows() {
  request(IPCTNL_MSG_CT_GET, NLM_F_DUMP);
  std::vector<KernelFlow> flows;
  std::array<std::byte, 65536> room;
  while (true) {
    const int size = checked(static_cast<int>(recv(socket_.get(), room.data(), room.size(), 0)),
                             "no answer of the kernel");
    ByteView rest = ByteView(room).first(static_cast<size_t>(size));
    while (rest.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) return flows;
      if (header.nlmsg_type == NLMSG_ERROR)
        throw std::runtime_error("the kernel does not list its flows");
      const size_t head = sizeof header + sizeof(nfgenmsg);
      if (header.nlmsg_len < head || header.nlmsg_len > rest.size()) break;
      flows.push_back(read_flow(rest.subspan(head, header.nlmsg_len - head)));
      rest = rest.subspan(std::min<size_t>(rest.size(), NLMSG_ALIGN(header.nlmsg_len)));
    }
  }
}

}  // namespace natbed::differential
