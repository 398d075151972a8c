#include "viz/display.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace natbed::viz {
namespace {

constexpr const char* kAdvice =
    "natbed view needs a display, and no X server answers at $DISPLAY. Run it in a desktop session "
    "or under 'xvfb-run -a', or use --png FILE with the package xvfb installed.";

template <class Function>
Function* x11(const char* name) {
  void* library = dlopen("libX11.so.6", RTLD_NOW);  // which SFML has loaded anyway
  if (!library) return nullptr;
  const auto found = reinterpret_cast<Function*>(dlsym(library, name));
  dlclose(library);
  return found;
}

// To connect is the one honest test, since it covers a stale $DISPLAY and refused authority too.
// Null if nobody answers.
void* connect() {
  if (!std::getenv("DISPLAY")) return nullptr;
  const auto open = x11<void*(const char*)>("XOpenDisplay");
  return open ? open(nullptr) : nullptr;
}

void disconnect(void* connection) {
  if (const auto close = x11<int(void*)>("XCloseDisplay")) close(connection);
}

// The number that Xvfb writes to `pipe` once it serves; empty if it does not within ten seconds.
std::string read_display_number(int pipe) {
  constexpr int kPatienceMs = 10'000;
  std::string text;
  pollfd wait{pipe, POLLIN, 0};
  while (text.find('\n') == std::string::npos) {
    if (poll(&wait, 1, kPatienceMs) <= 0) return {};
    std::array<char, 16> bytes;
    const ssize_t got = read(pipe, bytes.data(), bytes.size());
    if (got <= 0) return {};
    text.append(bytes.data(), static_cast<size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

// Starts Xvfb with `write_end` as its descriptor 3; its own words go nowhere. It ends with its last
// client, so that it does not outlive us if we are killed. 0 if there is no such program.
pid_t spawn_server(int write_end) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end, 3);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const char* arguments[] = {"Xvfb",       "-displayfd", "3",   "-screen",    "0",
                             "640x480x24", "-nolisten",  "tcp", "-terminate", nullptr};
  pid_t server = 0;
  const int failed =
      posix_spawnp(&server, "Xvfb", &actions, nullptr, const_cast<char**>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? server : 0;
}

void stop_server(pid_t server) {
  kill(server, SIGTERM);
  while (waitpid(server, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<Display> Display::open() {
  void* connection = connect();
  if (!connection) return Error{kAdvice};
  return Display(connection, 0);
}

Result<Display> Display::ensure() {
  if (void* connection = connect()) return Display(connection, 0);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{"cannot open a pipe to Xvfb"};
  const pid_t server = spawn_server(ends[1]);
  close(ends[1]);
  const std::string number = server > 0 ? read_display_number(ends[0]) : std::string();
  close(ends[0]);
  if (number.empty()) {
    if (server > 0) stop_server(server);
    return Error{
        "no X server answers at $DISPLAY and Xvfb cannot be started: install the package xvfb, or "
        "set DISPLAY"};
  }
  setenv("DISPLAY", (":" + number).c_str(), 1);
  return Display(connect(), server);
}

Display::Display(Display&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      server_(std::exchange(other.server_, 0)) {}

Display::~Display() {
  if (connection_) disconnect(connection_);
  if (server_ == 0) return;
  stop_server(server_);
  unsetenv("DISPLAY");
}

}  // namespace natbed::viz
