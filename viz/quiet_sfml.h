// QuietSfml: SFML prints its complaints; ours say more and are returned. Silent while it lives.
#pragma once

#include <streambuf>

namespace natbed::viz {

class QuietSfml {
 public:
  QuietSfml();
  ~QuietSfml();
  QuietSfml(const QuietSfml&) = delete;
  QuietSfml& operator=(const QuietSfml&) = delete;

 private:
  std::streambuf* buffer_;
};

}  // namespace natbed::viz
