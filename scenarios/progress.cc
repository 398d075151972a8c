#include "scenarios/progress.h"

#include <fmt/format.h>

namespace natbed {

using std::chrono::steady_clock;

std::string progress_line(uint64_t done, uint64_t total, Duration elapsed) {
  const uint64_t percent = total == 0 ? 100 : done * 100 / total;
  std::string line = fmt::format("{:>8} of {} trials  {:>3} %", done, total, percent);
  if (done == 0 || done >= total || elapsed < 1_s) return line;
  const double per_trial = elapsed.as_seconds() / static_cast<double>(done);
  const auto left = static_cast<int64_t>(per_trial * static_cast<double>(total - done) + 0.5);
  if (left < 90) return line + fmt::format("  {}s left", left);
  return line + fmt::format("  {}min {:02}s left", left / 60, left % 60);
}

TerminalProgress::TerminalProgress(std::FILE* terminal)
    : terminal_(terminal), begun_(steady_clock::now()), drawn_(begun_) {}

void TerminalProgress::on_progress(uint64_t done, uint64_t total) {
  const auto now = steady_clock::now();
  if (done >= total) {
    if (visible_) std::fputs("\r\033[K", terminal_);
    visible_ = false;
    return;
  }
  if (now - begun_ < std::chrono::seconds(1) || now - drawn_ < std::chrono::milliseconds(100))
    return;
  drawn_ = now;
  visible_ = true;
  const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - begun_);
  const std::string line = progress_line(done, total, Duration::nanoseconds(elapsed.count()));
  fmt::print(terminal_, "\r{}\033[K", line);
  std::fflush(terminal_);
}

}  // namespace natbed
