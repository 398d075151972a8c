// "did you mean ...?": the nearest of the words that would have been right.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace natbed {

// Empty unless one word is so near (by insertions, deletions, exchanges and swaps of letters) that
// a slip of the fingers explains it. Of words equally near the first.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> words);

// ` (did you mean "symmetric"?)`, or empty if none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> words);

// `unknown NAT kind "symetric" (did you mean "symmetric"?)`, or with the list of words if none is
// near.
std::string unknown_word(std::string_view what, std::string_view word,
                         std::span<const std::string_view> words);
std::string unknown_word(std::string_view what, std::string_view word,
                         const std::vector<std::string>& words);

}  // namespace natbed
