#include "viz/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace natbed::viz {
namespace {

constexpr float kBinWidth = 4;  // pixels
constexpr float kControlsWidth = 190;

// The step of the scale: 1, 2 or 5 times a power of ten seconds, so that about eight fit.
double scale_step(double seconds) {
  const double rough = std::max(seconds, 1e-6) / 8;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough) return power * factor;
  }
  return power * 10;
}

std::string seconds_text(double seconds, double step) {
  const int digits = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step)));
  return fmt::format("{:.{}f} s", seconds, digits);
}

}  // namespace

Timeline::Timeline(const RunModel& model, Rect box) : model_(model), box_(box) {
  track_ = {box.x + kControlsWidth, box.y + 26, box.width - kControlsWidth - 24, box.height - 52};
  play_ = {box.x + 16, box.y + box.height / 2 - 18, 36, 36};
  length_ = std::max(model.end() - Instant(), Duration::nanoseconds(1));
  bins_.resize(static_cast<size_t>(std::max(track_.width / kBinWidth, 1.0f)));
  const auto bin_of = [&](Instant t) -> Bin& {
    const double part = static_cast<double>(t.ns()) / static_cast<double>(length_.ns());
    return bins_[std::min(static_cast<size_t>(part * static_cast<double>(bins_.size())),
                          bins_.size() - 1)];
  };
  for (const Hop& hop : model.flights().hops()) ++bin_of(hop.start).packets;
  for (const Drop& drop : model.flights().drops()) ++bin_of(drop.at).drops;
  for (const Bin& bin : bins_) most_ = std::max(most_, bin.packets);
}

Instant Timeline::instant_at(float x) const {
  const double part = std::clamp(static_cast<double>((x - track_.x) / track_.width), 0.0, 1.0);
  return Instant::from_ns(static_cast<int64_t>(part * static_cast<double>(length_.ns())));
}

float Timeline::x_of(Instant t) const {
  const double part = static_cast<double>(t.ns()) / static_cast<double>(length_.ns());
  return track_.x + static_cast<float>(std::clamp(part, 0.0, 1.0)) * track_.width;
}

void Timeline::draw(Canvas& canvas, const SceneState& state) const {
  canvas.rect(box_, kPanel);
  canvas.rect({box_.x, box_.y, box_.width, 1}, kPanelEdge);
  canvas.rounded(track_, 4, kTrack);
  draw_bins(canvas);
  draw_marks(canvas);
  draw_scale(canvas);
  const float x = x_of(state.now);
  canvas.rect({x - 1, track_.y - 8, 2, track_.height + 16}, kText);
  canvas.triangle({x - 6, track_.y - 12}, {x + 6, track_.y - 12}, {x, track_.y - 3}, kText);
  draw_controls(canvas, state);
}

void Timeline::draw_bins(Canvas& canvas) const {
  for (size_t i = 0; i < bins_.size(); ++i) {
    const float x =
        track_.x + static_cast<float>(i) * track_.width / static_cast<float>(bins_.size());
    // Square roots: a single packet is seen beside a burst of hundreds.
    const auto height = [&](size_t count) {
      return track_.height *
             std::sqrt(static_cast<float>(std::min(count, most_)) / static_cast<float>(most_));
    };
    const float packets = height(bins_[i].packets), drops = height(bins_[i].drops);
    canvas.rect({x, track_.bottom() - packets, kBinWidth - 1, packets}, kAccent.faded(0.75f));
    canvas.rect({x, track_.bottom() - drops, kBinWidth - 1, drops}, kDropped);
  }
}

void Timeline::draw_marks(Canvas& canvas) const {
  for (const PathSpan& path : model_.machines().paths()) {
    canvas.disc({x_of(path.start), track_.y - 7}, 4, color_of(path.kind));
    if (!path.end.is_never())
      canvas.ring({x_of(path.end), track_.y - 7}, 4, 1.5f, color_of(path.kind));
  }
  for (const Saying& fault : model_.faults()) {
    const float x = x_of(fault.at);
    canvas.rect({x - 0.75f, track_.y, 1.5f, track_.height}, kFault.faded(0.8f));
    canvas.triangle({x, track_.y - 14}, {x - 6, track_.y - 3}, {x + 6, track_.y - 3}, kFault);
  }
  for (const Saying& note : model_.notes()) {
    canvas.rect({x_of(note.at) - 0.5f, track_.y, 1, track_.height}, kDim.faded(0.7f));
  }
}

void Timeline::draw_scale(Canvas& canvas) const {
  const double whole = length_.as_seconds(), step = scale_step(whole);
  for (int i = 0; step * i <= whole; ++i) {
    const float x = x_of(Instant() + Duration::from_seconds(step * i));
    canvas.rect({x, track_.bottom(), 1, 5}, kFaint);
    canvas.text({x - 40, track_.bottom() + 5, 80, 16}, seconds_text(step * i, step),
                {11, kDim, Align::kCentre});
  }
}

void Timeline::draw_controls(Canvas& canvas, const SceneState& state) const {
  const float text_x = state.still ? box_.x + 20 : play_.right() + 14;
  const Rect words{text_x, box_.y, track_.x - text_x - 14, box_.height};
  canvas.text({words.x, words.centre().y - 20, words.width, 20},
              fmt::format("{:.3f} s", state.now.as_seconds()),
              {16, kText, Align::kLeft, Face::kBold});
  const std::string below = state.still ? fmt::format("of {:.3f} s", length_.as_seconds())
                                        : fmt::format("speed × {:.3g}", state.speed);
  canvas.text({words.x, words.centre().y + 2, words.width, 18}, below, {12, kDim});
  if (state.still) return;
  const Point c = play_.centre();
  canvas.disc(c, 18, kTrack);
  canvas.ring(c, 18, 1.5f, kAccent);
  if (state.playing) {
    canvas.rect({c.x - 6, c.y - 7, 4, 14}, kText);
    canvas.rect({c.x + 2, c.y - 7, 4, 14}, kText);
  } else {
    canvas.triangle({c.x - 5, c.y - 8}, {c.x - 5, c.y + 8}, {c.x + 9, c.y}, kText);
  }
}

}  // namespace natbed::viz
