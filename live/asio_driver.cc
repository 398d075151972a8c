#include "live/asio_driver.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>

#include "live/sockets.h"

namespace natbed {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

class RealClock {
 public:
  Instant now() const {
    const auto elapsed = Clock::now() - start_;
    return Instant::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
  }
  Clock::time_point when(Instant t) const { return start_ + std::chrono::nanoseconds(t.ns()); }

 private:
  Clock::time_point start_ = Clock::now();
};

// One machine with its sockets, its timer and the outbox that its calls share.
class Runner final : public SocketParent {
 public:
  Runner(asio::io_context& context, const RealClock& clock, IpAddress default_ip,
         MachineNumber number, std::unique_ptr<Machine> machine, LiveListener* listener)
      : context_(context),
        clock_(clock),
        default_ip_(default_ip),
        number_(number),
        machine_(std::move(machine)),
        listener_(listener),
        timer_(context) {}
  ~Runner() override { *alive_ = false; }

  Machine& machine() { return *machine_; }
  Endpoint local() const {
    return sockets_.empty() ? Endpoint() : sockets_.begin()->second->local();
  }

  // One call into the machine, then everything that it asked for, then the next deadline.
  template <class Body>
  void call(Body body) {
    const Instant now = clock_.now();
    const CheckClock clock_for_messages(&now);
    body(now, out_);
    carry_out();
    // Answers to open_udp wait until the call that asked is over: a machine is never re-entered.
    while (!answers_.empty()) {
      const SocketEvent answer = answers_.front();
      answers_.pop_front();
      machine_->on_socket(clock_.now(), answer, out_);
      carry_out();
    }
    rearm();
  }

  void deliver(const Datagram& datagram) override {
    call([&](Instant now, Outbox& out) { machine_->on_datagram(now, datagram, out); });
  }
  void deliver(const SocketEvent& event) override {
    const bool gone =
        event.kind == SocketEvent::Kind::kFailed || event.kind == SocketEvent::Kind::kReset;
    const SocketEvent kept = event;
    if (gone) retire(kept.socket);
    call([&](Instant now, Outbox& out) { machine_->on_socket(now, kept, out); });
  }
  void adopt(SocketId, std::unique_ptr<LiveSocket> stream, const SocketEvent& event) override {
    LiveSocket& kept = *(sockets_[event.stream] = std::move(stream));
    deliver(event);
    if (sockets_.contains(event.stream)) kept.start();
  }
  SocketId next_accepted() override { return SocketId(next_accepted_++); }
  void problem(const std::string& what) override {
    if (listener_) listener_->on_problem(number_, what);
  }

 private:
  void carry_out() {
    // Taken out first: what a command causes may call the machine again and fill the outbox anew.
    Outbox work;
    std::swap(work, out_);
    for (const Outbox::Command& command : work.commands()) execute(command, work.payload(command));
    for (const MachineEvent& event : work.events()) {
      if (listener_) listener_->on_machine_event(number_, event);
    }
  }

  void execute(const Outbox::Command& command, ByteView payload) {
    using Kind = Outbox::Kind;
    switch (command.kind) {
      case Kind::kOpenUdp:
        return keep(command.socket,
                    open_udp_socket(context_, command.socket, bindable(command.local), *this),
                    true);
      case Kind::kListen:
        return keep(command.socket,
                    open_listener(context_, command.socket, bindable(command.local), *this), true);
      case Kind::kConnect:
        return keep(
            command.socket,
            open_stream(context_, command.socket, bindable(command.local), command.remote, *this),
            false);
      case Kind::kClose:
        return retire(command.socket);
      default:
        break;
    }
    const auto found = sockets_.find(command.socket);
    if (found == sockets_.end())
      return;  // it was reset or closed while the machine still had plans for it
    switch (command.kind) {
      case Kind::kSend:
        return found->second->send(command.remote, payload, command.options);
      case Kind::kWrite:
        return found->second->write(payload);
      case Kind::kFinish:
        return found->second->finish();
      default:
        found->second->reset();
        return retire(command.socket);
    }
  }

  Endpoint bindable(Endpoint local) const {
    if (local.ip == IpAddress()) local.ip = default_ip_;
    return local;
  }

