#include "scenarios/results_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/file_writer.h"

namespace natbed {
namespace {

constexpr const char* kNames[] = {"results.jsonl", "summary.json", "summary.csv"};
constexpr const char* kWhat = "results' file";

// {"a":"linux","b":"cgnat"}: where on the axes.
std::string place_json(const Report& report, const std::vector<Value>& at) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < at.size(); ++i) {
    parts.push_back(json_string(report.axes[i].name) + ":" + to_json(at[i]));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ","));
}

std::string summary_json(const Summary& summary) {
  if (summary.kind == Summary::Kind::kProportion) {
    const Proportion& p = summary.proportion;
    return fmt::format(R"({{"successes":{},"trials":{},"proportion":{},"wilson95":[{},{}]}})",
                       p.successes, p.trials, p.value(), p.wilson95().low, p.wilson95().high);
  }
  if (summary.kind == Summary::Kind::kQuantiles) {
    const Quantiles& q = summary.quantiles;
    return fmt::format(R"({{"count":{},"min":{},"p50":{},"p90":{},"p99":{},"max":{}}})", q.count,
                       q.min, q.p50, q.p90, q.p99, q.max);
  }
  std::vector<std::string> parts;
  for (const auto& [text, count] : summary.counts)
    parts.push_back(fmt::format("{}:{}", json_string(text), count));
  return fmt::format(R"({{"counts":{{{}}}}})", fmt::join(parts, ","));
}

std::string cell_json(const Report& report, const Cell& cell) {
  std::vector<std::string> parts;
  for (const Summary& summary : cell.summaries) {
    parts.push_back(json_string(summary.key) + ":" + summary_json(summary));
  }
  return fmt::format(R"({{"at":{},"trials":{},"results":{{{}}}}})", place_json(report, cell.at),
                     cell.trials, fmt::join(parts, ","));
}

std::string trial_json(const Report& report, const Trial& trial) {
  std::vector<std::string> records, notes;
  for (const Record& record : trial.records) records.push_back(to_json(record));
  for (const Note& note : trial.notes) {
    notes.push_back(
        fmt::format(R"({{"at_ns":{},"text":{}}})", note.at.ns(), json_string(note.text)));
  }
  return fmt::format(
      R"({{"cell":{},"at":{},"trial":{},"seed":{},"ended_ns":{},"records":[{}],"notes":[{}]}})",
      trial.cell, place_json(report, report.cells[trial.cell].at), trial.index, trial.seed,
      trial.ended.ns(), fmt::join(records, ","), fmt::join(notes, ","));
}

// A line of the summary, if the run was.
std::string broken_off_json(const Report& report) {
  if (!report.broken_off) return "";
  const BrokenOff& b = *report.broken_off;
  return fmt::format(
      "  \"broken_off\": {{\"planned\":{},\"cell\":{},\"at\":{},\"trial\":{},\"seed\":{},"
      "\"error\":{}}},\n",
      b.planned, b.cell, place_json(report, report.cells[b.cell].at), b.index, b.seed,
      json_string(b.error.message));
}

// A line of the summary, if a trace was made: `natbed matrix` makes none.
std::string trace_hash_json(const Report& report) {
  if (!report.trace_hash) return "";
  return fmt::format("  \"trace_hash\": \"{:016x}\",\n", *report.trace_hash);
}

