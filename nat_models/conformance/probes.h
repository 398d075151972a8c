// What several checks ask of a box: of which class it is, how long a mapping lives, what happens
// when it is full, how far a TCP connection gets.
#pragma once

#include "nat_models/behavior.h"
#include "nat_models/conformance/rig.h"

namespace natbed::conformance {

// Ports of the remotes, away from those that boxes treat specially.
inline constexpr uint16_t kPort = 3478, kOtherPort = 3479;

inline std::string text(const Endpoint& e) { return e.to_string(); }
inline std::string text(const std::optional<Endpoint>& e) { return e ? e->to_string() : "nothing"; }
const char* text(Dependence dependence);

// The class of a mapping (RFC 4787 §4.1) from `internal`, which sent nothing yet. Nothing: packets
// were lost.
std::optional<Dependence> mapping_class(Rig& rig, Endpoint internal, Protocol protocol);
// The class of the filter (RFC 4787 §5) of `internal`, which sent nothing yet. Nothing: not even
// answers come in.
std::optional<Dependence> filtering_class(Rig& rig, Endpoint internal, Protocol protocol);

// The first whole second of silence after which an answer does not come in any more; kForever if it
// still does after that. `answered`: the remote has answered once, at the start; a TCP connection is
// established then.
inline constexpr int64_t kForever = 20000;
int64_t idle_seconds(const Subject& subject, Protocol protocol, bool answered);

// Opens mappings of one host, one port after the other from `first_port` on, until one is refused for
// more than a second (a box may be slow to open many), or `most` are open; nothing is written down.
// Those that are open are kept alive meanwhile.
struct Filled {
  std::vector<Endpoint> internal, external;  // of those that were opened, in order
  bool refused = false;
  std::vector<Seen> answer;  // what came back to the last one that was refused
};
Filled fill(Rig& rig, uint32_t host, Protocol protocol, uint32_t most, uint16_t first_port = 1024);
// The same with hosts from `first_host` on, as many as are needed, which take turns, until all of
// them are refused. `kept`: mappings that were there before, which are kept alive, too.
Filled fill_all(Rig& rig, Protocol protocol, uint32_t most, uint32_t first_host = 0,
                std::span<const Endpoint> kept = {});

// Segments of a script, see Tcp::plays(), in words: "SYN out, SYN ACK in".
std::string in_words(std::string_view script);

// One TCP connection between a host inside and a remote.
class Tcp {
 public:
  Tcp(Rig* rig, Endpoint internal, Endpoint remote)
      : rig_(*rig), internal_(internal), remote_(remote) {}

  // Plays segments, e.g. ">S <SA >A >D <FA": > from inside, < from outside; S, A, F, R as TCP's
  // flags, D for data (with ACK). Stops at the first that is not delivered to the other end.
  bool plays(std::string_view script);
  bool opens() { return plays(">S <SA >A"); }
  const std::string& lost() const { return lost_; }  // the segment that was not, in words
  Endpoint external() const { return external_; }    // as the remote saw it last
  void set_external(Endpoint e) { external_ = e; }

 private:
  bool segment_passes(bool outbound, std::string_view flags);
  Rig& rig_;
  Endpoint internal_, remote_, external_;
  uint32_t next_inside_ = 1000, next_outside_ = 5000;
  std::string lost_;
};

}  // namespace natbed::conformance
