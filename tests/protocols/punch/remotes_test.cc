#include "protocols/punch/remotes.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

using namespace literals;

Endpoint endpoint(uint16_t port) { return {IpAddress::v4(198, 51, 100, 1), port}; }

TEST(Remotes, AreLearnedOnceAndNoMoreThanFit) {
  Remotes remotes;
  for (uint16_t port = 1; port <= 2 * Remotes::kMost; ++port) {
    Remote* remote = remotes.learn(endpoint(port), CandidateKind::kReflexive);
    EXPECT_EQ(remote != nullptr, port <= Remotes::kMost) << port;
  }
  EXPECT_EQ(remotes.size(), Remotes::kMost);
  EXPECT_EQ(remotes.learn(endpoint(3), CandidateKind::kHost), &remotes[2]);
  EXPECT_EQ(remotes[2].kind, CandidateKind::kReflexive) << "the first word counts";
  EXPECT_EQ(remotes.index_of(remotes[2]), 2u);
  EXPECT_EQ(Remotes().learn({}, CandidateKind::kHost), nullptr);
}

TEST(Remotes, AreProvenByAnythingAuthenticFromThere) {
  Remotes remotes;
  Remote& remote = *remotes.learn(endpoint(1), CandidateKind::kReflexive);
  EXPECT_FALSE(remotes.proven(endpoint(1)));
  remote.heard = true;
  EXPECT_TRUE(remotes.proven(endpoint(1)));
  EXPECT_TRUE(remotes.any_heard());
  remote.heard = false;
  remote.answered = true;
  EXPECT_TRUE(remotes.proven(endpoint(1)));
  EXPECT_FALSE(remotes.any_heard());
  EXPECT_FALSE(remotes.proven(endpoint(2)));
}

TEST(Remotes, AreValidInBothDirectionsOnly) {
  Remotes remotes;
  Remote& here = *remotes.learn(endpoint(1), CandidateKind::kReflexive);
  Remote& there = *remotes.learn(endpoint(2), CandidateKind::kReflexive);
  here.answered = here.symmetric = true;
  EXPECT_FALSE(remotes.valid(here));
  there.heard = true;
  EXPECT_FALSE(remotes.valid(here)) << "it must be heard itself, since it answers itself";
  here.heard = true;
  EXPECT_TRUE(remotes.valid(here));
  here.symmetric = here.heard = false;
  EXPECT_TRUE(remotes.valid(here)) << "its answers come from elsewhere, so may its probes";
  EXPECT_FALSE(remotes.valid(there));
}

TEST(Remotes, BestIsSymmetricThenOfTheBetterKindThenNear) {
  Remotes remotes;
  EXPECT_FALSE(remotes.best_valid());
  const auto add = [&](uint16_t port, bool symmetric, CandidateKind kind, Duration round_trip) {
    Remote& remote = *remotes.learn(endpoint(port), kind);
    remote.heard = remote.answered = true;
    remote.symmetric = symmetric;
    remote.round_trip = round_trip;
  };
  add(1, false, CandidateKind::kHost, 1_ms);
  EXPECT_EQ(remotes.best_valid(), 0u);
  add(2, true, CandidateKind::kReflexive, 90_ms);
  EXPECT_EQ(remotes.best_valid(), 1u);
  add(3, true, CandidateKind::kReflexive, 80_ms);
  EXPECT_EQ(remotes.best_valid(), 2u);
  add(4, true, CandidateKind::kHost, 100_ms);
  EXPECT_EQ(remotes.best_valid(), 3u);
  add(5, true, CandidateKind::kHost, 100_ms);
  EXPECT_EQ(remotes.best_valid(), 3u) << "of equals the first";
}

}  // namespace
}  // namespace natbed
