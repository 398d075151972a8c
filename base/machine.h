// Machine: a protocol without clock, socket, thread or callback.
//
// Time, datagrams and socket events come in as arguments; everything that the protocol wants done
// goes out as values in the Outbox. The same object therefore runs under the simulator's hosts and
// under real sockets, and two machines and a pipe make a unit test. After every call the driver
// reads deadline() again and calls on_timeout() at or after that instant; an early on_timeout()
// must be harmless. Randomness is an Rng given at construction. Sockets are named by ids that the
// machine chooses.
#pragma once

#include <concepts>

#include "base/outbox.h"
#include "base/time.h"

namespace natbed {

// A datagram that arrived; `payload` lives for the call only.
struct Datagram {
  SocketId socket;
  Endpoint local;   // where it arrived
  Endpoint remote;  // who sent it, as seen here
  ByteView payload;
};

// Something that happened to a socket; `data` lives for the call only.
struct SocketEvent {
  enum class Kind : uint8_t {
    kOpened,       // open_udp or listen succeeded: `local` is what was bound
    kFailed,       // open_udp, listen or connect failed; the socket is gone
    kUnreachable,  // ICMP said that `remote` cannot be reached from this UDP socket
    kConnected,    // the stream is established
    kAccepted,     // a stream from `remote` came in on listener `socket`; it is named `stream`
    kData,         // `data` arrived on the stream, in order
    kFinished,     // the far end will send no more
    kReset,        // the stream was aborted; the socket is gone
    kMoved,        // the host's address changed: `local` is where the UDP socket is bound now
  };
  Kind kind = Kind::kOpened;
  SocketId socket;
  SocketId stream;  // kAccepted: chosen by the driver, from kFirstAccepted up
  Endpoint local, remote;
  ByteView data;
};
// Machines choose their own socket ids below this.
inline constexpr uint32_t kFirstAccepted = 1u << 16;

class Machine {
 public:
  virtual ~Machine() = default;
  virtual void on_start(Instant now, Outbox& out) = 0;
  virtual void on_datagram(Instant now, const Datagram& datagram, Outbox& out) = 0;
  virtual void on_socket(Instant now, const SocketEvent& event, Outbox& out) = 0;
  virtual void on_timeout(Instant now, Outbox& out) = 0;
  // The next instant at which on_timeout() has work; Instant::never() if none.
  virtual Instant deadline() const = 0;
  // For machines of which a driver has a great many: fetches into the cache what the next call will
  // read (base/prefetch.h). Step 0 reads nothing but the object itself, each further one what the
  // step before has fetched.
  virtual void prefetch(uint32_t step) const { (void)step; }
  static constexpr uint32_t kPrefetchSteps = 3;
};

// What a parent needs from a child that it owns by value: the same calls, without the virtual
// table.
template <class M>
concept MachineLike = requires(M& m, const M& c, Instant now, const Datagram& d,
                               const SocketEvent& e, Outbox& out) {
  m.on_start(now, out);
  m.on_datagram(now, d, out);
  m.on_socket(now, e, out);
  m.on_timeout(now, out);
  { c.deadline() } -> std::same_as<Instant>;
};
static_assert(MachineLike<Machine>);

}  // namespace natbed
