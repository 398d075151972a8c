#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/settings.h"
#include "live/asio_driver.h"
#include "live/entropy.h"
#include "protocols/peer/peer.h"

namespace natbed {
namespace {

struct ConnectArguments {
  std::string peer;  // empty: wait to be called
  std::string self, rendezvous;
  std::vector<std::string> stun, turn;  // turn: "user:password@host:port"
  double timeout_seconds = 10;
  uint32_t pings = 3;
  bool no_relay = false;
};

// Says what happens as it happens, and drives the caller's side: once a path is up, a few echoes,
// then the end.
class Conversation final : public LiveListener {
 public:
  explicit Conversation(const ConnectArguments& arguments) : arguments_(arguments) {}
  void attach(AsioDriver* driver) { driver_ = driver; }

  void on_machine_event(MachineNumber machine, const MachineEvent& event) override {
    using Kind = MachineEvent::Kind;
    tell(event);
    const bool mine = !arguments_.peer.empty() && event.name.view() == arguments_.peer;
    if (mine && event.kind == Kind::kPathUp && echoed_ == 0) ping(machine);
    if (mine && event.kind == Kind::kEchoed) {
      if (++echoed_ < arguments_.pings)
        ping(machine);
      else
        finish(machine);
    }
    if (mine && event.kind == Kind::kConnectFailed) driver_->stop();
  }
  void on_problem(MachineNumber, const std::string& what) override {
    fmt::print(stderr, "natbed: {}\n", what);
  }

  bool succeeded() const { return succeeded_; }

 private:
  void tell(const MachineEvent& e) {
    using Kind = MachineEvent::Kind;
    std::string line;
    switch (e.kind) {
      case Kind::kMapped:
        line = fmt::format("seen as {} by {}", e.mapped.to_string(), e.remote.to_string());
        break;
      case Kind::kRegistered:
        line = fmt::format("registered at {}", e.remote.to_string());
        break;
      case Kind::kUnanswered:
        line = fmt::format("no answer from {}", e.remote.to_string());
        break;
      case Kind::kRefused:
        line = fmt::format("refused by {} with error {}", e.remote.to_string(), e.code);
        break;
      case Kind::kIntroduced:
        line = fmt::format("introduced to {}", e.name.view());
        break;
      case Kind::kAllocated:
        line = fmt::format("relayed address {} at {}", e.mapped.to_string(), e.remote.to_string());
        break;
      case Kind::kRelayChosen:
        line = fmt::format("relay {} chosen", e.name.view());
        break;
      case Kind::kRelayLost:
        line = fmt::format("relay {} lost", e.name.view());
        break;
      case Kind::kPathUp:
        line = fmt::format("{}: {} path, {} to {}", e.name.view(),
                           to_string(static_cast<PathKind>(e.code)), e.local.to_string(),
                           e.remote.to_string());
        break;
      case Kind::kPathDown:
        line = fmt::format("{}: path lost", e.name.view());
        break;
      case Kind::kEchoed:
        line = fmt::format("{}: echo in {:.2f} ms", e.name.view(), e.round_trip.as_milliseconds());
        break;
      case Kind::kConnectFailed:
        line = fmt::format("{}: not reached", e.name.view());
        break;
      default:
        return;
    }
    fmt::print("{:8.3f}s  {}\n", driver_->now().as_seconds(), line);
    std::fflush(stdout);
  }
  Peer& peer(MachineNumber machine) { return dynamic_cast<Peer&>(driver_->machine(machine)); }
  void ping(MachineNumber machine) {
    if (arguments_.pings == 0) return finish(machine);
    driver_->call(machine, [&](Instant now, Outbox& out) {
      peer(machine).ping(now, Name(arguments_.peer), out);
    });
  }
  void finish(MachineNumber) {
    succeeded_ = true;
    driver_->stop();
  }

