// docs/scenarios.md promises that its examples run and that it leaves no function out.
#include <regex>
#include <sstream>
#include <vector>

#include "run_lua.h"

namespace natbed {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = NATBED_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> lua_blocks(const std::string& document) {
  constexpr std::string_view kOpen = "```lua\n", kClose = "```\n";
  std::vector<std::string> blocks;
  for (size_t at = document.find(kOpen); at != std::string::npos; at = document.find(kOpen, at)) {
    at += kOpen.size();
    const size_t end = document.find(kClose, at);
    blocks.push_back(document.substr(at, end - at));
  }
  return blocks;
}

bool makes_its_network(const std::string& block) {
  return block.find("natbed.network{") != std::string::npos ||
         block.find("natbed.sweep{") != std::string::npos;
}

TEST(Docs, EveryExampleRuns) {
  const std::vector<std::string> blocks = lua_blocks(text_of(kRoot / "docs/scenarios.md"));
  ASSERT_GT(blocks.size(), 10u);
  const std::string& prelude = blocks[0];
  for (size_t i = 1; i < blocks.size(); ++i) {
    const std::string script = makes_its_network(blocks[i]) ? blocks[i] : prelude + blocks[i];
    const auto report = run_lua(script);
    EXPECT_TRUE(report) << report.error().message << "\n" << script;
  }
}

// The tables of functions in lua_*.cc are the API; each name must be in the text with its call.
TEST(Docs, NoFunctionIsLeftOut) {
  const std::string document = text_of(kRoot / "docs/scenarios.md");
  const std::regex entry("\\{\"([a-z_]+)\", api<");
  int functions = 0;
  for (const auto& file : fs::directory_iterator(kRoot / "scenarios")) {
    if (!file.path().filename().string().starts_with("lua_")) continue;
    const std::string source = text_of(file.path());
    for (std::sregex_iterator it(source.begin(), source.end(), entry), end; it != end; ++it) {
      const std::regex mention("\\*\\*`[a-z]+[.:]" + (*it)[1].str() + "[({]");
      EXPECT_TRUE(std::regex_search(document, mention)) << (*it)[1];
      ++functions;
    }
  }
  EXPECT_GT(functions, 25);
}

}  // namespace
}  // namespace natbed
