// Writing one file front to back, 64 KiB at a time, with one answer at the end.
//
// Event sinks have no way to report a full disk in the middle of a run; the first error is kept and
// close() tells it. Until then the bytes stand in a file beside, named with ".part" at the end, so
// that what was there before is replaced by a whole file or not at all. (A program that is killed
// leaves that one.)
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace natbed {

class FileWriter {
 public:
  // `what` names the file's purpose in errors: "trace", "capture". What cannot be replaced, such as
  // a pipe, a device, or a file in a directory that takes no new ones, is written to as it stands.
  static Result<FileWriter> create(const std::string& path, const char* what);

  void append(ByteView bytes);
  // Writes what is buffered and replaces the file. Errors of all earlier writes are reported here.
  // A writer that is not closed leaves no file, and an existing one as it was. REQUIRES: not closed
  // before.
  Status close();

 private:
  // Of a file that is not wanted after all.
  struct Discard {
    std::string part;  // empty: written in place
    void operator()(std::FILE* file) const;
  };
  FileWriter(std::FILE* file, std::string part, std::string path, const char* what);
  void flush();
  Error failure(const std::string& consequence) const;

  std::unique_ptr<std::FILE, Discard> file_;
  std::string path_;
  const char* what_;
  std::vector<std::byte> block_;
  int error_ = 0;  // errno of the first write that failed
};

}  // namespace natbed
