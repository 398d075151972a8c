#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/settings.h"
#include "live/asio_driver.h"
#include "live/entropy.h"
#include "protocols/rendezvous/server.h"
#include "protocols/stun/server.h"
#include "protocols/turn/server.h"

namespace natbed {
namespace {

struct ServeArguments {
  std::string listen;     // address or address:port
  std::string alternate;  // stun
  std::string relay_ip;   // turn
  std::string realm = "natbed";
  std::vector<std::string> users;  // "name:password"
};

// Remembers the first problem, so that a server which could not open its socket fails with that
// sentence.
class Problems final : public LiveListener {
 public:
  void on_machine_event(MachineNumber, const MachineEvent&) override {}
  void on_problem(MachineNumber, const std::string& what) override {
    if (first.empty()) first = what;
    if (serving) fmt::print(stderr, "natbed: {}\n", what);
  }
  std::string first;
  bool serving = false;
};

int serve(const char* what, const IpAddress& ip, std::unique_ptr<Machine> machine) {
  Problems problems;
  AsioDriver driver(ip, &problems);
  driver.stop_on_signals();
  const MachineNumber server = driver.start(std::move(machine));
  if (!problems.first.empty()) return failed({problems.first});
  problems.serving = true;
  fmt::print("serving {} on {}; Ctrl-C ends it\n", what, driver.local(server).to_string());
  std::fflush(stdout);
  driver.run();
  return 0;
}

int serve_stun(const ServeArguments& arguments) {
  const auto listen = resolve(arguments.listen, 3478);
  if (!listen) return failed(listen.error());
  StunServerConfig config{.primary = *listen};
  if (!arguments.alternate.empty()) {
    const auto alternate = resolve(arguments.alternate, static_cast<uint16_t>(listen->port + 1));
    if (!alternate) return failed(alternate.error());
    if (listen->port == 0)
      throw CLI::ValidationError("--alternate", "expected beside a --listen with a port, not 0");
    if (alternate->ip == listen->ip || alternate->port == listen->port) {
      throw CLI::ValidationError(
          "--alternate",
          "expected to differ from --listen in address and in port (RFC 5780 §6), "
          "and found " +
              alternate->to_string() + " beside " + listen->to_string());
    }
    config.alternate = *alternate;
  }
  return serve("stun", listen->ip, std::make_unique<StunServer>(config));
}

int serve_turn(const ServeArguments& arguments) {
  const auto listen = resolve(arguments.listen, 3478);
  if (!listen) return failed(listen.error());
  TurnServerConfig config{.listen = *listen, .relay_ip = listen->ip, .realm = arguments.realm};
  if (!arguments.relay_ip.empty()) {
    const auto relay_ip = IpAddress::parse(arguments.relay_ip);
    if (!relay_ip) {
      throw CLI::ValidationError("--relay-ip",
                                 "expected an address, and found \"" + arguments.relay_ip + "\"");
    }
    config.relay_ip = *relay_ip;
  }
  for (const std::string& user : arguments.users) {
    const size_t colon = user.find(':');
    config.users.push_back({user.substr(0, colon), user.substr(colon + 1)});
  }
  // A server that only this machine reaches harms nobody else.
  config.relay_to_loopback = listen->ip.is_loopback();
  return serve("turn", listen->ip, std::make_unique<TurnServer>(config, Rng(entropy())));
}

int serve_rendezvous(const ServeArguments& arguments) {
  const auto listen = resolve(arguments.listen, 4000);
  if (!listen) return failed(listen.error());
  return serve(
      "rendezvous", listen->ip,
      std::make_unique<RendezvousServer>(RendezvousServerConfig{.local = *listen}, Rng(entropy())));
}

CLI::App* add_service(CLI::App& serve, const char* name, const char* text,
                      ServeArguments& arguments) {
  CLI::App* command = serve.add_subcommand(name, text);
  command->add_option("--listen", arguments.listen, "ADDRESS or ADDRESS:PORT to serve on")
      ->required()
      ->check(service_from(0));
  return command;
}

}  // namespace

void add_serve_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* command = app.add_subcommand("serve", "Serve STUN, TURN or rendezvous on real sockets");
  command->require_subcommand(1);
  command->footer(example({"serve stun --listen 127.0.0.1:3478 --alternate 127.0.0.2:3479",
                           "serve turn --listen 127.0.0.1:3478 --user alice:secret"}));

  CLI::App* stun =
      add_service(*command, "stun", "Tell clients where they are seen (port 3478)", *arguments);
  stun->add_option("--alternate", arguments->alternate,
                   "Second address and port, for behaviour discovery")
      ->check(check_service);
  stun->callback([arguments, status] { *status = serve_stun(*arguments); });

  CLI::App* turn =
      add_service(*command, "turn", "Lend clients a relayed address (port 3478)", *arguments);
  add_repeatable(turn, "--user", &arguments->users,
                 "NAME:PASSWORD that may allocate; may be repeated", check_user)
      ->required();
  turn->add_option("--realm", arguments->realm, "Realm of the credentials")->capture_default_str();
  turn->add_option("--relay-ip", arguments->relay_ip,
                   "Address whose ports are lent (default: that of --listen)");
  turn->callback([arguments, status] { *status = serve_turn(*arguments); });

  CLI::App* rendezvous =
      add_service(*command, "rendezvous", "Introduce peers to each other (port 4000)", *arguments);
  rendezvous->callback([arguments, status] { *status = serve_rendezvous(*arguments); });
}

}  // namespace natbed
