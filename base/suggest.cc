#include "base/suggest.h"

#include <algorithm>
#include <vector>

namespace natbed {
namespace {

// The restricted Damerau-Levenshtein distance: a swap of neighbours counts as one slip.
size_t slips_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> slips(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) slips[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) slips[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      size_t best = std::min(slips[i - 1][j], slips[i][j - 1]) + 1;
      best = std::min(best, slips[i - 1][j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, slips[i - 2][j - 2] + 1);
      }
      slips[i][j] = best;
    }
  }
  return slips[a.size()][b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> words) {
  size_t fewest = std::max<size_t>(1, word.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view candidate : words) {
    const size_t slips = slips_between(word, candidate);
    if (slips < fewest) fewest = slips, nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  const std::string_view near = nearest_word(word, words);
  return near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)";
}

std::string unknown_word(std::string_view what, std::string_view word,
                         std::span<const std::string_view> words) {
  std::string text = "unknown " + std::string(what) + " \"" + std::string(word) + "\"";
  const std::string near = did_you_mean(word, words);
  if (!near.empty()) return text + near;
  text += " (there are: ";
  for (const std::string_view& known : words) {
    if (&known != words.data()) text += ", ";
    text += known;
  }
  return text + ")";
}

std::string unknown_word(std::string_view what, std::string_view word,
                         const std::vector<std::string>& words) {
  return unknown_word(what, word, std::vector<std::string_view>(words.begin(), words.end()));
}

}  // namespace natbed
