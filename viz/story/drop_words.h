// What a story says of packets that were dropped, in words.
#pragma once

#include "viz/story/story.h"

namespace natbed::viz {

DropWords drop_words(const Evidence& evidence, const DropGroup& group);

std::string seconds(Instant t);                             // "0.384 s"
std::string packets(uint64_t count, Traffic traffic);       // "1 probe", "26 STUN packets"
std::string listed(const std::vector<std::string>& words);  // "a, b and c"

}  // namespace natbed::viz
