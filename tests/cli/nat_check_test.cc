// natbed nat check, as a user and a script meet it.
#include <nlohmann/json.hpp>

#include "tests/cli/program_fixture.h"

namespace natbed::testing_support {
namespace {

using Json = nlohmann::json;

class NatCheck : public Cli {};

TEST_F(NatCheck, TheYardsticksMeetEveryMust) {
  for (const std::string name : {"conformant", "conformant-cgn"}) {
    const auto result = natbed({"nat", "check", name, "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const Json report = Json::parse(result.out);
    EXPECT_EQ(report["name"], name);
    EXPECT_EQ(report["requirements"].size(), 115u);
    for (const char* level : {"MUST", "MUST NOT"}) {
      EXPECT_EQ(report["summary"][level]["fail"], 0) << name << ", " << level;
    }
    EXPECT_GT(report["summary"]["MUST"]["pass"], 25);
  }
}

TEST_F(NatCheck, ShowsThePacketsOfAFailure) {
  const auto result = natbed({"nat", "check", "symmetric", "--requirement", "4787-REQ-1"});
  EXPECT_NE(result.out.find("4787-REQ-1        MUST         fail  the mapping is "
                            "address-and-port-dependent\n"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("192.168.1.2:5000 → 203.0.113.1:3478 udp"), std::string::npos);
  EXPECT_NE(result.out.find("level          pass  fail   n/a\n"
                            "MUST              0     1     0\n"),
            std::string::npos)
      << result.out;
}

TEST_F(NatCheck, ShowsThePacketsOfASuccessWhenAsked) {
  const std::vector<std::string> ask = {"nat", "check", "conformant", "--requirement",
                                        "5508-REQ-1"};
  EXPECT_EQ(natbed(ask).out.find("icmp echo"), std::string::npos);
  std::vector<std::string> more = ask;
  more.push_back("--verbose");
  EXPECT_NE(natbed(more).out.find("icmp echo id 777"), std::string::npos);
}

// A profile of the user's own, which does not hairpin, and says so or does not.
std::string profile(const std::string& deviations) {
  return R"({"name": "mine", "based_on": "conformant", "summary": "s", "seen": "here",
             "behavior": {"hairpin": "none"},
             "sources": [{"axes": ["hairpin"], "text": "measured", "verified": true}],
             "deviations": [)" +
         deviations + "]}";
}

TEST_F(NatCheck, SucceedsIfTheProfileTellsOfEveryMustThatFails) {
  const std::string told = script("told.json", profile(R"(
      {"requirement": "4787-REQ-9", "why": "no loopback"},
      {"requirement": "5382-REQ-8", "why": "no loopback"},
      {"requirement": "5508-REQ-7", "why": "nothing turns back"})"));
  const auto result = natbed({"nat", "check", "mine", "--profile", told});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("as the profile says: no loopback"), std::string::npos);
  const Json json = Json::parse(
      natbed({"nat", "check", "mine", "--profile", told, "--requirement", "4787-REQ-9", "--json"})
          .out);
  EXPECT_EQ(json["requirements"][0]["documented"], "no loopback");
  EXPECT_EQ(json["requirements"][0]["result"], "fail");
}

TEST_F(NatCheck, FailsIfItDoesNot) {
  const std::string silent = script("silent.json", profile(""));
  const auto result = natbed({"nat", "check", "mine", "--profile", silent});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("its profile does not say so: 4787-REQ-9, 5382-REQ-8, 5508-REQ-7\n"),
            std::string::npos)
      << result.err;
}

TEST_F(NatCheck, CarriersAreCheckedForWhatSubscribersAreOwed) {
  const std::vector<std::string> ask = {"nat", "check", "conformant", "--requirement",
                                        "6888-REQ-4"};
  EXPECT_NE(natbed(ask).out.find("n/a   for boxes of carriers"), std::string::npos);
  std::vector<std::string> carrier = ask;
  carrier.push_back("--carrier");
  const auto result = natbed(carrier);
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.out.find("MUST         fail  one subscriber has"), std::string::npos);
}

TEST_F(NatCheck, SaysWhatItDoesNotKnow) {
  expect_error(natbed({"nat", "check", "conformant", "--requirement", "4787-REQ-99"}),
               {"unknown requirement", "4787-REQ-9"});
  expect_error(natbed({"nat", "check", "none"}), {"is no NAT"});
  expect_error(natbed({"nat", "check", "conformnt"}), {"conformant"});
}

}  // namespace
}  // namespace natbed::testing_support
