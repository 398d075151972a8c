#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/profiles.h"
#include "cli/settings.h"
#include "cli/trace_source.h"
#include "viz/story/story.h"

namespace natbed {
namespace {

using viz::Attempt;
using viz::DropWords;
using viz::Evidence;
using viz::PairStory;

constexpr size_t kMostStories = 3;  // told unasked
constexpr size_t kMostDrops = 10;   // of a run without attempts

struct ExplainArguments {
  TraceSource source;
  std::vector<std::string> profiles;
  std::string pair;
  bool json = false;
};

// `text` after `start`, in lines of some hundred columns, the later ones under the first.
std::string wrapped(const std::string& start, const std::string& text) {
  constexpr size_t kColumns = 100;
  std::string out = start;
  size_t column = start.size();
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const bool first = column == start.size();
    if (!first && column + 1 + end - at > kColumns) {
      out += "\n" + std::string(start.size(), ' ');
      column = start.size();
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out.append(text, at, end - at);
    column += end - at;
    at = end + 1;
  }
  return out + "\n";
}

// "why         first", and what follows it under the first.
std::string under(const std::string& heading, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += wrapped(fmt::format("{:<12}", text.empty() ? heading : ""), line);
  return text;
}

std::string timed(Instant at) { return fmt::format("{:>9.3f}s  ", at.as_seconds()); }

std::string text_of(const PairStory& story) {
  std::string text = fmt::format("{} and {}: {}\n\n", story.a, story.b, story.ending);
  for (const viz::StoryLine& line : story.lines) text += wrapped(timed(line.at), line.text);
  if (story.why.empty() && story.changes.empty()) return text;
  return text + "\n" + under("why", story.why) + under("change", story.changes);
}

std::string text_of(const std::vector<DropWords>& drops, const Evidence& evidence) {
  std::string text =
      fmt::format("Nobody tried to reach a peer in this run. {} of {} packets were dropped{}\n",
                  evidence.dropped, evidence.packets, drops.empty() ? "." : ":\n");
  for (size_t i = 0; i < drops.size() && i < kMostDrops; ++i) {
    text += wrapped(timed(drops[i].group.first), drops[i].text);
    if (!drops[i].change.empty()) text += wrapped(std::string(12, ' '), drops[i].change);
  }
  if (drops.size() > kMostDrops)
    text += fmt::format("{:12}and {} more kinds of drops: --json has them all\n", "",
                        drops.size() - kMostDrops);
  return text;
}

nlohmann::ordered_json json_of(const std::vector<DropWords>& drops, const Evidence& evidence) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& [g, text, change] : drops) {
    const Endpoint& expected = g.diagnosis.expected;
    nlohmann::ordered_json drop = {{"box", evidence.cast.name(g.box)},
                                   {"sender", evidence.cast.name(g.sender)},
                                   {"reason", to_string(g.reason)},
                                   {"cure", to_string(g.cure)},
                                   {"count", g.count},
                                   {"first_s", g.first.as_seconds()},
                                   {"last_s", g.last.as_seconds()},
                                   {"from", g.from.to_string()},
                                   {"to", g.toward.to_string()}};
    if (g.row.valid()) drop["row"] = g.row.value();
    if (expected != Endpoint()) drop["expected"] = expected.to_string();
    if (g.diagnosis.since != Instant()) drop["since_s"] = g.diagnosis.since.as_seconds();
    if (g.diagnosis.amount != 0) drop["amount"] = g.diagnosis.amount;
    drop["text"] = text;
    drop["change"] = change;
    list.push_back(drop);
  }
  return list;
}

nlohmann::ordered_json json_of(const PairStory& story, const Evidence& evidence) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  for (const viz::StoryLine& line : story.lines)
    lines.push_back({{"at_s", line.at.as_seconds()}, {"text", line.text}});
  return {{"a", story.a},
          {"b", story.b},
          {"reached", story.reached},
          {"ending", story.ending},
          {"lines", lines},
          {"why", story.why},
          {"changes", story.changes},
          {"drops", json_of(story.drops, evidence)}};
}

// The attempts to tell: the one asked for, or all, those that failed first.
Result<std::vector<Attempt>> chosen(const ExplainArguments& arguments, const Evidence& evidence) {
  if (arguments.pair.empty()) {
    std::vector<Attempt> all = viz::attempts(evidence);
    std::ranges::stable_sort(all, {}, &Attempt::reached);
    return all;
  }
  const size_t comma = arguments.pair.find(',');
  const auto attempt = viz::find_attempt(evidence, arguments.pair.substr(0, comma),
                                         arguments.pair.substr(comma + 1));
  if (!attempt) return attempt.error();
  return std::vector<Attempt>{*attempt};
}

void print_json(const std::vector<Attempt>& attempts, const Evidence& evidence) {
  nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
  for (const Attempt& attempt : attempts)
    pairs.push_back(json_of(viz::tell(evidence, attempt), evidence));
  const nlohmann::ordered_json json = {{"packets", evidence.packets},
                                       {"dropped", evidence.dropped},
                                       {"pairs", pairs},
                                       {"drops", json_of(viz::tell_drops(evidence), evidence)}};
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_text(const std::vector<Attempt>& attempts, const Evidence& evidence) {
  std::string text;
  for (size_t i = 0; i < attempts.size() && i < kMostStories; ++i)
    text += (i > 0 ? "\n\n" : "") + text_of(viz::tell(evidence, attempts[i]));
  if (attempts.empty()) text = text_of(viz::tell_drops(evidence), evidence);
  if (attempts.size() > kMostStories) {
    const auto& next = attempts[kMostStories];
    text += fmt::format("\n{} more pairs tried: --pair {},{} tells of one\n",
                        attempts.size() - kMostStories, evidence.cast.name(next.a),
                        evidence.cast.name(next.b));
  }
  fmt::print("{}", printable(text));  // names may be anything
}

int explain(const ExplainArguments& arguments) {
  if (const Status s = load_profiles(arguments.profiles); !s) return failed(s.error());
  const auto trace = open_trace(arguments.source);
  if (!trace) return failed(trace.error());
  const auto evidence = viz::gather(trace->events);
  if (!evidence) return failed(evidence.error());
  const auto attempts = chosen(arguments, *evidence);
  if (!attempts) return failed(attempts.error());
  arguments.json ? print_json(*attempts, *evidence) : print_text(*attempts, *evidence);
  return 0;
}

}  // namespace

void add_explain_command(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* command = app.add_subcommand(
      "explain", "Why did it fail? The story of a run, and the smallest change that would help");
  add_trace_source(command, &arguments->source);
  add_profiles(command, &arguments->profiles);
  command->add_option("--pair", arguments->pair, "A,B: only what these two hosts tried")
      ->check([](const std::string& text) -> std::string {
        const size_t comma = text.find(',');
        const bool two = comma != std::string::npos && comma > 0 && comma + 1 < text.size() &&
                         text.find(',', comma + 1) == std::string::npos;
        return two ? "" : "expected two hosts, as in alice,bob, and found \"" + text + "\"";
      });
  command->add_flag("--json", arguments->json, "Print JSON instead of text");
  command->footer(
      example({"explain scenarios/two_homes.lua --set alice=symmetric --set bob=symmetric",
               "run scenarios/two_homes.lua --trace t", "explain t --pair alice,bob"}));
  command->callback([arguments, command, status] {
    check_trace_source(*command, arguments->source);
    *status = explain(*arguments);
  });
}

}  // namespace natbed
