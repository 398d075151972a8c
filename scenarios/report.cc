#include "scenarios/report.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace natbed {
namespace {

// All values recorded under one key in one cell.
struct Column {
  Summary::Kind kind;
  Proportion proportion;
  std::vector<double> numbers;
  std::map<std::string, uint64_t> counts;
};

Summary::Kind kind_of(const Value& value) {
  if (std::holds_alternative<bool>(value)) return Summary::Kind::kProportion;
  if (std::holds_alternative<std::string>(value)) return Summary::Kind::kCounts;
  return Summary::Kind::kQuantiles;
}

// A value of another type than the first under its key is counted as text: it is the script's slip,
// and shows.
void add(std::map<std::string, Column>& columns, const Field& field) {
  const auto& [key, value] = field;
  Column& column = columns.try_emplace(key, Column{kind_of(value), {}, {}, {}}).first->second;
  if (kind_of(value) != column.kind || column.kind == Summary::Kind::kCounts) {
    ++column.counts[to_text(value)];
  } else if (const bool* flag = std::get_if<bool>(&value)) {
    column.proportion.add(*flag);
  } else if (const int64_t* whole = std::get_if<int64_t>(&value)) {
    column.numbers.push_back(static_cast<double>(*whole));
  } else {
    column.numbers.push_back(std::get<double>(value));
  }
}

bool is_plain_word(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == '=' || c == ',';
  });
}

// `text` as a shell reads it back.
std::string quoted(const std::string& text) {
  if (is_plain_word(text)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// `verb` for the script, with the trial's seed and its place on the axes.
std::string command(const std::string& verb, const Report& report, uint32_t cell, uint64_t seed) {
  std::string line = quoted(report.program) + " " + verb + " " + quoted(report.script) +
                     " --seed " + std::to_string(seed);
  for (const auto& [key, value] : report.set) {
    if (std::ranges::find(report.axes, key, &Axis::name) != report.axes.end())
      continue;  // said below
    line += " --set " + quoted(key + "=" + value);
  }
  const std::vector<Value>& at = report.cells[cell].at;
  for (size_t i = 0; i < at.size(); ++i) {
    line += " --set " + quoted(report.axes[i].name + "=" + to_text(at[i]));
  }
  return line;
}

}  // namespace

bool Trial::failed() const {
  return std::ranges::any_of(records, [](const Record& record) {
    const Value* ok = record.find("ok");
    return ok && *ok == Value(false);
  });
}

std::string repeat_command(const Report& report, uint32_t cell, uint64_t seed) {
  const std::string line = command("run", report, cell, seed);
  return report.is_single() ? line : line + " --trials 1";
}

std::string explain_command(const Report& report, uint32_t cell, uint64_t seed) {
  return command("explain", report, cell, seed);
}

Error again(const Error& error, const Report& report, uint32_t cell, uint64_t seed) {
  return Error{error.message + "\nagain: " + repeat_command(report, cell, seed)};
}

void summarise(Report& report) {
  std::vector<std::map<std::string, Column>> columns(report.cells.size());
  for (Cell& cell : report.cells) cell.trials = 0, cell.summaries.clear();
  for (const Trial& trial : report.trials) {
    NATBED_CHECK(trial.cell < report.cells.size());
    ++report.cells[trial.cell].trials;
    for (const Record& record : trial.records) {
      for (const Field& field : record.fields()) add(columns[trial.cell], field);
    }
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    for (auto& [key, column] : columns[i]) {
      Summary summary{
          key, column.kind, column.proportion, quantiles_of(std::move(column.numbers)), {}};
      summary.counts.assign(column.counts.begin(), column.counts.end());
      report.cells[i].summaries.push_back(std::move(summary));
    }
  }
}

}  // namespace natbed
