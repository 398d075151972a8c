#include "viz/window.h"

#include <fmt/format.h>

#include <SFML/Graphics.hpp>
#include <optional>

#include "viz/png_file.h"
#include "viz/quiet_sfml.h"

namespace natbed::viz {
namespace {

const sf::Time kNap = sf::milliseconds(8), kRest = sf::seconds(1);

class Window {
 public:
  Window(Stage& stage, const Fonts& fonts, unsigned width, unsigned height)
      : stage_(stage), player_(stage.player()), fonts_(fonts) {
    const QuietSfml quiet;
    sf::ContextSettings settings;
    settings.antialiasingLevel = 4;
    const sf::VideoMode desktop = sf::VideoMode::getDesktopMode();
    const WindowPlace place = window_place(desktop.width, desktop.height, width, height);
    window_.create({place.width, place.height}, "natbed view", sf::Style::Default, settings);
    // SFML 2.5 takes half the desktop's width for both coordinates of the corner.
    window_.setPosition({place.x, place.y});
    window_.setFramerateLimit(60);
  }

  Status run() {
    if (Status made = rebuild(window_.getSize().x, window_.getSize().y); !made) return made;
    player_.state().playing = true;
    sf::Clock clock, shown;
    bool changed = true;
    while (window_.isOpen()) {
      sf::Event event;
      while (window_.pollEvent(event)) {
        handle(event);
        changed = true;
      }
      player_.advance(Duration::microseconds(clock.restart().asMicroseconds()));
      // What stands still costs next to nothing; but now and then the window is drawn all the same,
      // since nobody tells that another one has covered it.
      if (!changed && !player_.state().playing && shown.getElapsedTime() < kRest) {
        sf::sleep(kNap);
        continue;
      }
      changed = player_.state().playing;  // the last frame of a run is still to come
      shown.restart();
      scene_->draw(*canvas_, player_.state());
      window_.display();
    }
    return ok();
  }

 private:
  Status rebuild(unsigned width, unsigned height) {
    auto scene = stage_.scene(width, height);
    if (!scene) return scene.error();
    scene_ = *std::move(scene);
    window_.setView(sf::View({0, 0, static_cast<float>(width), static_cast<float>(height)}));
    if (!canvas_) canvas_.emplace(window_, fonts_);
    return ok();
  }

  void handle(const sf::Event& event) {
    switch (event.type) {
      case sf::Event::Closed:
        return window_.close();
      case sf::Event::Resized:
        return resized(event.size.width, event.size.height);
      case sf::Event::KeyPressed:
        return key(event.key.code);
      case sf::Event::TextEntered:
        return typed(event.text.unicode);
      case sf::Event::MouseButtonPressed:
        return pressed(
            {static_cast<float>(event.mouseButton.x), static_cast<float>(event.mouseButton.y)});
      case sf::Event::MouseButtonReleased:
        return released(
            {static_cast<float>(event.mouseButton.x), static_cast<float>(event.mouseButton.y)});
      case sf::Event::MouseMoved:
        return moved(
            {static_cast<float>(event.mouseMove.x), static_cast<float>(event.mouseMove.y)});
      case sf::Event::MouseWheelScrolled:
        return wheel(event.mouseWheelScroll.delta > 0,
                     {static_cast<float>(event.mouseWheelScroll.x),
                      static_cast<float>(event.mouseWheelScroll.y)});
      default:
        return;
    }
  }

  // A window too small for a scene is put back to the least size that holds one.
  void resized(unsigned width, unsigned height) {
    if (!rebuild(width, height)) {
      window_.setSize({std::max(width, static_cast<unsigned>(kLeastWidth)),
                       std::max(height, static_cast<unsigned>(kLeastHeight))});
    }
  }

  void key(sf::Keyboard::Key key) {
    SceneState& state = player_.state();
    switch (key) {
      case sf::Keyboard::Space:
        return player_.toggle();
      case sf::Keyboard::Right:
        return player_.step_forward();
      case sf::Keyboard::Left:
        return player_.step_back();
      case sf::Keyboard::Home:
        return player_.seek(Instant());
      case sf::Keyboard::End:
        return player_.seek(Instant::never());
      case sf::Keyboard::Escape:
        if (!state.help && !state.matrix && !state.selected.valid()) return window_.close();
        state.help = state.matrix = false;
        return select(NodeId());
      default:
        return;
    }
  }

