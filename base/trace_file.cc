#include "base/trace_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>

#include "base/little_endian.h"

namespace natbed {
namespace {

constexpr std::string_view kMagic = "NATBEDTR";
constexpr size_t kReadSize = 64 * 1024;
constexpr size_t kFooterSize = 1 + 8 + 8 + 8;  // mark, count, hash, hash of the diagnoses

std::string words_of(int error) { return std::generic_category().message(error); }

void append_text(std::vector<std::byte>& out, std::string_view text) {
  append_le(out, static_cast<uint32_t>(text.size()));
  const ByteView bytes = bytes_of(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string hex(uint64_t value) {
  char text[19];
  std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(value));
  return text;
}

// The hash of the run leaves out the diagnoses, see diagnosis_size(): they have one of their own,
// for damage.
void add_record(ByteView record, const TraceEvent& event, Hasher& hasher, Hasher& diagnoses) {
  const size_t size = record.size() - diagnosis_size(event);
  hasher.add(record.first(size));
  if (size != record.size()) diagnoses.add(record.subspan(size));
}

// The file's bytes, or errno.
Result<std::vector<std::byte>, int> read_whole(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return errno;
  std::vector<std::byte> bytes;
  size_t got = 1;
  while (got != 0) {
    const size_t size = bytes.size();
    bytes.resize(size + std::max(kReadSize, size));
    got = std::fread(bytes.data() + size, 1, bytes.size() - size, file);
    bytes.resize(size + got);
  }
  const int error = std::ferror(file) ? errno : 0;
  std::fclose(file);
  if (error != 0) return error;
  return bytes;
}

// Reads a file front to back and words its errors.
class Parser {
 public:
  Parser(const std::string& path, ByteView bytes) : path_(path), bytes_(bytes), rest_(bytes) {}

  std::optional<Error> header(TraceHeader* header) {
    const ByteView magic = rest_.first(std::min(rest_.size(), kMagic.size()));
    if (text_of(magic) != kMagic) {
      if (kMagic.starts_with(text_of(magic))) return cut_short("the file's header");
      return error(
          "is not a natbed trace: it should start with \"NATBEDTR\". Traces are written by `natbed "
          "run "
          "SCRIPT --trace FILE`.");
    }
    rest_ = rest_.subspan(kMagic.size());
    const auto version = number<uint32_t>();
    if (!version) return cut_short("the file's header");
    if (*version != kTraceVersion) {
      return error("has trace format " + std::to_string(*version) + ", this natbed reads format " +
                   std::to_string(kTraceVersion) +
                   ". Run the scenario again with this natbed, or look at the trace "
                   "with the one that wrote it.");
    }
    const auto seed = number<uint64_t>();
    const bool complete = seed && text(&header->scenario) && text(&header->text);
    if (!complete) return cut_short("the file's header");
    header->seed = *seed;
    return std::nullopt;
  }

  std::optional<Error> events(Trace* trace) {
    Hasher hasher, diagnoses;
    while (!rest_.empty() && std::to_integer<uint8_t>(rest_.front()) != kTraceFooterMark) {
      const ByteView before = rest_;
      const auto event = decode_trace_event(rest_);
      if (!event && event.error() == TraceRecordError::kCutShort)
        return cut_short("the end of a record");
      if (!event) {
        return error(
            "is damaged: no event is written like this. Copy it again or run the scenario again.");
      }
      add_record(before.first(before.size() - rest_.size()), *event, hasher, diagnoses);
      trace->events.push_back(*event);
    }
    trace->hash = hasher.value();
    return footer(trace->events.size(), trace->hash, diagnoses.value());
  }

 private:
  std::optional<Error> footer(uint64_t count, uint64_t hash, uint64_t diagnoses) {
    if (rest_.size() < kFooterSize) return cut_short("its footer");
    const uint64_t footer_count = load_le<uint64_t>(rest_.data() + 1);
    const uint64_t footer_hash = load_le<uint64_t>(rest_.data() + 9);
    const uint64_t footer_diagnoses = load_le<uint64_t>(rest_.data() + 17);
    if (footer_count != count || footer_hash != hash) {
      return error("is damaged: its footer promises " + std::to_string(footer_count) +
                   " events with hash " + hex(footer_hash) + ", found " + std::to_string(count) +
                   " with hash " + hex(hash) + ". Copy it again or run the scenario again.");
    }
    if (footer_diagnoses != diagnoses) {
      return error("is damaged: its footer promises diagnoses with hash " + hex(footer_diagnoses) +
                   ", found " + hex(diagnoses) + ". Copy it again or run the scenario again.");
    }
    rest_ = rest_.subspan(kFooterSize);
    if (rest_.empty()) return std::nullopt;
    return error("has " + std::to_string(rest_.size()) +
                 " bytes after its footer, where it should end. It was "
                 "damaged or joined with another file; run the scenario again.");
  }

  template <class T>
  std::optional<T> number() {
    if (rest_.size() < sizeof(T)) return std::nullopt;
    const T value = load_le<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  bool text(std::string* text) {
    const auto size = number<uint32_t>();
    if (!size || rest_.size() < *size) return false;
    *text = text_of(rest_.first(*size));
    rest_ = rest_.subspan(*size);
    return true;
  }

  std::optional<Error> cut_short(const std::string& expected) {
    return error("ends before " + expected +
                 ". The run that wrote it was probably interrupted; run it again.");
  }
  Error error(const std::string& what) const {
    return {"Trace '" + path_ + "', byte " + std::to_string(bytes_.size() - rest_.size()) +
            ": the file " + what};
  }

  const std::string& path_;
  ByteView bytes_, rest_;
};

}  // namespace

Result<std::unique_ptr<TraceFileSink>> TraceFileSink::open(const std::string& path,
                                                           const TraceHeader& header) {
  Result<FileWriter> file = FileWriter::create(path, "trace");
  if (!file) return file.error();
  std::unique_ptr<TraceFileSink> sink(new TraceFileSink(std::move(*file)));
  std::vector<std::byte> bytes;
  append_le(bytes, kTraceVersion);
  append_le(bytes, header.seed);
  append_text(bytes, header.scenario);
  append_text(bytes, header.text);
  sink->file_.append(bytes_of(kMagic));
  sink->file_.append(bytes);
  return sink;
}

void TraceFileSink::on_event(const TraceEvent& event, const Packet*, ByteView) {
  const ByteView record = encoder_.encode(event);
  add_record(record, event, hasher_, diagnoses_);
  ++count_;
  file_.append(record);
}

Status TraceFileSink::close() {
  std::vector<std::byte> footer;
  append_le(footer, kTraceFooterMark);
  append_le(footer, count_);
  append_le(footer, hasher_.value());
  append_le(footer, diagnoses_.value());
  file_.append(footer);
  return file_.close();
}

Result<Trace> read_trace(const std::string& path) {
  auto bytes = read_whole(path);
  if (!bytes) {
    return Error{"Cannot read the trace '" + path + "': " + words_of(bytes.error()) + "."};
  }
  Trace trace;
  trace.bytes = std::move(*bytes);
  Parser parser(path, trace.bytes);
  if (auto error = parser.header(&trace.header)) return *error;
  if (auto error = parser.events(&trace)) return *error;
  return trace;
}

}  // namespace natbed