  void keep(SocketId id, Result<std::unique_ptr<LiveSocket>> opened, bool answer) {
    SocketEvent event;
    event.socket = id;
    if (!opened) {
      problem(opened.error().message);
      event.kind = SocketEvent::Kind::kFailed;
      answers_.push_back(event);
      return;
    }
    LiveSocket& socket = *(sockets_[id] = std::move(*opened));
    if (!answer) return;
    event.kind = SocketEvent::Kind::kOpened;
    event.local = socket.local();
    answers_.push_back(event);
    socket.start();
  }

  // Also from inside the socket's own handler, which therefore asks afterwards whether it is still
  // alive.
  void retire(SocketId id) { sockets_.erase(id); }

  void rearm() {
    const Instant deadline = machine_->deadline();
    if (deadline == armed_) return;
    armed_ = deadline;
    timer_.cancel();
    if (deadline.is_never()) return;
    timer_.expires_at(clock_.when(deadline));
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
      if (!*alive || error) return;
      armed_ = Instant::never();
      call([&](Instant now, Outbox& out) { machine_->on_timeout(now, out); });
    });
  }

  asio::io_context& context_;
  const RealClock& clock_;
  IpAddress default_ip_;
  MachineNumber number_;
  std::unique_ptr<Machine> machine_;
  LiveListener* listener_;
  std::map<SocketId, std::unique_ptr<LiveSocket>> sockets_;
  std::deque<SocketEvent> answers_;
  uint32_t next_accepted_ = kFirstAccepted;
  Outbox out_;
  Instant armed_ = Instant::never();
  asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

class AsioDriver::Impl {
 public:
  Impl(IpAddress ip, LiveListener* l) : default_ip(ip), listener(l), signals(context) {}

  Runner& runner(MachineNumber number) {
    NATBED_CHECK(number.value() < runners.size() && runners[number.value()], "no such machine");
    return *runners[number.value()];
  }

  RealClock clock;
  asio::io_context context;
  IpAddress default_ip;
  LiveListener* listener;
  asio::signal_set signals;
  std::vector<std::unique_ptr<Runner>> runners;
};

AsioDriver::AsioDriver(IpAddress default_ip, LiveListener* listener)
    : impl_(std::make_unique<Impl>(default_ip, listener)) {}
AsioDriver::~AsioDriver() = default;

Instant AsioDriver::now() const { return impl_->clock.now(); }

MachineNumber AsioDriver::start(std::unique_ptr<Machine> machine) {
  const MachineNumber number(static_cast<uint32_t>(impl_->runners.size()));
  impl_->runners.push_back(std::make_unique<Runner>(impl_->context, impl_->clock, impl_->default_ip,
                                                    number, std::move(machine), impl_->listener));
  Runner& runner = *impl_->runners.back();
  runner.call([&](Instant now, Outbox& out) { runner.machine().on_start(now, out); });
  return number;
}

Machine& AsioDriver::machine(MachineNumber number) { return impl_->runner(number).machine(); }

Endpoint AsioDriver::local(MachineNumber number) { return impl_->runner(number).local(); }

void AsioDriver::call(MachineNumber number, const std::function<void(Instant, Outbox&)>& body) {
  impl_->runner(number).call(body);
}

void AsioDriver::stop_machine(MachineNumber number) {
  if (number.value() >= impl_->runners.size()) return;
  // Not at once: the caller may be a listener that this very machine has just told something.
  asio::post(impl_->context,
             [gone = std::shared_ptr<Runner>(std::move(impl_->runners[number.value()]))] {});
}

void AsioDriver::run() {
  impl_->context.restart();
  auto work = asio::make_work_guard(impl_->context);
  impl_->context.run();
}

void AsioDriver::run_for(Duration span) {
  impl_->context.restart();
  auto work = asio::make_work_guard(impl_->context);
  impl_->context.run_for(std::chrono::nanoseconds(span.ns()));
}

void AsioDriver::stop() { impl_->context.stop(); }

void AsioDriver::stop_on_signals() {
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  impl_->signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) stop();
  });
}

}  // namespace natbed
