#include "base/address.h"

#include <gtest/gtest.h>

namespace natbed {
namespace {

IpAddress ip(const char* text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpAddress());
}

TEST(Address, PrintsWhatItParsed) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "2001:db8:0:1:1:1:1:1", "fe80::1", "2001:db8::1:0:0:1"}) {
    EXPECT_EQ(ip(text).to_string(), text);
  }
}

// RFC 5952 §4: lower case, no leading zeros, the longest run of zeros shortened.
TEST(Address, PrintsIpv6InItsOneForm) {
  EXPECT_EQ(ip("2001:0DB8:0000:0000:0000:0000:0002:0001").to_string(), "2001:db8::2:1");
  EXPECT_EQ(ip("2001:db8:0:0:1:0:0:0").to_string(), "2001:db8:0:0:1::");
}

TEST(Address, RefusesEverythingElse) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1.5", "192.0.2.1 ", " 192.0.2.1",
                           "192.0.2.1:80", "[::1]", "fe80::1%eth0", "2001:db8:::1", "1:2:3:4:5:6:7",
                           "g::1", "localhost", "0x7f.1", "192.0.2.-1"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0garbage", 17)));
}

TEST(Address, MappedIpv6IsTheIpv4Address) {
  EXPECT_EQ(ip("::ffff:192.0.2.1"), IpAddress::v4(192, 0, 2, 1));
  EXPECT_TRUE(ip("::ffff:192.0.2.1").is_v4());
  EXPECT_EQ(IpAddress::v4(0xC0000201), IpAddress::v4(192, 0, 2, 1));
  EXPECT_EQ(IpAddress::v4(192, 0, 2, 1).v4_value(), 0xC0000201u);
}

TEST(Address, Ipv4DoesNotMixWithIpv6) {
  EXPECT_FALSE(ip("::192.0.2.1").is_v4());
  EXPECT_FALSE(IpAddress().is_v4());
  EXPECT_TRUE(IpAddress::v4(0).is_v4());
  EXPECT_NE(IpAddress(), IpAddress::v4(0));
  EXPECT_TRUE(IpAddress().is_unspecified());
  EXPECT_TRUE(IpAddress::v4(0).is_unspecified());
}

TEST(Address, PrivateRangesEndWhereTheRfcsSay) {
  const struct {
    const char *first, *last, *before, *after;
  } ranges[] = {
      {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},           // RFC 1918
      {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},      // RFC 1918
      {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},  // RFC 1918
      {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},    // RFC 6598
      {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},  // RFC 3927
      {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},      // RFC 1122
      {"fc00::", "fdff:ffff::", "fbff:ffff::", "fe00::"},                    // RFC 4193
      {"fe80::", "febf:ffff::", "fe7f:ffff::", "fec0::"},                    // RFC 4291
      {"::1", "::1", "::", "::2"},                                           // RFC 4291
  };
  for (const auto& range : ranges) {
    EXPECT_TRUE(ip(range.first).is_private()) << range.first;
    EXPECT_TRUE(ip(range.last).is_private()) << range.last;
    EXPECT_FALSE(ip(range.before).is_private()) << range.before;
    EXPECT_FALSE(ip(range.after).is_private()) << range.after;
  }
}

TEST(Address, LoopbackIsAWholeNetInIpv4AndOneAddressInIpv6) {
  EXPECT_TRUE(ip("127.3.2.1").is_loopback());
  EXPECT_TRUE(ip("::1").is_loopback());
  EXPECT_FALSE(ip("128.0.0.1").is_loopback());
  EXPECT_FALSE(ip("::2").is_loopback());
}

TEST(Endpoint, PrintsWhatItParsed) {
  for (const char* text : {"192.0.2.1:3478", "[2001:db8::1]:3478", "0.0.0.0:0", "[::]:65535"}) {
    const auto parsed = Endpoint::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->to_string(), text);
  }
}

TEST(Endpoint, RefusesEverythingElse) {
  for (const char* text : {"", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                           "192.0.2.1:+1", "192.0.2.1:80x", "192.0.2.1: 80", "2001:db8::1:80",
                           "[]:80", "[192.0.2.1:80", "2001:db8::1]:80", ":80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Endpoint, IsValidWithAddressAndPort) {
  EXPECT_TRUE(Endpoint::parse("192.0.2.1:1")->valid());
  EXPECT_FALSE(Endpoint::parse("192.0.2.1:0")->valid());
  EXPECT_FALSE(Endpoint::parse("0.0.0.0:1")->valid());
  EXPECT_FALSE(Endpoint().valid());
}

TEST(Endpoint, OrdersByAddressThenPort) {
  const Endpoint a = *Endpoint::parse("192.0.2.1:9"), b = *Endpoint::parse("192.0.2.2:1");
  EXPECT_LT(a, b);
  EXPECT_LT((Endpoint{a.ip, 8}), a);
  EXPECT_NE(hash_of(a), hash_of(b));
  EXPECT_NE(hash_of(a), hash_of(Endpoint{a.ip, 8}));
  EXPECT_EQ(hash_of(a), hash_of(*Endpoint::parse("192.0.2.1:9")));
}

}  // namespace
}  // namespace natbed
