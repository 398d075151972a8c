#include "base/outbox.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

constexpr SocketId kSocket(1), kListener(2), kStream(3);
const Endpoint kHere{IpAddress::v4(10, 0, 0, 1), 5000}, kThere{IpAddress::v4(192, 0, 2, 9), 3478};

MachineEvent state(const char* text) {
  MachineEvent event;
  event.text = text;
  return event;
}

TEST(Outbox, KeepsCommandsInOrder) {
  using Kind = Outbox::Kind;
  Outbox out;
  out.open_udp(kSocket, kHere);
  out.send(kSocket, kThere, bytes_of("one"), {.ttl = 3, .traffic = Traffic::kProbe});
  out.listen(kListener, kHere);
  out.connect(kStream, kHere, kThere);
  out.write(kStream, bytes_of("two"));
  out.finish(kStream);
  out.reset(kStream);
  out.close(kSocket);
  const auto commands = out.commands();
  const Kind kinds[] = {Kind::kOpenUdp, Kind::kSend,   Kind::kListen, Kind::kConnect,
                        Kind::kWrite,   Kind::kFinish, Kind::kReset,  Kind::kClose};
  ASSERT_EQ(commands.size(), std::size(kinds));
  for (size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(commands[i].kind, kinds[i]) << i;
  EXPECT_EQ(commands[0].local, kHere);
  EXPECT_EQ(commands[1].remote, kThere);
  EXPECT_EQ(commands[1].options.ttl, 3);
  EXPECT_EQ(commands[1].options.traffic, Traffic::kProbe);
  EXPECT_EQ(text_of(out.payload(commands[1])), "one");
  EXPECT_EQ(commands[3].local, kHere);
  EXPECT_EQ(commands[3].remote, kThere);
  EXPECT_EQ(text_of(out.payload(commands[4])), "two");
  EXPECT_EQ(commands[7].socket, kSocket);
}

TEST(Outbox, PreparedBytesAreSentAsFarAsCommitted) {
  Outbox out;
  out.send(kSocket, kThere, bytes_of("before"));
  const auto room = out.prepare(100);
  ASSERT_EQ(room.size(), 100u);
  std::memcpy(room.data(), "in place", 8);
  out.commit(kSocket, kThere, 8);
  out.send(kSocket, kThere, bytes_of("after"));
  EXPECT_EQ(text_of(out.payload(out.commands()[0])), "before");
  EXPECT_EQ(text_of(out.payload(out.commands()[1])), "in place");
  EXPECT_EQ(text_of(out.payload(out.commands()[2])), "after");
}

TEST(Outbox, EmptyDatagramIsADatagram) {
  Outbox out;
  out.send(kSocket, kThere, {});
  ASSERT_EQ(out.commands().size(), 1u);
  EXPECT_TRUE(out.payload(out.commands()[0]).empty());
}

TEST(Outbox, ParentSeesAndDropsWhatCameSinceItsMark) {
  Outbox out;
  out.send(kSocket, kThere, bytes_of("parent"));
  out.emit(state("parent"));
  const Outbox::Mark mark = out.mark();
  out.send(kSocket, kThere, bytes_of("child"));
  out.emit(state("child"));
  ASSERT_EQ(out.commands(mark).size(), 1u);
  EXPECT_EQ(text_of(out.payload(out.commands(mark)[0])), "child");
  ASSERT_EQ(out.events(mark).size(), 1u);
  EXPECT_EQ(out.events(mark)[0].text, Name("child"));
  out.commands(mark)[0].remote = kHere;  // a parent may redirect
  EXPECT_EQ(out.commands()[1].remote, kHere);
  out.drop_events(mark);
  EXPECT_EQ(out.commands().size(), 2u);
  out.drop_commands(mark);
  ASSERT_EQ(out.commands().size(), 1u);
  ASSERT_EQ(out.events().size(), 1u);
  EXPECT_EQ(out.events()[0].text, Name("parent"));
}

TEST(Outbox, ClearLeavesNothing) {
  Outbox out;
  out.send(kSocket, kThere, bytes_of("x"));
  out.emit(state("y"));
  out.clear();
  EXPECT_TRUE(out.commands().empty());
  EXPECT_TRUE(out.events().empty());
}

TEST(OutboxDeathTest, CommitOfMoreThanWasPreparedIsABug) {
  Outbox out;
  out.prepare(4);
  EXPECT_DEATH(out.commit(kSocket, kThere, 5), "more than was prepared");
}

}  // namespace
}  // namespace natbed
