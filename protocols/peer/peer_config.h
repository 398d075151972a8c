// What a peer is told when it is made: who it is, whom it may ask, what it may try, and how patient
// it is.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/id.h"
#include "base/name.h"
#include "base/time.h"
#include "protocols/path/relay_choice.h"
#include "protocols/punch/punch_timing.h"

namespace natbed {

// The one UDP socket of a peer. Relays look like further ones inside it (relaying.h).
inline constexpr SocketId kPeerSocket(0);

struct RelayServer {
  Name name;
  Endpoint endpoint;  // of its TURN service over UDP
  Name user, password;
};

// What a connection may try. kDirect and kPunch differ in the addresses they probe: host
// candidates, and server-reflexive or learned ones.
enum Technique : uint8_t {
  kDirect = 1,
  kPunch = 2,
  kRelay = 4,
  kAllTechniques = kDirect | kPunch | kRelay,
};

struct PeerConfig {
  Name name = {};
  Endpoint bind = {};  // of the one UDP socket; unspecified: the driver chooses
  // Our addresses as the machine knows them; empty: what the socket was bound to.
  std::vector<IpAddress> local_addresses = {};
  Endpoint rendezvous = {};
  std::vector<Endpoint> stun_servers = {};  // none: the rendezvous server's view of us must do
  std::vector<RelayServer> relays = {};
  uint8_t techniques = kAllTechniques;
  bool accept = true;  // answer peers that ask to be introduced to us

  PunchTiming punch = {};
  RelayChoiceConfig relay_choice = {};
  // Register without the answers that are missing by then.
  Duration gather_wait = Duration::milliseconds(500);
  // A working relay waits so long for a direct path before it is used.
  Duration relay_patience = Duration::seconds(1);
  // A relay is kept so long after a direct path came up.
  Duration relay_linger = Duration::seconds(30);
  Duration retry_direct = Duration::seconds(30);  // while relayed, punching is tried again so often
  Duration connect_timeout = Duration::seconds(10);  // then kConnectFailed, unless a path is up
  // How often round trips to the relays are taken anew.
  Duration measure_relays = Duration::seconds(60);
  // A relayed path without an answer for so long is dead.
  Duration relay_consent_lost = Duration::seconds(5);
};

}  // namespace natbed
