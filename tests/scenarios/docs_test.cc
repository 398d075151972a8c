// The documents promise that examples run, that no function, key or number is left out, and that
// what they say of the trace's bytes is what the code writes.
#include <fmt/format.h>

#include <map>
#include <regex>
#include <sstream>
#include <vector>

#include "base/trace_event.h"
#include "protocols/peer/peer.h"
#include "run_lua.h"
#include "scenarios/address_plan.h"
#include "scenarios/lua_state.h"
#include "scenarios/sweep_plan.h"
#include "scenarios/topology_builder.h"

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

std::string section(const fs::path& document, const std::string& heading) {
  const std::string text = text_of(kRoot / document);
  const size_t from = text.find("\n## " + heading + "\n");
  EXPECT_NE(from, std::string::npos) << document << " has no section " << heading;
  return from == std::string::npos ? "" : text.substr(from, text.find("\n## ", from + 1) - from);
}

// "| of | 0 host, 1 router |": the row as the code's words would write it, for all values up to 255.
template <class E>
std::string row_of(const std::string& of) {
  std::string row;
  for (int i = 0; i < 256; ++i) {
    const std::string word = to_string(static_cast<E>(i));
    if (word != "?") row += fmt::format("{} {} {}", row.empty() ? "" : ",", i, word);
  }
  return fmt::format("\n| {} |{} |\n", of, row);
}

TEST(Docs, NumbersInTracesAreTheCodes) {
  const std::string numbers = section("docs/trace-format.md", "The numbers in it");
  for (const std::string& row :
       {row_of<NodeKind>("node kind"), row_of<RealmKind>("realm kind"),
        row_of<Protocol>("protocol"), row_of<Traffic>("traffic"), row_of<DropReason>("reason"),
        row_of<Cure>("cure"), row_of<MachineEvent::Kind>("machine kind"),
        row_of<PathKind>("path kind")}) {
    EXPECT_NE(numbers.find(row), std::string::npos) << "docs/trace-format.md lacks" << row;
  }
}

// The words of a list in a table: "8 mapping opened, 9 mapping refreshed" or "node, row".
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> words;
  const std::regex word("[^,]+");
  for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end; ++it) {
    words.push_back(std::regex_replace((*it).str(), std::regex("^ | $"), ""));
  }
  return words;
}

TEST(Docs, GroupsOfFieldsAreTheCodes) {
  const std::map<std::string, uint16_t> groups = {
      {"node", kFieldNode},
      {"node kind", kFieldNodeKind},
      {"realm", kFieldRealm},
      {"interface", kFieldInterface},
      {"other", kFieldOther},
      {"packet", kFieldPacket},
      {"row", kFieldRow},
      {"translation", kFieldTranslation},
      {"reason", kFieldReason},
      {"until", kFieldUntil},
      {"flow", kFieldFlow},
      {"machine", kFieldMachine},
      {"text", kFieldText},
      {"address", kFieldAddress},
      {"diagnosis", kFieldDiagnosis},
  };
  const std::string record = section("docs/trace-format.md", "A record");
  const std::regex row(R"(\n\| (\d+ [^|]+) \| ([^|]+) \|)");
  int kinds = 0;
  for (std::sregex_iterator it(record.begin(), record.end(), row), end; it != end; ++it) {
    uint16_t fields = 0;
    for (const std::string& group : listed((*it)[2])) {
      ASSERT_TRUE(groups.contains(group)) << group;
      fields |= groups.at(group);
    }
    for (const std::string& numbered : listed((*it)[1])) {
      const auto kind = static_cast<TraceKind>(kinds++);
      const std::string word = std::regex_replace(to_string(kind), std::regex("-"), " ");
      EXPECT_EQ(numbered, fmt::format("{} {}", kinds - 1, word));
      EXPECT_EQ(fields, trace_fields(kind)) << numbered;
    }
  }
  EXPECT_EQ(kinds, kTraceKindCount);
}

// What the window's help shows, which lists them.
TEST(Docs, KeysOfTheWindowAreTold) {
  const std::string watching = section("docs/scenarios.md", "Watching a run");
  const std::string help = text_of(kRoot / "viz/legend.cc");
  const std::regex entry("\\{\"([^\"]+)\", \"([^\"]+)\"\\},");
  int keys = 0;
  for (std::sregex_iterator it(help.begin(), help.end(), entry), end; it != end; ++it, ++keys) {
    const std::string key = std::regex_replace((*it)[1].str(), std::regex(" +"), " ");
    EXPECT_NE(watching.find(fmt::format("\n| {} | {} |\n", key, (*it)[2].str())), std::string::npos)
        << key;
  }
  EXPECT_GT(keys, 10);
}

TEST(Docs, LimitsAreTheCodes) {
  const std::string document = text_of(kRoot / "docs/scenarios.md");
  const AddressBlock core = AddressPlan().core(), carrier = AddressPlan().carrier();
  for (const std::string& limit :
       {fmt::format("the core is {}/{},", core.prefix().to_string(), core.length()),
        fmt::format("carrier is {}/{}", carrier.prefix().to_string(), carrier.length()),
        fmt::format("| names | 1 to {} bytes", TopologyBuilder::kMaxName),
        fmt::format("| a datagram of `way:send` | {} bytes |", Peer::kMaxPayload),
        fmt::format("| a run | {} million trials", kMostTrials / 1'000'000),
        fmt::format("| a trial | {} million instructions", kMostInstructions / 1'000'000),
        fmt::format("a coroutine costs {})", kResumeCost),
        fmt::format("; {} MiB of memory", kMostMemory >> 20)}) {
    EXPECT_NE(document.find(limit), std::string::npos) << "docs/scenarios.md lacks: " << limit;
  }
}

}  // namespace
}  // namespace natbed
