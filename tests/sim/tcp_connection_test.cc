// Two connections and a pipe in virtual time. The pipe delays, loses, doubles and reorders; a
// failed test tells what went through it.
#include "sim/tcp_connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/packet.h"
#include "base/rng.h"
#include "tests/support/allocations.h"
#include "tests/support/story.h"

namespace natbed {
namespace {

using namespace natbed::literals;
using Kind = TcpOutput::Event::Kind;

struct PipeOptions {
  Duration delay = 20_ms;  // one way
  Duration jitter = {};    // up to this much more: it reorders
  Probability loss = {};
  Probability twice = {};  // arrives two times
  uint8_t hops = 0;        // a segment needs a greater TTL to arrive
  bool told = true;        // keeps the story
  uint64_t seed = 1;
};

// Host 0 and host 1, one connection each; host 1 listens if asked to.
class Pipe {
 public:
  explicit Pipe(PipeOptions options = {}, TcpOptions tcp = {})
      : options_(options), rng_(options.seed), ends_{End(tcp), End(tcp)} {}

  void listen(size_t host) { ends_[host].listening = true; }
  void connect(size_t host) {
    ends_[host].connection.connect(now_, rng_, out_);
    flush(host);
  }
  void write(size_t host, ByteView data) {
    ends_[host].connection.write(now_, data, out_);
    flush(host);
  }
  void finish(size_t host) {
    ends_[host].connection.finish(now_, out_);
    flush(host);
  }
  void reset(size_t host) {
    ends_[host].connection.reset(out_);
    flush(host);
  }
  // A segment out of nowhere, as from host `from`.
  void inject(size_t from, TcpFields tcp) { deliver({from, tcp, {}}); }

  void run_for(Duration span) {
    const Instant end = now_ + span;
    while (step(end)) {
    }
    now_ = end;
  }
  // An established connection between both, from a three-way handshake.
  void establish() {
    listen(1);
    connect(0);
    run_for(30_s);
    ASSERT_EQ(state(0), TcpState::kEstablished);
    ASSERT_EQ(state(1), TcpState::kEstablished);
  }

  TcpConnection& connection(size_t host) { return ends_[host].connection; }
  TcpState state(size_t host) const { return ends_[host].connection.state(); }
  const std::string& received(size_t host) const { return ends_[host].received; }
  const std::vector<Kind>& events(size_t host) const { return ends_[host].events; }  // but kData
  void forget_received() { ends_[0].received.clear(), ends_[1].received.clear(); }
  const std::vector<TcpFields>& sent(size_t host) const { return ends_[host].sent; }
  Instant now() const { return now_; }
  bool quiet() const { return flying_.empty(); }
  void set_loss(Probability loss) { options_.loss = loss; }

 private:
  struct End {
    explicit End(TcpOptions tcp) : connection(tcp) {}
    TcpConnection connection;
    bool listening = false;
    std::string received;
    std::vector<Kind> events;
    std::vector<TcpFields> sent;
  };
  struct Flying {
    size_t from;
    TcpFields tcp;
    std::vector<std::byte> payload;
  };

  bool step(Instant end) {
    size_t host = ends_[0].connection.deadline() <= ends_[1].connection.deadline() ? 0 : 1;
    const Instant timeout = ends_[host].connection.deadline();
    const Instant arrival = flying_.empty() ? Instant::never() : flying_.begin()->first;
    if (std::min(timeout, arrival) > end || std::min(timeout, arrival).is_never()) return false;
    now_ = std::min(timeout, arrival);
    if (arrival <= timeout) {
      const Flying segment = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      deliver(segment);
    } else {
      ends_[host].connection.on_timeout(now_, out_);
      flush(host);
    }
    return true;
  }

  void deliver(const Flying& segment) {
    const size_t host = 1 - segment.from;
    End& end = ends_[host];
    const TcpSegment arrived{segment.tcp, segment.payload};
    if (!end.connection.closed()) {
      end.connection.on_segment(now_, arrived, out_);
    } else if (end.listening && TcpConnection::starts_connection(segment.tcp)) {
      end.connection.accept(now_, arrived, rng_, out_);
    } else if (!segment.tcp.has(kRst)) {
      refuse(segment);
    }
    flush(host);
  }
  // As a host does for a port that nobody has.
  void refuse(const Flying& segment) {
    Packet packet;
    packet.protocol = Protocol::kTcp;
    packet.tcp = segment.tcp;
    packet.payload_size = static_cast<uint32_t>(segment.payload.size());
    const Packet answer = make_tcp_reset(packet);
    send(1 - segment.from, answer.tcp, {}, 64);
  }

