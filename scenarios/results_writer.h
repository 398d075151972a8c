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

// Creates `directory` if need be and finds out, before a run of hours, whether the three files can
// be written there. Files that are there stay as they are.
Status prepare_results(const std::filesystem::path& directory);
// Writes the three files into `directory`, each of them whole or not at all.
Status write_results(const Report& report, const std::filesystem::path& directory);

}  // namespace natbed
