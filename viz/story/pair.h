// Pair: what evidence there is of two hosts, out of all that a run left: whether a packet was on its
// way to one of them, what the other one lost on that way, and who was told of whom.
#pragma once

#include <vector>

#include "viz/story/story.h"

namespace natbed::viz {

// A direction is 0 from a to b, 1 back; host 0 is a.
class Pair {
 public:
  // `evidence` must outlive it.
  Pair(const Evidence& evidence, const Attempt& attempt);

  NodeId host(int i) const { return host_[i]; }
  std::string name(int i) const { return evidence_->cast.name(host_[i]); }
  // The NATs before host i when the attempt began, the nearest first.
  const std::vector<NodeId>& boxes(int i) const { return boxes_[i]; }
  bool has(NodeId node) const { return node == host_[0] || node == host_[1]; }

  // Whether what is sent to `to` is on its way to host i: by a mapping, or by a box that only it is
  // behind, or by an address it has.
  bool towards(const Endpoint& to, int i) const;
  // The drops on the way from host i, and of answers to it: those to the peer first, then those of
  // whatever servers it asked; the most frequent first.
  std::vector<const DropGroup*> drops_from(int i) const;
  // What told host i of the other one; null if nothing did.
  const Word* introduced(int i) const;

 private:
  bool is_peer(NodeId node) const;

  const Evidence* evidence_;
  NodeId host_[2];
  std::vector<NodeId> boxes_[2];
};

}  // namespace natbed::viz