  void flush(size_t host) {
    for (const TcpOutput::Segment& segment : out_.segments()) {
      send(host, segment.tcp, out_.payload(segment), segment.ttl);
    }
    for (const TcpOutput::Event& event : out_.events()) {
      if (event.kind == Kind::kData) {
        ends_[host].received += text_of(out_.data(event));
      } else {
        ends_[host].events.push_back(event.kind);
      }
    }
    out_.clear();
  }
  void send(size_t host, const TcpFields& tcp, ByteView payload, uint8_t ttl) {
    ends_[host].sent.push_back(tcp);
    const bool lost = rng_.chance(options_.loss) || ttl <= options_.hops;
    if (options_.told) tell(host, tcp, payload.size(), lost);
    if (lost) return;
    for (int copies = rng_.chance(options_.twice) ? 2 : 1; copies > 0; --copies) {
      const auto more = Duration::nanoseconds(rng_.between(0, options_.jitter.ns()));
      flying_.emplace(now_ + options_.delay + more,
                      Flying{host, tcp, {payload.begin(), payload.end()}});
    }
  }
  void tell(size_t host, const TcpFields& tcp, size_t size, bool lost) {
    std::string flags;
    for (const auto& [flag, letter] :
         {std::pair{kSyn, 'S'}, {kFin, 'F'}, {kRst, 'R'}, {kAck, 'A'}}) {
      if (tcp.has(flag)) flags += letter;
    }
    story_.tell(now_, (host == 0 ? "0 -> 1  " : "1 -> 0  ") + flags + " seq " +
                          std::to_string(tcp.sequence) + " ack " +
                          std::to_string(tcp.acknowledgement) + " size " + std::to_string(size) +
                          (lost ? "  lost" : ""));
  }

  PipeOptions options_;
  Rng rng_;
  Instant now_;
  std::array<End, 2> ends_;
  std::multimap<Instant, Flying> flying_;
  TcpOutput out_;
  test::Story story_;
};

std::string pattern(size_t size, uint64_t seed) {
  Rng rng(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(rng.next());
  return text;
}

using Kinds = std::vector<Kind>;

TEST(TcpConnection, ShakesHandsInThreeSegments) {
  Pipe pipe;
  pipe.listen(1);
  pipe.connect(0);
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.events(0), Kinds{Kind::kConnected});
  EXPECT_EQ(pipe.events(1), Kinds{Kind::kConnected});
  ASSERT_EQ(pipe.sent(0).size(), 2u);
  ASSERT_EQ(pipe.sent(1).size(), 1u);
  EXPECT_EQ(pipe.sent(0)[0].flags, kSyn);
  EXPECT_EQ(pipe.sent(1)[0].flags, kSyn | kAck);
  EXPECT_EQ(pipe.sent(1)[0].acknowledgement, pipe.sent(0)[0].sequence + 1);
  EXPECT_EQ(pipe.sent(0)[1].flags, kAck);
  EXPECT_TRUE(pipe.connection(0).deadline().is_never()) << "an idle connection needs no timer";
}

// RFC 9293 §3.5, figure 8.
TEST(TcpConnection, OpensWhenBothEndsConnect) {
  Pipe pipe;
  pipe.connect(0);
  pipe.run_for(5_ms);
  pipe.connect(1);
  pipe.run_for(100_ms);
  EXPECT_EQ(pipe.state(0), TcpState::kEstablished);
  EXPECT_EQ(pipe.state(1), TcpState::kEstablished);
  EXPECT_EQ(pipe.sent(0)[1].flags, kSyn | kAck);
  EXPECT_EQ(pipe.sent(1)[1].flags, kSyn | kAck);
  EXPECT_EQ(pipe.sent(0)[1].sequence, pipe.sent(0)[0].sequence) << "the SYN-ACK repeats the SYN";
  pipe.write(0, bytes_of("hello"));
  pipe.write(1, bytes_of("world"));
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.received(1), "hello");
  EXPECT_EQ(pipe.received(0), "world");
}

TEST(TcpConnection, OpensFromBothEndsUnderLoss) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Pipe pipe({.jitter = 15_ms,
               .loss = Probability::of(0.3),
               .twice = Probability::of(0.2),
               .seed = seed});
    pipe.connect(0);
    // Before the first SYN arrives.
    pipe.run_for(Duration::milliseconds(static_cast<int64_t>(seed % 20)));
    pipe.connect(1);
    pipe.run_for(30_s);
    pipe.set_loss({});
    pipe.write(0, bytes_of("hello"));
    pipe.write(1, bytes_of("world"));
    pipe.run_for(90_s);
    EXPECT_EQ(pipe.received(1), "hello");
    EXPECT_EQ(pipe.received(0), "world");
    if (HasFailure()) return;
  }
}

