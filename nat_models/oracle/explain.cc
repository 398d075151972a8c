#include "nat_models/oracle/explain.h"

namespace natbed {
namespace {

using Fate = BoxPass::Fate;

std::string peer_name(int peer) { return peer == 0 ? "a" : "b"; }

std::string what_is_sent(const TraversalStep& step) {
  const std::string sender = peer_name(step.sender), other = peer_name(1 - step.sender);
  if (!step.departs)
    return (step.answer ? "the answer of " : "the probe of ") + sender + " that was on the way";
  if (step.answer) return sender + " answers";
  switch (step.known_as) {
    case TraversalStep::Target::kReflexive:
      return sender + " sends to what the server saw of " + other;
    case TraversalStep::Target::kHost:
      return sender + " sends to " + other + "'s own address";
    case TraversalStep::Target::kLearned:
      return sender + " sends to where " + other + "'s packet came from";
  }
  return "?";
}

Fate fate_of(const TraversalStep& step) {
  return step.passes.empty() ? Fate::kPassed : step.passes.back().fate;
}

const char* what_became(const TraversalStep& step) {
  if (!step.arrives) return "is on the way";
  if (step.admitted) return "arrives";
  switch (fate_of(step)) {
    case Fate::kNoHairpin:
      return "not turned around";
    case Fate::kBlocked:
      return "blocked";
    default:
      return "filtered";
  }
}

std::string whose_filter(const ProtocolBehavior& box, const std::string& mapping) {
  return box.filter_scope == FilterScope::kMapping ? "through " + mapping : "from inside";
}

std::string filter_words(const BoxPass& pass, const ProtocolBehavior& box,
                         const std::string& mapping, const std::string& remote) {
  const bool passed = pass.fate == Fate::kPassed;
  if (box.filtering == Dependence::kEndpointIndependent)
    return "lets it in at " + mapping + ": endpoint-independent filtering";
  const bool by_address = box.filtering == Dependence::kAddressDependent;
  return (passed ? "lets it in at " : "filters it at ") + mapping + ": " +
         axis_word(box.filtering) + " filtering, and " + (passed ? "something" : "nothing") +
         " was sent " + whose_filter(box, mapping) + " to " +
         (by_address ? "the address of " : "") + remote;
}

std::string outward_words(const BoxPass& pass, const ProtocolBehavior& box,
                          const std::string& mapping) {
  std::string text = pass.turned ? "turns it around, from " : "lets it out from ";
  text += mapping;
  if (pass.renamed) return text + ": where that remote came in, reply mapping admitting";
  return text + ": " + axis_word(box.mapping) + " mapping";
}

}  // namespace

const char* axis_word(Dependence dependence) {
  switch (dependence) {
    case Dependence::kEndpointIndependent:
      return "endpoint-independent";
    case Dependence::kAddressDependent:
      return "address-dependent";
    case Dependence::kAddressAndPortDependent:
      return "address-and-port-dependent";
  }
  return "?";
}
const char* axis_word(FilterScope scope) {
  return scope == FilterScope::kMapping ? "mapping" : "internal";
}
const char* axis_word(ReplyMapping reply) {
  return reply == ReplyMapping::kAdmitting ? "admitting" : "selected";
}
const char* axis_word(Hairpin hairpin) {
  switch (hairpin) {
    case Hairpin::kNone:
      return "none";
    case Hairpin::kInternalSource:
      return "internal";
    case Hairpin::kExternalSource:
      return "external";
  }
  return "?";
}
const char* axis_word(Crossing crossing) {
  switch (crossing) {
    case Crossing::kAll:
      return "all";
    case Crossing::kKnownServices:
      return "known-services";
    case Crossing::kNone:
      return "none";
  }
  return "?";
}

std::string name_of(uint16_t endpoint, const TraversalVerdict& verdict, const BoxNames& names) {
  const NamedEndpoint& name = verdict.endpoints[endpoint];
  switch (name.owner) {
    case NamedEndpoint::Owner::kBox:
      return "port " + std::to_string(name.port) + " of " + names[name.number];
    case NamedEndpoint::Owner::kHost:
      return peer_name(name.number) + "'s own address";
    case NamedEndpoint::Owner::kServer:
      return "the server";
  }
  return "?";
}

std::string tell(const TraversalStep& step, const TraversalVerdict& verdict, const Meeting& meeting,
                 const BoxNames& names) {
  std::string text = what_is_sent(step);
  if (step.departs) text += " (" + name_of(step.target, verdict, names) + ")";
  text += std::string(": ") + what_became(step);
  if (step.answer && step.admitted && !step.counts)
    text += ", but from elsewhere than the check went";
  text += "\n";
  for (const BoxPass& pass : step.passes) {
    const ProtocolBehavior& box = meeting.box(pass.box);
    const std::string mapping = "port " + std::to_string(verdict.endpoints[pass.mapping].port);
    text += "    " + names[pass.box] + " ";
    if (pass.fate == Fate::kBlocked) {
      text += std::string("blocks it: crossing ") + axis_word(box.crossing);
    } else if (pass.fate == Fate::kNoHairpin) {
      text += "does not turn it around: hairpin none";
    } else if (pass.outward) {
      text += outward_words(pass, box, mapping);
    } else {
      text += filter_words(pass, box, mapping, name_of(pass.remote, verdict, names));
    }
    text += "\n";
  }
  return text;
}

const char* to_string(Traversal outcome) {
  switch (outcome) {
    case Traversal::kAlways:
      return "always";
    case Traversal::kDependsOnOrder:
      return "depends on order";
    case Traversal::kNever:
      return "never";
  }
  return "?";
}

std::string to_string(const TraversalStep& step) {
  return what_is_sent(step) + (step.new_source ? ", from a new port" : "") + ": " +
         what_became(step);
}

std::string explain(const TraversalVerdict& verdict) {
  std::string text;
  const std::vector<TraversalStep>* steps = &verdict.witness;
  if (!verdict.can_be_direct()) {
    const bool endless = !verdict.repeats.empty();
    if (!endless && verdict.astray.empty()) return "neither knows where to send to";
    text = endless ? "nothing new can happen, this repeats: " : "then all probes are used up: ";
    steps = endless ? &verdict.repeats : &verdict.astray;
  }
  bool first = true;
  for (const TraversalStep& step : *steps) {
    // That what arrives is answered goes without saying, unless the answer is of no use.
    if (step.answer && step.departs && step.arrives && step.admitted && step.counts) continue;
    text += (first ? "" : "; ") + to_string(step);
    first = false;
  }
  return text;
}

}  // namespace natbed
