// Pictures, drawn for real: under Xvfb if there is no display. Skipped only where Xvfb is not
// installed.
#include "viz/view.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <SFML/Graphics/Image.hpp>
#include <cstdlib>
#include <cstring>
#include <set>

#include "tests/viz/sample_runs.h"
#include "viz/column.h"
#include "viz/display.h"
#include "viz/heat_map.h"
#include "viz/picture.h"
#include "viz/scene.h"
#include "viz/text_metrics.h"

namespace natbed::viz {
namespace {

namespace fs = std::filesystem;

bool is_installed(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "";
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    if (access((fs::path(rest.substr(0, colon)) / program).c_str(), X_OK) == 0) return true;
    rest = colon == std::string::npos ? std::string() : rest.substr(colon + 1);
  }
  return false;
}

class View : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("DISPLAY") && !is_installed("Xvfb"))
      GTEST_SKIP() << "no display, and Xvfb is not installed";
    directory_ = fs::path(testing::TempDir()) / ("natbed-view-" + std::to_string(getpid()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  sf::Image picture(const Trace& trace, const ViewOptions& options = {}) {
    const fs::path file = directory_ / "picture.png";
    const Status drawn = render_png(trace, options, file);
    EXPECT_TRUE(drawn.has_value()) << drawn.error().message;
    sf::Image image;
    EXPECT_TRUE(image.loadFromFile(file.string()));
    return image;
  }
  // What the window shows of the run.
  sf::Image drawn(const RunModel& model, const SceneState& state,
                  std::optional<MatrixModel> matrix = std::nullopt) {
    const auto scene = Scene::make(model, {"a run", 7}, std::move(matrix), {1600, 1000}).value();
    auto picture = Picture::make(1600, 1000);
    EXPECT_TRUE(picture.has_value()) << picture.error().message;
    scene->draw(picture->canvas(), state);
    const fs::path file = directory_ / "drawn.png";
    EXPECT_TRUE(picture->save(file).has_value());
    sf::Image image;
    EXPECT_TRUE(image.loadFromFile(file.string()));
    return image;
  }
  fs::path directory_;
};

size_t distinct_colors(const sf::Image& image) {
  std::set<uint32_t> colors;
  for (unsigned y = 0; y < image.getSize().y; ++y) {
    for (unsigned x = 0; x < image.getSize().x; ++x)
      colors.insert(image.getPixel(x, y).toInteger());
  }
  return colors.size();
}

// Pixels in `box` that are about as light as letters are.
size_t light_pixels(const sf::Image& image, const Rect& box) {
  size_t count = 0;
  for (int y = static_cast<int>(box.y); y < static_cast<int>(box.bottom()); ++y) {
    for (int x = static_cast<int>(box.x); x < static_cast<int>(box.right()); ++x) {
      const sf::Color c = image.getPixel(static_cast<unsigned>(x), static_cast<unsigned>(y));
      count += c.r > 170 && c.g > 170 && c.b > 170;
    }
  }
  return count;
}

size_t pixels_near(const sf::Image& image, Color color, int tolerance) {
  size_t count = 0;
  for (unsigned y = 0; y < image.getSize().y; ++y) {
    for (unsigned x = 0; x < image.getSize().x; ++x) {
      const sf::Color c = image.getPixel(x, y);
      count += std::abs(c.r - color.r) <= tolerance && std::abs(c.g - color.g) <= tolerance &&
               std::abs(c.b - color.b) <= tolerance;
    }
  }
  return count;
}

TEST_F(View, AStillIsNotBlankAndHasTheSizeAskedFor) {
  const test::TwoHomes two;
  const sf::Image image = picture(two.run.trace("two_homes.lua", 7));
  EXPECT_EQ(image.getSize().x, 1600u);
  EXPECT_EQ(image.getSize().y, 1000u);
  EXPECT_GT(distinct_colors(image), 500u);
}

TEST_F(View, EveryNameIsWrittenWhereTheLayoutSays) {
  const test::TwoHomes two;
  const sf::Image image = picture(two.run.trace("two_homes.lua", 7));
  const RunModel model = RunModel::build(two.run.events()).value();
  const Size map{1216, 856};
  const Layout layout =
      make_layout(make_block_tree(model.topology()), words_of(model), map).value();
  for (const Slot& slot : layout.slots) {
    const Rect on_screen = slot.name.moved({0, 52});  // below the title
    EXPECT_GT(light_pixels(image, on_screen), 20u) << model.topology().node(slot.stay.node).name;
  }
}

TEST_F(View, APunchedPathIsDrawnInItsColor) {
  const test::TwoHomes two;
  ViewOptions options;
  options.at_seconds = 0.2;
  const size_t before = pixels_near(picture(two.run.trace("two_homes.lua", 7), options),
                                    color_of(PathKind::kPunched), 24);
  options.at_seconds = 0.5;
  const size_t during = pixels_near(picture(two.run.trace("two_homes.lua", 7), options),
                                    color_of(PathKind::kPunched), 24);
  EXPECT_GT(during, before + 200);
}

TEST_F(View, RelayRoutesAreDrawn) {
  const test::RelayChoice choice(12, 6);
  EXPECT_GT(distinct_colors(picture(choice.run.trace("relay_choice.lua", 3))), 1000u);
}

TEST_F(View, EqualRunsGiveEqualPictures) {
  const test::TwoHomes two;
  const sf::Image one = picture(two.run.trace("two_homes.lua", 7)),
                  other = picture(two.run.trace("two_homes.lua", 7));
  const size_t bytes = size_t{4} * one.getSize().x * one.getSize().y;
  EXPECT_EQ(std::memcmp(one.getPixelsPtr(), other.getPixelsPtr(), bytes), 0);
}

TEST_F(View, PanelsShowWhatIsSelected) {
  const test::TwoHomes two;
  const RunModel model = RunModel::build(two.run.events()).value();
  SceneState state;
  state.now = test::at_ms(200);
  const sf::Image nothing = drawn(model, state);
  state.selected = two.alice_nat;
  const sf::Image table = drawn(model, state);
  const Color timer = color_of(PathKind::kDirect);
  const size_t bars = pixels_near(table, timer, 8);
  EXPECT_GT(bars, pixels_near(nothing, timer, 8) + 300) << "the bars of two timers";
  state.scroll = 1;
  EXPECT_LT(pixels_near(drawn(model, state), timer, 8), bars) << "one of them above what is shown";
  state.selected = NodeId();
  state.help = true;
  EXPECT_LT(pixels_near(drawn(model, state), kBackground, 2), pixels_near(nothing, kBackground, 2))
      << "the help on top";
}

TEST_F(View, TheMatrixLiesOverTheMap) {
  const test::TwoHomes two;
  const RunModel model = RunModel::build(two.run.events()).value();
  const Rect map{28, 80, 1160, 800};
  SceneState state;
  state.matrix = true;
  EXPECT_GT(light_pixels(drawn(model, state), map), 200u) << "it says that there is none";
  MatrixModel matrix;
  matrix.at("linux", "cgnat").trials = 1;
  EXPECT_GT(pixels_near(drawn(model, state, matrix), heat_color(0), 4), 100'000u) << "a large cell";
}

TEST_F(View, AHundredDropsLeaveTheNameOfTheirBoxReadable) {
  test::TwoHomes two;
  SceneState state;
  state.now = test::at_ms(2100);
  state.speed = 1;
  const auto light = [&](const RunModel& model) {
    const Layout layout =
        make_layout(make_block_tree(model.topology()), words_of(model), {1216, 856}).value();
    const Rect name = layout.find(two.alice_nat, RealmId())->name;
    return light_pixels(drawn(model, state), name.moved({0, 52}));  // below the title
  };
  const size_t before = light(RunModel::build(two.run.events()).value());
  for (int i = 0; i < 100; ++i)
    two.run.drop(test::at_ms(2001 + i), two.alice_nat, DropReason::kFiltered, Traffic::kProbe);
  EXPECT_GT(light(RunModel::build(two.run.events()).value()), before * 9 / 10);
}

TEST_F(View, WordsThatAreTiedStayOnOneLine) {
  auto picture = Picture::make(64, 64);
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  const auto height = [&](std::string_view text) {
    Column column(picture->canvas(), {0, 0, 60, 500});
    column.paragraph(text, {12});
    EXPECT_EQ(500 - column.room(), column.paragraph_height(text, {12}));
    return 500 - column.room();
  };
  EXPECT_EQ(height("relay europe"), 2 * height("relay"));
  EXPECT_EQ(height("relay\u00a0europe"), height("relay"));
}

TEST_F(View, FramesCoverTheRunAndMove) {
  const test::TwoHomes two;
  ViewOptions options;
  options.width = 960, options.height = 640;
  options.frames_per_second = 4;
  options.speed = 1;
  const auto count =
      render_frames(two.run.trace("two_homes.lua", 7), options, directory_ / "frames");
  ASSERT_TRUE(count.has_value()) << count.error().message;
  EXPECT_EQ(*count, 9u);  // 2 s at 4 frames a second, and the last instant
  sf::Image first, fifth;
  ASSERT_TRUE(first.loadFromFile((directory_ / "frames/frame-00000.png").string()));
  ASSERT_TRUE(fifth.loadFromFile((directory_ / "frames/frame-00004.png").string()));
  EXPECT_NE(std::memcmp(first.getPixelsPtr(), fifth.getPixelsPtr(), size_t{4} * 960 * 640), 0);
}

TEST_F(View, TheHeatMapOfAMatrixIsNotBlank) {
  MatrixModel matrix;
  for (const char* a : {"linux", "cgnat", "symmetric"}) {
    for (const char* b : {"linux", "cgnat", "symmetric"}) {
      MatrixCell& cell = matrix.at(a, b);
      cell.trials = 10;
      cell.successes = a == b ? 10 : 0;
      cell.foretold = a == b;
    }
  }
  const Status drawn = render_matrix_png(matrix, directory_ / "matrix.png");
  ASSERT_TRUE(drawn.has_value()) << drawn.error().message;
  sf::Image image;
  ASSERT_TRUE(image.loadFromFile((directory_ / "matrix.png").string()));
  EXPECT_GT(distinct_colors(image), 50u);
  EXPECT_FALSE(render_matrix_png({}, directory_ / "none.png").has_value());
}

TEST_F(View, SaysWhyItCannotDraw) {
  const test::TwoHomes two;
  const Trace trace = two.run.trace("two_homes.lua", 7);
  EXPECT_FALSE(render_png(Trace(), {}, directory_ / "x.png").has_value()) << "nothing in it";
  fs::create_symlink("/dev/full", directory_ / "full.png");
  const Status full = render_png(trace, {}, directory_ / "full.png");
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().message.find("No space left"), std::string::npos) << full.error().message;
  EXPECT_FALSE(render_png(trace, {}, directory_ / "no/such/directory/x.png").has_value());
  ViewOptions tiny;
  tiny.width = 10;
  const Status small = render_png(trace, tiny, directory_ / "x.png");
  ASSERT_FALSE(small.has_value());
  EXPECT_NE(small.error().message.find("too small"), std::string::npos) << small.error().message;
}

TEST_F(View, TextsAreNoWiderThanTheLayoutBelieves) {
  auto picture = Picture::make(64, 64);
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  for (std::string_view text :
       {"alice", "relay-12", "port-restricted", "via relay-11 to peer-6, 94 ms", "MMWW", "illi"}) {
    for (float size : {9.0f, 10.8f, 12.0f, 15.0f, 21.0f}) {
      for (bool bold : {false, true}) {
        const TextStyle style{size, kText, Align::kLeft, bold ? Face::kBold : Face::kRegular};
        EXPECT_LE(picture->canvas().measure(text, style), text_width(text, size, bold) + 1)
            << text << " at " << size << (bold ? " bold" : "");
      }
    }
  }
}

TEST_F(View, ADisplayStaysWhileItIsHeld) {
  const auto held = Display::ensure();
  ASSERT_TRUE(held.has_value()) << held.error().message;
  const std::string name = std::getenv("DISPLAY");
  for (int i = 0; i < 40; ++i) {
    const bool welcome = Display::ensure().has_value();  // and gone again
    ASSERT_TRUE(welcome);
    ASSERT_EQ(name, std::getenv("DISPLAY")) << "the server reset itself after guest " << i;
    // Takes about as long as a server takes to notice that its last client left, and to reset.
    ASSERT_TRUE(Fonts::load().has_value());
  }
}

TEST(Display, AWindowWithoutADisplayIsAnErrorWithAdvice) {
  const char* kept = std::getenv("DISPLAY");
  const std::string display = kept ? kept : "";
  setenv("DISPLAY", ":4711", 1);  // where nobody serves
  const test::TwoHomes two;
  const Status shown = show(two.run.trace("two_homes.lua", 7), {});
  if (kept) {
    setenv("DISPLAY", display.c_str(), 1);
  } else {
    unsetenv("DISPLAY");
  }
  ASSERT_FALSE(shown.has_value());
  EXPECT_NE(shown.error().message.find("xvfb-run"), std::string::npos) << shown.error().message;
}

}  // namespace
}  // namespace natbed::viz
