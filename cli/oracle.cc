#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "nat_models/oracle/explain.h"
#include "nat_models/oracle/pairs.h"
#include "nat_models/oracle/remedy.h"
#include "nat_models/profiles.h"
#include "scenarios/report_table.h"

namespace natbed {
namespace {

constexpr size_t kMostBoxes = 8;  // of a meeting: more have too many states to look at them all

struct OracleArguments {
  std::string a, b, shared;
  std::vector<std::string> profiles;  // files
  bool all = false, json = false;
  OracleOptions options;
  std::optional<FilterScope> filter_scope;
  std::optional<ReplyMapping> reply_mapping;
};

struct NamedMeeting {
  Meeting meeting;
  BoxNames names;
};

std::vector<std::string> split(const std::string& chain) {
  std::vector<std::string> names;
  for (size_t from = 0; from <= chain.size();) {
    const size_t to = std::min(chain.find('+', from), chain.size());
    names.push_back(chain.substr(from, to - from));
    from = to + 1;
  }
  return names;
}

// Adds the boxes of a chain, innermost first. "none" is no box.
Status add_chain(const std::string& chain, const std::string& whose,
                 const OracleArguments& arguments, std::vector<ProtocolBehavior>& boxes,
                 BoxNames& names) {
  if (chain.empty()) return ok();
  for (const std::string& name : split(chain)) {
    if (name.empty()) {
      return Error{"no NAT in \"" + chain +
                   "\" where a name must stand: write NAME+NAME, innermost first"};
    }
    const auto found = profile_named(name);
    if (!found) return found.error();
    if (!(*found)->is_nat) continue;
    ProtocolBehavior box = (*found)->behavior.udp;
    box.filter_scope = arguments.filter_scope.value_or(box.filter_scope);
    box.reply_mapping = arguments.reply_mapping.value_or(box.reply_mapping);
    boxes.push_back(box);
    const std::string base = whose + name;
    const auto namesakes = std::ranges::count_if(
        names, [&](const std::string& n) { return n == base || n.starts_with(base + " #"); });
    names.push_back(namesakes > 0 ? fmt::format("{} #{}", base, namesakes + 1) : base);
  }
  return ok();
}

Result<NamedMeeting> meeting_of(const OracleArguments& arguments) {
  NamedMeeting named;
  Meeting& m = named.meeting;
  if (const Status s = add_chain(arguments.a, "a's ", arguments, m.a, named.names); !s)
    return s.error();
  if (const Status s = add_chain(arguments.b, "b's ", arguments, m.b, named.names); !s)
    return s.error();
  if (const Status s = add_chain(arguments.shared, "the shared ", arguments, m.shared, named.names);
      !s)
    return s.error();
  if (m.boxes() > kMostBoxes)
    return Error{
        fmt::format("expected at most {} boxes in all, and found {}", kMostBoxes, m.boxes())};
  return named;
}

std::string remedy_text(const std::vector<AxisChange>& remedy, const NamedMeeting& named) {
  std::string text;
  for (const AxisChange& change : remedy)
    text += (text.empty() ? "" : ", and ") + to_string(change, named.meeting, named.names);
  return text;
}

void print_steps(const std::string& heading, const std::vector<TraversalStep>& steps,
                 const TraversalVerdict& verdict, const NamedMeeting& named) {
  constexpr size_t kMost = 12;  // packets; peers that learn ever new ports repeat themselves
  fmt::print("\n{}\n", heading);
  for (size_t i = 0; i < std::min(steps.size(), kMost); ++i)
    fmt::print("  {}", tell(steps[i], verdict, named.meeting, named.names));
  if (steps.size() > kMost) fmt::print("  and {} packets more (--json)\n", steps.size() - kMost);
}

void print_failure(const TraversalVerdict& verdict, const NamedMeeting& named) {
  if (verdict.can_be_direct())
    print_steps("An order that leads nowhere:", verdict.astray, verdict, named);
  if (!verdict.repeats.empty()) {
    print_steps("Nothing new can happen, this repeats for ever:", verdict.repeats, verdict, named);
  } else if (verdict.astray.empty()) {
    fmt::print("\nNeither knows where to send to: no box lets the question to the server out.\n");
  } else if (!verdict.can_be_direct()) {
    print_steps("Every order ends like this, or sooner:", verdict.astray, verdict, named);
  }
}

void print_text(const TraversalVerdict& verdict, const NamedMeeting& named,
                const std::vector<std::vector<AxisChange>>& cures) {
  fmt::print("{}\n", to_string(verdict.outcome));
  if (verdict.can_be_direct())
    print_steps("The shortest way to a direct path:", verdict.witness, verdict, named);
  if (verdict.outcome != Traversal::kAlways) {
    print_failure(verdict, named);
    fmt::print("\n{}\n", cures.empty()
                             ? "No one or two kinder axes would make it work whatever the order."
                             : "The least that would make it work whatever the order:");
    for (const auto& cure : cures) fmt::print("  {}\n", remedy_text(cure, named));
  }
  fmt::print("\n{} states, all of them visited\n", verdict.states);
}

nlohmann::ordered_json steps_json(const std::vector<TraversalStep>& steps,
                                  const TraversalVerdict& verdict, const NamedMeeting& named) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const TraversalStep& step : steps) {
    nlohmann::ordered_json passes = nlohmann::ordered_json::array();
    for (const BoxPass& pass : step.passes) {
      passes.push_back({{"box", named.names[pass.box]},
                        {"direction", pass.outward ? "out" : "in"},
                        {"mapping", name_of(pass.mapping, verdict, named.names)},
                        {"remote", name_of(pass.remote, verdict, named.names)},
                        {"passed", pass.fate == BoxPass::Fate::kPassed}});
    }
    list.push_back({{"sender", step.sender == 0 ? "a" : "b"},
                    {"answer", step.answer},
                    {"to", name_of(step.target, verdict, named.names)},
                    {"departs", step.departs},
                    {"arrives", step.admitted},
                    {"text", to_string(step)},
                    {"boxes", passes}});
  }
  return list;
}

