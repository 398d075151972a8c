// What several commands take alike: settings, a seed, numbers, the address of a service; and how
// the program names itself in hints.
//
// A check is what CLI11 asks of each text: it returns what was expected and found, or nothing if
// the text will do. What it refuses is a misunderstood command line, exit status 2.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace natbed {

// What the user types for this program: ./natbed exports its own name as NATBED_COMMAND.
std::string program_name();
// The footer of a command's help, a line for each line of arguments.
std::string example(std::initializer_list<const char*> lines);

using Check = std::function<std::string(const std::string&)>;
// An option that may be repeated and takes one value each time. CLI11's own would go on to eat the
// words after it.
CLI::Option* add_repeatable(CLI::App* command, const std::string& name,
                            std::vector<std::string>* texts, const std::string& what,
                            const Check& check);
// --set NAME=VALUE, as often as wanted, and what such texts mean.
void add_settings(CLI::App* command, std::vector<std::string>* texts, const std::string& what);
std::vector<std::pair<std::string, std::string>> parse_settings(
    const std::vector<std::string>& texts);

// An option that takes one of these words; `take` gets its place among them. Help shows the first in
// brackets if it is the default.
CLI::Option* add_words(CLI::App* command, const std::string& name, const std::string& what,
                       const std::vector<std::string>& words, bool first_is_default,
                       const std::function<void(size_t)>& take);

// --seed N, the whole range of it and nothing else.
void add_seed(CLI::App* command, uint64_t* seed, const std::string& what);

// --png FILE, and whether a picture can be written there: asked before work that may take hours.
void add_png(CLI::App* command, std::string* file, const std::string& what);
Status can_write_png(const std::string& file);

// CLI11's own takes "nan" for a number in any range.
Check number_between(double low, double high);
// "HOST" or "HOST:PORT".
Check service_from(uint16_t lowest_port);
std::string check_service(const std::string& text);  // from port 1
// "NAME:SECRET"
std::string check_user(const std::string& text);

}  // namespace natbed
