#include "tests/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>

namespace natbed::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

// Starts `command` with its outputs on the given descriptors. -1 if there is no process to be had.
pid_t spawn(const std::vector<std::string>& command, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

// Appends what can be read within `milliseconds`; false at the end of the file.
bool read_some(int fd, std::string* into, int milliseconds) {
  pollfd waiting = {fd, POLLIN, 0};
  if (poll(&waiting, 1, milliseconds) <= 0) return true;
  char buffer[4096];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  if (size <= 0) return false;
  into->append(buffer, static_cast<size_t>(size));
  return true;
}

int exit_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& command, Duration patience) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return {};
  const pid_t pid = spawn(command, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  ProgramResult result;
  const auto limit = Clock::now() + std::chrono::nanoseconds(patience.ns());
  bool out_open = true, err_open = true;
  while ((out_open || err_open) && Clock::now() < limit) {
    if (out_open) out_open = read_some(out[0], &result.out, err_open ? 5 : 50);
    if (err_open) err_open = read_some(err[0], &result.err, out_open ? 5 : 50);
  }
  if (out_open || err_open) kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  result.status = exit_status(status);
  close(out[0]);
  close(err[0]);
  return result;
}

bool have_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0;
  std::istringstream path(getenv("PATH") ? getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');) {
    if (access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

Background::Background(const std::vector<std::string>& command) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) return;
  pid_ = spawn(command, out[1], out[1]);
  close(out[1]);
  pipe_ = out[0];
}

Background::~Background() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGTERM);
  bool ended = false;
  for (int i = 0; i < 100 && !ended; ++i) {
    read_some(pipe_, &output_, 20);
    ended = waitpid(pid_, nullptr, WNOHANG) == pid_;
  }
  if (!ended) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pipe_);
}

bool Background::says(const std::string& text, Duration patience) {
  const auto limit = Clock::now() + std::chrono::nanoseconds(patience.ns());
  while (output_.find(text) == std::string::npos) {
    if (Clock::now() > limit || !read_some(pipe_, &output_, 50))
      return output_.find(text) != std::string::npos;
  }
  return true;
}

}  // namespace natbed::testing_support
