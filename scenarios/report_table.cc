#include "scenarios/report_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "base/text.h"

namespace natbed {
namespace {

// Characters of UTF-8 text: every byte that does not continue one.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// For eyes: three decimals of a small number, none of a large one, three digits of a tiny one.
std::string short_number(double number) {
  const double size = std::abs(number);
  if (size >= 1e15 || (size > 0 && size < 0.1)) return fmt::format("{:.3g}", number);
  if (number == std::round(number)) return fmt::format("{:.0f}", number);
  return fmt::format("{:.{}f}", number, size < 10 ? 3 : size < 1000 ? 1 : 0);
}

std::string short_text(const Value& value) {
  const double* number = std::get_if<double>(&value);
  return number ? short_number(*number) : to_text(value);
}

std::string to_text(const Summary& summary) {
  switch (summary.kind) {
    case Summary::Kind::kProportion:
      return natbed::to_text(summary.proportion);
    case Summary::Kind::kQuantiles: {
      const Quantiles& q = summary.quantiles;
      return fmt::format("{} / {} / {}", short_number(q.p50), short_number(q.p90),
                         short_number(q.p99));
    }
    case Summary::Kind::kCounts:
      break;
  }
  std::vector<std::string> parts;
  for (const auto& [text, count] : summary.counts)
    parts.push_back(fmt::format("{} {}", text, count));
  return fmt::format("{}", fmt::join(parts, ", "));
}

const Summary* find(const Cell& cell, const std::string& key) {
  const auto at = std::ranges::find(cell.summaries, key, &Summary::key);
  return at == cell.summaries.end() ? nullptr : &*at;
}

std::string heading(const Report& report, const std::string& key) {
  for (const Cell& cell : report.cells) {
    const Summary* summary = find(cell, key);
    if (summary && summary->kind == Summary::Kind::kQuantiles) return key + " p50 / p90 / p99";
    if (summary) return key;
  }
  return key;
}

// Successes first, because they are what one looks for, then texts, then times; by name within
// each.
std::vector<std::string> columns_of(const Report& report) {
  std::set<std::pair<int, std::string>> columns;
  for (const Cell& cell : report.cells) {
    for (const Summary& summary : cell.summaries) {
      const bool known =
          std::ranges::any_of(columns, [&](const auto& c) { return c.second == summary.key; });
      const int rank = summary.kind == Summary::Kind::kProportion ? 0
                       : summary.kind == Summary::Kind::kCounts   ? 1
                                                                  : 2;
      if (!known) columns.emplace(rank, summary.key);
    }
  }
  std::vector<std::string> keys;
  for (const auto& [rank, key] : columns) keys.push_back(key);
  return keys;
}

std::string table_of_cells(const Report& report) {
  const std::vector<std::string> keys = columns_of(report);
  if (keys.empty()) {
    return "Nothing was recorded: `run` of the sweep returns a table of results, or the script "
           "calls natbed.record{...}.\n";
  }
  std::vector<std::vector<std::string>> rows(1);
  for (const Axis& axis : report.axes) rows[0].push_back(axis.name);
  for (const std::string& key : keys) rows[0].push_back(heading(report, key));
  for (const Cell& cell : report.cells) {
    std::vector<std::string>& row = rows.emplace_back();
    for (const Value& value : cell.at) row.push_back(natbed::to_text(value));
    for (const std::string& key : keys) {
      const Summary* summary = find(cell, key);
      row.push_back(summary ? to_text(*summary) : "-");
    }
  }
  return aligned(rows);
}

bool same_keys(const Record& a, const Record& b) {
  return std::ranges::equal(a.fields(), b.fields(), {}, &Field::first, &Field::first);
}

// One record stands upright, a field a line; several of the same fields lie, a record a line.
std::string table_of_records(std::span<const Record> records) {
  std::vector<std::vector<std::string>> rows;
  if (records.size() == 1) {
    for (const auto& [key, value] : records[0].fields()) rows.push_back({key, short_text(value)});
    return aligned(rows);
  }
  rows.emplace_back();
  for (const auto& [key, value] : records[0].fields()) rows[0].push_back(key);
  for (const Record& record : records) {
    rows.emplace_back();
    for (const auto& [key, value] : record.fields()) rows.back().push_back(short_text(value));
  }
  return aligned(rows);
}

std::string table_of_trial(const Trial& trial) {
  std::string text;
  for (const Note& note : trial.notes) {
    text += fmt::format("{:>10.3f}s  {}\n", note.at.as_seconds(), note.text);
  }
  const std::span<const Record> records = trial.records;
  for (size_t at = 0; at < records.size();) {
    size_t end = at + 1;
    while (end < records.size() && same_keys(records[at], records[end])) ++end;
    if (!text.empty()) text += '\n';
    text += table_of_records(records.subspan(at, end - at));
    at = end;
  }
  return text;
}

// Why some rows have fewer trials than others. What went wrong is told as the run's error.
std::string broken_off(const Report& report) {
  if (!report.broken_off) return "";
  const size_t ended = report.trials.size();
  return fmt::format("\nbroken off at trial {} of {}; here are the {} before it\n", ended + 1,
                     report.broken_off->planned, ended);
}

// The first trial that failed, with the way to see it again.
std::string last_words(const Report& report) {
  const auto failed = std::ranges::find_if(report.trials, &Trial::failed);
  if (failed == report.trials.end()) return "";
  const auto failures = std::ranges::count_if(report.trials, &Trial::failed);
  const std::string which =
      report.trials.size() == 1
          ? ""
          : fmt::format("{} of {} trials failed; the first, ", failures, report.trials.size());
  return fmt::format("\n{}again: {}\nwhy: {}\n", which,
                     repeat_command(report, failed->cell, failed->seed),
                     explain_command(report, failed->cell, failed->seed));
}

}  // namespace

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string to_text(const Proportion& proportion) {
  const Interval interval = proportion.wilson95();
  // As many decimals as tell "nearly all" from "all".
  const bool extreme = proportion.successes == 0 || proportion.successes == proportion.trials;
  const double from_extreme = std::min(proportion.value(), 1 - proportion.value());
  const int decimals = extreme || from_extreme >= 0.001 ? 1 : from_extreme >= 1e-5 ? 3 : 5;
  return fmt::format("{:.{}f} % [{:.{}f}–{:.{}f}] {}/{}", 100 * proportion.value(), decimals,
                     100 * interval.low, decimals, 100 * interval.high, decimals,
                     proportion.successes, proportion.trials);
}

std::string report_table(const Report& report) {
  const bool single = report.is_single();
  std::string text = fmt::format("{}  seed {}", report.script, report.seed);
  for (const auto& [key, value] : report.set) text += fmt::format("  {}={}", key, value);
  if (!single) text += fmt::format("  {} trials", report.trials.size());
  text += "\n\n" + (single ? table_of_trial(report.trials[0]) : table_of_cells(report));
  return printable(text + broken_off(report) + last_words(report));  // scripts may say anything
}

}  // namespace natbed
