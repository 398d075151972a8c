// Network namespaces as values: made, entered and left by one thread.
#pragma once

#include <string>

namespace natbed::differential {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }

 private:
  int fd_;
};

// std::system_error with what was attempted, if `result` is negative; else `result`.
int checked(int result, const char* what);

class Namespace {
 public:
  static Namespace current();
  static Namespace make();  // a fresh one; the thread stays where it is
  void enter() const;
  // For programs of other processes, which cannot see our descriptors.
  std::string path() const;

 private:
  explicit Namespace(Descriptor fd) : fd_(static_cast<Descriptor&&>(fd)) {}
  Descriptor fd_;
};

// The thread is in `there` while this lives, and then back where it was.
class Visit {
 public:
  explicit Visit(const Namespace& there) : home_(Namespace::current()) { there.enter(); }
  ~Visit() { home_.enter(); }
  Visit(const Visit&) = delete;

 private:
  Namespace home_;
};

// Runs `script` with sh where the thread is; std::runtime_error with its output if it fails.
void run_script(const std::string& script);

}  // namespace natbed::differential
