#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <vector>

#include "live/socket_address.h"
#include "live/sockets.h"

namespace natbed {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Several sockets of one machine may share a local port: that is what simultaneous open needs (RFC
// 5382 REQ-2).
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

template <class Socket>
error_code open_and_bind(Socket& socket, const Endpoint& local) {
  error_code error;
  const auto bind_to = to_asio<tcp::endpoint>(local);
  socket.open(bind_to.protocol(), error);
  if (!error) socket.set_option(tcp::socket::reuse_address(true), error);
  if (!error) socket.set_option(ReusePort(true), error);
  if (!error) socket.bind(bind_to, error);
  return error;
}

class TcpStream final : public LiveSocket {
 public:
  TcpStream(tcp::socket socket, SocketId id, SocketParent& parent)
      : id_(id), parent_(parent), socket_(std::move(socket)) {}
  ~TcpStream() override { *alive_ = false; }

  void connect(const Endpoint& remote) {
    remote_ = remote;
    socket_.async_connect(
        to_asio<tcp::endpoint>(remote), [this, alive = alive_](const error_code& error) {
          if (!*alive) return;
          if (error) {
            parent_.problem("connecting to " + remote_.to_string() + ": " + error.message());
            return parent_.deliver(event(SocketEvent::Kind::kFailed));
          }
          adopt_endpoints();
          parent_.deliver(event(SocketEvent::Kind::kConnected));
          if (*alive) begin();
        });
  }
  void adopt_endpoints() {
    error_code ignored;
    local_ = from_asio(socket_.local_endpoint(ignored));
    if (const auto remote = socket_.remote_endpoint(ignored); !ignored) remote_ = from_asio(remote);
  }
  Endpoint remote() const { return remote_; }

  Endpoint local() const override { return local_; }
  void start() override {
    if (socket_.is_open() && remote_.port != 0 && local_.port != 0) begin();
  }
  void write(ByteView data) override {
    outgoing_.insert(outgoing_.end(), data.begin(), data.end());
    flush();
  }
  void finish() override {
    finishing_ = true;
    flush();
  }
  void reset() override {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);  // makes close() send RST
    socket_.close(ignored);
  }

 private:
  SocketEvent event(SocketEvent::Kind kind) const {
    SocketEvent e;
    e.kind = kind;
    e.socket = id_;
    e.local = local_;
    e.remote = remote_;
    return e;
  }
  void begin() {
    connected_ = true;
    read();
    flush();
  }
  void read() {
    socket_.async_read_some(asio::buffer(incoming_),
                            [this, alive = alive_](const error_code& error, size_t n) {
                              if (!*alive) return;
                              if (error == asio::error::eof)
                                return parent_.deliver(event(SocketEvent::Kind::kFinished));
                              if (error) return parent_.deliver(event(SocketEvent::Kind::kReset));
                              SocketEvent data = event(SocketEvent::Kind::kData);
                              data.data = ByteView(incoming_).first(n);
                              parent_.deliver(data);
                              if (*alive) read();
                            });
  }
  // Writes what waits, one asio operation at a time, then the FIN if one is due.
  void flush() {
    if (!connected_ || !in_flight_.empty()) return;
    if (outgoing_.empty()) {
      error_code ignored;
      if (finishing_) socket_.shutdown(tcp::socket::shutdown_send, ignored);
      return;
    }
    in_flight_.swap(outgoing_);
    asio::async_write(socket_, asio::buffer(in_flight_),
                      [this, alive = alive_](const error_code& error, size_t) {
                        if (!*alive) return;
                        in_flight_.clear();
                        if (!error) flush();  // the reader reports a broken stream
                      });
  }

  SocketId id_;
  SocketParent& parent_;
  tcp::socket socket_;
  Endpoint local_, remote_;
  bool connected_ = false;
  bool finishing_ = false;
  std::vector<std::byte> outgoing_, in_flight_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::array<std::byte, 16384> incoming_;
};

class TcpListener final : public LiveSocket {
 public:
  TcpListener(asio::io_context& context, SocketId id, SocketParent& parent)
      : id_(id), parent_(parent), acceptor_(context) {}
  ~TcpListener() override { *alive_ = false; }

  error_code open(const Endpoint& local) {
    error_code error = open_and_bind(acceptor_, local);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) local_ = from_asio(acceptor_.local_endpoint(error));
    return error;
  }
  Endpoint local() const override { return local_; }
  void start() override {
    acceptor_.async_accept([this, alive = alive_](const error_code& error, tcp::socket socket) {
      if (!*alive || error == asio::error::operation_aborted) return;
      if (!error) accept(std::move(socket));
      if (*alive) start();
    });
  }

 private:
  void accept(tcp::socket socket) {
    SocketEvent event;
    event.kind = SocketEvent::Kind::kAccepted;
    event.socket = id_;
    event.stream = parent_.next_accepted();
    auto stream = std::make_unique<TcpStream>(std::move(socket), event.stream, parent_);
    stream->adopt_endpoints();
    event.local = stream->local();
    event.remote = stream->remote();
    parent_.adopt(id_, std::move(stream), event);
  }

  SocketId id_;
  SocketParent& parent_;
  tcp::acceptor acceptor_;
  Endpoint local_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

Result<std::unique_ptr<LiveSocket>> open_listener(asio::io_context& context, SocketId id,
                                                  const Endpoint& local, SocketParent& parent) {
  auto listener = std::make_unique<TcpListener>(context, id, parent);
  if (const auto error = listener->open(local)) {
    return Error{"cannot listen on TCP " + local.to_string() + ": " + error.message()};
  }
  return std::unique_ptr<LiveSocket>(std::move(listener));
}

Result<std::unique_ptr<LiveSocket>> open_stream(asio::io_context& context, SocketId id,
                                                const Endpoint& local, const Endpoint& remote,
                                                SocketParent& parent) {
  tcp::socket socket(context);
  if (const auto error = open_and_bind(socket, local)) {
    return Error{"cannot bind TCP " + local.to_string() + ": " + error.message()};
  }
  auto stream = std::make_unique<TcpStream>(std::move(socket), id, parent);
  stream->connect(remote);
  return std::unique_ptr<LiveSocket>(std::move(stream));
}

}  // namespace natbed
