#include "base/text.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace natbed {
namespace {

TEST(Text, KnowsUtf8) {
  for (const char* good : {"", "alice", "Zürich → Genève", "\xF0\x9F\x8C\x8D", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\x7F"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  // RFC 3629: a lone continuation, overlong forms, a surrogate, above U+10FFFF, cut short.
  for (const char* bad :
       {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF8\x88\x80\x80\x80", "\xFF", "ab\xC3", "\xE2\x82", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Text, WritesOutWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\tb\nc → ü"), "a\tb\nc → ü");
  EXPECT_EQ(printable("\x1b[31mred\x7f\r"), "\\x1b[31mred\\x7f\\x0d");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\u009b31m");
  EXPECT_EQ(printable("x\xFFy\xE2\x82"), "x\\xffy\\xe2\\x82");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Text, AnyBytesBecomePrintableText) {
  Rng rng(7);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes(static_cast<size_t>(rng.below(12)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(rng.below(256));
    const std::string text = printable(bytes);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(printable(text), text);
    for (const char c : text)
      EXPECT_TRUE(static_cast<uint8_t>(c) >= 0x20 || c == '\n' || c == '\t');
  }
}

}  // namespace
}  // namespace natbed