TEST(TcpConnection, DrawsItsFirstNumberFromTheSeed) {
  const auto first_number = [](uint64_t seed) {
    Pipe pipe({.seed = seed});
    pipe.connect(0);
    return pipe.sent(0)[0].sequence;
  };
  EXPECT_EQ(first_number(5), first_number(5));
  EXPECT_NE(first_number(5), first_number(6));
}

TEST(TcpConnection, IsRefusedByAClosedPort) {
  Pipe pipe;
  pipe.connect(0);
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.events(0), Kinds{Kind::kFailed});
  EXPECT_TRUE(pipe.connection(0).closed());
  ASSERT_EQ(pipe.sent(1).size(), 1u);
  EXPECT_EQ(pipe.sent(1)[0].flags, kRst | kAck);
  EXPECT_EQ(pipe.sent(1)[0].acknowledgement, pipe.sent(0)[0].sequence + 1);
}

TEST(TcpConnection, IgnoresAResetThatDoesNotAnswerItsSyn) {
  Pipe pipe;
  pipe.connect(0);
  pipe.inject(1, {.sequence = 7, .flags = kRst});
  pipe.inject(1, {.acknowledgement = pipe.sent(0)[0].sequence, .flags = kRst | kAck});
  EXPECT_EQ(pipe.state(0), TcpState::kSynSent);
}

TEST(TcpConnection, GivesUpItsSynAfterSixRetries) {
  Pipe pipe({.loss = Probability::of(1)});
  pipe.connect(0);
  pipe.run_for(126_s);
  EXPECT_EQ(pipe.state(0), TcpState::kSynSent);
  EXPECT_EQ(pipe.sent(0).size(), 7u);
  pipe.run_for(1_s);  // 1 + 2 + 4 + 8 + 16 + 32 + 64 s
  EXPECT_EQ(pipe.events(0), Kinds{Kind::kFailed});
}

TEST(TcpConnection, FailsAtOnceWhenUnreachable) {
  Pipe pipe({.loss = Probability::of(1)});
  pipe.connect(0);
  TcpOutput out;
  pipe.connection(0).on_unreachable(out);
  ASSERT_EQ(out.events().size(), 1u);
  EXPECT_EQ(out.events()[0].kind, Kind::kFailed);
  EXPECT_TRUE(pipe.connection(0).closed());
}

TEST(TcpConnection, SurvivesUnreachableOnceConnected) {
  Pipe pipe;
  pipe.establish();
  TcpOutput out;
  pipe.connection(0).on_unreachable(out);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(pipe.state(0), TcpState::kEstablished);
}

TEST(TcpConnection, SendsEverySegmentWithItsTtl) {
  Pipe near({.hops = 3}, {.ttl = 3});
  near.listen(1);
  near.connect(0);
  near.run_for(10_s);
  EXPECT_EQ(near.state(0), TcpState::kSynSent);
  EXPECT_EQ(near.state(1), TcpState::kClosed);
  Pipe far({.hops = 3}, {.ttl = 4});
  far.establish();
}

struct Weather {
  const char* name;
  PipeOptions options;
};

class TcpConnectionWeather : public testing::TestWithParam<Weather> {};

