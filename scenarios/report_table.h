// A report as a person reads it on a terminal: aligned, quiet, and ending with the command that
// repeats a failure.
#pragma once

#include <string>
#include <vector>

#include "scenarios/report.h"

namespace natbed {

// One trial: its notes with their virtual time, then its records. Many: one row per cell.
std::string report_table(const Report& report);

// Rows of equal length under a header, columns aligned by their widest entry (counted in
// characters, not bytes).
std::string aligned(const std::vector<std::vector<std::string>>& rows);

// "81.6 % [77.4–85.2] 310/380"
std::string to_text(const Proportion& proportion);

}  // namespace natbed
