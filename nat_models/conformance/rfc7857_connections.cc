// RFC 7857 §2: TCP tracking, and what an RST does.
#include "nat_models/conformance/groups.h"
#include "nat_models/conformance/probes.h"

namespace natbed::conformance {
namespace {

constexpr struct {
  std::string_view before;
  int64_t seconds;
  std::string_view after;
  bool passes;  // the last part
  const char* state;
} kStates[] = {
    {">S <SA >A", 7439, "<D", true, "an established connection lives 2 h 4 min"},
    {">S <SA >A >FA <A", 7439, "<D", true,
     "a connection that was closed from inside only lives 2 h 4 min"},
    {">S <SA >A <FA >A", 7439, "<A", true,
     "a connection that was closed from outside only lives 2 h 4 min"},
    {">S", 7439, "<SA", false, "a connection that never opened ends sooner"},
    {">S <SA >A >FA <FA >A <A", 7439, "<D", false,
     "a connection that was closed from both sides ends sooner"},
    {">S <SA >A <R", 7439, "<D", false, "a connection that was reset ends sooner"},
    {">S <SA >A <R >D", 7439, "<D", true, "a connection that goes on after an RST lives 2 h 4 min"},
};

Finding tracks_connections(const Subject& subject) {
  Finding finding;
  for (const auto& s : kStates) {
    Rig rig(subject);
    Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
    if (!tcp.plays(s.before)) return rig.fail(tcp.lost() + " is lost in " + in_words(s.before));
    rig.wait(Duration::seconds(s.seconds));
    if (tcp.plays(s.after) != s.passes)
      return rig.fail(std::string("not so: ") + s.state + " (" + in_words(s.before) + ")");
    finding = rig.pass(
        "established, opening, half closed, closed and reset connections live as long as they "
        "should");
  }
  return finding;
}

Finding four_minutes_at_both_ends(const Subject& subject) {
  Finding finding;
  for (const auto& [before, after] : {std::pair<std::string_view, std::string_view>{">S", "<SA"},
                                      {">S <SA >A >FA <A <FA >A", "<FA >A"}}) {
    Rig rig(subject);
    Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
    if (!tcp.plays(before)) return rig.fail(tcp.lost() + " is lost");
    rig.wait(Duration::seconds(239));
    if (!tcp.plays(after)) return rig.fail(std::string("gone 239 s after ") + in_words(before));
    finding = rig.pass("connections that open or close live four minutes");
  }
  return finding;
}

Finding resets(const Subject& subject) {
  Finding finding;
  for (const std::string_view reset : {"<R", ">R"}) {
    Rig rig(subject);
    Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
    if (!tcp.opens() || !tcp.plays(reset)) return rig.fail(tcp.lost() + " is lost");
    rig.wait(Duration::seconds(239));
    if (!tcp.plays("<D >A")) return rig.fail("gone 239 s after " + in_words(reset));
    finding = rig.pass("an RST is delivered; data within four minutes still passes");
  }
  // An RST of somebody else is not about this connection.
  Rig rig(subject);
  Tcp tcp(&rig, rig.host(0, 5000), Rig::remote(0, 80));
  if (!tcp.opens()) return rig.fail(tcp.lost() + " is lost");
  rig.send(Side::kOutside, frame_of(segment(Rig::remote(2, 81), tcp.external(), kRst)));
  rig.send(Side::kOutside, frame_of(segment(Rig::remote(0, 81), tcp.external(), kRst)));
  rig.wait(Duration::seconds(idle_seconds(subject, Protocol::kTcp, true) - 1));
  if (!tcp.plays("<D >A")) return rig.fail("an RST from a stranger ended the connection");
  return finding;
}

constexpr Requirement kRequirements[] = {
    {"7857-2", Level::kUpdate, "TCP is tracked as in RFC 6146", {}, tracks_connections},
    {"7857-2.1",
     Level::kShould,
     "opening and closing have timers of four minutes or more",
     {},
     four_minutes_at_both_ends},
    {"7857-2.2",
     Level::kMust,
     "an RST is translated, and ends its own connection later",
     {},
     resets},
};

}  // namespace

std::span<const Requirement> rfc7857_connections() { return kRequirements; }

}  // namespace natbed::conformance
