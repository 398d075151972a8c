// What a server answers to a Binding request (RFC 8489 §6.3, RFC 5780 §6.1): shared by the STUN
// server and by the TURN server, which answers Binding on its port too.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/outbox.h"
#include "protocols/stun/message.h"

namespace natbed {

// Whom and how to answer.
struct BindingAnswer {
  SocketId socket;  // to answer from
  Endpoint to;      // who gets the answer
  Endpoint mapped;  // where the request came from
  std::optional<Endpoint> origin = {},
                          other = {};  // RESPONSE-ORIGIN and OTHER-ADDRESS of a discovery server
  bool padding = false;                // as large as a packet can be (RFC 5780 §7.6)
  std::string_view software = {};
};

// The message, if it is a Binding request that deserves an answer: a fingerprint, if there is one,
// is right.
std::optional<StunMessage> read_binding_request(ByteView datagram);
void answer_binding(const StunMessage& request, const BindingAnswer& answer, Outbox& out);
// `unknown`: the attributes that were not understood, for 420.
void refuse_binding(const StunMessage& request, const BindingAnswer& answer, StunError error,
                    std::span<const uint16_t> unknown, Outbox& out);

}  // namespace natbed
