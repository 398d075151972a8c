// AsioDriver: runs machines over real sockets and the real clock.
//
// The same machine objects that run in the simulator run here unchanged: datagrams and socket
// events come from the kernel through Boost.Asio, now() is the one monotonic clock since the driver
// was made. One thread; no machine is ever called from two places at once. Errors of the operating
// system while a driver is built or run are thrown as std::system_error; a socket that cannot be
// opened is the machine's business (kFailed) and also told to the listener.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/machine.h"
#include "base/result.h"

namespace natbed {

using MachineNumber = Id<struct LiveMachineTag>;

class LiveListener {
 public:
  virtual ~LiveListener() = default;
  virtual void on_machine_event(MachineNumber machine, const MachineEvent& event) = 0;
  // A socket of `machine` could not be opened or used; `what` is a sentence for people.
  virtual void on_problem(MachineNumber machine, const std::string& what) = 0;
};

class AsioDriver {
 public:
  // `default_ip` is what a socket binds to when its machine names no address. `listener` may be
  // null and must outlive the driver.
  explicit AsioDriver(IpAddress default_ip, LiveListener* listener = nullptr);
  ~AsioDriver();
  AsioDriver(const AsioDriver&) = delete;
  AsioDriver& operator=(const AsioDriver&) = delete;

  Instant now() const;
  // Takes the machine over and calls its on_start().
  MachineNumber start(std::unique_ptr<Machine> machine);
  Machine& machine(MachineNumber number);
  // Where its first socket is bound, with the port that the system gave; zero if it has none.
  Endpoint local(MachineNumber number);
  // Calls into a machine from outside, e.g. Peer::connect; what lands in the outbox is carried out.
  void call(MachineNumber number, const std::function<void(Instant, Outbox&)>& body);
  // Closes the machine's sockets and forgets it; no event follows. Harmless if it is gone already.
  void stop_machine(MachineNumber number);

  // Runs until stop(), or for `span`. May be called again.
  void run();
  void run_for(Duration span);
  void stop();
  // SIGINT and SIGTERM make run() return, so that machines can be stopped in good order.
  void stop_on_signals();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The address that this machine would use to send to `remote`. Asks the routing table; sends
// nothing.
Result<IpAddress> local_address_towards(const Endpoint& remote);
// "host", "host:port", "192.0.2.1:3478", "[::1]:3478": resolved by the system, or an Error that
// says why not.
Result<Endpoint> resolve(const std::string& text, uint16_t default_port);

}  // namespace natbed
