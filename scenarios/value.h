// Value and Record: what a script measured, in types that every output format has.
//
// A record keeps its fields sorted by key, because the order in which Lua walks a table depends on
// addresses and must not reach a result. A number that is whole stays whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace natbed {

using Value = std::variant<bool, int64_t, double, std::string>;
using Field = std::pair<std::string, Value>;

class Record {
 public:
  // Replaces an earlier value of the same key. REQUIRES: a double is finite.
  void set(std::string_view key, Value value);
  const Value* find(std::string_view key) const;
  const std::vector<Field>& fields() const { return fields_; }  // sorted by key
  bool operator==(const Record&) const = default;

 private:
  std::vector<Field> fields_;
};

// As people read it: "yes", "12", "3.25", "punched". Doubles are shortest round-trip, whatever the
// locale.
std::string to_text(const Value& value);
// As JSON: true, 12, 3.25, "punched".
std::string to_json(const Value& value);
std::string to_json(const Record& record);  // {"ms":3.25,"ok":true}
std::string json_string(std::string_view text);

// What a person typed after "--set key=", in the type of `example`; empty if it does not parse as
// that.
std::pair<bool, Value> parse_like(const Value& example, std::string_view text);

}  // namespace natbed
