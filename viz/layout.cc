#include "viz/layout.h"

#include <fmt/format.h>

#include <functional>
#include <numbers>
#include <optional>
#include <span>

#include "viz/core_layout.h"
#include "viz/ellipse_walk.h"

namespace natbed::viz {
namespace {

constexpr float kMargin = 14;     // from the border of the map
constexpr float kBlockGap = 14;   // between blocks, and between a block and the core
constexpr float kLattice = 20;    // of places tried when the wished-for one is taken
constexpr size_t kCrowd = 24;     // from so many blocks on they stand in a grid
constexpr float kFullest = 0.8f;  // more than this part of the map is never filled: do not even try
constexpr float kLargestCore = 0.72f;  // of the map's width or height
// Least radii of the core, as parts of the map: a stately disc, or a small one that leaves room for
// wide homes.
constexpr Size kCoreSizes[] = {{0.15f, 0.17f}, {0.10f, 0.15f}, {0.075f, 0.15f}};

constexpr MapStyle kWordy[] = {
    {1.4f, true}, {1.2f, true}, {1.0f, true}, {0.9f, true}, {0.8f, true}};
constexpr MapStyle kTerse[] = {
    {1.0f, false}, {0.9f, false}, {0.8f, false}, {0.7f, false}, {0.6f, false}};

// Where blocks wish to stand: round the map; side by side below the core, which gives a few of them
// the most room; or in a column at each side, which holds wide ones.
enum class Arrangement : uint8_t { kRound, kBelow, kColumns };
constexpr size_t kFew = 4;  // blocks that may stand below the core

MapSide side_of(Point from_middle, Size size, bool always_beside) {
  const bool beside = always_beside || std::abs(from_middle.x) > 0.2f * size.width;
  if (beside) return from_middle.x < 0 ? MapSide::kLeft : MapSide::kRight;
  return from_middle.y < 0 ? MapSide::kTop : MapSide::kBottom;
}

class Attempt {
 public:
  Attempt(const BlockTree& tree, const std::vector<NodeWords>& words, Size size, MapStyle style,
          CoreOrder order)
      : tree_(tree),
        words_(words),
        style_(style),
        order_(order),
        map_{0, 0, size.width, size.height} {
    layout_.bounds = map_;
    layout_.style = style;
  }

  // None if it does not fit; with `exact`, also if a block does not get the place that it wishes
  // for.
  std::optional<Layout> run(Arrangement arrangement, Size least_core, bool exact) {
    pictures_.clear(), wishes_.clear(), taken_.clear();
    if (arrangement == Arrangement::kBelow && tree_.blocks.size() > kFew) return std::nullopt;
    place_core(arrangement, {least_core.width * map_.width, least_core.height * map_.height});
    if (2 * layout_.core.rx > map_.width * kLargestCore ||
        2 * layout_.core.ry > map_.height * kLargestCore) {
      return std::nullopt;
    }
    taken_.push_back(layout_.core_title);
    switch (arrangement) {
      case Arrangement::kRound:
        wish_round();
        break;
      case Arrangement::kBelow:
        wish_below();
        break;
      case Arrangement::kColumns:
        wish_columns();
        break;
    }
    if (!has_room()) return std::nullopt;
    for (size_t i : biggest_first()) {
      const std::optional<Point> at = place_for(i);
      if (!at || (exact && *at != Point{wishes_[i].x, wishes_[i].y})) return std::nullopt;
      const Rect box{at->x, at->y, pictures_[i].size.width, pictures_[i].size.height};
      taken_.push_back(box);
      places_[i] = *at;
    }
    collect();
    return layout_;
  }

 private:
  void place_core(Arrangement arrangement, Size least) {
    std::vector<BlockPicture> servers;
    for (Stay stay : tree_.servers) servers.push_back(picture_of_server(stay, style_, words_));
    CoreLayout core = make_core_layout(servers, least, order_);
    layout_.core = {map_.centre(), core.disc.rx, core.disc.ry};
    float title = core.disc.ry + 14;  // below the disc
    if (arrangement == Arrangement::kBelow) {
      layout_.core.centre.y = 3 * kMargin + core.disc.ry;
      title = -title;  // paths run below: its name stands above
    }
    layout_.core_title = Rect::around(layout_.core.centre + Point{0, title}, {150, 20});
    core_slots_ = std::move(core.slots);
  }

  void draw(size_t block, MapSide side) {
    const Size limit{map_.width * 0.42f, map_.height * 0.62f};
    pictures_.push_back(picture_of(tree_.blocks[block], side, style_, words_, limit));
  }

