// What the person at the window has chosen: the instant, what is selected, which panels are open.
#pragma once

#include <cstddef>

#include "base/id.h"
#include "base/time.h"

namespace natbed::viz {

struct SceneState {
  Instant now;
  double speed = 1;  // virtual seconds per second
  bool playing = false;
  bool still = false;  // a picture of its own: no controls, recent packets shown as traces
  bool help = false;
  bool matrix = false;  // the heat map over the map
  NodeId selected;      // a NAT: its table; a host: what it told
  size_t scroll = 0;    // rows of the table that lie above the first one shown
};

}  // namespace natbed::viz
