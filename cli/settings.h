// What several commands take alike: settings, a seed, the address of a service.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace natbed {

// --set NAME=VALUE, as often as wanted.
Result<std::vector<std::pair<std::string, std::string>>> parse_settings(
    const std::vector<std::string>& texts);

// --seed N, the whole range of it and nothing else.
void add_seed(CLI::App* command, uint64_t* seed, const std::string& what);

// Where a service that the user named as "HOST[:PORT]" is; `port` if none was given. `option` names
// it in errors.
Result<Endpoint> service(const std::string& option, const std::string& text, uint16_t port);

}  // namespace natbed