TEST_P(TcpConnectionWeather, DeliversAMegabyteEachWayUnharmed) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PipeOptions options = GetParam().options;
    options.told = false;
    options.seed = seed;
    Pipe pipe(options);
    pipe.listen(1);
    pipe.connect(0);
    const std::string there = pattern(1 << 20, seed), back = pattern(1 << 20, seed + 100);
    pipe.write(0, bytes_of(there));
    pipe.finish(0);
    while (pipe.state(1) != TcpState::kEstablished && pipe.now() < Instant() + 100_s)
      pipe.run_for(1_ms);
    pipe.write(1, bytes_of(back));
    pipe.finish(1);
    pipe.run_for(3600_s);
    EXPECT_TRUE(pipe.received(1) == there) << pipe.received(1).size() << " bytes";
    EXPECT_TRUE(pipe.received(0) == back) << pipe.received(0).size() << " bytes";
    EXPECT_EQ(pipe.events(0), (Kinds{Kind::kConnected, Kind::kFinished}));
    EXPECT_EQ(pipe.events(1), (Kinds{Kind::kConnected, Kind::kFinished}));
    EXPECT_TRUE(pipe.connection(0).closed()) << to_string(pipe.state(0));
    EXPECT_TRUE(pipe.connection(1).closed()) << to_string(pipe.state(1));
    EXPECT_TRUE(pipe.quiet());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Pipes, TcpConnectionWeather,
    testing::Values(
        Weather{"Fair", {}}, Weather{"TenPercentLoss", {.loss = Probability::of(0.1)}},
        Weather{"Reordering", {.jitter = 10_ms}},
        Weather{"Duplication", {.twice = Probability::of(0.3)}},
        Weather{"Foul",
                {.jitter = 5_ms, .loss = Probability::of(0.05), .twice = Probability::of(0.05)}}),
    [](const testing::TestParamInfo<Weather>& weather) { return std::string(weather.param.name); });

TEST(TcpConnection, FillsItsWindowOnAFairPath) {
  Pipe pipe({.told = false});
  pipe.establish();
  const Instant start = pipe.now();
  const std::string text = pattern(1 << 20, 1);
  pipe.write(0, bytes_of(text));
  while (pipe.received(1).size() < text.size()) pipe.run_for(1_ms);
  // 16 windows of 64 KiB at 40 ms a round trip, and slow start.
  EXPECT_LT(pipe.now() - start, 1_s);
}

TEST(TcpConnection, MendsASingleLossWithoutATimeout) {
  Pipe pipe({.told = false});
  pipe.establish();
  pipe.set_loss(Probability::of(1));
  pipe.write(0, bytes_of("lost"));
  pipe.set_loss({});
  for (int i = 0; i < 3; ++i) pipe.write(0, bytes_of("more"));
  pipe.run_for(100_ms);  // two round trips; the timeout is 200 ms at least
  EXPECT_EQ(pipe.received(1), "lostmoremoremore");
}

TEST(TcpConnection, FinishesEachWayByItself) {
  Pipe pipe;
  pipe.establish();
  pipe.write(0, bytes_of("question"));
  pipe.finish(0);
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.state(0), TcpState::kFinWait2);
  EXPECT_EQ(pipe.state(1), TcpState::kCloseWait);
  EXPECT_EQ(pipe.received(1), "question");
  pipe.write(1, bytes_of("answer"));
  pipe.finish(1);
  pipe.run_for(500_ms);
  EXPECT_EQ(pipe.received(0), "answer");
  EXPECT_EQ(pipe.state(0), TcpState::kTimeWait);
  EXPECT_EQ(pipe.state(1), TcpState::kClosed);
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.state(0), TcpState::kClosed);
  EXPECT_EQ(pipe.events(0), (Kinds{Kind::kConnected, Kind::kFinished}));
  EXPECT_EQ(pipe.events(1), (Kinds{Kind::kConnected, Kind::kFinished}));
}