void print_json(const TraversalVerdict& verdict, const NamedMeeting& named,
                const std::vector<std::vector<AxisChange>>& cures) {
  nlohmann::ordered_json remedies = nlohmann::ordered_json::array();
  for (const auto& cure : cures) remedies.push_back(remedy_text(cure, named));
  const nlohmann::ordered_json json = {{"verdict", to_string(verdict.outcome)},
                                       {"witness", steps_json(verdict.witness, verdict, named)},
                                       {"astray", steps_json(verdict.astray, verdict, named)},
                                       {"repeats", steps_json(verdict.repeats, verdict, named)},
                                       {"remedies", remedies},
                                       {"states", verdict.states}};
  fmt::print("{}\n", json.dump(2));
}

int ask(const OracleArguments& arguments) {
  if (const Status s = load_profiles(arguments.profiles); !s) return failed(s.error());
  const auto named = meeting_of(arguments);
  if (!named) return failed(named.error());
  const auto verdict = foretell(named->meeting, arguments.options);
  if (!verdict) return failed(verdict.error());
  std::vector<std::vector<AxisChange>> cures;
  if (verdict->outcome != Traversal::kAlways) cures = remedies(named->meeting, arguments.options);
  arguments.json ? print_json(*verdict, *named, cures) : print_text(*verdict, *named, cures);
  return 0;
}

std::string reading_text(const Reading& reading) {
  return fmt::format("filter scope {}, reply mapping {}", axis_word(reading.filter_scope),
                     axis_word(reading.reply_mapping));
}

