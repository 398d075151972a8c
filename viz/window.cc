#include "viz/window.h"

#include <fmt/format.h>

#include <SFML/Graphics.hpp>
#include <optional>

namespace natbed::viz {
namespace {

class Window {
 public:
  Window(Stage& stage, const Fonts& fonts, unsigned width, unsigned height)
      : stage_(stage), player_(stage.player()), fonts_(fonts) {
    sf::ContextSettings settings;
    settings.antialiasingLevel = 4;
    window_.create({width, height}, "natbed view", sf::Style::Default, settings);
    window_.setFramerateLimit(60);
  }

  Status run() {
    if (Status made = rebuild(window_.getSize().x, window_.getSize().y); !made) return made;
    player_.state().playing = true;
    sf::Clock clock;
    while (window_.isOpen()) {
      sf::Event event;
      while (window_.pollEvent(event)) handle(event);
      player_.advance(Duration::microseconds(clock.restart().asMicroseconds()));
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
        drag_ = Drag::kNone;
        return;
      case sf::Event::MouseMoved:
        return moved(
            {static_cast<float>(event.mouseMove.x), static_cast<float>(event.mouseMove.y)});
      case sf::Event::MouseWheelScrolled:
        scene_->camera().zoom(event.mouseWheelScroll.delta > 0 ? 1.15f : 1 / 1.15f,
                              {static_cast<float>(event.mouseWheelScroll.x),
                               static_cast<float>(event.mouseWheelScroll.y)});
        return;
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
        if (!state.help && !state.selected.valid()) return window_.close();
        state.help = false;
        state.selected = NodeId();
        return;
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
    if (!scene_->map_box().contains(p)) return;
    drag_ = Drag::kMap;
    last_ = p;
    player_.state().selected = scene_->node_at(p, player_.state().now);
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
    if (!texture.copyToImage().saveToFile(file))
      fmt::print(stderr, "natbed: cannot write {}\n", file);
  }

  enum class Drag { kNone, kTimeline, kMap };
  Stage& stage_;
  Player& player_;
  const Fonts& fonts_;
  sf::RenderWindow window_;
  std::optional<Canvas> canvas_;
  std::unique_ptr<Scene> scene_;
  Drag drag_ = Drag::kNone;
  Point last_;
};

}  // namespace

Status run_window(Stage& stage, unsigned width, unsigned height) {
  const Result<Fonts> fonts = Fonts::load();
  if (!fonts) return fonts.error();
  return Window(stage, *fonts, width, height).run();
}

}  // namespace natbed::viz
