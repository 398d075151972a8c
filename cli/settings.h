// --set NAME=VALUE, as run and view take it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace natbed {

inline Result<std::vector<std::pair<std::string, std::string>>> parse_settings(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{"--set expects NAME=VALUE, e.g. --set bob=symmetric, and found \"" + text +
                   "\""};
    }
    settings.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return settings;
}

}  // namespace natbed