void print_table(const PairTable& table) {
  std::vector<std::vector<std::string>> rows(1);
  rows[0].emplace_back("");
  for (const std::string_view kind : table.kinds) rows[0].emplace_back(kind);
  for (size_t a = 0; a < table.kinds.size(); ++a) {
    rows.push_back({std::string(table.kinds[a])});
    for (size_t b = 0; b < table.kinds.size(); ++b)
      rows.back().push_back(cell_text(table.at(a, b)));
  }
  fmt::print(
      "A direct path: yes, no, or the readings under which there is one (? if it depends on "
      "the order)\n\n{}\n",
      aligned(rows));
  rows = {{"of 45 unordered pairs", "always", "depends", "never"}};
  for (size_t i = 0; i < kReadings.size(); ++i) {
    rows.push_back({fmt::format("{} {}", i + 1, reading_text(kReadings[i]))});
    for (const Traversal t : {Traversal::kAlways, Traversal::kDependsOnOrder, Traversal::kNever})
      rows.back().push_back(fmt::format("{}", table.count(i, t)));
  }
  fmt::print("{}\n{} pairs are left open by RFC 4787: their answer differs between the readings\n",
             aligned(rows), table.open());
}

void print_table_json(const PairTable& table) {
  nlohmann::ordered_json cells = nlohmann::ordered_json::array();
  for (size_t a = 0; a < table.kinds.size(); ++a) {
    for (size_t b = 0; b < table.kinds.size(); ++b) {
      for (size_t i = 0; i < kReadings.size(); ++i) {
        cells.push_back({{"a", table.kinds[a]},
                         {"b", table.kinds[b]},
                         {"filter_scope", axis_word(kReadings[i].filter_scope)},
                         {"reply_mapping", axis_word(kReadings[i].reply_mapping)},
                         {"verdict", to_string(table.at(a, b)[i])}});
      }
    }
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"cells", cells}}.dump(2));
}

int ask_all(const OracleArguments& arguments) {
  const auto table = pair_table(arguments.options);
  if (!table) return failed(table.error());
  arguments.json ? print_table_json(*table) : print_table(*table);
  return 0;
}

void check_combination(const CLI::App& command, const OracleArguments& arguments) {
  const auto refuse = [](const std::string& why) { throw CLI::ValidationError(why); };
  if (!arguments.all) {
    if (arguments.a.empty() || arguments.b.empty())
      refuse("expected two chains of NATs, e.g. home+cgnat symmetric, or --all");
    return;
  }
  if (!arguments.a.empty() || !arguments.shared.empty())
    refuse("--all is about every pair of kinds: expected no chains beside it");
  for (const char* knob : {"--filter-scope", "--reply-mapping"}) {
    if (command.count(knob) > 0) refuse(fmt::format("--all shows every {}", knob + 2));
  }
}

}  // namespace

void add_oracle_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<OracleArguments>();
  CLI::App* command = app.add_subcommand(
      "oracle", "Can these two reach each other directly? Computed, with the steps that show it");
  command->add_option("a", arguments->a,
                      "The NATs before a, innermost first: port-restricted+cgnat");
  command->add_option("b", arguments->b, "The NATs before b");
  command->add_option("--shared", arguments->shared, "NATs that both are behind, beyond their own");
  add_profiles(command, &arguments->profiles);
  add_words(command, "--with", "How they try", {"punch", "ice"}, true,
            [arguments](size_t i) { arguments->options.with = static_cast<Strategy>(i); });
  add_words(command, "--filter-scope", "For all boxes: to whom filters belong",
            {"internal", "mapping"}, false,
            [arguments](size_t i) { arguments->filter_scope = static_cast<FilterScope>(i); });
  add_words(command, "--reply-mapping", "For all boxes: through which mapping answers leave",
            {"selected", "admitting"}, false,
            [arguments](size_t i) { arguments->reply_mapping = static_cast<ReplyMapping>(i); });
  command
      ->add_option("--probes", arguments->options.probes,
                   "Probes of a peer to each endpoint, at most (default: again and again)")
      ->check(CLI::Range(1u, 9u));
  command->add_flag("--all", arguments->all, "Every pair of kinds, under each reading of RFC 4787");
  command->add_flag("--json", arguments->json, "Print JSON instead of text");
  command->footer(example({"oracle restricted symmetric", "oracle port-restricted+cgnat symmetric",
                           "oracle port-restricted port-restricted --shared cgnat --with ice"}));
  command->callback([arguments, command, status] {
    check_combination(*command, *arguments);
    *status = arguments->all ? ask_all(*arguments) : ask(*arguments);
  });
}

}  // namespace natbed
