// The numbers of STUN, of its behaviour-discovery usage and of TURN, by the names of their RFCs.
//
// Kept in one place because one codec reads them all. Attributes from 0x8000 up may be skipped by
// an agent that does not know them; an unknown one below must be answered with 420 (RFC 8489 §14).
#pragma once

#include <cstddef>
#include <cstdint>

namespace natbed {

inline constexpr uint32_t kStunCookie = 0x2112A442;          // RFC 8489 §5
inline constexpr uint32_t kStunFingerprintXor = 0x5354554E;  // "STUN", RFC 8489 §14.7
inline constexpr size_t kStunHeaderSize = 20;
// Largest message when the path MTU is unknown: 576 bytes of IPv4 less its headers (RFC 8489 §6.1).
inline constexpr size_t kStunRoom = 548;
inline constexpr uint16_t kStunPort = 3478;  // RFC 8489 §18.6

enum class StunClass : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

enum class StunMethod : uint16_t {
  kBinding = 0x001,
  kAllocate = 0x003,  // from here RFC 8656 §17
  kRefresh = 0x004,
  kSend = 0x006,
  kData = 0x007,
  kCreatePermission = 0x008,
  kChannelBind = 0x009,
};

// Beside each: the shape of its value, which is the name of its getter in StunMessage.
enum class StunAttribute : uint16_t {
  // RFC 8489 §14
  kMappedAddress = 0x0001,           // address
  kUsername = 0x0006,                // text
  kMessageIntegrity = 0x0008,        // check_integrity
  kErrorCode = 0x0009,               // error
  kUnknownAttributes = 0x000A,       // list_u16
  kRealm = 0x0014,                   // text
  kNonce = 0x0015,                   // text
  kMessageIntegritySha256 = 0x001C,  // check_integrity
  kPasswordAlgorithm = 0x001D,       // password_algorithms
  kUserHash = 0x001E,                // bytes, 32
  kXorMappedAddress = 0x0020,        // xor_address
  kPasswordAlgorithms = 0x8002,      // password_algorithms
  kAlternateDomain = 0x8003,         // text
  kSoftware = 0x8022,                // text
  kAlternateServer = 0x8023,         // address
  kFingerprint = 0x8028,             // check_fingerprint
  // RFC 5780 §7
  kChangeRequest = 0x0003,   // u32: kChangeIp, kChangePort
  kPadding = 0x0026,         // bytes
  kResponsePort = 0x0027,    // u16
  kResponseOrigin = 0x802B,  // address
  kOtherAddress = 0x802C,    // address
  // RFC 8445 §16.1
  kPriority = 0x0024,        // u32
  kUseCandidate = 0x0025,    // has
  kIceControlled = 0x8029,   // u64
  kIceControlling = 0x802A,  // u64
  // RFC 8656 §18
  kChannelNumber = 0x000C,            // u16
  kLifetime = 0x000D,                 // u32, seconds
  kXorPeerAddress = 0x0012,           // xor_address
  kData = 0x0013,                     // bytes
  kXorRelayedAddress = 0x0016,        // xor_address
  kRequestedAddressFamily = 0x0017,   // u8: AddressFamily
  kEvenPort = 0x0018,                 // u8: 0x80 reserves the next port
  kRequestedTransport = 0x0019,       // u8: IANA protocol number
  kDontFragment = 0x001A,             // has
  kReservationToken = 0x0022,         // u64
  kAdditionalAddressFamily = 0x8000,  // u8: AddressFamily
  kAddressErrorCode = 0x8001,         // error (its first byte is an AddressFamily)
  kIcmp = 0x8004,                     // icmp
  // RFC 3489 servers' XOR-MAPPED-ADDRESS before it had its number (still met in the field)
  kXorMappedAddressOld = 0x8020,  // xor_address
};

inline constexpr uint32_t kChangeIp = 4, kChangePort = 2;           // RFC 5780 §7.2
enum class AddressFamily : uint8_t { kV4 = 1, kV6 = 2 };            // RFC 8489 §14.1
enum class PasswordAlgorithm : uint16_t { kMd5 = 1, kSha256 = 2 };  // RFC 8489 §18.5

// Error codes: RFC 8489 §14.8, RFC 8445 §16.1 (487), RFC 8656 §19.
enum class StunError : uint16_t {
  kNone = 0,
  kTryAlternate = 300,
  kBadRequest = 400,
  kUnauthenticated = 401,
  kForbidden = 403,
  kUnknownAttribute = 420,
  kAllocationMismatch = 437,
  kStaleNonce = 438,
  kAddressFamilyNotSupported = 440,
  kWrongCredentials = 441,
  kUnsupportedTransport = 442,
  kPeerFamilyMismatch = 443,
  kQuotaReached = 486,
  kRoleConflict = 487,
  kServerError = 500,
  kInsufficientCapacity = 508,
};
const char* to_string(StunError error);  // the recommended reason phrase

// Whether the codec knows the attribute: those that it does not and that are below 0x8000 are
// answered with 420.
bool is_known(StunAttribute type);
constexpr bool comprehension_required(StunAttribute type) {
  return static_cast<uint16_t>(type) < 0x8000;
}

// The message type field: the bits of method and class are interleaved (RFC 8489 §5, figure 3).
constexpr uint16_t stun_type(StunMethod method, StunClass kind) {
  const unsigned m = static_cast<unsigned>(method), c = static_cast<unsigned>(kind);
  return static_cast<uint16_t>((m & 0xF80) << 2 | (m & 0x70) << 1 | (m & 0x0F) | (c & 2) << 7 |
                               (c & 1) << 4);
}
constexpr StunMethod stun_method(uint16_t type) {
  return static_cast<StunMethod>((type & 0x3E00) >> 2 | (type & 0xE0) >> 1 | (type & 0x0F));
}
constexpr StunClass stun_class(uint16_t type) {
  return static_cast<StunClass>((type & 0x100) >> 7 | (type & 0x10) >> 4);
}
static_assert(stun_type(StunMethod::kBinding, StunClass::kSuccess) == 0x0101);

}  // namespace natbed
