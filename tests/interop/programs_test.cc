// natbed's servers and probe against coturn's programs, each the judge of the other.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/interop/coturn.h"

namespace natbed::testing_support {
namespace {

class Programs : public testing::Test {
 protected:
  void SetUp() override {
    if (!have_program("turnserver")) GTEST_SKIP() << "coturn is not installed";
  }
  static void expect(const ProgramResult& result, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      EXPECT_NE(result.out.find(word), std::string::npos) << word << " in\n"
                                                          << result.out << result.err;
    }
  }
};

TEST_F(Programs, CoturnsStunClientGetsARightAnswerFromServeStun) {
  Background server({NATBED_PROGRAM, "serve", "stun", "--listen", "127.0.0.1:3478", "--alternate",
                     "127.0.0.2:3479"});
  ASSERT_TRUE(server.says("serving stun on 127.0.0.1:3478")) << server.output();
  const ProgramResult answer = run_program({"turnutils_stunclient", "-p", "3478", "127.0.0.1"});
  expect(answer, {"UDP reflexive addr: 127.0.0.1:", "Response origin: : 127.0.0.2:3479"});
  const ProgramResult discovery =
      run_program({"turnutils_natdiscovery", "-m", "-f", "-p", "3478", "127.0.0.1"});
  expect(discovery,
         {"NAT with Endpoint Independent Mapping", "NAT with Endpoint Independent Filtering"});
}

TEST_F(Programs, ProbeUnderstandsServeStun) {
  Background server({NATBED_PROGRAM, "serve", "stun", "--listen", "127.0.0.1:3478", "--alternate",
                     "127.0.0.2:3479"});
  ASSERT_TRUE(server.says("serving")) << server.output();
  const ProgramResult probe =
      run_program({NATBED_PROGRAM, "probe", "127.0.0.1:3478", "--patience", "1", "--json"});
  EXPECT_EQ(probe.status, 0) << probe.err;
  const auto told = nlohmann::json::parse(probe.out, nullptr, false);
  ASSERT_FALSE(told.is_discarded()) << probe.out;
  EXPECT_EQ(told["behind_nat"], false);
  EXPECT_EQ(told["filtering"], "endpoint-independent");
}

TEST_F(Programs, ProbeUnderstandsCoturn) {
  Coturn coturn;
  ASSERT_TRUE(coturn.ready()) << coturn.output();
  const ProgramResult probe =
      run_program({NATBED_PROGRAM, "probe", "127.0.0.1:3478", "--patience", "1", "--json"});
  EXPECT_EQ(probe.status, 0) << probe.err;
  const auto told = nlohmann::json::parse(probe.out, nullptr, false);
  ASSERT_FALSE(told.is_discarded()) << probe.out;
  EXPECT_EQ(told["udp_works"], true);
  EXPECT_EQ(told["local"], told["mapped"]);
  EXPECT_EQ(told["mapping"], "endpoint-independent");
}

TEST_F(Programs, ProbeSaysThatNobodyAnswers) {
  const ProgramResult probe =
      run_program({NATBED_PROGRAM, "probe", "127.0.0.1:9", "--patience", "0.5"});
  EXPECT_EQ(probe.status, 1);
  EXPECT_NE(probe.err.find("no answer from 127.0.0.1:9"), std::string::npos) << probe.err;
}

TEST_F(Programs, CoturnsTurnClientRelaysThroughServeTurn) {
  Background server(
      {NATBED_PROGRAM, "serve", "turn", "--listen", "127.0.0.1:3478", "--user", "alice:secret"});
  ASSERT_TRUE(server.says("serving turn")) << server.output();
  Background echo({"turnutils_peer", "-L", "127.0.0.1", "-p", "3480"});
  // By Send indications. By channels it would draw numbers up to 0x7FFF, as RFC 5766 allowed; RFC
  // 8656 §12 ends at 0x4FFF.
  const ProgramResult run =
      run_program({"turnutils_uclient", "-u", "alice", "-w", "secret", "-e", "127.0.0.1", "-r",
                   "3480", "-n", "5", "-m", "1", "-c", "-s", "127.0.0.1"},
                  Duration::seconds(30));
  EXPECT_NE(run.out.find("tot_send_msgs=5, tot_recv_msgs=5"), std::string::npos)
      << run.out << run.err;
}

TEST_F(Programs, ServeSaysThatItsAddressIsTaken) {
  Background first({NATBED_PROGRAM, "serve", "stun", "--listen", "127.0.0.1:3478"});
  ASSERT_TRUE(first.says("serving"));
  const ProgramResult second =
      run_program({NATBED_PROGRAM, "serve", "stun", "--listen", "127.0.0.1:3478"});
  EXPECT_EQ(second.status, 1);
  EXPECT_NE(second.err.find("127.0.0.1:3478"), std::string::npos) << second.err;
}

TEST_F(Programs, ServeTellsThePortThatTheSystemGave) {
  for (const std::vector<std::string>& service :
       {std::vector<std::string>{"stun"}, {"turn", "--user", "a:b"}, {"rendezvous"}}) {
    std::vector<std::string> command = {NATBED_PROGRAM, "serve"};
    command.insert(command.end(), service.begin(), service.end());
    command.insert(command.end(), {"--listen", "127.0.0.1:0"});
    Background server(command);
    ASSERT_TRUE(server.says("; Ctrl-C ends it")) << server.output();
    EXPECT_EQ(server.output().find("127.0.0.1:0;"), std::string::npos) << server.output();
  }
}

// It looked "bob" up as a second STUN server, and waited to be called.
TEST_F(Programs, ConnectTakesOneServiceForEachOption) {
  const ProgramResult connect =
      run_program({NATBED_PROGRAM, "connect", "--as", "a", "--rendezvous", "127.0.0.1:9",
                   "--timeout", "0.1", "--stun", "127.0.0.1:9", "--stun", "127.0.0.1:9", "bob"});
  EXPECT_EQ(connect.status, 1);
  EXPECT_NE(connect.err.find("bob was not reached"), std::string::npos) << connect.err;
}

// Two natbeds, a meeting place and no NAT between them: the path is direct and echoes come back.
TEST_F(Programs, TwoPeersConnectThroughServeRendezvous) {
  Background rendezvous({NATBED_PROGRAM, "serve", "rendezvous", "--listen", "127.0.0.1:4000"});
  ASSERT_TRUE(rendezvous.says("serving rendezvous")) << rendezvous.output();
  Background bob({NATBED_PROGRAM, "connect", "--as", "bob", "--rendezvous", "127.0.0.1:4000"});
  ASSERT_TRUE(bob.says("registered")) << bob.output();
  const ProgramResult alice = run_program(
      {NATBED_PROGRAM, "connect", "bob", "--as", "alice", "--rendezvous", "127.0.0.1:4000"});
  EXPECT_EQ(alice.status, 0) << alice.out << alice.err;
  expect(alice, {"alice reached bob direct", "echo in"});
  const ProgramResult nobody = run_program({NATBED_PROGRAM, "connect", "carol", "--as", "alice",
                                            "--rendezvous", "127.0.0.1:4000", "--timeout", "1"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_NE(nobody.err.find("carol was not reached"), std::string::npos) << nobody.err;
}

}  // namespace
}  // namespace natbed::testing_support
