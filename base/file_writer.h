// Writing one file front to back, 64 KiB at a time, with one answer at the end.
//
// Event sinks have no way to report a full disk in the middle of a run; the first error is kept and
// close() tells it.
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
  // `what` names the file's purpose in errors: "trace", "capture". An existing file is replaced.
  static Result<FileWriter> create(const std::string& path, const char* what);

  void append(ByteView bytes);
  // Writes what is buffered. Errors of all earlier writes are reported here. REQUIRES: not closed
  // before.
  Status close();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  FileWriter(std::FILE* file, std::string path, const char* what);
  void flush();

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::string path_;
  const char* what_;
  std::vector<std::byte> block_;
  int error_ = 0;  // errno of the first write that failed
};

}  // namespace natbed
