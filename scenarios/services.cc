#include "scenarios/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/suggest.h"
#include "protocols/rendezvous/server.h"
#include "protocols/stun/constants.h"
#include "protocols/stun/server.h"
#include "protocols/turn/server.h"

namespace natbed {
namespace {

// RFC 5780 leaves it open; coturn takes the port after.
constexpr uint16_t kStunAlternatePort = 3479;
constexpr uint16_t kTurnBesideStunPort = 3480;  // for a server that does both
// Every peer of a simulated network has the same credentials.
constexpr const char* kUser = "natbed";
constexpr const char* kPassword = "natbed";

}  // namespace

Status Services::serve(NodeId server, std::string_view what) {
  constexpr std::string_view kServices[] = {"stun", "turn", "rendezvous"};
  if (topology_->world().kind(server) != NodeKind::kHost) return Error{"only a host can serve"};
  if (what == "stun") return serve_stun(server);
  if (what == "turn") return serve_turn(server);
  if (what == "rendezvous") return serve_rendezvous(server);
  return Error{unknown_word("service", what, kServices)};
}

Status Services::serve_stun(NodeId server) {
  const Endpoint primary{topology_->address(server), kStunPort};
  if (std::ranges::find(stun_servers_, primary) != stun_servers_.end())
    return Error{fmt::format("\"{}\" serves stun already", topology_->world().name(server).view())};
  if (std::ranges::find(relays_, primary, &RelayServer::endpoint) != relays_.end()) {
    return Error{fmt::format(
        "it serves turn on port {} already: serve(\"stun\") first, and turn takes another",
        kStunPort)};
  }
  const Result<IpAddress> second = topology_->add_address(server);
  if (!second) return second.error();
  StunServerConfig config;
  config.primary = primary;
  config.alternate = Endpoint{*second, kStunAlternatePort};
  topology_->world().start(server, std::make_unique<StunServer>(config));
  stun_servers_.push_back(primary);
  return ok();
}

Status Services::serve_turn(NodeId server) {
  const IpAddress address = topology_->address(server);
  const Name name = topology_->world().name(server);
  if (std::ranges::find(relays_, name, &RelayServer::name) != relays_.end())
    return Error{fmt::format("\"{}\" serves turn already", name.view())};
  const bool beside_stun =
      std::ranges::find(stun_servers_, address, &Endpoint::ip) != stun_servers_.end();
  TurnServerConfig config;
  config.listen = {address, beside_stun ? kTurnBesideStunPort : kStunPort};
  config.relay_ip = address;
  config.users = {{kUser, kPassword}};
  const Rng rng = topology_->world().stream(fmt::format("turn {}", name.view()));
  relays_.push_back({name, config.listen, kUser, kPassword});
  topology_->world().start(server, std::make_unique<TurnServer>(std::move(config), rng));
  return ok();
}

Status Services::serve_rendezvous(NodeId server) {
  if (rendezvous_.valid()) return Error{"the network has a rendezvous service already"};
  RendezvousServerConfig config;
  config.local = {topology_->address(server), kRendezvousPort};
  topology_->world().start(
      server, std::make_unique<RendezvousServer>(config, topology_->world().stream("rendezvous")));
  rendezvous_ = config.local;
  return ok();
}

Status Services::ensure_rendezvous() {
  if (rendezvous_.valid()) return ok();
  NodeOptions options;
  options.name = "rendezvous";
  if (topology_->find(options.name).valid()) options.name.clear(), options.what = "rendezvous";
  const Result<NodeId> server = topology_->add_host(NodeId(), options);
  if (!server) return server.error();
  return serve_rendezvous(*server);
}

}  // namespace natbed