  const ConnectArguments& arguments_;
  AsioDriver* driver_ = nullptr;
  uint32_t echoed_ = 0;
  bool succeeded_ = false;
};

struct RelayText {
  std::string user, password, host;  // host: "host[:port]", which is also the relay's name
};

// "user:password@host:port"
std::optional<RelayText> split_relay(const std::string& text) {
  const size_t at = text.rfind('@');
  const size_t colon = text.find(':');
  if (at == std::string::npos || colon == std::string::npos || colon > at) return std::nullopt;
  return RelayText{text.substr(0, colon), text.substr(colon + 1, at - colon - 1),
                   text.substr(at + 1)};
}

std::string check_relay(const std::string& text) {
  const auto relay = split_relay(text);
  if (!relay) return "expected USER:PASSWORD@HOST[:PORT], and found another shape";
  if (!Name::fits(relay->user) || !Name::fits(relay->password) || !Name::fits(relay->host)) {
    return fmt::format("expected USER:PASSWORD@HOST[:PORT] of up to {} bytes each, and found more",
                       Name::kMaxSize);  // of which? a password is not for the terminal
  }
  return check_service(relay->host);
}

std::string check_name(const std::string& text) {
  if (!text.empty() && Name::fits(text)) return {};
  return fmt::format("expected a name of 1 to {} bytes, and found {}", Name::kMaxSize,
                     text.empty() ? "an empty one" : "\"" + text + "\"");
}

Result<PeerConfig> configure(const ConnectArguments& arguments) {
  PeerConfig config;
  config.name = Name(arguments.self);
  const auto rendezvous = resolve(arguments.rendezvous, 4000);
  if (!rendezvous) return rendezvous.error();
  config.rendezvous = *rendezvous;
  for (const std::string& text : arguments.stun) {
    const auto stun = resolve(text, 3478);
    if (!stun) return stun.error();
    config.stun_servers.push_back(*stun);
  }
  for (const std::string& text : arguments.turn) {
    const RelayText relay = *split_relay(text);
    const auto turn = resolve(relay.host, 3478);
    if (!turn) return turn.error();
    config.relays.push_back({Name(relay.host), *turn, Name(relay.user), Name(relay.password)});
  }
  if (arguments.no_relay) config.techniques = kDirect | kPunch;
  config.connect_timeout = Duration::from_seconds(arguments.timeout_seconds);
  return config;
}

int connect(const ConnectArguments& arguments) {
  const auto config = configure(arguments);
  if (!config) return failed(config.error());
  const auto local = local_address_towards(config->rendezvous);
  if (!local) return failed(local.error());

  Conversation conversation(arguments);
  AsioDriver driver(*local, &conversation);
  conversation.attach(&driver);
  driver.stop_on_signals();
  const MachineNumber machine = driver.start(std::make_unique<Peer>(*config, Rng(entropy())));
  auto& peer = dynamic_cast<Peer&>(driver.machine(machine));
  if (arguments.peer.empty()) {
    fmt::print("waiting as \"{}\"; Ctrl-C ends it\n", arguments.self);
    std::fflush(stdout);
    driver.run();
    return 0;
  }
  driver.call(machine,
              [&](Instant now, Outbox& out) { peer.connect(now, Name(arguments.peer), out); });
  driver.run();
  if (!conversation.succeeded()) {
    const std::string why = peer.why_failed(Name(arguments.peer));
    return failed({arguments.peer + " was not reached: " + (why.empty() ? "interrupted" : why)});
  }
  const PeerPath path = peer.path(Name(arguments.peer));
  std::string route;
  for (const Name& relay : path.route.names()) route += fmt::format(" via {}", relay.view());
  fmt::print("\n{} reached {} {}{}, set up in {:.1f} ms, round trip {:.2f} ms\n", arguments.self,
             arguments.peer, to_string(path.kind), route, path.setup.as_milliseconds(),
             path.round_trip.as_milliseconds());
  driver.call(machine,
              [&](Instant now, Outbox& out) { peer.disconnect(now, Name(arguments.peer), out); });
  return 0;
}

}  // namespace

void add_connect_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ConnectArguments>();
  CLI::App* command =
      app.add_subcommand("connect", "Reach another peer over real sockets, or wait to be reached");
  command->add_option("peer", arguments->peer, "Whom to reach (default: wait to be called)")
      ->check(check_name);
  command->add_option("--as", arguments->self, "Name to register under")
      ->required()
      ->check(check_name);
  command->add_option("--rendezvous", arguments->rendezvous, "HOST[:PORT] where both register")
      ->required()
      ->check(check_service);
  add_repeatable(command, "--stun", &arguments->stun,
                 "HOST[:PORT] of a STUN server; may be repeated", check_service);
  add_repeatable(command, "--turn", &arguments->turn,
                 "USER:PASSWORD@HOST[:PORT] of a relay; may be repeated", check_relay);
  command->add_option("--timeout", arguments->timeout_seconds, "Seconds to try")
      ->capture_default_str()
      ->check(number_between(0.1, 3600));
  command->add_option("--pings", arguments->pings, "Echoes to measure once connected")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1'000'000u));
  command->add_flag("--no-relay", arguments->no_relay, "Direct and punched paths only");
  command->footer(example({"connect --as bob --rendezvous 127.0.0.1 &",
                           "connect bob --as alice --rendezvous 127.0.0.1"}));
  command->callback([arguments, status] { *status = connect(*arguments); });
}

}  // namespace natbed
