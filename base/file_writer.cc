#include "base/file_writer.h"

#include <cerrno>
#include <system_error>

#include "base/check.h"

namespace natbed {
namespace {

constexpr size_t kBlockSize = 64 * 1024;

}  // namespace

FileWriter::FileWriter(std::FILE* file, std::string path, const char* what)
    : file_(file), path_(std::move(path)), what_(what) {
  std::setvbuf(file, nullptr, _IONBF, 0);  // block_ is the buffer
  block_.reserve(kBlockSize);
}

Result<FileWriter> FileWriter::create(const std::string& path, const char* what) {
  if (std::FILE* file = std::fopen(path.c_str(), "wb")) return FileWriter(file, path, what);
  return Error{"Cannot create the " + std::string(what) + " '" + path +
               "': " + std::generic_category().message(errno) + "."};
}

void FileWriter::append(ByteView bytes) {
  if (block_.size() + bytes.size() > kBlockSize) flush();
  block_.insert(block_.end(), bytes.begin(), bytes.end());
}

void FileWriter::flush() {
  if (error_ == 0 && std::fwrite(block_.data(), 1, block_.size(), file_.get()) != block_.size()) {
    error_ = errno;
  }
  block_.clear();
}

Status FileWriter::close() {
  NATBED_CHECK(file_ != nullptr, "close() of a file twice");
  flush();
  if (std::fclose(file_.release()) != 0 && error_ == 0) error_ = errno;
  if (error_ == 0) return ok();
  return Error{"Cannot write the " + std::string(what_) + " '" + path_ +
               "': " + std::generic_category().message(error_) + ". The file is incomplete."};
}

}  // namespace natbed
