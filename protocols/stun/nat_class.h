// NatClass: what can be said about a NAT from behind it, in the words of RFC 4787.
//
// It is an observation of one moment from one socket, never a proof (RFC 5780 §4). What could not
// be observed says so.
#pragma once

#include <cstdint>
#include <string>

namespace natbed {

// What a mapping or a filter depends on (RFC 4787 §4.1, §5).
enum class ObservedDependence : uint8_t {
  kUnknown,
  kEndpointIndependent,
  kAddressDependent,
  kAddressAndPortDependent,
};
enum class ObservedHairpin : uint8_t {
  kUnknown,
  kNone,
  kInternalSource,  // packets come back, but show the inside address of the sender (RFC 4787 §6)
  kExternalSource,
};

struct NatClass {
  bool udp_works = false;   // some answer came
  bool behind_nat = false;  // the server saw another address than ours
  ObservedDependence mapping = ObservedDependence::kUnknown;
  ObservedDependence filtering = ObservedDependence::kUnknown;
  ObservedHairpin hairpin = ObservedHairpin::kUnknown;

  // The code of MachineEvent kBehavior.
  uint32_t pack() const;
  static NatClass unpack(uint32_t code);
  bool operator==(const NatClass&) const = default;
};

// The RFC's word ("endpoint-independent"), and sentences that a person understands.
const char* to_string(ObservedDependence dependence);
std::string to_string(const NatClass& nat);

}  // namespace natbed
