#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/settings.h"
#include "nat_models/presets.h"

namespace natbed {
namespace {

constexpr size_t kColumns = 100;

// `text` broken at spaces into lines that fit beside a margin of `indent` columns.
std::string wrapped(std::string_view text, size_t indent) {
  std::string result;
  size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column > indent && column + 1 + word.size() > kColumns) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return result;
}

void print_text(std::span<const Preset> presets) {
  constexpr size_t kMargin = 22;
  for (const Preset& preset : presets) {
    fmt::print("{:<{}}{}\n", preset.name, kMargin, wrapped(preset.summary, kMargin));
    fmt::print("{:<{}}{}\n\n", "", kMargin, wrapped("Seen: " + std::string(preset.seen), kMargin));
  }
  fmt::print("The systematic kinds, mapping × filtering, which differ in nothing else:\n ");
  for (const Preset& kind : nat_kinds()) fmt::print(" {}", kind.name);
  fmt::print("\n");
}

void print_json(std::span<const Preset> presets) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Preset& preset : presets) {
    list.push_back({{"name", preset.name},
                    {"is_nat", preset.is_nat},
                    {"sets", preset.summary},
                    {"seen", preset.seen}});
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace

void add_nats_command(CLI::App& app, int* status) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "nats", "The NATs it knows: what each sets, and where such a box was seen");
  command->add_flag("--json", *json, "Print JSON instead of text");
  command->footer(example({"nats"}));
  command->callback([json, status] {
    *json ? print_json(presets()) : print_text(presets());
    *status = 0;
  });
}

}  // namespace natbed
