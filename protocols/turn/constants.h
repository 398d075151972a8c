// Times and limits of TURN that client and server share. Numbers of methods and attributes:
// stun/constants.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace natbed {

inline constexpr Duration kTurnDefaultLifetime = Duration::seconds(600);  // RFC 8656 §3.2
// RFC 8656 §7.2: recommended maximum.
inline constexpr Duration kTurnMaxLifetime = Duration::seconds(3600);
inline constexpr Duration kTurnPermissionLifetime = Duration::seconds(300);  // RFC 8656 §9
inline constexpr Duration kTurnChannelLifetime = Duration::seconds(600);     // RFC 8656 §12
inline constexpr uint8_t kTurnTransportUdp = 17;                             // RFC 8656 §18.8
// What a Send or Data indication adds to its data: header, XOR-PEER-ADDRESS of IPv6, header of DATA
// and padding.
inline constexpr size_t kTurnIndicationOverhead = 20 + 24 + 4 + 3;

}  // namespace natbed
