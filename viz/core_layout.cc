#include "viz/core_layout.h"

#include <numbers>
#include <optional>

#include "viz/ellipse_walk.h"

namespace natbed::viz {
namespace {

constexpr float kGap = 12;
constexpr float kRing = 0.74f;  // of the disc's radius

bool any_overlap(const std::vector<Rect>& rects) {
  for (size_t i = 0; i < rects.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (rects[i].inset(-kGap / 2).overlaps(rects[k].inset(-kGap / 2))) return true;
    }
  }
  return false;
}

// Where the pictures stand on the ring of `disc`, the first at the top.
std::vector<Rect> on_ring(const std::vector<BlockPicture>& servers, const Ellipse& disc) {
  constexpr float kPi = std::numbers::pi_v<float>;
  const Ellipse ring{disc.centre, disc.rx * kRing, disc.ry * kRing};
  const std::vector<float> angles = walk_evenly(ring, servers.size(), -kPi / 2);
  std::vector<Rect> rects;
  for (size_t i = 0; i < servers.size(); ++i)
    rects.push_back(Rect::around(ring.at(angles[i]), servers[i].size));
  return rects;
}

// As few rows of equal cells as hold all, each as wide as the disc allows at its height.
bool in_rows(const std::vector<BlockPicture>& servers, const Ellipse& disc,
             std::vector<Rect>& rects) {
  Size cell;
  for (const BlockPicture& server : servers) {
    cell.width = std::max(cell.width, server.size.width + kGap + 1);
    cell.height = std::max(cell.height, server.size.height + kGap + 1);
  }
  const auto fit = [&](int row, int rows) {
    const float y = (static_cast<float>(row) - static_cast<float>(rows - 1) / 2) * cell.height;
    const float reach = (std::abs(y) + cell.height / 2) / disc.ry;
    return reach >= 1
               ? size_t{0}
               : static_cast<size_t>(2 * disc.rx * std::sqrt(1 - reach * reach) / cell.width);
  };
  const int most_rows = static_cast<int>(2 * disc.ry / cell.height);
  for (int rows = 1; rows <= most_rows; ++rows) {
    rects.clear();
    for (int row = 0; row < rows; ++row) {
      const size_t here = std::min(fit(row, rows), servers.size() - rects.size());
      const float y = (static_cast<float>(row) - static_cast<float>(rows - 1) / 2) * cell.height;
      for (size_t i = 0; i < here; ++i) {
        const float x = (static_cast<float>(i) - static_cast<float>(here - 1) / 2) * cell.width;
        rects.push_back(Rect::around({x, y}, servers[rects.size()].size));
      }
    }
    if (rects.size() == servers.size()) return true;
  }
  return false;
}

bool inside(const Ellipse& disc, const Rect& rect) {
  for (Point corner : {Point{rect.x, rect.y}, Point{rect.right(), rect.y},
                       Point{rect.x, rect.bottom()}, Point{rect.right(), rect.bottom()}}) {
    const float dx = corner.x / disc.rx, dy = corner.y / disc.ry;
    if (dx * dx + dy * dy > 1) return false;
  }
  return true;
}

// The servers on `disc`, if they fit.
std::optional<std::vector<Rect>> placed_on(const std::vector<BlockPicture>& servers,
                                           const Ellipse& disc, CoreOrder order) {
  std::vector<Rect> rects;
  if (order == CoreOrder::kRing && servers.size() <= kMostOnRing) {
    rects = on_ring(servers, disc);
  } else if (!in_rows(servers, disc, rects)) {
    return std::nullopt;
  }
  const bool held =
      std::ranges::all_of(rects, [&](const Rect& rect) { return inside(disc, rect); });
  if (!held || any_overlap(rects)) return std::nullopt;
  return rects;
}

}  // namespace

CoreLayout make_core_layout(const std::vector<BlockPicture>& servers, Size least, CoreOrder order) {
  constexpr float kStep = 1.05f,
                  kTallest = 1.4f;  // a disc much higher than wide would look like an egg
  for (float growth = 1;; growth *= kStep) {
    const float tall = std::min(growth, kTallest * least.width / least.height);
    for (const Size& factor : {Size{1, std::max(tall, 1.0f)}, Size{growth, growth}}) {
      const Ellipse disc{{}, least.width * factor.width, least.height * factor.height};
      const auto rects = placed_on(servers, disc, order);
      if (!rects) continue;
      BlockPicture whole;
      for (size_t i = 0; i < servers.size(); ++i)
        whole.add(servers[i], {(*rects)[i].x, (*rects)[i].y});
      return {disc, std::move(whole.slots)};
    }
  }
}

}  // namespace natbed::viz
