#include "viz/picture.h"

#include <fmt/format.h>

#include <SFML/Graphics.hpp>
#include <optional>

#include "viz/display.h"
#include "viz/png_file.h"
#include "viz/quiet_sfml.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace natbed::viz {

namespace {

// Mesa's software driver never frees the last context of a display (seen with Mesa 22.3 and SFML
// 2.5 under LeakSanitizer). What is allocated while a picture lives is not held against us.
class PardonedLeaks {
 public:
#ifdef __SANITIZE_ADDRESS__
  PardonedLeaks() { __lsan_disable(); }
  ~PardonedLeaks() { __lsan_enable(); }
#else
  PardonedLeaks() = default;
#endif
  PardonedLeaks(const PardonedLeaks&) = delete;
  PardonedLeaks& operator=(const PardonedLeaks&) = delete;
};

}  // namespace

struct Picture::State {
  State(Display its_display, Fonts its_fonts)
      : display(std::move(its_display)), fonts(std::move(its_fonts)) {}
  Display display;
  Fonts fonts;
  PardonedLeaks pardoned;
  sf::RenderTexture texture;
  std::optional<Canvas> canvas;
};

Picture::Picture(std::unique_ptr<State> state) : state_(std::move(state)) {}
Picture::Picture(Picture&&) noexcept = default;
Picture::~Picture() = default;

Result<Picture> Picture::make(unsigned width, unsigned height) {
  Result<Display> display = Display::ensure();
  if (!display) return display.error();
  Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  const QuietSfml quiet;
  auto state = std::make_unique<State>(*std::move(display), *std::move(fonts));
  sf::ContextSettings settings;
  settings.antialiasingLevel = std::min(8u, sf::RenderTexture::getMaximumAntialiasingLevel());
  const unsigned most = sf::Texture::getMaximumSize();
  if (width == 0 || height == 0 || width > most || height > most ||
      !state->texture.create(width, height, settings)) {
    return Error{fmt::format(
        "cannot draw a picture of {}×{} pixels: this machine's OpenGL allows up to {}×{}", width,
        height, most, most)};
  }
  state->canvas.emplace(state->texture, state->fonts);
  return Picture(std::move(state));
}

Canvas& Picture::canvas() { return *state_->canvas; }

Status Picture::save(const std::filesystem::path& file) {
  state_->canvas->flush();
  state_->texture.display();
  const QuietSfml quiet;
  return save_png(state_->texture.getTexture().copyToImage(), file);
}

}  // namespace natbed::viz
