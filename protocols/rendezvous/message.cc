#include "protocols/rendezvous/message.h"

#include <algorithm>

#include "base/check.h"

namespace natbed {
namespace {

using Type = RendezvousMessage::Type;

constexpr uint16_t kMagic = 0xEE62;
constexpr uint8_t kVersion = 1;
constexpr uint8_t kControlling = 1, kControlled = 2;

void write_name(ByteWriter& w, const Name& name) {
  w.u8(static_cast<uint8_t>(name.view().size()));
  w.bytes(bytes_of(name.view()));
}

void write_endpoint(ByteWriter& w, const Endpoint& endpoint) {
  const bool v4 = endpoint.ip.is_v4();
  w.u8(v4 ? 4 : 6);
  w.u16(endpoint.port);
  w.bytes(std::as_bytes(std::span(endpoint.ip.bytes())).subspan(v4 ? 12 : 0));
}

// A name that is too long is skipped whole and noted, so that the rest still parses.
Name read_name(ByteReader& r, RendezvousError* error) {
  const ByteView text = r.bytes(r.u8());
  if (text.empty() || !Name::fits(text_of(text))) *error = RendezvousError::kNameTooLong;
  return Name(text_of(text));
}

Endpoint read_endpoint(ByteReader& r) {
  const uint8_t family = r.u8();
  Endpoint endpoint;
  endpoint.port = r.u16();
  if (family == 4) {
    endpoint.ip = IpAddress::v4(r.u32());
  } else if (const ByteView v6 = r.bytes(16); family == 6 && v6.size() == 16) {
    endpoint.ip = IpAddress::v6(
        std::span<const uint8_t, 16>(reinterpret_cast<const uint8_t*>(v6.data()), 16));
  } else {
    r.fail();
  }
  return endpoint;
}

// Reads a description into `into`, or only past it.
void read_description(ByteReader& r, RendezvousError* error, Description* into) {
  const uint8_t candidates = r.u8();
  if (candidates > Description::kMaxCandidates) return r.fail();
  for (uint8_t i = 0; i < candidates; ++i) {
    const uint8_t kind = r.u8();
    const Endpoint endpoint = read_endpoint(r);
    if (kind < 1 || kind > 3) return r.fail();
    if (into) into->add(Candidate{static_cast<CandidateKind>(kind), endpoint});
  }
  const uint8_t relays = r.u8();
  if (relays > Description::kMaxRelays) return r.fail();
  for (uint8_t i = 0; i < relays; ++i) {
    const Name name = read_name(r, error);
    const Duration round_trip = Duration::microseconds(r.u32());
    if (into) into->add(Description::Relay{name, round_trip});
  }
}

ByteView read_description(ByteReader& r, ByteView all, RendezvousError* error) {
  const size_t begin = all.size() - r.remaining();
  read_description(r, error, nullptr);
  if (!r.ok()) return {};
  return all.subspan(begin, all.size() - r.remaining() - begin);
}

bool read_role(ByteReader& r) {
  const uint8_t role = r.u8();
  if (role != kControlling && role != kControlled) r.fail();
  return role == kControlling;
}

SessionKey read_key(ByteReader& r) {
  SessionKey key = {};
  const ByteView bytes = r.bytes(key.size());
  std::ranges::copy(bytes, key.begin());
  return key;
}

void read_body(ByteReader& r, ByteView all, RendezvousMessage& m) {
  switch (m.type) {
    case Type::kRegister:
      m.name = read_name(r, &m.error);
      m.lifetime_s = r.u16();
      m.description = read_description(r, all, &m.error);
      return;
    case Type::kRegistered:
      m.lifetime_s = r.u16();
      m.endpoint = read_endpoint(r);
      return;
    case Type::kIntroduce:
      m.name = read_name(r, &m.error);
      m.target = read_name(r, &m.error);
      return;
    case Type::kIntroduction:
      m.session = r.u32();
      m.key = read_key(r);
      m.controlling = read_role(r);
      m.name = read_name(r, &m.error);
      m.endpoint = read_endpoint(r);
      m.description = read_description(r, all, &m.error);
      return;
    case Type::kAccepted:
      m.session = r.u32();
      return;
    case Type::kOffer:
      m.session = r.u32();
      m.sequence = r.u16();
      m.name = read_name(r, &m.error);
      m.endpoint = read_endpoint(r);
      return;
    case Type::kOfferTaken:
      m.session = r.u32();
      m.sequence = r.u16();
      return;
    case Type::kRefused:
      m.error = static_cast<RendezvousError>(r.u8());
      return;
  }
  r.fail();
}

void write_body(ByteWriter& w, const RendezvousMessage& m) {
  switch (m.type) {
    case Type::kRegister:
      write_name(w, m.name);
      w.u16(m.lifetime_s);
      return w.bytes(m.description);
    case Type::kRegistered:
      w.u16(m.lifetime_s);
      return write_endpoint(w, m.endpoint);
    case Type::kIntroduce:
      write_name(w, m.name);
      return write_name(w, m.target);
    case Type::kIntroduction:
      w.u32(m.session);
      w.bytes(m.key);
      w.u8(m.controlling ? kControlling : kControlled);
      write_name(w, m.name);
      write_endpoint(w, m.endpoint);
      return w.bytes(m.description);
    case Type::kAccepted:
      return w.u32(m.session);
    case Type::kOffer:
      w.u32(m.session);
      w.u16(m.sequence);
      write_name(w, m.name);
      return write_endpoint(w, m.endpoint);
    case Type::kOfferTaken:
      w.u32(m.session);
      return w.u16(m.sequence);
    case Type::kRefused:
      return w.u8(static_cast<uint8_t>(m.error));
  }
}

}  // namespace

std::optional<RendezvousMessage> RendezvousMessage::parse(ByteView bytes) {
  ByteReader r(bytes);
  if (r.u16() != kMagic || bytes.size() > kRendezvousRoom) return std::nullopt;
  const uint8_t version = r.u8();
  RendezvousMessage m;
  m.type = static_cast<Type>(r.u8());
  m.transaction = r.u32();
  if (!r.ok()) return std::nullopt;
  if (version != kVersion) {
    m.error = RendezvousError::kUnsupportedVersion;
    return m;
  }
  read_body(r, bytes, m);
  if (!r.ok() || r.remaining() != 0) return std::nullopt;
  return m;
}

size_t RendezvousMessage::encode(std::span<std::byte> room) const {
  ByteWriter w(room);
  w.u16(kMagic);
  w.u8(kVersion);
  w.u8(static_cast<uint8_t>(type));
  w.u32(transaction);
  write_body(w, *this);
  return w.ok() ? w.size() : 0;
}

void Description::add(const Candidate& candidate) {
  const auto all = all_candidates();
  const bool there = std::ranges::find(all, candidate.endpoint, &Candidate::endpoint) != all.end();
  if (there || candidate_count == kMaxCandidates) return;
  candidates[candidate_count++] = candidate;
}

void Description::add(const Relay& relay) {
  if (relays.size() < kMaxRelays) relays.push_back(relay);
}

bool Description::operator==(const Description& other) const {
  return std::ranges::equal(all_candidates(), other.all_candidates()) && relays == other.relays;
}

size_t encode(const Description& description, std::span<std::byte> room) {
  ByteWriter w(room);
  w.u8(description.candidate_count);
  for (const Candidate& candidate : description.all_candidates()) {
    w.u8(static_cast<uint8_t>(candidate.kind));
    write_endpoint(w, candidate.endpoint);
  }
  w.u8(static_cast<uint8_t>(description.relays.size()));
  for (const Description::Relay& relay : description.relays) {
    write_name(w, relay.name);
    // Above an hour nobody cares; a relay that far is as good as none.
    const int64_t us = std::clamp<int64_t>(relay.round_trip.ns() / 1000, 0, 3'600'000'000);
    w.u32(static_cast<uint32_t>(us));
  }
  return w.ok() ? w.size() : 0;
}

Description decode_description(ByteView bytes) {
  ByteReader r(bytes);
  RendezvousError error = RendezvousError::kNone;
  Description description;
  read_description(r, &error, &description);
  NATBED_CHECK(r.ok(), "a description that parse() let through");
  return description;
}

bool looks_like_rendezvous(ByteView bytes) {
  return bytes.size() >= 8 && ByteReader(bytes).u16() == kMagic;
}

const char* to_string(CandidateKind kind) {
  switch (kind) {
    case CandidateKind::kHost:
      return "host";
    case CandidateKind::kReflexive:
      return "reflexive";
    case CandidateKind::kRelayed:
      return "relayed";
  }
  return "?";
}

const char* to_string(RendezvousError error) {
  switch (error) {
    case RendezvousError::kNone:
      return "no error";
    case RendezvousError::kUnsupportedVersion:
      return "unsupported version";
    case RendezvousError::kNameTooLong:
      return "name empty or too long";
    case RendezvousError::kNotRegistered:
      return "not registered";
    case RendezvousError::kUnknownPeer:
      return "peer not registered";
    case RendezvousError::kUnknownSession:
      return "unknown session";
    case RendezvousError::kFull:
      return "server full";
  }
  return "unknown error";
}

}  // namespace natbed
