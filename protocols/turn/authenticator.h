// Authenticator: the server's side of long-term credentials (RFC 8489 §9.2.4).
//
// Nonces are not stored: each carries the instant at which it was made and a MAC, under a secret of
// the server, over that instant and the client's endpoint. So a nonce is worth nothing to anybody
// else, and it is valid up to its last nanosecond and not after, however many there are.
//
//   nonce = 16 hex digits: instant in ns | 16 hex digits: HMAC-SHA1(secret, instant | endpoint)
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/rng.h"
#include "base/time.h"
#include "protocols/stun/message.h"

namespace natbed {

struct TurnUser {
  std::string name, password;
};

class Authenticator {
 public:
  using Nonce = std::array<char, 32>;
  struct Verdict {
    StunError error = StunError::kNone;  // 400, 401 or 438; none: authentic
    const HmacSha1* key = nullptr;       // of the user, when authentic; signs the answer
    uint32_t user = 0;                   // which, when authentic
  };

  // `secret` makes the nonces unguessable within a run, and equal between runs of one seed.
  Authenticator(std::string realm, const std::vector<TurnUser>& users, Duration nonce_lifetime,
                Rng secret);

  Verdict check(Instant now, const StunMessage& request, const Endpoint& client) const;
  Nonce make_nonce(Instant now, const Endpoint& client) const;
  const HmacSha1& key(uint32_t user) const { return users_[user].key; }
  const std::string& realm() const { return realm_; }
  size_t user_count() const { return users_.size(); }

 private:
  struct Known {
    std::string name;
    HmacSha1 key;
  };
  bool fresh(Instant now, std::string_view nonce, const Endpoint& client) const;

  std::string realm_;
  std::vector<Known> users_;  // sorted by name
  Duration nonce_lifetime_;
  HmacSha1 secret_;
};

}  // namespace natbed