  // Characters rather than keys, because '+' and '?' lie elsewhere on every keyboard.
  void typed(uint32_t character) {
    SceneState& state = player_.state();
    switch (character) {
      case '+':
      case '=':
        return player_.faster();
      case '-':
        return player_.slower();
      case 'h':
      case 'H':
      case '?':
        state.help = !state.help;
        return;
      case 'm':
      case 'M':
        state.matrix = !state.matrix;
        return;
      case '0':
        return scene_->reset_camera();
      case 's':
      case 'S':
        return save();
      case 'q':
      case 'Q':
        return window_.close();
      default:
        return;
    }
  }

  void pressed(Point p) {
    const Timeline& timeline = scene_->timeline();
    if (timeline.play_button().contains(p)) return player_.toggle();
    if (timeline.track().inset(-14).contains(p)) {
      drag_ = Drag::kTimeline;
      return player_.seek(timeline.instant_at(p.x));
    }
    if (!scene_->map_box().contains(p) || player_.state().matrix) return;
    drag_ = Drag::kMap;
    last_ = pressed_ = p;
  }

  // Who drags the map keeps what is selected.
  void released(Point p) {
    constexpr float kUnsteady = 4;  // pixels that a click may move
    if (drag_ == Drag::kMap && length(p - pressed_) < kUnsteady)
      select(scene_->node_at(p, player_.state().now));
    drag_ = Drag::kNone;
  }

  void select(NodeId node) {
    player_.state().selected = node;
    player_.state().scroll = 0;
  }

  // Over the map it zooms, over the table of a NAT it moves the rows.
  void wheel(bool up, Point p) {
    SceneState& state = player_.state();
    if (scene_->map_box().contains(p) && !state.matrix)
      scene_->camera().zoom(up ? 1.15f : 1 / 1.15f, p);
    if (!scene_->side_box().contains(p) || !state.selected.valid()) return;
    const size_t rows = stage_.model().tables().row_count(state.selected, state.now);
    const size_t last = rows == 0 ? 0 : rows - 1;
    state.scroll = std::min(up ? state.scroll - (state.scroll > 0) : state.scroll + 1, last);
  }

  void moved(Point p) {
    if (drag_ == Drag::kTimeline) player_.seek(scene_->timeline().instant_at(p.x));
    if (drag_ == Drag::kMap) scene_->camera().pan(p - last_);
    last_ = p;
  }

  // Into the current directory; the instant is in the name.
  void save() {
    sf::Texture texture;
    if (!texture.create(window_.getSize().x, window_.getSize().y)) return;
    texture.update(window_);
    const std::string file = fmt::format("natbed-{}us.png", player_.state().now.ns() / 1000);
    const Status saved = save_png(texture.copyToImage(), file);
    if (saved) {
      fmt::print("picture  {}\n", file);
    } else {
      fmt::print(stderr, "natbed: {}\n", saved.error().message);
    }
  }

  enum class Drag { kNone, kTimeline, kMap };
  Stage& stage_;
  Player& player_;
  const Fonts& fonts_;
  sf::RenderWindow window_;
  std::optional<Canvas> canvas_;
  std::unique_ptr<Scene> scene_;
  Drag drag_ = Drag::kNone;
  Point last_, pressed_;
};

}  // namespace

WindowPlace window_place(unsigned desktop_width, unsigned desktop_height, unsigned width,
                         unsigned height) {
  constexpr unsigned kFrame = 72;  // pixels for the window's own title and a panel of the desktop
  const auto fit = [](unsigned wanted, unsigned room, float least) {
    return std::max(std::min(wanted, room), static_cast<unsigned>(least));
  };
  WindowPlace place;
  place.width = fit(width, desktop_width, kLeastWidth);
  place.height = fit(height, desktop_height - std::min(kFrame, desktop_height), kLeastHeight);
  const auto corner = [](unsigned desktop, unsigned size) {
    return desktop > size ? static_cast<int>((desktop - size) / 2) : 0;
  };
  place.x = corner(desktop_width, place.width);
  place.y = corner(desktop_height, place.height);
  return place;
}

Status run_window(Stage& stage, unsigned width, unsigned height) {
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  return Window(stage, *fonts, width, height).run();
}

}  // namespace natbed::viz
