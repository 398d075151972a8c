#include "protocols/stun/nat_class.h"

namespace natbed {
namespace {

const char* mapping_sentence(ObservedDependence mapping) {
  switch (mapping) {
    case ObservedDependence::kUnknown:
      return "How it maps is unknown: the server has no second address to ask from.";
    case ObservedDependence::kEndpointIndependent:
      return "Its mapping is endpoint-independent: all destinations see the same address and port.";
    case ObservedDependence::kAddressDependent:
      return "Its mapping is address-dependent: each destination address sees another port.";
    case ObservedDependence::kAddressAndPortDependent:
      return "Its mapping is address-and-port-dependent: each destination sees another port.";
  }
  return "";
}

const char* filtering_sentence(ObservedDependence filtering) {
  switch (filtering) {
    case ObservedDependence::kUnknown:
      return "What it lets in is unknown: the server does not answer from other addresses.";
    case ObservedDependence::kEndpointIndependent:
      return "Its filtering is endpoint-independent: once a port is open, anybody may send to it.";
    case ObservedDependence::kAddressDependent:
      return "Its filtering is address-dependent: only addresses contacted before may send.";
    case ObservedDependence::kAddressAndPortDependent:
      return "Its filtering is address-and-port-dependent: only endpoints contacted before may "
             "send.";
  }
  return "";
}

const char* hairpin_sentence(ObservedHairpin hairpin) {
  switch (hairpin) {
    case ObservedHairpin::kUnknown:
      return "";
    case ObservedHairpin::kNone:
      return " It does not hairpin: hosts behind it cannot use each other's outside address.";
    case ObservedHairpin::kInternalSource:
      return " It hairpins, but shows the sender's inside address.";
    case ObservedHairpin::kExternalSource:
      return " It hairpins: hosts behind it reach each other by outside address.";
  }
  return "";
}

}  // namespace

// | hairpin 2 | filtering 2 | mapping 2 | behind a NAT 1 | UDP works 1 |
uint32_t NatClass::pack() const {
  return static_cast<uint32_t>(hairpin) << 6 | static_cast<uint32_t>(filtering) << 4 |
         static_cast<uint32_t>(mapping) << 2 | static_cast<uint32_t>(behind_nat) << 1 |
         static_cast<uint32_t>(udp_works);
}

NatClass NatClass::unpack(uint32_t code) {
  NatClass nat;
  nat.udp_works = (code & 1) != 0;
  nat.behind_nat = (code >> 1 & 1) != 0;
  nat.mapping = static_cast<ObservedDependence>(code >> 2 & 3);
  nat.filtering = static_cast<ObservedDependence>(code >> 4 & 3);
  nat.hairpin = static_cast<ObservedHairpin>(code >> 6 & 3);
  return nat;
}

const char* to_string(ObservedDependence dependence) {
  switch (dependence) {
    case ObservedDependence::kUnknown:
      return "unknown";
    case ObservedDependence::kEndpointIndependent:
      return "endpoint-independent";
    case ObservedDependence::kAddressDependent:
      return "address-dependent";
    case ObservedDependence::kAddressAndPortDependent:
      return "address-and-port-dependent";
  }
  return "?";
}

std::string to_string(const NatClass& nat) {
  if (!nat.udp_works) return "UDP does not work: the server never answered.";
  if (nat.behind_nat) {
    return std::string("You are behind a NAT. ") + mapping_sentence(nat.mapping) + ' ' +
           filtering_sentence(nat.filtering) + hairpin_sentence(nat.hairpin);
  }
  if (nat.filtering == ObservedDependence::kUnknown) {
    return "There is no NAT. Whether a firewall filters is unknown: the server does not answer "
           "from other addresses.";
  }
  if (nat.filtering == ObservedDependence::kEndpointIndependent) {
    return "There is no NAT, and anybody may send to you.";
  }
  return std::string("There is no NAT, but a firewall. ") + filtering_sentence(nat.filtering);
}

}  // namespace natbed
