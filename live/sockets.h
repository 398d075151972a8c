// The real sockets behind the socket ids of one machine.
//
// Three kinds (UDP, TCP listener, TCP stream) with one face, so that the driver carries an Outbox
// out without asking which is which. What a socket sees it brings to its parent; a parent that
// closes a socket hears no more of it, even if the kernel had more to say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/machine.h"
#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace natbed {

class LiveSocket;

// Where sockets bring what they see. The driver implements it once for each machine.
class SocketParent {
 public:
  virtual ~SocketParent() = default;
  virtual void deliver(const Datagram& datagram) = 0;
  virtual void deliver(const SocketEvent& event) = 0;
  // Keeps a stream that came in on a listener and tells the machine of it (kAccepted).
  virtual void adopt(SocketId listener, std::unique_ptr<LiveSocket> stream,
                     const SocketEvent& event) = 0;
  virtual SocketId next_accepted() = 0;
  virtual void problem(const std::string& what) = 0;
};

// What does not suit a kind does nothing there.
class LiveSocket {
 public:
  virtual ~LiveSocket() = default;  // closes it
  virtual Endpoint local() const = 0;
  virtual void start() = 0;  // begin to read, once the parent has the socket in its table
  virtual void send(const Endpoint&, ByteView, SendOptions) {}
  virtual void write(ByteView) {}
  virtual void finish() {}
  virtual void reset() {}
};

// REQUIRES: `parent` outlives the socket. The Error names the address and what the system said.
Result<std::unique_ptr<LiveSocket>> open_udp_socket(boost::asio::io_context& context, SocketId id,
                                                    const Endpoint& local, SocketParent& parent);
Result<std::unique_ptr<LiveSocket>> open_listener(boost::asio::io_context& context, SocketId id,
                                                  const Endpoint& local, SocketParent& parent);
// Connecting goes on after the return; kConnected or kFailed follows.
Result<std::unique_ptr<LiveSocket>> open_stream(boost::asio::io_context& context, SocketId id,
                                                const Endpoint& local, const Endpoint& remote,
                                                SocketParent& parent);

}  // namespace natbed
