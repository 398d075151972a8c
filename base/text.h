// Text from outside (scripts, packets): is it text, and what of it may reach a terminal.
#pragma once

#include <string>
#include <string_view>

namespace natbed {

// Well-formed UTF-8 (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

// `text` with what a terminal would take for a command written out: control characters but for
// newline and tab become "\x1b" or "\u009b", bytes that are no UTF-8 "\xff".
std::string printable(std::string_view text);

}  // namespace natbed
