#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "nat_models/axes.h"
#include "nat_models/profiles.h"

namespace natbed {
namespace {

struct ShowArguments {
  std::string name;
  std::vector<std::string> files;
  bool json = false, all = false;
};

struct Line {
  std::string axis, value, says;
};

std::string source_text(const NatProfile& profile, const std::string& axis) {
  const ProfileSource* source = profile.source_of(axis);
  if (!source) return "natbed's default";
  return source->verified ? source->text : source->text + " (unverified)";
}

// The axes that differ from natbed's defaults, or all; one that differs by protocol has three lines.
std::vector<Line> lines_of(const NatProfile& profile, bool all) {
  static const NatBehavior kDefault;
  std::vector<Line> lines;
  for (const NatAxis& axis : nat_axes()) {
    const bool uniform = is_uniform(profile.behavior, axis);
    for (const Protocol protocol : kNatProtocols) {
      const AxisValue value = axis.get(profile.behavior, protocol);
      const std::string name =
          uniform ? std::string(axis.name) : to_string(protocol) + ("." + std::string(axis.name));
      const bool sourced = profile.source_of(name) != nullptr;
      const bool differs = value != axis.get(kDefault, protocol);
      if (all || differs || sourced || !uniform) {
        lines.push_back({name, to_string(axis, value), source_text(profile, name)});
      }
      if (uniform) break;
    }
  }
  return lines;
}

std::string listed(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

void print_text(const NatProfile& profile, bool all) {
  fmt::print("{}: {}\nSeen: {}\n", profile.name, profile.summary, profile.seen);
  if (!profile.is_nat) return;
  const std::vector<Line> lines = lines_of(profile, all);
  size_t axis_width = 0, value_width = 0;
  for (const Line& line : lines) {
    axis_width = std::max(axis_width, line.axis.size());
    value_width = std::max(value_width, line.value.size());
  }
  fmt::print("\n");
  for (const Line& line : lines) {
    fmt::print("{:<{}}  {:<{}}  {}\n", line.axis, axis_width, line.value, value_width, line.says);
  }
  if (!all) fmt::print("\nAll other axes are at natbed's defaults; --all shows them.\n");
  if (!profile.unknown.empty()) {
    fmt::print("Nobody has told of this box: {}.\n", listed(profile.unknown));
  }
  if (!profile.deviations.empty()) fmt::print("\nRequirements that it does not meet:\n");
  for (const Deviation& deviation : profile.deviations) {
    fmt::print("{:<13}  {}\n", deviation.requirement, deviation.why);
  }
}

int show(const ShowArguments& arguments) {
  if (const Status s = load_profiles(arguments.files); !s) return failed(s.error());
  const auto profile = profile_named(arguments.name);
  if (!profile) return failed(profile.error());
  if (arguments.json) {
    fmt::print("{}", write_profile(**profile));
  } else {
    print_text(**profile, arguments.all);
  }
  return 0;
}

}  // namespace

void add_nat_show_command(CLI::App& group, int* status) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = group.add_subcommand(
      "show", "What one NAT does, axis by axis, with who says so of the box that it stands for");
  command->add_option("name", arguments->name, "Its name; `nat list` tells them")->required();
  command->add_flag("--all", arguments->all, "The axes at natbed's defaults, too");
  command->add_flag("--json", arguments->json, "The profile as a file that --profile takes");
  add_profiles(command, &arguments->files);
  command->footer(example({"nat show linux", "nat show aws-nat-gateway --json"}));
  command->callback([arguments, status] { *status = show(*arguments); });
}

}  // namespace natbed
