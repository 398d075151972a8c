#include "base/file_writer.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace natbed {
namespace {

namespace fs = std::filesystem;
constexpr size_t kBlockSize = 64 * 1024;

// Where the bytes for `path` stand until they are whole; empty: in `path` itself.
std::string part_of(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) return {};
  return path + ".part";
}

}  // namespace

void FileWriter::Discard::operator()(std::FILE* file) const {
  std::fclose(file);
  if (!part.empty()) std::remove(part.c_str());
}

FileWriter::FileWriter(std::FILE* file, std::string part, std::string path, const char* what)
    : file_(file, Discard{std::move(part)}), path_(std::move(path)), what_(what) {
  std::setvbuf(file, nullptr, _IONBF, 0);  // block_ is the buffer
  block_.reserve(kBlockSize);
}

Result<FileWriter> FileWriter::create(const std::string& path, const char* what) {
  std::error_code error;
  const fs::path behind_links = fs::canonical(path, error);
  const std::string place = error ? path : behind_links.string();
  const std::string part = part_of(place);
  const bool forbidden = access(place.c_str(), F_OK) == 0 && access(place.c_str(), W_OK) != 0;
  std::FILE* file = forbidden ? nullptr : std::fopen((part.empty() ? place : part).c_str(), "wb");
  if (file != nullptr) return FileWriter(file, part, place, what);
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
  const std::string part = file_.get_deleter().part;
  if (std::fclose(file_.release()) != 0 && error_ == 0) error_ = errno;
  if (error_ == 0 && !part.empty() && std::rename(part.c_str(), path_.c_str()) != 0) error_ = errno;
  if (error_ == 0) return ok();
  if (!part.empty()) std::remove(part.c_str());
  return Error{"Cannot write the " + std::string(what_) + " '" + path_ +
               "': " + std::generic_category().message(error_) +
               (part.empty() ? ". The file is incomplete." : ". It is as it was before.")};
}

}  // namespace natbed
