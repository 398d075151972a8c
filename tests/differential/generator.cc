#include "tests/differential/generator.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace natbed::differential {
namespace {

constexpr int kFewestSteps = 3, kMostSteps = 14;

// Writes one sequence. It remembers which steps left the box and which came in, so that later steps can
// answer them; whether they really did is for the subjects to say.
class Writer {
 public:
  Writer(Rng rng, const Rules& rules) : rng_(rng), rules_(rules) {
    constexpr uint16_t kPorts[] = {5000, 5001, 100, 700, 6000, 6001, 30001};
    for (int i = 0; i < 2; ++i) ports_.push_back(kPorts[below(std::size(kPorts))]);
    if (rules.masquerade == Masquerade::kFullCone) ports_[0] = kForwards[below(2)].port;
    theme_ = static_cast<int>(below(5));
    waits_ = below(3) == 0 ? kMostWaits : 0;
  }

  Sequence write() {
    const auto steps = static_cast<size_t>(rng_.between(kFewestSteps, kMostSteps));
    while (steps_.size() < steps) step();
    return steps_;
  }

 private:
  size_t below(size_t n) { return rng_.below(n); }
  bool one_in(size_t n) { return below(n) == 0; }

  void step() {
    if (waits_ > 0 && steps_.size() >= 1 && one_in(4)) return wait();
    if (!out_.empty() && one_in(8)) return error();
    switch (theme_) {
      case 0:
        return datagram();
      case 1:
        return segment();
      case 2:
        return one_in(2) ? segment() : connection();
      case 3:
        return one_in(3) ? datagram() : echo();
      default:
        break;
    }
    one_in(2) ? datagram() : one_in(2) ? segment() : echo();
  }

  void wait() {
    Step s;
    s.what = What::kWait;
    s.seconds = static_cast<uint16_t>(rng_.between(1, 5));
    --waits_;
    steps_.push_back(s);
  }

  void add(What what, Place from, Place to) {
    Step s;
    s.what = what;
    s.from = from;
    s.to = to;
    // Segments amid a connection teach the tracker windows, which natbed does not look at.
    const bool may_die = !s.is_tcp() || what == What::kSyn;
    if (may_die && one_in(20)) s.ttl = static_cast<uint8_t>(rng_.between(1, 2));
    steps_.push_back(s);
    const auto number = static_cast<uint16_t>(steps_.size());
    const bool leaves = s.from_inside() && to.kind == Place::Kind::kRemote;
    if (leaves) out_.push_back(number);
    if (!s.from_inside()) in_.push_back(number);
  }

  Place host() {
    return {Place::Kind::kHost, static_cast<uint16_t>(rng_.between(1, kHosts)), ports_[below(2)]};
  }
  Place remote() {
    const bool web = one_in(8);
    return {Place::Kind::kRemote, static_cast<uint16_t>(rng_.between(1, kRemotes)),
            static_cast<uint16_t>(web ? 4001 : 4000)};
  }
  Place external() { return {Place::Kind::kExternal, 0, ports_[below(2)]}; }
  static Place seen(uint16_t step) { return {Place::Kind::kSeen, step, 0}; }

  // A step of this protocol that left, if there is one.
  const Step* earlier(bool (*fits)(const Step&), uint16_t* number) {
    std::vector<uint16_t> those;
    for (const uint16_t n : out_) {
      if (fits(steps_[n - 1])) those.push_back(n);
    }
    if (those.empty()) return nullptr;
    *number = those[below(those.size())];
    return &steps_[*number - 1];
  }

  void datagram() {
    uint16_t n = 0;
    const Step* before = earlier([](const Step& s) { return s.what == What::kUdp; }, &n);
    const size_t choice = below(10);
    if (choice < 4 && before) return add(What::kUdp, one_in(4) ? remote() : before->to, seen(n));
    if (choice == 4) return add(What::kUdp, remote(), external());
    if (choice == 5) return add(What::kUdp, host(), external());  // hairpin
    if (choice == 6 && before)
      return add(What::kUdp, before->from, one_in(2) ? remote() : before->to);
    add(What::kUdp, host(), remote());
  }

  What any_segment() {
    constexpr What kAll[] = {What::kSyn,  What::kSynAck, What::kAck,  What::kData,
                             What::kData, What::kFin,    What::kReset};
    return kAll[below(std::size(kAll))];
  }

  // Any segment of a connection, or a first one.
  void segment() {
    uint16_t n = 0;
    const Step* before = earlier([](const Step& s) { return s.is_tcp(); }, &n);
    const size_t choice = below(12);
    if (!before || choice == 0) return add(What::kSyn, host(), remote());
    if (choice == 1) return add(any_segment(), remote(), external());
    if (choice == 2) return add(What::kSyn, host(), external());
    if (choice < 7) return add(any_segment(), before->to, seen(n));
    add(any_segment(), before->from, before->to);
  }

  // A connection from SYN to TIME_WAIT, or a part of it: opened from inside or from both sides at once.
  void connection() {
    const Place from = host(), to = remote();
    add(What::kSyn, from, to);
    const auto n = static_cast<uint16_t>(steps_.size());
    const auto out = [&](What what) { add(what, from, to); };
    const auto in = [&](What what) { add(what, to, seen(n)); };
    if (one_in(3)) {
      in(What::kSyn);
      out(What::kSynAck);
      in(one_in(2) ? What::kSynAck : What::kAck);
    } else {
      in(What::kSynAck);
    }
    out(What::kAck);
    if (one_in(2)) return;
    one_in(2) ? out(What::kData) : in(What::kData);
    if (one_in(3)) return one_in(2) ? out(What::kReset) : in(What::kReset);
    out(What::kFin);
    in(What::kFin);
    out(What::kAck);
  }

  void echo() {
    uint16_t n = 0;
    const Step* before = earlier([](const Step& s) { return s.what == What::kPing; }, &n);
    const size_t choice = below(8);
    Place whom = remote(), asker = host();
    whom.port = 0;
    if (choice < 3 && before) return add(What::kPong, one_in(5) ? whom : before->to, seen(n));
    if (choice == 3) {
      whom.port = ports_[0];
      return add(What::kPing, whom, {Place::Kind::kExternal, 0, 0});
    }
    if (choice == 4) return add(What::kPing, asker, {Place::Kind::kExternal, 0, 0});
    add(What::kPing, asker, whom);
  }

  void error() {
    constexpr struct { uint8_t type, code; } kErrors[] = {{3, 1}, {3, 3}, {3, 13}, {11, 0}};
    const auto chosen = kErrors[below(std::size(kErrors))];
    Step s;
    s.what = What::kError;
    s.icmp_type = chosen.type;
    s.icmp_code = chosen.code;
    const bool inside = !in_.empty() && one_in(3);
    const std::vector<uint16_t>& about = inside ? in_ : out_;
    s.about = about[below(about.size())];
    s.from = inside ? host() : one_in(2) ? remote() : Place{Place::Kind::kRouter, 1, 0};
    s.from.port = 0;
    steps_.push_back(s);
  }

  Rng rng_;
  const Rules& rules_;
  Sequence steps_;
  std::vector<uint16_t> ports_;
  std::vector<uint16_t> out_, in_;  // steps from inside to a remote, and from outside
  int theme_ = 0;
  int waits_ = 0;
};

}  // namespace

Sequence random_sequence(Rng rng, const Rules& rules) { return Writer(rng, rules).write(); }

}  // namespace natbed::differential
