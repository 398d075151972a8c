// natbed nat check: does a NAT meet the RFCs, shown by packets?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/settings.h"
#include "nat_models/conformance/requirement.h"
#include "nat_models/conformance/subject.h"
#include "nat_models/presets.h"
#include "scenarios/suggest.h"

namespace natbed {
namespace {

using conformance::Finding;
using conformance::Outcome;
using conformance::Requirement;

struct Options {
  std::string name, requirement;
  bool json = false, verbose = false, carrier = false;
};

// A box, and what its profile says of itself.
struct Checked {
  std::string name;
  NatBehavior behavior;
  bool carrier = false;
  std::map<std::string, std::string> deviations;  // requirement to why
};

Result<Checked> find_checked(const Options& options) {
  const auto preset = preset_named(options.name);
  if (!preset) return preset.error();
  if (!(*preset)->is_nat) {
    return Error{"\"" + options.name + "\" is no NAT: there is nothing to check"};
  }
  Checked checked;
  checked.name = options.name;
  checked.behavior = (*preset)->behavior;
  checked.carrier = options.carrier || options.name.find("cgn") != std::string::npos;
  return checked;
}

struct Line {
  const Requirement* requirement;
  Finding finding;
  std::string documented;  // why it fails, as the profile says; empty: it says nothing
};

bool fails_must(const Line& line) {
  return line.finding.outcome == Outcome::kFail && is_binding(line.requirement->level);
}

std::vector<Line> run_checks(const Checked& checked, const std::string& only) {
  const conformance::NatMaker maker(checked.behavior);
  const auto subject = conformance::subject_for(maker, checked.behavior, checked.carrier);
  std::vector<Line> lines;
  for (const Requirement& requirement : conformance::requirements()) {
    if (!only.empty() && requirement.id != only) continue;
    Line line{&requirement, conformance::check(requirement, subject), {}};
    const auto why = checked.deviations.find(std::string(requirement.id));
    if (why != checked.deviations.end()) line.documented = why->second;
    lines.push_back(std::move(line));
  }
  return lines;
}

// Passed, failed and not applicable, of one level.
using Counts = std::map<std::string, std::array<int, 3>>;
Counts count(const std::vector<Line>& lines) {
  Counts counts;
  for (const Line& line : lines) {
    auto& of_level = counts[to_string(line.requirement->level)];
    ++of_level[static_cast<size_t>(line.finding.outcome)];
  }
  return counts;
}

void print_text(const Checked& checked, const std::vector<Line>& lines, bool verbose) {
  for (const Line& line : lines) {
    const Finding& finding = line.finding;
    fmt::print("{:<18}{:<13}{:<6}{}\n", line.requirement->id, to_string(line.requirement->level),
               to_string(finding.outcome), finding.sentence);
    const bool failed = finding.outcome == Outcome::kFail;
    if (failed) fmt::print("{:37}asked: {}\n", "", line.requirement->text);
    if (failed && !line.documented.empty()) {
      fmt::print("{:37}as the profile says: {}\n", "", line.documented);
    }
    if (!failed && !verbose) continue;
    for (const std::string& packet : finding.packets) fmt::print("    {}\n", packet);
  }
  fmt::print("\n{:<13}{:>6}{:>6}{:>6}\n", checked.name, "pass", "fail", "n/a");
  for (const auto& [level, of_level] : count(lines)) {
    fmt::print("{:<13}{:>6}{:>6}{:>6}\n", level, of_level[0], of_level[1], of_level[2]);
  }
}

void print_json(const Checked& checked, const std::vector<Line>& lines, bool verbose) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Line& line : lines) {
    nlohmann::ordered_json one = {{"id", line.requirement->id},
                                  {"level", to_string(line.requirement->level)},
                                  {"requirement", line.requirement->text},
                                  {"result", to_string(line.finding.outcome)},
                                  {"why", line.finding.sentence}};
    if (!line.documented.empty()) one["documented"] = line.documented;
    const bool show = verbose || line.finding.outcome == Outcome::kFail;
    if (show) one["packets"] = line.finding.packets;
    list.push_back(std::move(one));
  }
  nlohmann::ordered_json summary;
  for (const auto& [level, of_level] : count(lines)) {
    summary[level] = {{"pass", of_level[0]}, {"fail", of_level[1]}, {"n/a", of_level[2]}};
  }
  const nlohmann::ordered_json report = {{"name", checked.name},
                                         {"carrier", checked.carrier},
                                         {"requirements", std::move(list)},
                                         {"summary", std::move(summary)}};
  fmt::print("{}\n", report.dump(2));
}

// Empty, or why there is no such requirement.
std::string unknown_requirement(const std::string& id) {
  if (conformance::find_requirement(id)) return {};
  std::vector<std::string> names;
  for (const Requirement& r : conformance::requirements()) names.emplace_back(r.id);
  return unknown_word("requirement", id, names);
}

int run(const Options& options) {
  const auto checked = find_checked(options);
  if (!checked) return failed(checked.error());
  const std::vector<Line> lines = run_checks(*checked, options.requirement);
  options.json ? print_json(*checked, lines, options.verbose)
               : print_text(*checked, lines, options.verbose);
  std::string undocumented;
  for (const Line& line : lines) {
    if (!fails_must(line) || !line.documented.empty()) continue;
    undocumented += (undocumented.empty() ? "" : ", ") + std::string(line.requirement->id);
  }
  if (undocumented.empty()) return 0;
  return failed({checked->name +
                 " breaks what a NAT must do, and its profile does not say so: " + undocumented});
}

}  // namespace

void add_nat_check_command(CLI::App& group, int* status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand(
      "check", "Whether a NAT meets RFC 4787, 5382, 5508, 6888, 7857 and 7422, shown by packets");
  command->add_option("NAME", options->name, "The NAT, as `nats` names it")->required();
  command->add_option("--requirement", options->requirement, "Only this one, e.g. 4787-REQ-9")
      ->check(unknown_requirement);
  command->add_flag("--carrier", options->carrier,
                    "It serves subscribers: RFC 6888 and RFC 7422 apply");
  command->add_flag("--json", options->json, "Print JSON instead of text");
  command->add_flag("--verbose", options->verbose, "Show the packets of what passes, too");
  command->footer(example({"nat check linux", "nat check cgnat --requirement 4787-REQ-9"}) +
                  "\nExit status 1: a MUST fails, and the profile does not say so.");
  command->callback([options, status] { *status = run(*options); });
}

}  // namespace natbed
