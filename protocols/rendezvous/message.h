// The messages of the meeting service: how two peers that know each other's names get to know each
// other's addresses.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |     0xEE      |  0x62 = 'b'   |  version = 1  |     type      |   0xEE: neither STUN (0..3) nor a TURN channel
//   |                      transaction                              |   (64..79), so that all share a port (RFC 7983);
//   |  body ...                                                     |   an answer repeats the question's transaction
//
//   1 register       peer to server    name, lifetime u16 s, description     "reach me here", kept up by repetition
//   2 registered     server to peer    lifetime u16 s, endpoint as seen
//   3 introduce      peer to server    name of the asker, name asked for
//   4 introduction   server to both    session, key, role u8 (1: controlling, 2: controlled), name of the other,
//                                      endpoint of the other as seen, its description; answers `introduce`, and is
//                                      repeated to the other peer until `accepted` comes
//   5 accepted       peer to server    session
//   6 offer          peer to peer      session, sequence u16, name of a relay, relayed endpoint: "you may also send
//                                      there"; the server passes it on, and repeats nothing
//   7 offer taken    peer to peer      session, sequence u16; passed on likewise
//   8 refused        server to peer    error u8
//
//   name = size u8, bytes;  endpoint = family u8 (4 or 6), port u16, address;  session u32;  key 16 bytes
//   description = count u8, { kind u8, endpoint } each, count u8, { relay's name, round trip u32 in microseconds } each
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/name.h"
#include "base/time.h"

namespace natbed {

// Where candidates come from (RFC 8445 §5.1.1); a smaller kind is tried and preferred first.
enum class CandidateKind : uint8_t { kHost = 1, kReflexive = 2, kRelayed = 3 };
const char* to_string(CandidateKind kind);

struct Candidate {
  CandidateKind kind = CandidateKind::kHost;
  Endpoint endpoint;
  bool operator==(const Candidate&) const = default;
};

// What a peer tells about itself. What does not fit is left out by whoever fills it in.
struct Description {
  static constexpr size_t kMaxCandidates = 8, kMaxRelays = 16;
  struct Relay {
    Name name;
    Duration round_trip;
    bool operator==(const Relay&) const = default;
  };
  std::array<Candidate, kMaxCandidates> candidates;
  uint8_t candidate_count = 0;
  std::vector<Relay> relays;  // on the heap, because most peers have none

  void add(const Candidate& candidate);  // unless it is there already or there is no room
  void add(const Relay& relay);
  std::span<const Candidate> all_candidates() const {
    return std::span(candidates).first(candidate_count);
  }
  bool operator==(const Description& other) const;
};

enum class RendezvousError : uint8_t {
  kNone = 0,
  kUnsupportedVersion = 1,
  kNameTooLong = 2,    // or empty
  kNotRegistered = 3,  // who asks is not registered from that address (any more)
  kUnknownPeer = 4,    // who is asked for is not registered
  kUnknownSession = 5,
  kFull = 6,
};
const char* to_string(RendezvousError error);

using SessionKey = std::array<std::byte, 16>;

struct RendezvousMessage {
  enum class Type : uint8_t {
    kRegister = 1,
    kRegistered,
    kIntroduce,
    kIntroduction,
    kAccepted,
    kOffer,
    kOfferTaken,
    kRefused,
  };
  Type type = Type::kRegister;
  bool controlling = false;
  // kRefused; or what is wrong with a message that came.
  RendezvousError error = RendezvousError::kNone;
  uint16_t lifetime_s = 0;
  uint16_t sequence = 0;
  uint32_t transaction = 0;
  uint32_t session = 0;
  // kRegister, kIntroduce: who asks; kIntroduction: the other peer; kOffer: the relay.
  Name name = {};
  Name target = {};  // kIntroduce
  Endpoint endpoint = {};
  SessionKey key = {};
  // Encoded; of a parsed message: well-formed, and a view of what was parsed.
  ByteView description = {};

  // Nothing unless `bytes` is exactly one message. One of another version, or with a name that no
  // Name can hold, is returned with `error` set, so that it can be answered; its body means
  // nothing.
  static std::optional<RendezvousMessage> parse(ByteView bytes);
  // The size written; 0 if the room is too small.
  size_t encode(std::span<std::byte> room) const;
};
inline constexpr size_t kRendezvousRoom = 1200;  // bytes; no message is longer
// Bytes; enough for everything but the description.
inline constexpr size_t kRendezvousFixedRoom = 96;

size_t encode(const Description& description, std::span<std::byte> room);
// REQUIRES: `bytes` came from a parsed message or from encode().
Description decode_description(ByteView bytes);

bool looks_like_rendezvous(ByteView bytes);

}  // namespace natbed
