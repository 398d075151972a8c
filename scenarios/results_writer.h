// Results on disk: results.jsonl (one line a trial, with its seed), summary.json and summary.csv
// (one row a cell).
//
// Nothing in them depends on the machine, the hour, the locale or the number of workers: equal runs
// write equal bytes. The formats are described in docs/scenarios.md.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "scenarios/report.h"

namespace natbed {

std::string results_jsonl(const Report& report);
std::string summary_json(const Report& report);
std::string summary_csv(const Report& report);

// Writes the three files into `directory`, which is created if need be.
Status write_results(const Report& report, const std::filesystem::path& directory);
Status write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace natbed
