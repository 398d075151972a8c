// The keys of a NAT's rows as hashes, for its indexes.
#pragma once

#include "base/hash.h"
#include "nat_models/mapping_row.h"

namespace natbed {

inline uint64_t protocol_and(Protocol protocol, V4Endpoint endpoint) {
  return uint64_t{static_cast<uint8_t>(protocol)} << 48 | endpoint.key();
}
inline uint64_t internal_hash(Protocol protocol, V4Endpoint internal, V4Endpoint remote,
                              bool is_static) {
  return hash_mix(protocol_and(protocol, internal), uint64_t{is_static} << 48 | remote.key());
}
inline uint64_t internal_hash(const MappingRow& row) {
  return internal_hash(row.protocol, row.internal, row.remote, row.is_static());
}
inline uint64_t external_hash(Protocol protocol, V4Endpoint external, V4Endpoint remote) {
  return hash_mix(protocol_and(protocol, external), remote.key());
}
inline uint64_t external_hash(const MappingRow& row) {
  return external_hash(row.protocol, row.external, row.inbound_remote());
}
inline uint64_t id_hash(uint32_t id) { return hash_mix(id, 0); }
// Of the sessions of one internal endpoint.
inline uint64_t source_hash(Protocol protocol, V4Endpoint internal) {
  return hash_mix(protocol_and(protocol, internal), 1);
}

}  // namespace natbed
