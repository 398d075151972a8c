// Display: makes sure that there is a screen to draw on before SFML, which aborts without one, is
// asked.
#pragma once

#include "base/result.h"

namespace natbed::viz {

// An error that says what to do if no X server answers at $DISPLAY.
Status check_display();

// For pictures, which need a graphics context but no screen: an X server without one (Xvfb),
// started for as long as this object lives if nothing answers at $DISPLAY. Other threads must not
// read the environment meanwhile.
class VirtualDisplay {
 public:
  static Result<VirtualDisplay> ensure();
  VirtualDisplay(VirtualDisplay&& other) noexcept;
  VirtualDisplay& operator=(VirtualDisplay&&) = delete;
  ~VirtualDisplay();

 private:
  explicit VirtualDisplay(int server) : server_(server) {}
  int server_ = 0;  // process id of our Xvfb; 0 if a display was there
};

}  // namespace natbed::viz
