// docs/nat_behaviors.md against the code.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "nat_models/axes.h"

namespace natbed {
namespace {

std::string document() {
  std::ifstream file(NATBED_SOURCE_DIR "/docs/nat_behaviors.md");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string row_of(const NatAxis& axis) {
  std::string values = expected(axis);
  for (size_t at = 0; (at = values.find('"', at)) != std::string::npos; ++at) values[at] = '`';
  const std::string otherwise = to_string(axis, axis.get(NatBehavior(), Protocol::kUdp));
  return "| `" + std::string(axis.name) + "` | " + std::string(axis.meaning) + " | " + values +
         " | " + otherwise + " | " + std::string(axis.source) + " |\n";
}

TEST(NatDocs, HaveARowForEachAxis) {
  const std::string text = document();
  std::string table;
  for (const NatAxis& axis : nat_axes()) {
    EXPECT_NE(text.find(row_of(axis)), std::string::npos) << row_of(axis);
    table += row_of(axis);
  }
  EXPECT_NE(text.find(table), std::string::npos) << "in the order of the code";
}

}  // namespace
}  // namespace natbed
