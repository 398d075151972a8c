// Stories of runs: what they say of attempts that failed and of those that worked, and that the
// change which they name would indeed have helped.
#include "viz/story/story.h"

#include "base/trace_file.h"
#include "tests/scenarios/run_lua.h"
#include "tests/support/events.h"

namespace natbed::viz {
namespace {

Trace trace_of(const std::string& script) {
  const auto path = script_file(script);
  RunOptions run;
  run.script = path;
  run.trials = 1;
  run.trace = path.parent_path() / "trace";
  const auto report = run_script(run);
  EXPECT_TRUE(report) << report.error().message;
  auto trace = read_trace(run.trace.string());
  EXPECT_TRUE(trace) << trace.error().message;
  return trace ? std::move(*trace) : Trace();
}

PairStory story_of(const std::string& script) {
  const Trace trace = trace_of(script);
  const auto evidence = gather(trace.events);
  EXPECT_TRUE(evidence) << evidence.error().message;
  const auto attempt = find_attempt(*evidence, "alice", "bob");
  EXPECT_TRUE(attempt) << attempt.error().message;
  return tell(*evidence, *attempt);
}

std::string text_of(const PairStory& story) {
  std::string text = story.ending + "\n";
  for (const StoryLine& line : story.lines) text += line.text + "\n";
  for (const std::string& why : story.why) text += why + "\n";
  for (const std::string& change : story.changes) text += change + "\n";
  return text;
}

bool says(const PairStory& story, const std::string& words) {
  return text_of(story).find(words) != std::string::npos;
}

// Two people at home; `end` is what they do.
std::string homes(const std::string& alice, const std::string& bob,
                  const std::string& end = "alice:connect(bob, { with = 'punch', timeout = 5 })") {
  return "local net = natbed.network{ latency = 20 }\n"
         "net:server('stun'):serve('stun')\n"
         "local alice = net:nat(" +
         alice +
         ", { name = 'box-a' }):host('alice')\n"
         "local bob = net:nat(" +
         bob + ", { name = 'box-b' }):host('bob')\n" + end;
}

std::string carrier(const std::string& hairpin) {
  return "local net = natbed.network{ latency = 20 }\n"
         "net:server('stun'):serve('stun')\n"
         "local box = net:cgnat({ 'port-restricted', hairpin = '" +
         hairpin +
         "' }, { name = 'box-a' })\n"
         "local alice = box:nat('port-restricted'):host('alice')\n"
         "local bob = box:nat('port-restricted'):host('bob')\n"
         "alice:connect(bob, { with = 'punch', timeout = 5 })";
}

// A connection without data for 30 s, over a box whose rows end after 10, until bob asks for an
// answer. What alice sends to keep the path alive is what the box waits for.
std::string silent(int keep_alive) {
  return homes("{ 'port-restricted', udp_unreplied_timeout = 10, udp_timeout = 10 }", "'none'",
               "local quiet = { with = 'punch', timeout = 5, consent_lost = 200, keep_alive = " +
                   std::to_string(keep_alive) +
                   " }\nalice:connect(bob, quiet)\nnatbed.sleep(30)\n"
                   "bob:connect(alice, quiet):ping(2)");
}

struct Case {
  const char* name;
  std::string before, after;  // the script, and the same with the change that the story names
  const char* box;
  DropReason reason;
  const char* change;
};

std::vector<Case> cases() {
  return {
      {"UDP is blocked", homes("{ 'port-restricted', udp = { crossing = 'none' } }", "'linux'"),
       homes("{ 'port-restricted', udp = { crossing = 'all' } }", "'linux'"), "box-a",
       DropReason::kBlocked, "if the box carried this protocol and port"},
      {"symmetric and port-restricted", homes("'symmetric'", "'port-restricted'"),
       // Bob does send to alice, at another of her ports: here that counts.
       homes("'symmetric'", "{ 'port-restricted', filtering = 'adf' }"), "box-b",
       DropReason::kFiltered, "if the host inside had sent something to alice"},
      {"two symmetric ones", homes("'symmetric'", "'symmetric'"),
       homes("{ 'symmetric', filtering = 'eif' }", "{ 'symmetric', filtering = 'eif' }"), "box-a",
       DropReason::kFiltered, "with endpoint-independent filtering"},
      {"no hairpin", carrier("none"), carrier("external"), "box-a", DropReason::kNoHairpin,
       "if the NAT turned such packets round"},
      {"the table is full", homes("{ 'symmetric', max_mappings = 2 }", "'full-cone'"),
       homes("{ 'symmetric', max_mappings = 3 }", "'full-cone'"), "box-a", DropReason::kTableFull,
       "if there had been room for one more; the limit is 2"},
      {"the mapping timed out", silent(60), silent(5), "box-a", DropReason::kFiltered,
       "if the host inside had sent something to bob"},
  };
}

bool drops(const PairStory& story, const Case& c) {
  return std::ranges::any_of(story.drops, [&](const DropWords& words) {
    return words.group.reason == c.reason && words.text.starts_with(std::string(c.box) + " drops");
  });
}

TEST(Story, NamesBoxRuleAndAChangeWithWhichThePacketsPass) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const PairStory before = story_of(c.before), after = story_of(c.after);
    EXPECT_TRUE(drops(before, c)) << text_of(before);
    EXPECT_TRUE(std::ranges::any_of(before.changes, [&](const std::string& change) {
      return change.starts_with(std::string("at ") + c.box) &&
             change.find(c.change) != std::string::npos;
    })) << text_of(before);
    EXPECT_FALSE(before.why.empty()) << text_of(before);
    EXPECT_TRUE(after.reached) << text_of(after);
    EXPECT_TRUE(after.changes.empty()) << text_of(after);
    EXPECT_LE(before.lines.size(), 14u) << text_of(before);
  }
}

