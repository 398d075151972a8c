#include "protocols/stun/constants.h"

namespace natbed {

const char* to_string(StunError error) {
  switch (error) {
    case StunError::kNone:
      return "No Error";
    case StunError::kTryAlternate:
      return "Try Alternate";
    case StunError::kBadRequest:
      return "Bad Request";
    case StunError::kUnauthenticated:
      return "Unauthenticated";
    case StunError::kForbidden:
      return "Forbidden";
    case StunError::kUnknownAttribute:
      return "Unknown Attribute";
    case StunError::kAllocationMismatch:
      return "Allocation Mismatch";
    case StunError::kStaleNonce:
      return "Stale Nonce";
    case StunError::kAddressFamilyNotSupported:
      return "Address Family not Supported";
    case StunError::kWrongCredentials:
      return "Wrong Credentials";
    case StunError::kUnsupportedTransport:
      return "Unsupported Transport Protocol";
    case StunError::kPeerFamilyMismatch:
      return "Peer Address Family Mismatch";
    case StunError::kQuotaReached:
      return "Allocation Quota Reached";
    case StunError::kRoleConflict:
      return "Role Conflict";
    case StunError::kServerError:
      return "Server Error";
    case StunError::kInsufficientCapacity:
      return "Insufficient Capacity";
  }
  return "Error";  // a code that no RFC above names
}

bool is_known(StunAttribute type) {
  using enum StunAttribute;
  switch (type) {
    case kMappedAddress:
    case kUsername:
    case kMessageIntegrity:
    case kErrorCode:
    case kUnknownAttributes:
    case kRealm:
    case kNonce:
    case kMessageIntegritySha256:
    case kPasswordAlgorithm:
    case kUserHash:
    case kXorMappedAddress:
    case kPasswordAlgorithms:
    case kAlternateDomain:
    case kSoftware:
    case kAlternateServer:
    case kFingerprint:
    case kChangeRequest:
    case kPadding:
    case kResponsePort:
    case kResponseOrigin:
    case kOtherAddress:
    case kPriority:
    case kUseCandidate:
    case kIceControlled:
    case kIceControlling:
    case kChannelNumber:
    case kLifetime:
    case kXorPeerAddress:
    case kData:
    case kXorRelayedAddress:
    case kRequestedAddressFamily:
    case kEvenPort:
    case kRequestedTransport:
    case kDontFragment:
    case kReservationToken:
    case kAdditionalAddressFamily:
    case kAddressErrorCode:
    case kIcmp:
    case kXorMappedAddressOld:
      return true;
  }
  return false;
}

}  // namespace natbed
