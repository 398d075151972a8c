// natbed nat check: does a NAT meet the RFCs, shown by packets?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "nat_models/conformance/requirement.h"
#include "nat_models/conformance/subject.h"
#include "nat_models/profiles.h"

namespace natbed {
namespace {

using conformance::Finding;
using conformance::Outcome;
using conformance::Requirement;

struct Options {
  std::string name, requirement;
  std::vector<std::string> files;
  bool json = false, verbose = false, carrier = false;
};

// A box that knows subscribers is one of a carrier.
bool serves_subscribers(const NatProfile& profile) {
  return profile.behavior.limits.mappings_per_host > 0 ||
         profile.behavior.blocks.kind != PortBlocks::Kind::kNone ||
         profile.name.find("cgn") != std::string::npos;
}

struct Line {
  const Requirement* requirement;
  Finding finding;
  std::string documented;  // why it fails, as the profile says; empty: it says nothing
};

std::vector<Line> run_checks(const NatProfile& profile, bool carrier, const std::string& only) {
  const conformance::NatMaker maker(profile.behavior);
  const auto subject = conformance::subject_for(maker, profile.behavior, carrier);
  std::vector<Line> lines;
  for (const Requirement& requirement : conformance::requirements()) {
    if (!only.empty() && requirement.id != only) continue;
    Line line{&requirement, conformance::check(requirement, subject), {}};
    for (const Deviation& deviation : profile.deviations) {
      if (deviation.requirement == requirement.id) line.documented = deviation.why;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

bool fails_must(const Line& line) {
  return line.finding.outcome == Outcome::kFail && is_binding(line.requirement->level);
}

// The MUSTs that fail and of which the profile says nothing. 6888-REQ-1 only repeats others.
std::string undocumented(const std::vector<Line>& lines) {
  std::string ids;
  for (const Line& line : lines) {
    const bool repeats = line.requirement->id == "6888-REQ-1" && lines.size() > 1;
    if (!fails_must(line) || !line.documented.empty() || repeats) continue;
    ids += (ids.empty() ? "" : ", ") + std::string(line.requirement->id);
  }
  return ids;
}

// Passed, failed and not applicable, of one level.
struct Count {
  conformance::Level level;
  std::array<int, 3> outcomes = {};
};
std::vector<Count> count(const std::vector<Line>& lines) {
  std::vector<Count> counts;
  for (const Line& line : lines) {
    const auto level = line.requirement->level;
    auto at = std::ranges::find(counts, level, &Count::level);
    if (at == counts.end()) at = counts.insert(at, {level});
    ++at->outcomes[static_cast<size_t>(line.finding.outcome)];
  }
  std::ranges::sort(counts, {}, &Count::level);
  return counts;
}

void print_text(const std::vector<Line>& lines, bool verbose) {
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
  fmt::print("\n{:<13}{:>6}{:>6}{:>6}\n", "level", "pass", "fail", "n/a");
  for (const auto& [level, n] : count(lines)) {
    fmt::print("{:<13}{:>6}{:>6}{:>6}\n", to_string(level), n[0], n[1], n[2]);
  }
}

void print_json(const NatProfile& profile, const std::vector<Line>& lines, bool verbose) {
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
  for (const auto& [level, n] : count(lines)) {
    summary[to_string(level)] = {{"pass", n[0]}, {"fail", n[1]}, {"n/a", n[2]}};
  }
  const nlohmann::ordered_json report = {
      {"name", profile.name}, {"requirements", std::move(list)}, {"summary", std::move(summary)}};
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
  if (const Status s = load_profiles(options.files); !s) return failed(s.error());
  const auto found = profile_named(options.name);
  if (!found) return failed(found.error());
  const NatProfile& profile = **found;
  if (!profile.is_nat) {
    return failed({"\"" + profile.name + "\" is no NAT: there is nothing to check"});
  }
  const bool carrier = options.carrier || serves_subscribers(profile);
  const std::vector<Line> lines = run_checks(profile, carrier, options.requirement);
  options.json ? print_json(profile, lines, options.verbose) : print_text(lines, options.verbose);
  const std::string missing = undocumented(lines);
  if (missing.empty()) return 0;
  return failed(
      {profile.name + " breaks what a NAT must do, and its profile does not say so: " + missing});
}

}  // namespace

void add_nat_check_command(CLI::App& group, int* status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = group.add_subcommand(
      "check", "Whether a NAT meets RFC 4787, 5382, 5508, 6888, 7857 and 7422, shown by packets");
  command->add_option("name", options->name, "The NAT, as `nat list` names it")->required();
  command->add_option("--requirement", options->requirement, "Only this one, e.g. 4787-REQ-9")
      ->check(unknown_requirement);
  command->add_flag("--carrier", options->carrier,
                    "It serves subscribers: RFC 6888 and RFC 7422 apply");
  command->add_flag("--json", options->json, "Print JSON instead of text");
  command->add_flag("--verbose", options->verbose, "Show the packets of what passes, too");
  add_profiles(command, &options->files);
  command->footer(example({"nat check linux", "nat check cgnat --requirement 4787-REQ-9"}) +
                  "\nExit status 1: a MUST fails, and the profile does not say so.");
  command->callback([options, status] { *status = run(*options); });
}

}  // namespace natbed
