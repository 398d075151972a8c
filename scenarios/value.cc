#include "scenarios/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace natbed {
namespace {

// The number that is all of `text`, or nothing.
template <class Number>
bool parse_all(std::string_view text, Number* number) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && stopped == end;
}

std::pair<bool, Value> parse_number(std::string_view text) {
  if (int64_t whole = 0; parse_all(text, &whole)) return {true, whole};
  if (double number = 0; parse_all(text, &number) && std::isfinite(number)) return {true, number};
  return {false, false};
}

std::pair<bool, Value> parse_bool(std::string_view text) {
  if (text == "true" || text == "yes" || text == "1") return {true, true};
  if (text == "false" || text == "no" || text == "0") return {true, false};
  return {false, false};
}

}  // namespace

void Record::set(std::string_view key, Value value) {
  const double* number = std::get_if<double>(&value);
  NATBED_CHECK(!number || std::isfinite(*number), "JSON has no infinities");
  const auto at = std::ranges::lower_bound(fields_, key, {}, &Field::first);
  if (at != fields_.end() && at->first == key) {
    at->second = std::move(value);
  } else {
    fields_.emplace(at, std::string(key), std::move(value));
  }
}

const Value* Record::find(std::string_view key) const {
  const auto at = std::ranges::lower_bound(fields_, key, {}, &Field::first);
  return at != fields_.end() && at->first == key ? &at->second : nullptr;
}

std::string to_text(const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  if (const int64_t* whole = std::get_if<int64_t>(&value)) return fmt::format("{}", *whole);
  return fmt::format("{}", std::get<double>(value));
}

std::string to_json(const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const std::string* text = std::get_if<std::string>(&value)) return json_string(*text);
  return to_text(value);
}

std::string to_json(const Record& record) {
  std::string json = "{";
  for (const auto& [key, value] : record.fields()) {
    if (json.size() > 1) json += ',';
    json += json_string(key) + ":" + to_json(value);
  }
  return json + "}";
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::pair<bool, Value> parse_like(const Value& example, std::string_view text) {
  if (std::holds_alternative<bool>(example)) return parse_bool(text);
  if (std::holds_alternative<std::string>(example)) return {true, std::string(text)};
  return parse_number(text);
}

}  // namespace natbed
