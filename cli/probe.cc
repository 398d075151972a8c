#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.h"
#include "cli/settings.h"
#include "live/asio_driver.h"
#include "live/entropy.h"
#include "protocols/stun/behavior_discovery.h"

namespace natbed {
namespace {

struct ProbeArguments {
  std::string server;
  double patience_seconds = 4;
  bool json = false;
};

// Ends the run when the discovery has told its result, and keeps it.
class Verdict final : public LiveListener {
 public:
  explicit Verdict(AsioDriver** driver) : driver_(driver) {}
  void on_machine_event(MachineNumber, const MachineEvent& event) override {
    if (event.kind != MachineEvent::Kind::kBehavior) return;
    told = true;
    nat = NatClass::unpack(event.code);
    local = event.local;
    mapped = event.mapped;
    (*driver_)->stop();
  }
  void on_problem(MachineNumber, const std::string& what) override {
    fmt::print(stderr, "natbed: {}\n", what);
  }

  bool told = false;
  NatClass nat;
  Endpoint local, mapped;

 private:
  AsioDriver** driver_;
};

void print_json(const Endpoint& server, const Verdict& verdict) {
  const auto hairpin = [](ObservedHairpin h) {
    switch (h) {
      case ObservedHairpin::kNone:
        return "none";
      case ObservedHairpin::kInternalSource:
        return "internal-source";
      case ObservedHairpin::kExternalSource:
        return "external-source";
      case ObservedHairpin::kUnknown:
        break;
    }
    return "unknown";
  };
  using Json = nlohmann::ordered_json;
  const auto known = [](const Endpoint& endpoint) {
    return endpoint.valid() ? Json(endpoint.to_string()) : Json();
  };
  const bool answered = verdict.nat.udp_works;  // or else nobody knows
  Json result = {{"server", server.to_string()},
                 {"udp_works", answered},
                 {"local", known(verdict.local)},
                 {"mapped", known(verdict.mapped)},
                 {"behind_nat", answered ? Json(verdict.nat.behind_nat) : Json()},
                 {"mapping", to_string(verdict.nat.mapping)},
                 {"filtering", to_string(verdict.nat.filtering)},
                 {"hairpinning", hairpin(verdict.nat.hairpin)}};
  fmt::print("{}\n", result.dump(2));
}

int probe(const ProbeArguments& arguments) {
  const auto server = resolve(arguments.server, 3478);
  if (!server) return failed(server.error());
  const auto local = local_address_towards(*server);
  if (!local) return failed(local.error());

  BehaviorDiscoveryConfig config;
  config.server = *server;
  // Sends at 0, 1/16, 3/16, 7/16 of the patience, then waits for the rest: four copies in all.
  const Duration patience = Duration::from_seconds(arguments.patience_seconds);
  config.rules = config.silence =
      RetransmitRules{.rto = patience / 16, .requests = 4, .last_wait = 9};

  AsioDriver* running = nullptr;
  Verdict verdict(&running);
  AsioDriver driver(*local, &verdict);
  running = &driver;
  driver.stop_on_signals();
  driver.start(std::make_unique<BehaviorDiscovery>(config, Rng(entropy())));
  if (!verdict.told) driver.run();
  if (!verdict.told) return failed({"interrupted before there was a result"});

  if (arguments.json) {
    print_json(*server, verdict);
  } else if (verdict.nat.udp_works) {
    fmt::print("server   {}\nlocal    {}\nmapped   {}\n\n{}\n", server->to_string(),
               verdict.local.to_string(), verdict.mapped.to_string(), to_string(verdict.nat));
  }
  if (!verdict.nat.udp_works) {
    return failed({"no answer from " + server->to_string() + " within " + to_string(patience) +
                   ": no STUN server is there, or UDP is blocked on the way"});
  }
  return 0;
}

}  // namespace

void add_probe_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ProbeArguments>();
  CLI::App* command = app.add_subcommand(
      "probe", "What NAT am I behind? Asks a STUN server, answers in RFC 4787 words");
  command->add_option("server", arguments->server, "HOST or HOST:PORT of a STUN server")
      ->required()
      ->check(check_service);
  command
      ->add_option("--patience", arguments->patience_seconds,
                   "Seconds to wait where silence is an answer")
      ->capture_default_str()
      ->check(number_between(0.1, 60));
  command->add_flag("--json", arguments->json, "Print JSON instead of text");
  command->footer(example({"probe stun.example.org", "probe 127.0.0.1:3478 --patience 1 --json"}));
  command->callback([arguments, status] { *status = probe(*arguments); });
}

}  // namespace natbed
