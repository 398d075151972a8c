// The rules of the house that a program can check: who may include whom, where heavy headers stay,
// and how files look. Taste is a unit test; docs/architecture.md says why each rule is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace {
namespace fs = std::filesystem;

const fs::path kRoot = NATBED_SOURCE_DIR;

// Room -> rooms that it may include (DESIGN §2). `tests` and `cli` see all; `bench` sees all but
// viz, and of the tests what both measure with.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"nat_models", {"base"}},
    {"protocols", {"base"}},
    {"sim", {"base", "nat_models"}},
    {"scenarios", {"base", "nat_models", "protocols", "sim"}},
    {"live", {"base", "nat_models", "protocols", "scenarios"}},
    {"viz", {"base"}},
    {"bench", {"base", "nat_models", "protocols", "sim", "scenarios", "live", "tests"}},
    {"cli", {"base", "nat_models", "protocols", "sim", "scenarios", "live", "viz"}},
};

struct Source {
  std::string path;  // from the root
  std::string room;
  std::vector<std::string> lines;
  bool is_header() const { return path.ends_with(".h"); }
};

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const std::vector<Source>& sources() {
  static const std::vector<Source> all = [] {
    std::vector<Source> found;
    std::vector<std::string> rooms = {"tests"};
    for (const auto& [room, unused] : kMayInclude) rooms.push_back(room);
    for (const std::string& room : rooms) {
      for (const auto& entry : fs::recursive_directory_iterator(kRoot / room)) {
        const std::string extension = entry.path().extension();
        if (extension != ".h" && extension != ".cc") continue;
        found.push_back({fs::relative(entry.path(), kRoot), room, lines_of(entry.path())});
      }
    }
    std::ranges::sort(found, {}, &Source::path);
    return found;
  }();
  return all;
}

// Calls check(source, line number, text) for every line of every source of the house (tests too).
template <class Check>
void each_line(Check check) {
  for (const Source& source : sources()) {
    for (size_t i = 0; i < source.lines.size(); ++i) check(source, i + 1, source.lines[i]);
  }
}

std::string at(const Source& source, size_t line) {
  return source.path + ":" + std::to_string(line);
}

TEST(Tidy, FindsTheSources) { EXPECT_GT(sources().size(), 50u); }

TEST(Tidy, IncludesFollowTheArrowsOfTheHouse) {
  const std::regex include(R"re(^\s*#include "([a-z_]+)/.*")re");
  each_line([&](const Source& source, size_t line, const std::string& text) {
    std::smatch match;
    if (!std::regex_search(text, match, include) || source.room == "tests") return;
    const std::string target = match[1];
    const bool allowed = target == source.room || kMayInclude.at(source.room).contains(target);
    EXPECT_TRUE(allowed) << at(source, line) << ": " << source.room << "/ may not include "
                         << target << "/ (docs/architecture.md, the arrows of the house)";
    EXPECT_TRUE(target != "tests" || text.find("tests/support/allocations.h") != text.npos)
        << at(source, line) << ": bench/ measures with allocations.h, the rest is for tests";
  });
}

TEST(Tidy, HeavyHeadersStayInSources) {
  const std::regex heavy(R"(#include <(boost/|lua|SFML/|nlohmann/|openssl/|CLI/|fmt/))");
  each_line([&](const Source& source, size_t line, const std::string& text) {
    if (!source.is_header() || source.room == "tests") return;
    EXPECT_FALSE(std::regex_search(text, heavy))
        << at(source, line)
        << ": include it in a .cc file, so that headers stay quick to read and compile";
  });
}

TEST(Tidy, BoostGraphLivesInPathChoiceOnly) {
  each_line([](const Source& source, size_t line, const std::string& text) {
    if (text.find("<boost/graph/") == std::string::npos || source.room == "tests") return;
    EXPECT_TRUE(source.path.starts_with("protocols/path/")) << at(source, line);
  });
}

TEST(Tidy, HeadersOpenWithTheirReasonAndAreIncludedOnce) {
  for (const Source& source : sources()) {
    if (!source.is_header()) continue;
    ASSERT_FALSE(source.lines.empty()) << source.path;
    EXPECT_TRUE(source.lines[0].starts_with("// "))
        << source.path << ": a header opens with a paragraph that says what it is and why";
    const bool once = std::ranges::find(source.lines, "#pragma once") != source.lines.end();
    EXPECT_TRUE(once) << source.path << ": #pragma once is missing";
  }
}

TEST(Tidy, FilesStayReadable) {
  for (const Source& source : sources()) {
    const size_t most = source.room == "tests" ? 700 : source.is_header() ? 200 : 400;
    EXPECT_LE(source.lines.size(), most) << source.path << ": a noun is missing; split it";
  }
  each_line([](const Source& source, size_t line, const std::string& text) {
    EXPECT_LE(text.size(), 120u) << at(source, line) << ": aim at 100 columns";
    EXPECT_EQ(text.find('\t'), std::string::npos) << at(source, line) << ": a tab";
    EXPECT_FALSE(text.ends_with(' ')) << at(source, line) << ": trailing space";
  });
}

TEST(Tidy, NamesOfFilesAreSnakeCase) {
  const std::regex snake("[a-z0-9_]+\\.(h|cc)");
  for (const Source& source : sources()) {
    const std::string name = fs::path(source.path).filename();
    EXPECT_TRUE(std::regex_match(name, snake)) << source.path;
  }
}

