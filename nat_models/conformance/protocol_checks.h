// Checks that RFC 4787 and RFC 5382 ask for alike, of UDP and of TCP.
#pragma once

#include "nat_models/conformance/probes.h"

namespace natbed::conformance {

// Boxes that track connections, not mappings, seem endpoint-independent until somebody else has the
// endpoint towards one of the remotes. REQUIRES: the first host has sent from the same port to
// remote 0. Says what is wrong then; empty: nothing.
std::string strays_when_ports_clash(Rig& rig, Endpoint internal, Protocol protocol);

Finding one_mapping_for_all_destinations(const Subject& subject, Protocol protocol);
Finding no_overloading(const Subject& subject, Protocol protocol);
Finding filters_by_address_at_most(const Subject& subject, Protocol protocol);
Finding hairpins(const Subject& subject, Protocol protocol);
Finding hairpins_with_external_source(const Subject& subject, Protocol protocol);
Finding leaves_payloads_alone(const Subject& subject, Protocol protocol);

// One of these for a table of requirements: of<hairpins, Protocol::kTcp>.
template <Finding (*kCheck)(const Subject&, Protocol), Protocol kProtocol>
Finding of(const Subject& subject) {
  return kCheck(subject, kProtocol);
}

}  // namespace natbed::conformance
