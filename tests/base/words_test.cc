// Every enumerator that reaches a trace has a word of its own: readers take a value without one for
// damage.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/trace_event.h"

namespace natbed {
namespace {

// The words of all values from 0 to `last`.
template <class E>
std::set<std::string> words_up_to(E last) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) words.insert(to_string(static_cast<E>(i)));
  EXPECT_EQ(words.size(), static_cast<size_t>(last) + 1) << "two values share a word";
  EXPECT_FALSE(words.contains("?"));
  EXPECT_STREQ(to_string(static_cast<E>(static_cast<int>(last) + 1)), "?")
      << "the enumeration is longer than this test knows";
  return words;
}

TEST(Words, EveryValueHasItsOwn) {
  words_up_to(static_cast<DropReason>(kDropReasonCount - 1));
  words_up_to(static_cast<TraceKind>(kTraceKindCount - 1));
  words_up_to(NodeKind::kNat);
  words_up_to(RealmKind::kLan);
  words_up_to(Traffic::kKeepAlive);
  words_up_to(PathKind::kDirect);
  words_up_to(static_cast<Cure>(kCureCount - 1));
}

TEST(Words, EveryMachineEventHasItsOwn) {
  std::set<std::string> words;
  int count = 0;
  for (int i = 0; i < 256; ++i) {
    const std::string word = to_string(static_cast<MachineEvent::Kind>(i));
    if (word == "?") break;
    words.insert(word);
    ++count;
  }
  EXPECT_GT(count, static_cast<int>(MachineEvent::Kind::kState));
  EXPECT_EQ(words.size(), static_cast<size_t>(count));
}

TEST(Words, EveryDropReasonIsExplainedInASentence) {
  for (int i = 0; i < kDropReasonCount; ++i) {
    const std::string sentence = explain(static_cast<DropReason>(i));
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
    EXPECT_GT(sentence.size(), 10u);
  }
}

TEST(Words, EveryCureIsExplainedInASentence) {
  const Diagnosis none;
  EXPECT_EQ(explain(none), "");
  for (int i = 1; i < kCureCount; ++i) {
    Diagnosis d;
    d.cure = static_cast<Cure>(i);
    d.expected = *Endpoint::parse("192.0.2.1:7");
    const std::string sentence = explain(d);
    EXPECT_TRUE(sentence.starts_with("It would have passed ")) << sentence;
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
  }
}

// The reader may know more of the endpoint than its address.
TEST(Words, CureNamesWhomItIsAbout) {
  Diagnosis d;
  d.cure = Cure::kSendFirst;
  d.expected = *Endpoint::parse("192.0.2.1:7");
  EXPECT_EQ(explain(d),
            "It would have passed if the host inside had sent something to 192.0.2.1:7 first.");
  d.since = Instant() + Duration::milliseconds(1500);
  EXPECT_EQ(condition(d, "bob"), "if the host inside had sent something to bob before 1.500 s");
  d.cure = Cure::kAimFrom;
  EXPECT_EQ(explain(d), "It would have passed only from 192.0.2.1:7, whom this mapping is for.");
  d.expected.port = 0;
  EXPECT_EQ(explain(d), "It would have passed from another port of 192.0.2.1.");
}

TEST(Words, EveryTraceKindCarriesFields) {
  for (int i = 0; i < kTraceKindCount; ++i) {
    EXPECT_NE(trace_fields(static_cast<TraceKind>(i)), 0) << i;
  }
  EXPECT_EQ(trace_fields(static_cast<TraceKind>(kTraceKindCount)), 0);
}

TEST(Words, ProtocolsAreThoseOfIana) {
  EXPECT_STREQ(to_string(static_cast<Protocol>(1)), "icmp");
  EXPECT_STREQ(to_string(static_cast<Protocol>(6)), "tcp");
  EXPECT_STREQ(to_string(static_cast<Protocol>(17)), "udp");
  EXPECT_STREQ(to_string(static_cast<Protocol>(58)), "icmp6");
  EXPECT_STREQ(to_string(static_cast<Protocol>(2)), "?");
}

}  // namespace
}  // namespace natbed
