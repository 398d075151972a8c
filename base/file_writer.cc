#include "base/file_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace natbed {
namespace {

namespace fs = std::filesystem;
constexpr size_t kBlockSize = 64 * 1024;

// What a file at `path` would replace, behind all links; empty: nothing that can be replaced, so
// that it is written to in place.
std::string replaceable(const std::string& path) {
  // What /dev/stdout leads to belongs to somebody who has it open.
  if (path.starts_with("/dev/") || path.starts_with("/proc/")) return {};
  std::error_code error;
  const fs::file_status there = fs::status(path, error);
  if (there.type() == fs::file_type::not_found) return fs::is_symlink(path, error) ? "" : path;
  if (there.type() != fs::file_type::regular || access(path.c_str(), W_OK) != 0) return {};
  return fs::canonical(path, error).string();
}

// A name beside `place` that no other writer has.
std::string part_of(const std::string& place) {
  static std::atomic<unsigned> count = 0;
  return place + "." + std::to_string(getpid()) + "-" + std::to_string(count++) + ".part";
}

// The new file gets the rights of the one that it will replace.
void take_rights(std::FILE* file, const std::string& from) {
  struct stat old;
  if (stat(from.c_str(), &old) == 0) (void)!fchmod(fileno(file), old.st_mode & 07777);
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
  const std::string place = replaceable(path);
  if (!place.empty()) {
    const std::string part = part_of(place);
    if (std::FILE* file = std::fopen(part.c_str(), "wbx")) {
      take_rights(file, place);
      return FileWriter(file, part, place, what);
    }
  }
  // In place also where the directory takes no new file.
  if (std::FILE* file = std::fopen(path.c_str(), "wb")) return FileWriter(file, {}, path, what);
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
  if (error_ != 0) {
    if (!part.empty()) std::remove(part.c_str());
    return failure(part.empty() ? "The file is incomplete." : "It is as it was before.");
  }
  if (part.empty() || std::rename(part.c_str(), path_.c_str()) == 0) return ok();
  error_ = errno;
  return failure("The whole file is '" + part + "'.");
}

Error FileWriter::failure(const std::string& consequence) const {
  return Error{"Cannot write the " + std::string(what_) + " '" + path_ +
               "': " + std::generic_category().message(error_) + ". " + consequence};
}

}  // namespace natbed