  // Each block looks towards the middle from the outermost ellipse on which it stays inside the
  // map.
  void wish_round() {
    const size_t count = tree_.blocks.size();
    const Ellipse track{map_.centre(), map_.width * 0.4f, map_.height * 0.4f};
    constexpr float kPi = std::numbers::pi_v<float>;
    const float half_step = count % 4 == 0 && count > 0 ? kPi / static_cast<float>(count) : 0;
    const std::vector<float> angles = walk_evenly(track, count, kPi + half_step);
    for (size_t i = 0; i < count; ++i) {
      draw(i,
           side_of(track.at(angles[i]) - map_.centre(), {map_.width, map_.height}, count > kCrowd));
      const Size size = pictures_.back().size;
      const Ellipse reach{map_.centre(), (map_.width - size.width) / 2 - kMargin,
                          (map_.height - size.height) / 2 - kMargin};
      wishes_.push_back(Rect::around(reach.at(angles[i]), size));
    }
    places_.resize(count);
  }

  // In a row that stands in the middle of what the core leaves free, all gates on one line.
  void wish_below() {
    const size_t count = tree_.blocks.size();
    float tallest = 0;
    for (size_t i = 0; i < count; ++i) {
      draw(i, MapSide::kBottom);
      tallest = std::max(tallest, pictures_.back().size.height);
    }
    const float share = map_.width / static_cast<float>(count),
                above = layout_.core.centre.y + layout_.core.ry;
    const float y = above + (map_.height - above - tallest) / 2;
    for (size_t i = 0; i < count; ++i) {
      const Size size = pictures_[i].size;
      wishes_.push_back(
          {share * (static_cast<float>(i) + 0.5f) - size.width / 2, y, size.width, size.height});
    }
    places_.resize(count);
  }

  // Clockwise like the round arrangement: up the left side, down the right one.
  void wish_columns() {
    const size_t count = tree_.blocks.size(), left = (count + 1) / 2;
    for (size_t i = 0; i < count; ++i) {
      const bool on_left = i < left;
      draw(i, on_left ? MapSide::kLeft : MapSide::kRight);
      const Size size = pictures_.back().size;
      const size_t here = on_left ? left : count - left, place = on_left ? left - 1 - i : i - left;
      const float share = (map_.height - 2 * kMargin) / static_cast<float>(here);
      const float y = kMargin + share * (static_cast<float>(place) + 0.5f) - size.height / 2;
      wishes_.push_back(
          {on_left ? kMargin : map_.width - kMargin - size.width, y, size.width, size.height});
    }
    places_.resize(count);
  }

  bool has_room() const {
    float area = layout_.core.rx * layout_.core.ry * std::numbers::pi_v<float>;
    for (const BlockPicture& picture : pictures_) {
      if (picture.size.width > map_.width || picture.size.height > map_.height) return false;
      area += (picture.size.width + kBlockGap) * (picture.size.height + kBlockGap);
    }
    return area < kFullest * map_.width * map_.height;
  }

  std::vector<size_t> biggest_first() const {
    std::vector<size_t> order(pictures_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    // In powers of two, so that blocks of about one size keep their order round the map.
    const auto area_class = [&](size_t i) {
      return std::ilogb(pictures_[i].size.width * pictures_[i].size.height);
    };
    std::ranges::stable_sort(order, std::greater<>(), area_class);
    return order;
  }

  bool is_free(const Rect& box) const {
    if (!map_.inset(kMargin / 2).contains(box)) return false;
    const Rect roomy = box.inset(-kBlockGap / 2);
    if (layout_.core.overlaps(box.inset(-kBlockGap))) return false;
    return std::ranges::none_of(
        taken_, [&](const Rect& other) { return other.inset(-kBlockGap / 2).overlaps(roomy); });
  }

  // The wished-for place, or the free one nearest to it.
  std::optional<Point> place_for(size_t block) const {
    const Rect wish = wishes_[block];
    const bool crowd = pictures_.size() > kCrowd;
    if (!crowd && is_free(wish)) return Point{wish.x, wish.y};
    const Size step = crowd ? grid_step() : Size{kLattice, kLattice};
    const int columns = static_cast<int>((map_.width - kMargin) / step.width);
    const int rows = static_cast<int>((map_.height - kMargin) / step.height);
    const Point origin = {(map_.width - static_cast<float>(columns) * step.width) / 2,
                          (map_.height - static_cast<float>(rows) * step.height) / 2};
    std::optional<Point> best;
    float best_distance = 0;
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        const Point cell = origin + Point{static_cast<float>(column) * step.width,
                                          static_cast<float>(row) * step.height};
        const Point at =
            crowd ? cell + Point{(step.width - wish.width) / 2, (step.height - wish.height) / 2}
                  : cell;
        const float distance = length(at - Point{wish.x, wish.y});
        if (best && distance >= best_distance) continue;
        if (is_free({at.x, at.y, wish.width, wish.height})) best = at, best_distance = distance;
      }
    }
    return best;
  }

