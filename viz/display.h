// Display: makes sure that there is a screen to draw on before SFML, which aborts without one, is
// asked, and that it stays.
#pragma once

#include "base/result.h"

namespace natbed::viz {

// Holds a connection of its own for as long as it lives: an X server resets itself when its last
// client leaves (Xvfb under xvfb-run does), and refuses whoever comes meanwhile.
class Display {
 public:
  // The one at $DISPLAY. The error says what to do if no X server answers there.
  static Result<Display> open();
  // For pictures, which need a graphics context but no screen: an X server without one (Xvfb) is
  // started for as long as this object lives if nothing answers at $DISPLAY. Other threads must not
  // read the environment meanwhile.
  static Result<Display> ensure();
  Display(Display&& other) noexcept;
  Display& operator=(Display&&) = delete;
  ~Display();

 private:
  Display(void* connection, int server) : connection_(connection), server_(server) {}
  void* connection_ = nullptr;  // libX11's
  int server_ = 0;              // process id of our Xvfb; 0 if a display was there
};

}  // namespace natbed::viz
