#include "tests/differential/rules.h"

namespace natbed::differential {
namespace {

constexpr std::string_view kMasquerades[] = {"masquerade", "masquerade random",
                                             "masquerade fully-random", "full-cone", "four-ports"};
constexpr std::string_view kInputs[] = {"drop", "accept", "reject"};

std::string dnat_rules() {
  std::string text;
  for (const Forward& f : kForwards) {
    const std::string port = std::to_string(f.port);
    for (const char* protocol : {"udp", "tcp"}) {
      text += "iifname \"out0\" " + std::string(protocol) + " dport " + port + " dnat to " +
              host_ip(f.host).to_string() + ":" + port + "\n";
    }
  }
  return text;
}

std::string masquerade_rule(Masquerade masquerade) {
  switch (masquerade) {
    case Masquerade::kPlain:
    case Masquerade::kFullCone:
      return "masquerade";
    case Masquerade::kRandom:
      return "masquerade random";
    case Masquerade::kFullyRandom:
      return "masquerade fully-random";
    case Masquerade::kFourPorts:
      break;
  }
  const std::string range = std::to_string(kFirstPort) + "-" + std::to_string(kLastPort);
  return "meta l4proto { tcp, udp } masquerade to :" + range +
         "\noifname \"out0\" masquerade";  // pings have no ports
}

std::string set(const char* name, int value) {
  return "echo " + std::to_string(value) + " > /proc/sys/net/netfilter/nf_conntrack_" + name + "\n";
}

}  // namespace

std::string to_string(const Rules& rules) {
  return std::string(kMasquerades[static_cast<size_t>(rules.masquerade)]) + ", input " +
         std::string(kInputs[static_cast<size_t>(rules.input)]);
}

std::vector<Rules> all_rules() {
  std::vector<Rules> all;
  for (size_t m = 0; m < std::size(kMasquerades); ++m) {
    for (size_t i = 0; i < std::size(kInputs); ++i) {
      all.push_back({static_cast<Masquerade>(m), static_cast<Input>(i)});
    }
  }
  return all;
}

Result<Rules> parse_rules(std::string_view text) {
  std::string known;
  for (const Rules& rules : all_rules()) {
    if (to_string(rules) == text) return rules;
    known += "\n  " + to_string(rules);
  }
  return Error{"no rules are called '" + std::string(text) + "'; there are" + known};
}

std::string nft_text(const Rules& rules) {
  std::string text = "table ip natbed {\n";
  // The sentinel (kernel_box.h) passes everywhere and leaves no trace.
  text +=
      "chain raw { type filter hook prerouting priority raw\n ip protocol 253 notrack accept\n}\n";
  text += "chain pre { type nat hook prerouting priority dstnat\n";
  if (rules.masquerade == Masquerade::kFullCone) text += dnat_rules();
  text += "}\nchain post { type nat hook postrouting priority srcnat\noifname \"out0\" " +
          masquerade_rule(rules.masquerade) + "\n}\n";
  // Without it, what conntrack cannot place leaves untranslated.
  text += "chain forward { type filter hook forward priority filter\n ct state invalid drop\n}\n";
  text += "chain input { type filter hook input priority filter\n";
  text += " ct state established,related accept\n";
  text += " " + std::string(kInputs[static_cast<size_t>(rules.input)]) + "\n}\n}\n";
  return text;
}

std::string sysctl_script() {
  const Timers t = kTimers;
  return set("udp_timeout", t.udp) + set("udp_timeout_stream", t.udp_stream) +
         set("icmp_timeout", t.icmp) + set("tcp_timeout_syn_sent", t.syn_sent) +
         set("tcp_timeout_syn_recv", t.syn_received) +
         set("tcp_timeout_established", t.established) + set("tcp_timeout_fin_wait", t.fin_wait) +
         set("tcp_timeout_close_wait", t.close_wait) + set("tcp_timeout_last_ack", t.last_ack) +
         set("tcp_timeout_time_wait", t.time_wait) + set("tcp_timeout_close", t.close);
}

}  // namespace natbed::differential