std::string list_json(const std::vector<Value>& values) {
  std::vector<std::string> parts;
  for (const Value& value : values) parts.push_back(to_json(value));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

// RFC 4180: quoted only if it must be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// The columns under `kind`, for the header and for the values of one cell.
std::vector<std::string> csv_columns(const std::string& key, Summary::Kind kind) {
  switch (kind) {
    case Summary::Kind::kProportion:
      return {key, key + "_low95", key + "_high95", key + "_successes", key + "_trials"};
    case Summary::Kind::kQuantiles:
      return {key + "_count", key + "_p50", key + "_p90", key + "_p99"};
    case Summary::Kind::kCounts:
      break;
  }
  return {key};
}

std::vector<std::string> csv_values(const Summary& summary) {
  const Proportion& p = summary.proportion;
  const Quantiles& q = summary.quantiles;
  switch (summary.kind) {
    case Summary::Kind::kProportion:
      return {fmt::format("{}", p.value()), fmt::format("{}", p.wilson95().low),
              fmt::format("{}", p.wilson95().high), fmt::format("{}", p.successes),
              fmt::format("{}", p.trials)};
    case Summary::Kind::kQuantiles:
      return {fmt::format("{}", q.count), fmt::format("{}", q.p50), fmt::format("{}", q.p90),
              fmt::format("{}", q.p99)};
    case Summary::Kind::kCounts:
      break;
  }
  std::vector<std::string> parts;
  for (const auto& [text, count] : summary.counts)
    parts.push_back(fmt::format("{}:{}", json_string(text), count));
  return {fmt::format("{{{}}}", fmt::join(parts, ","))};
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (const std::string& field : fields) row += (row.empty() ? "" : ",") + csv_field(field);
  return row + "\n";
}

Status ensure_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) return ok();
  return Error{fmt::format("cannot create {}: {}; expected a directory for {}", directory.string(),
                           error.message(), fmt::join(kNames, ", "))};
}

}  // namespace

std::string results_jsonl(const Report& report) {
  std::string text;
  for (const Trial& trial : report.trials) text += trial_json(report, trial) + "\n";
  return text;
}

std::string summary_json(const Report& report) {
  std::vector<std::string> set, axes, cells;
  for (const auto& [key, value] : report.set)
    set.push_back(json_string(key) + ":" + json_string(value));
  for (const Axis& axis : report.axes)
    axes.push_back(json_string(axis.name) + ":" + list_json(axis.values));
  for (const Cell& cell : report.cells) cells.push_back("    " + cell_json(report, cell));
  return fmt::format(
      "{{\n  \"script\": {},\n  \"seed\": {},\n  \"set\": {{{}}},\n  \"trials\": {},\n{}"
      "{}  \"axes\": {{{}}},\n  \"cells\": [\n{}\n  ]\n}}\n",
      json_string(report.script), report.seed, fmt::join(set, ","), report.trials.size(),
      broken_off_json(report), trace_hash_json(report), fmt::join(axes, ","),
      fmt::join(cells, ",\n"));
}

std::string summary_csv(const Report& report) {
  std::map<std::string, Summary::Kind> kinds;
  for (const Cell& cell : report.cells) {
    for (const Summary& summary : cell.summaries) kinds.try_emplace(summary.key, summary.kind);
  }
  std::vector<std::string> header;
  for (const Axis& axis : report.axes) header.push_back(axis.name);
  header.push_back("trials");
  for (const auto& [key, kind] : kinds) {
    for (const std::string& column : csv_columns(key, kind)) header.push_back(column);
  }
  std::string text = csv_row(header);
  for (const Cell& cell : report.cells) {
    std::vector<std::string> row;
    for (const Value& value : cell.at) row.push_back(to_text(value));
    row.push_back(fmt::format("{}", cell.trials));
    for (const auto& [key, kind] : kinds) {
      const auto found = std::ranges::find(cell.summaries, key, &Summary::key);
      const bool fits = found != cell.summaries.end() && found->kind == kind;
      const auto values =
          fits ? csv_values(*found) : std::vector<std::string>(csv_columns(key, kind).size());
      row.insert(row.end(), values.begin(), values.end());
    }
    text += csv_row(row);
  }
  return text;
}

Status prepare_results(const std::filesystem::path& directory) {
  if (const Status s = ensure_directory(directory); !s) return s;
  for (const char* name : kNames) {
    if (auto file = FileWriter::create(directory / name, kWhat); !file) return file.error();
  }
  return ok();
}

Status write_results(const Report& report, const std::filesystem::path& directory) {
  if (const Status s = ensure_directory(directory); !s) return s;
  const std::string texts[] = {results_jsonl(report), summary_json(report), summary_csv(report)};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    auto file = FileWriter::create(directory / kNames[i], kWhat);
    if (!file) return file.error();
    file->append(bytes_of(texts[i]));
    if (Status s = file->close(); !s) return s;
  }
  return ok();
}

}  // namespace natbed
