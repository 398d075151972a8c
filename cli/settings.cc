#include "cli/settings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/address.h"
#include "base/file_writer.h"

namespace natbed {
namespace {

// All of `text` as a number; unlike CLI11 nothing wraps round.
template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string expected(const std::string& what, const std::string& found) {
  return fmt::format("expected {}, and found \"{}\"", what, found);
}

std::string check_seed(const std::string& text) {
  if (read_number<uint64_t>(text)) return {};
  return expected("a whole number from 0 to 18446744073709551615", text);
}

std::string check_setting(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0) return {};
  return expected("NAME=VALUE, e.g. --set bob=symmetric", text);
}

std::string check_png(const std::string& text) {
  if (std::filesystem::path(text).extension() == ".png") return {};
  return expected("a file to draw into that ends in .png, for PNG is what is drawn", text);
}

}  // namespace

std::string program_name() {
  const char* name = std::getenv("NATBED_COMMAND");
  return name && *name ? name : "natbed";
}

std::string example(std::initializer_list<const char*> lines) {
  std::string text = "Example:";
  for (const char* line : lines) text += "\n  " + program_name() + " " + line;
  return text;
}

CLI::Option* add_words(CLI::App* command, const std::string& name, const std::string& what,
                       const std::vector<std::string>& words, bool first_is_default,
                       const std::function<void(size_t)>& take) {
  const auto place = [words](const std::string& text) {
    return static_cast<size_t>(std::ranges::find(words, text) - words.begin());
  };
  return command
      ->add_option_function<std::string>(
          name, [place, take](const std::string& text) { take(place(text)); }, what)
      ->check([place, words](const std::string& text) -> std::string {
        if (place(text) < words.size()) return {};
        return expected(fmt::format("{}", fmt::join(words, " or ")), text);
      })
      ->option_text(fmt::format("{}{}", fmt::join(words, "|"),
                                first_is_default ? " [" + words.front() + "]" : ""));
}

CLI::Option* add_repeatable(CLI::App* command, const std::string& name,
                            std::vector<std::string>* texts, const std::string& what,
                            const Check& check) {
  CLI::Option* option = command->add_option(name, *texts, what);
  return option->expected(1)->take_all()->allow_extra_args(false)->check(check);
}

void add_settings(CLI::App* command, std::vector<std::string>* texts, const std::string& what) {
  add_repeatable(command, "--set", texts, what, check_setting);
}

std::vector<std::pair<std::string, std::string>> parse_settings(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
    for (const auto& [known, before] : settings) {
      if (known != name) continue;
      throw CLI::ValidationError(
          "--set", name + " is given twice, as \"" + before + "\" and as \"" + value +
                       "\"; several values of an axis go in one, as in --set nat=linux,cgnat");
    }
    settings.emplace_back(name, value);
  }
  return settings;
}

void add_seed(CLI::App* command, uint64_t* seed, const std::string& what) {
  command->add_option("--seed", *seed, what)->capture_default_str()->check(check_seed);
}

void add_png(CLI::App* command, std::string* file, const std::string& what) {
  command->add_option("--png", *file, what)->check(check_png);
}

Status can_write_png(const std::string& file) {
  const auto writer = FileWriter::create(file, "picture");
  return writer ? ok() : Status(writer.error());
}

Check number_between(double low, double high) {
  return [low, high](const std::string& text) -> std::string {
    const auto number = read_number<double>(text);
    if (number && *number >= low && *number <= high) return {};
    return expected(fmt::format("a number from {:g} to {:g}", low, high), text);
  };
}

Check service_from(uint16_t lowest_port) {
  return [lowest_port](const std::string& text) -> std::string {
    const size_t colon = text.rfind(':');
    const std::string_view host = std::string_view(text).substr(0, colon);
    const bool portless = colon == std::string::npos || IpAddress::parse(text);
    const auto port =
        portless ? 65535 : read_number<uint16_t>(std::string_view(text).substr(colon + 1));
    if (!host.empty() && port && *port >= lowest_port) return {};
    return expected(fmt::format("HOST or HOST:PORT with a port from {} to 65535", lowest_port),
                    text);
  };
}

std::string check_service(const std::string& text) { return service_from(1)(text); }

std::string check_user(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon != std::string::npos && colon > 0) return {};
  return expected("NAME:PASSWORD", text);
}

}  // namespace natbed
