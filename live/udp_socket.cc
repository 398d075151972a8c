#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/unicast.hpp>

#include "live/socket_address.h"
#include "live/sockets.h"

namespace natbed {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

class UdpSocket final : public LiveSocket {
 public:
  UdpSocket(asio::io_context& context, SocketId id, SocketParent& parent)
      : id_(id), parent_(parent), socket_(context) {}
  // Asio still calls a cancelled handler; the flag tells it that there is nobody left to tell.
  ~UdpSocket() override { *alive_ = false; }

  boost::system::error_code open(const Endpoint& local) {
    boost::system::error_code error;
    const auto bind_to = to_asio<udp::endpoint>(local);
    socket_.open(bind_to.protocol(), error);
    if (!error) socket_.bind(bind_to, error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) local_ = from_asio(socket_.local_endpoint(error));
    return error;
  }

  Endpoint local() const override { return local_; }
  void start() override { receive(); }

  void send(const Endpoint& to, ByteView payload, SendOptions options) override {
    boost::system::error_code error;
    if (options.ttl != ttl_) {
      socket_.set_option(asio::ip::unicast::hops(options.ttl), error);
      ttl_ = options.ttl;
    }
    // A full send buffer loses the datagram, as a full queue on the way would; machines retransmit.
    socket_.send_to(asio::buffer(payload.data(), payload.size()), to_asio<udp::endpoint>(to), 0,
                    error);
    if (error && error != asio::error::would_block) {
      parent_.problem("sending from " + local_.to_string() + " to " + to.to_string() + ": " +
                      error.message());
    }
  }

 private:
  void receive() {
    socket_.async_receive_from(
        asio::buffer(buffer_), sender_,
        [this, alive = alive_](const boost::system::error_code& error, size_t size) {
          if (!*alive) return;
          // Linux reports an ICMP error for an earlier datagram on the next read; it ends nothing.
          if (!error) {
            parent_.deliver(
                Datagram{id_, local_, from_asio(sender_), ByteView(buffer_).first(size)});
          }
          if (*alive && error != asio::error::operation_aborted) receive();
        });
  }

  SocketId id_;
  SocketParent& parent_;
  udp::socket socket_;
  Endpoint local_;
  udp::endpoint sender_;
  uint8_t ttl_ = 64;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::array<std::byte, 65536> buffer_;
};

}  // namespace

Result<std::unique_ptr<LiveSocket>> open_udp_socket(asio::io_context& context, SocketId id,
                                                    const Endpoint& local, SocketParent& parent) {
  auto socket = std::make_unique<UdpSocket>(context, id, parent);
  if (const auto error = socket->open(local)) {
    return Error{"cannot open UDP " + local.to_string() + ": " + error.message()};
  }
  return std::unique_ptr<LiveSocket>(std::move(socket));
}

}  // namespace natbed
