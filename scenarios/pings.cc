#include "scenarios/pings.h"

#include <algorithm>
#include <memory>

namespace natbed {

uint32_t Pings::ask(NodeId from, NodeId to, IpAddress address) {
  hosted_.resize(std::max<size_t>(hosted_.size(), std::max(from.value(), to.value()) + 1));
  MachineId& server = hosted_[to.value()].server;
  if (!server.valid()) server = world_->start(to, std::make_unique<EchoServer>());
  MachineId& client = hosted_[from.value()].client;
  if (!client.valid()) client = world_->start(from, std::make_unique<EchoClient>());
  const auto number = static_cast<uint32_t>(answers_.size());
  answers_.emplace_back();
  world_->with_outbox(client, [&](Machine& machine, Instant now, Outbox& out) {
    static_cast<EchoClient&>(machine).ask(now, number, address, out);
  });
  return number;
}

bool Pings::on_machine_event(MachineId machine, const MachineEvent& event) {
  if (event.kind != MachineEvent::Kind::kEchoed || event.code >= answers_.size()) return false;
  const auto asked = std::ranges::find(hosted_, machine, &Hosted::client);
  if (asked == hosted_.end()) return false;
  answers_[event.code] = event.round_trip;
  return true;
}

}  // namespace natbed