TEST(Story, TellsHowAndWhenAnAttemptWorked) {
  const PairStory punched = story_of(homes("'port-restricted'", "'linux'"));
  EXPECT_TRUE(punched.reached);
  EXPECT_TRUE(punched.ending.starts_with("punched at 0.")) << punched.ending;
  EXPECT_TRUE(punched.why.empty() && punched.changes.empty()) << text_of(punched);
  EXPECT_TRUE(says(punched, "alice (192.168.1.2) is behind box-a")) << text_of(punched);
  const PairStory relayed =
      story_of(homes("'symmetric'", "'symmetric'",
                     "net:server('relay'):serve('turn')\nalice:connect(bob, { timeout = 5 })"));
  EXPECT_TRUE(relayed.ending.starts_with("relayed at ")) << relayed.ending;
  EXPECT_TRUE(says(relayed, "box-a gives alice another port for each destination"));
  EXPECT_FALSE(relayed.changes.empty()) << "what would have made it direct";
}

TEST(Story, NamesTheBoxesInARowAndNoRouters) {
  const std::string start =
      "local net = natbed.network{ latency = 20 }\n"
      "net:server('stun'):serve('stun')\n"
      "local box = net:cgnat('cgnat', { name = 'carrier' })\n"
      "local bob = net:router('office'):host('bob')\n";
  const std::string end = ":host('alice')\nalice:connect(bob, { with = 'punch' })";
  const PairStory two = story_of(start + "local alice = box:nat('linux', { name = 'home' })" + end);
  EXPECT_TRUE(says(two, "is behind home (100.64.0.2), which is behind carrier (198.18.0."))
      << text_of(two);
  EXPECT_TRUE(says(two, "is in the open, behind no NAT")) << text_of(two);
  const PairStory one = story_of(start + "local alice = box:nat('none')" + end);
  EXPECT_TRUE(says(one, "is behind carrier (198.18.0.")) << text_of(one);
}

TEST(Story, APairThatIsNotThereIsToldWhoIs) {
  const Trace trace =
      trace_of(homes("'linux'", "'linux'", "net:host('carol')\nalice:connect(bob)"));
  const auto evidence = gather(trace.events);
  ASSERT_TRUE(evidence);
  const auto error = [&](const char* a, const char* b) {
    const auto found = find_attempt(*evidence, a, b);
    return found ? std::string() : found.error().message;
  };
  EXPECT_EQ(error("alice", "carol"),
            "alice and carol did not try to reach each other; those who did: alice,bob");
  EXPECT_NE(error("alice", "box-b").find("unknown host \"box-b\""), std::string::npos);
  EXPECT_NE(error("alice", "alice").find("twice"), std::string::npos);
  EXPECT_EQ(error("bob", "alice"), "");
}

// Events that are missing, repeated, out of order or have fields of others: whatever the story is,
// there is one, or an error.
TEST(Story, NoDamagedTraceBreaksIt) {
  const Trace trace = trace_of(homes("'symmetric'", "'linux'"));
  uint64_t told = 0, refused = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    std::vector<TraceEvent> events = trace.events;
    for (uint64_t left = 1 + rng.below(40); left != 0; --left) {
      TraceEvent& at = events[rng.below(events.size())];
      const TraceEvent noise = test::random_event(rng, at.kind, "noise");
      switch (rng.below(7)) {
        case 0:
          at = noise;
          break;
        case 1:
          std::swap(at, events[rng.below(events.size())]);
          break;
        case 2:
          at = events[rng.below(events.size())];
          break;
        case 3:
          at.node = NodeId(static_cast<uint32_t>(rng.below(12)));
          break;
        case 4:
          at.source = noise.source, at.new_source = at.destination;
          break;
        case 5:
          at.diagnosis = noise.diagnosis, at.reason = noise.reason, at.row = noise.row;
          break;
        case 6:
          at.event = noise.event, at.at = noise.at;
          break;
      }
    }
    const auto evidence = gather(events);
    if (!evidence) {
      EXPECT_NE(evidence.error().message.find("damaged"), std::string::npos);
      ++refused;
      continue;
    }
    for (const Attempt& attempt : attempts(*evidence)) {
      EXPECT_FALSE(tell(*evidence, attempt).ending.empty());
      ++told;
    }
    EXPECT_EQ(tell_drops(*evidence).size(), evidence->drops.size());
  }
  EXPECT_GT(told, 50u);
  EXPECT_GT(refused, 20u);
}

}  // namespace
}  // namespace natbed::viz
