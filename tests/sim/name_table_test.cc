#include "sim/name_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/rng.h"

namespace natbed {
namespace {

TEST(NameTable, GivesBackEveryName) {
  NameTable table;
  std::vector<Name> names;
  Rng rng(3);
  for (uint32_t i = 0; i < 5'000; ++i) {
    std::string text(rng.below(Name::kMaxSize + 1), ' ');  // empty and full ones among them
    for (char& letter : text) letter = static_cast<char>(rng.between(-128, 127));
    const bool repeat = i > 0 && rng.below(3) == 0;
    names.push_back(repeat ? names.back() : Name(text));
    EXPECT_EQ(table.add(names.back()), i);
  }
  for (uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(table[i], names[i]) << i;
}

TEST(NameTable, IsAsNewAfterClear) {
  NameTable table;
  EXPECT_EQ(table.add("lan"), 0u);
  EXPECT_EQ(table.add("lan"), 1u);
  table.clear();
  EXPECT_EQ(table.add("core"), 0u);
  EXPECT_EQ(table[0], Name("core"));
}

}  // namespace
}  // namespace natbed