TEST(Tidy, FilesLookAsTheFormatterLeavesThem) {
  if (!natbed::testing_support::have_program("clang-format")) {
    // Elsewhere people may do without; CI may not.
    if (std::getenv("CI")) FAIL() << "clang-format is missing";
    GTEST_SKIP() << "clang-format is missing";
  }
  std::vector<std::string> command = {"clang-format", "--dry-run", "--Werror", "--ferror-limit=1",
                                      "--style=file"};
  for (const Source& source : sources()) command.push_back(kRoot / source.path);
  const auto result = natbed::testing_support::run_program(command);
  EXPECT_EQ(result.status, 0) << result.err << "run clang-format -i on the files named above";
}

// A word, the rooms it is banned from (empty: all), and what to write instead.
struct Banned {
  std::regex pattern;
  std::set<std::string> rooms;
  std::string instead;
};

TEST(Tidy, BannedWordsHaveReplacements) {
  const std::set<std::string> simulated = {"base", "nat_models", "protocols", "sim"};
  const std::vector<Banned> banned = {
      {std::regex(R"(std::(mt19937|random_device|uniform_\w+_distribution|normal_distribution))"),
       {},
       "natbed::Rng (base/rng.h): std:: distributions differ between libraries"},
      {std::regex(R"(\b(system_clock|steady_clock|high_resolution_clock|gettimeofday)\b)"),
       simulated, "the Instant that came in as an argument"},
      {std::regex(R"(std::function)"), simulated, "a plain event, a value or a virtual interface"},
      {std::regex(R"(std::shared_ptr|std::make_shared)"), simulated,
       "a value, a container or an Id<Tag>"},
      {std::regex(R"(std::unordered_(map|set))"), simulated, "a flat table, or a sorted vector"},
      {std::regex(R"(\bassert\()"), {}, "NATBED_CHECK: always on"},
      {std::regex(R"(using namespace std)"), {}, "qualified names"},
      {std::regex(R"(std::(cout|cerr|endl))"), {}, "fmt::print"},
      {std::regex(R"(\b(TODO|FIXME|XXX|HACK)\b)"), {}, "do it, or say it in docs/limitations.md"},
      {std::regex(R"(std::this_thread::sleep)"), {}, "virtual time, or a deadline"},
      {std::regex(R"(__builtin_prefetch)"),
       {"nat_models", "protocols", "sim"},
       "prefetch_line() (base/prefetch.h): the compiler drops functions that only prefetch"},
  };
  each_line([&](const Source& source, size_t line, const std::string& text) {
    if (source.path == "tests/tidy_test.cc") return;
    if (source.path == "tests/differential/wall_clock.cc") return;  // the kernel's time is real
    for (const Banned& word : banned) {
      if (!word.rooms.empty() && !word.rooms.contains(source.room)) continue;
      EXPECT_FALSE(std::regex_search(text, word.pattern))
          << at(source, line) << ": use " << word.instead;
    }
  });
}

TEST(Tidy, NothingInSimulatedStateIsFloatingPoint) {
  const std::regex floating(R"(\b(double|float)\b)");
  // The edges, where people's numbers come in or go out.
  const std::set<std::string> edges = {"base/time.h", "base/time.cc", "base/rng.h",
                                       "nat_models/profile_json.cc"};
  each_line([&](const Source& source, size_t line, const std::string& text) {
    if (source.room != "sim" && source.room != "nat_models" && source.room != "base") return;
    if (edges.contains(source.path)) return;
    const std::string code = text.substr(0, text.find("//"));
    EXPECT_FALSE(std::regex_search(code, floating))
        << at(source, line) << ": integers only (docs/determinism.md)";
  });
}

// [text](target) in the README and docs: the target must exist.
TEST(Tidy, LinksInDocumentsLead) {
  const std::regex link(R"(\]\(([^)#]+)(#[^)]*)?\))");
  std::vector<fs::path> documents = {kRoot / "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  }
  int links = 0;
  for (const fs::path& document : documents) {
    for (const std::string& text : lines_of(document)) {
      for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it) {
        const std::string target = (*it)[1];
        if (target.find("://") != std::string::npos) continue;
        EXPECT_TRUE(fs::exists(document.parent_path() / target))
            << document << " links to " << target;
        ++links;
      }
    }
  }
  EXPECT_GT(links, 5);
}

// Two classes of one name in one namespace are one class to the linker, and it picks either.
TEST(Tidy, ClassesHaveNamesOfTheirOwn) {
  const std::regex space(R"(^namespace (natbed[a-z:]*) \{)");
  const std::regex definition(
      R"(^(class|struct|enum class|union) (?:alignas\(\d+\) )?(\w+)(?: final)?(?: :| \{).*)");
  std::map<std::string, std::string> defined;  // qualified name -> where
  for (const Source& source : sources()) {
    if (!source.is_header() || source.room == "tests") continue;
    std::string inside;
    for (size_t i = 0; i < source.lines.size(); ++i) {
      std::smatch match;
      if (std::regex_search(source.lines[i], match, space)) inside = match[1];
      if (!std::regex_match(source.lines[i], match, definition)) continue;
      const auto [first, is_new] =
          defined.emplace(inside + "::" + match[2].str(), at(source, i + 1));
      EXPECT_TRUE(is_new) << at(source, i + 1) << ": " << first->first << " is defined at "
                          << first->second << " too; rename one";
    }
  }
  EXPECT_GT(defined.size(), 100u);
}

// Every test file that CMake would build has at least one assertion.
TEST(Tidy, EveryTestFileAsserts) {
  for (const Source& source : sources()) {
    if (!source.path.ends_with("_test.cc")) continue;
    const bool asserts = std::ranges::any_of(source.lines, [](const std::string& line) {
      return line.find("EXPECT_") != std::string::npos || line.find("ASSERT_") != std::string::npos;
    });
    EXPECT_TRUE(asserts) << source.path << " never fails";
  }
}

}  // namespace
