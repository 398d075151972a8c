#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "nat_models/profiles.h"

namespace natbed {
namespace {

constexpr size_t kColumns = 100, kMargin = 22;

// `text` broken at spaces into lines that fit beside the margin.
std::string wrapped(std::string_view text) {
  std::string result;
  size_t column = kMargin;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column > kMargin && column + 1 + word.size() > kColumns) {
      result += "\n" + std::string(kMargin, ' ');
      column = kMargin;
    } else if (column > kMargin) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return result;
}

void print_group(std::string_view title, bool generic) {
  fmt::print("{}\n\n", title);
  for (const NatProfile& profile : profiles()) {
    if (profile.generic != generic) continue;
    fmt::print("{:<{}}{}\n", profile.name, kMargin, wrapped(profile.summary));
    fmt::print("{:<{}}{}\n\n", "", kMargin, wrapped("Seen: " + profile.seen));
  }
}

void print_text() {
  print_group("Types of NAT", true);
  print_group("Boxes and services", false);
  fmt::print("The systematic kinds, mapping × filtering, which differ in nothing else:\n ");
  for (const NatProfile& kind : nat_kinds()) fmt::print(" {}", kind.name);
  fmt::print("\n");
}

void print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const NatProfile& profile : profiles()) {
    list.push_back({{"name", profile.name},
                    {"is_nat", profile.is_nat},
                    {"generic", profile.generic},
                    {"sets", profile.summary},
                    {"seen", profile.seen}});
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace

void add_nat_list_command(CLI::App& group, int* status) {
  auto json = std::make_shared<bool>(false);
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      group.add_subcommand("list", "The NATs it knows: what each sets, and where it was seen");
  command->add_flag("--json", *json, "Print JSON instead of text");
  add_profiles(command, files.get());
  command->footer(example({"nat list"}));
  command->callback([json, files, status] {
    if (const Status s = load_profiles(*files); !s) {
      *status = failed(s.error());
      return;
    }
    *json ? print_json() : print_text();
    *status = 0;
  });
}

}  // namespace natbed