// RFC 9293 §3.6, figure 13.
TEST(TcpConnection, ClosesWhenBothEndsFinishAtOnce) {
  Pipe pipe;
  pipe.establish();
  pipe.finish(0);
  pipe.finish(1);
  pipe.run_for(30_ms);
  EXPECT_EQ(pipe.state(0), TcpState::kClosing);
  EXPECT_EQ(pipe.state(1), TcpState::kClosing);
  pipe.run_for(20_ms);
  EXPECT_EQ(pipe.state(0), TcpState::kTimeWait);
  EXPECT_EQ(pipe.state(1), TcpState::kTimeWait);
  pipe.run_for(2_s);
  EXPECT_TRUE(pipe.connection(0).closed() && pipe.connection(1).closed());
}

TEST(TcpConnection, AnswersARepeatedFinInTimeWait) {
  Pipe pipe;
  pipe.establish();
  pipe.finish(0);
  pipe.run_for(1_s);
  pipe.finish(1);
  pipe.run_for(30_ms);
  ASSERT_EQ(pipe.state(0), TcpState::kTimeWait);
  const size_t sent = pipe.sent(0).size();
  pipe.run_for(500_ms);
  const Instant before = pipe.connection(0).deadline();
  pipe.inject(1, pipe.sent(1).back());
  EXPECT_EQ(pipe.sent(0).size(), sent + 1);
  EXPECT_GT(pipe.connection(0).deadline(), before) << "2 MSL start again";
}

TEST(TcpConnection, TellsTheFarEndOfAReset) {
  Pipe pipe;
  pipe.establish();
  pipe.reset(0);
  EXPECT_TRUE(pipe.connection(0).closed());
  pipe.run_for(1_s);
  EXPECT_TRUE(pipe.connection(1).closed());
  EXPECT_EQ(pipe.events(0), Kinds{Kind::kConnected}) << "who resets is not told";
  EXPECT_EQ(pipe.events(1), (Kinds{Kind::kConnected, Kind::kReset}));
}

// RFC 5961 §3.2: in the window, but not the number expected.
TEST(TcpConnection, ChallengesAResetThatGuessedItsNumber) {
  Pipe pipe;
  pipe.establish();
  const uint32_t expected = pipe.sent(1)[0].sequence + 1;
  const size_t sent = pipe.sent(0).size();
  pipe.inject(1, {.sequence = expected + 1000, .flags = kRst});
  EXPECT_EQ(pipe.state(0), TcpState::kEstablished);
  EXPECT_EQ(pipe.sent(0).size(), sent + 1) << "an ACK asks whether it is meant";
  pipe.inject(1, {.sequence = expected + 70000, .flags = kRst});
  EXPECT_EQ(pipe.sent(0).size(), sent + 1) << "outside of the window: nothing";
  pipe.inject(1, {.sequence = expected, .flags = kRst});
  EXPECT_EQ(pipe.state(0), TcpState::kClosed);
}

TEST(TcpConnection, AnswersDataForALostConnectionWithReset) {
  Pipe pipe;
  pipe.establish();
  pipe.set_loss(Probability::of(1));
  pipe.reset(1);  // the RST is lost: host 0 believes in the connection
  pipe.set_loss({});
  pipe.write(0, bytes_of("anybody there?"));
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.events(0), (Kinds{Kind::kConnected, Kind::kReset}));
}

TEST(TcpConnection, ResetsWhenNobodyAcknowledgesItsData) {
  Pipe pipe;
  pipe.establish();
  pipe.set_loss(Probability::of(1));
  pipe.write(0, bytes_of("hello?"));
  pipe.run_for(100_s);
  EXPECT_EQ(pipe.state(0), TcpState::kEstablished) << "R2 of RFC 9293 §3.8.3 is 100 s at least";
  pipe.run_for(400_s);
  EXPECT_EQ(pipe.events(0), (Kinds{Kind::kConnected, Kind::kReset}));
  EXPECT_EQ(pipe.sent(0).back().flags, kRst | kAck);
}

// RFC 6298 §5.7 and §2.2: the first timeout, with and without a round trip to go by.
TEST(TcpConnection, LearnsItsTimeoutFromRoundTrips) {
  Pipe pipe;
  pipe.establish();  // 40 ms, variation 20 ms: 120 ms, raised to 200 ms
  pipe.set_loss(Probability::of(1));
  pipe.write(0, bytes_of("x"));
  EXPECT_EQ(pipe.connection(0).deadline() - pipe.now(), 200_ms);
  Pipe lossy({.loss = Probability::of(1)});
  lossy.listen(1);
  lossy.connect(0);
  lossy.run_for(500_ms);
  lossy.set_loss({});
  lossy.run_for(10_s);
  lossy.write(0, bytes_of("x"));
  EXPECT_EQ(lossy.connection(0).deadline() - lossy.now(), 3_s) << "its SYN was sent twice";
}

