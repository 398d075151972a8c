// NameTable: the names of a great many things, in the bytes that they have.
//
// A Name is 32 bytes, a world may have a million of them, and most are short or repeat the one
// before ("lan"). Names are looked at by people and traces only, so finding one may cost a copy.
#pragma once

#include "base/name.h"
#include "sim/growing_array.h"

namespace natbed {

class NameTable {
 public:
  // Its number: 0, 1, 2 ...
  uint32_t add(const Name& name) {
    const bool repeated = starts_.size() > 0 && (*this)[starts_.size() - 1] == name;
    const uint32_t start = repeated ? starts_[starts_.size() - 1] : text_.size();
    if (!repeated) {
      text_.push_back(static_cast<char>(name.view().size()));
      for (const char letter : name.view()) text_.push_back(letter);
    }
    starts_.push_back(start);
    return starts_.size() - 1;
  }
  Name operator[](uint32_t number) const {
    const uint32_t start = starts_[number];
    std::array<char, Name::kMaxSize> letters;
    const auto size = static_cast<uint8_t>(text_[start]);
    for (uint32_t i = 0; i < size; ++i) letters[i] = text_[start + 1 + i];
    return Name(std::string_view(letters.data(), size));
  }
  void clear() { starts_.clear(), text_.clear(); }

 private:
  GrowingArray<uint32_t> starts_;  // in text_, by number
  GrowingArray<char> text_;        // of each name its size, then its letters
};

}  // namespace natbed
