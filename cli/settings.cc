#include "cli/settings.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "live/asio_driver.h"

namespace natbed {
namespace {

// CLI11 takes -1 and what does not fit for other numbers. Empty: it is a seed.
std::string check_seed(const std::string& text) {
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return "expected a whole number from 0 to 18446744073709551615, and found \"" + text + "\"";
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_settings(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{"--set expects NAME=VALUE, e.g. --set bob=symmetric, and found \"" + text +
                   "\""};
    }
    const std::string name = text.substr(0, equals);
    for (const auto& [known, value] : settings) {
      if (known != name) continue;
      return Error{"--set " + name + " is given twice, as \"" + value + "\" and as \"" +
                   text.substr(equals + 1) + "\"; several values of an axis go in one, as in " +
                   "--set nat=linux,cgnat"};
    }
    settings.emplace_back(name, text.substr(equals + 1));
  }
  return settings;
}

void add_seed(CLI::App* command, uint64_t* seed, const std::string& what) {
  command->add_option("--seed", *seed, what)->capture_default_str()->check(check_seed);
}

Result<Endpoint> service(const std::string& option, const std::string& text, uint16_t port) {
  auto endpoint = resolve(text, port);
  if (endpoint && endpoint->port == 0)
    return Error{option + " expects a port from 1 to 65535, and found \"" + text + "\""};
  return endpoint;
}

}  // namespace natbed