TEST(TcpConnection, DropsWhatItIsGivenAfterFinish) {
  Pipe pipe;
  pipe.establish();
  pipe.write(0, bytes_of("first"));
  pipe.finish(0);
  pipe.write(0, bytes_of("second"));
  pipe.run_for(1_s);
  EXPECT_EQ(pipe.received(1), "first");
  EXPECT_EQ(pipe.connection(0).unacknowledged(), 0u);
}

// Both have a full window on the way when all is lost. An ACK then carries a number at the far edge
// of the other's window; if it fell outside, each would answer the other's ACK until a timeout.
TEST(TcpConnection, DoesNotAnswerAcksWithAcksWhenTwoFullWindowsAreLost) {
  Pipe pipe({.told = false});
  pipe.establish();
  const std::string there = pattern(131'070, 1), back = pattern(131'070, 2);
  for (int round = 0; round < 10; ++round) {  // opens both congestion windows
    pipe.write(0, bytes_of(there));
    pipe.write(1, bytes_of(back));
    pipe.run_for(5_s);
  }
  pipe.forget_received();
  pipe.set_loss(Probability::of(1));
  // Small segments fill a window to the last byte.
  for (size_t at = 0; at < 65'535; at += 15) {
    pipe.write(0, bytes_of(std::string_view(there).substr(at, 15)));
    pipe.write(1, bytes_of(std::string_view(back).substr(at, 15)));
  }
  pipe.run_for(3_s);
  pipe.set_loss({});
  const size_t before = pipe.sent(0).size();
  pipe.inject(1, pipe.sent(1)[0]);  // its SYN-ACK again, which asks for an ACK
  pipe.run_for(1_s);                // the next timeout is later
  EXPECT_EQ(pipe.sent(0).size() - before, 1u);
  pipe.run_for(60_s);
  EXPECT_TRUE(pipe.received(0) == back.substr(0, 65'535)) << pipe.received(0).size();
  EXPECT_TRUE(pipe.received(1) == there.substr(0, 65'535)) << pipe.received(1).size();
  EXPECT_TRUE(pipe.quiet());
}

// One call after another between two connections without a pipe, so that only they could allocate.
TEST(TcpConnection, AllocatesNothingOnceItsBuffersAreWarm) {
  TcpConnection a, b;
  TcpOutput from_a, from_b;
  Rng rng(3);
  const std::vector<std::byte> message(5000);
  Instant now;
  const auto exchange = [&] {
    while (!from_a.segments().empty() || !from_b.segments().empty()) {
      now = now + 1_ms;
      from_b.clear();
      for (const auto& s : from_a.segments()) {
        const TcpSegment segment{s.tcp, from_a.payload(s)};
        if (b.closed() && TcpConnection::starts_connection(s.tcp)) {
          b.accept(now, segment, rng, from_b);
        } else {
          b.on_segment(now, segment, from_b);
        }
      }
      from_a.clear();
      for (const auto& s : from_b.segments()) a.on_segment(now, {s.tcp, from_b.payload(s)}, from_a);
    }
  };
  uint64_t before = 0;
  for (int round = 0; round < 20; ++round) {
    if (round == 2) before = test::allocations();
    a.connect(now, rng, from_a);
    exchange();
    for (int i = 0; i < 10; ++i) {
      a.write(now, message, from_a);
      exchange();
    }
    a.finish(now, from_a);
    exchange();
    b.finish(now, from_b);
    for (const auto& s : from_b.segments()) a.on_segment(now, {s.tcp, {}}, from_a);
    exchange();
    now = now + 10_s;
    a.on_timeout(now, from_a);
    ASSERT_TRUE(a.closed() && b.closed()) << to_string(a.state()) << ", " << to_string(b.state());
  }
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace natbed