  // In a crowd of equals the cell of the grid is the largest block; a few giants are not taken as
  // the measure.
  Size grid_step() const {
    std::vector<float> widths, heights;
    for (const BlockPicture& picture : pictures_) {
      widths.push_back(picture.size.width);
      heights.push_back(picture.size.height);
    }
    const size_t most = pictures_.size() * 9 / 10;
    std::ranges::nth_element(widths, widths.begin() + static_cast<long>(most));
    std::ranges::nth_element(heights, heights.begin() + static_cast<long>(most));
    return {widths[most] + kBlockGap, heights[most] + kBlockGap};
  }

  void collect() {
    BlockPicture whole;
    whole.slots = core_slots_;
    for (Slot& slot : whole.slots) {
      slot.shape = slot.shape.moved(layout_.core.centre);
      slot.name = slot.name.moved(layout_.core.centre);
      slot.status = slot.status.moved(layout_.core.centre);
    }
    for (size_t i = 0; i < pictures_.size(); ++i) whole.add(pictures_[i], places_[i]);
    layout_.slots = std::move(whole.slots);
    layout_.frames = std::move(whole.frames);
  }

  const BlockTree& tree_;
  const std::vector<NodeWords>& words_;
  MapStyle style_;
  CoreOrder order_;
  Rect map_;
  Layout layout_;
  std::vector<Slot> core_slots_;
  std::vector<BlockPicture> pictures_;
  std::vector<Rect> wishes_, taken_;
  std::vector<Point> places_;
};

// The largest style that fits on the map, if any does.
std::optional<Layout> readable_layout(const BlockTree& tree, const std::vector<NodeWords>& words,
                                      Size size, CoreOrder order) {
  // Whoever can read the states should: small letters with them come before large ones without.
  for (const std::span<const MapStyle> styles : {std::span(kWordy), std::span(kTerse)}) {
    for (const MapStyle& style : styles) {
      for (const Arrangement arrangement :
           {Arrangement::kRound, Arrangement::kBelow, Arrangement::kColumns}) {
        for (const Size& core : kCoreSizes) {
          if (auto found = Attempt(tree, words, size, style, order).run(arrangement, core, true))
            return found;
        }
      }
    }
    for (const MapStyle& style : styles) {
      if (auto found = Attempt(tree, words, size, style, order)
                           .run(Arrangement::kRound, std::end(kCoreSizes)[-1], false)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

const Slot* Layout::find(NodeId node, RealmId realm) const {
  const Slot* any = nullptr;
  for (const Slot& slot : slots) {
    if (slot.stay.node != node) continue;
    if (slot.stay.realm == realm) return &slot;
    if (!any) any = &slot;
  }
  return any;
}

Result<Layout> make_layout(const BlockTree& tree, const std::vector<NodeWords>& words, Size size) {
  size_t count = tree.servers.size();
  for (const Block& block : tree.blocks) count += block.node_count();
  if (count > kMostDrawnNodes) {
    return Error{fmt::format(
        "the run has {} nodes; natbed view shows up to {}. Trace a smaller run of the same "
        "scenario.",
        count, kMostDrawnNodes)};
  }
  std::vector<CoreOrder> orders = {CoreOrder::kRing};
  if (tree.servers.size() <= kMostOnRing) orders.push_back(CoreOrder::kRows);
  for (CoreOrder order : orders) {
    if (auto found = readable_layout(tree, words, size, order)) return *std::move(found);
  }
  for (;;) {
    size = {size.width * 1.2f, size.height * 1.2f};
    for (CoreOrder order : orders) {
      if (auto found = Attempt(tree, words, size, std::end(kTerse)[-1], order)
                           .run(Arrangement::kRound, std::end(kCoreSizes)[-1], false)) {
        return *std::move(found);
      }
    }
  }
}

}  // namespace natbed::viz
