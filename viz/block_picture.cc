#include "viz/block_picture.h"

#include <algorithm>

#include "viz/text_metrics.h"

namespace natbed::viz {
namespace {

constexpr float kGap = 10;      // between neighbours
constexpr float kGateGap = 30;  // between a gate and what it guards: room to see packets cross
constexpr float kPadding = 10;  // between a frame and what it holds
constexpr float kNameHeight = 19, kStatusHeight = 16, kTitleHeight = 22;

bool is_beside(MapSide side) { return side == MapSide::kLeft || side == MapSide::kRight; }

class Painter {
 public:
  Painter(MapSide side, const MapStyle& style, const std::vector<NodeWords>& words, Size limit)
      : side_(side), style_(style), words_(words), limit_(limit) {}

  BlockPicture block(const Block& block) const {
    std::vector<BlockPicture> parts;
    for (Stay host : block.hosts)
      parts.push_back(is_beside(side_) ? host_beside(host) : host_upright(host));
    for (const Block& inner : block.inner) parts.push_back(this->block(inner));
    BlockPicture picture = packed(parts);
    if (!block.gate.node.valid()) return picture;
    return framed(with_gate(std::move(picture), gate(block.gate)), block);
  }

  BlockPicture host_upright(Stay stay) const {
    const NodeWords& w = words_[stay.node.value()];
    const float name = text_width(w.name, px(kNameSize), true);
    const float status = shows_status(w) ? text_width(w.status, px(kStatusSize)) : 0;
    const float width = std::max({name, status, px(2 * kHostRadius)});
    const float name_height = px(kNameHeight), status_height = status > 0 ? px(kStatusHeight) : 0;
    const float disc = px(2 * kHostRadius), gap = px(4);
    BlockPicture picture;
    picture.size = {width, disc + gap + name_height + status_height};
    Slot slot{stay, Rect::around({width / 2, 0}, {disc, disc}), {}, {}, Align::kCentre};
    const bool words_above = side_ == MapSide::kTop;
    slot.shape.y = words_above ? picture.size.height - disc : 0;
    const float words_y = words_above ? 0 : disc + gap;
    slot.name = {0, words_y, width, name_height};
    slot.status = {0, words_y + name_height, width, status_height};
    picture.slots.push_back(slot);
    return picture;
  }

 private:
  float px(float measure) const { return measure * style_.scale; }
  bool shows_status(const NodeWords& words) const {
    return style_.statuses && !words.status.empty();
  }

  BlockPicture host_beside(Stay stay) const {
    const NodeWords& w = words_[stay.node.value()];
    const float name = text_width(w.name, px(kNameSize), true);
    const float status = shows_status(w) ? text_width(w.status, px(kStatusSize)) : 0;
    const float text = std::max(name, status), disc = px(2 * kHostRadius), gap = px(7);
    const float name_height = px(kNameHeight), status_height = status > 0 ? px(kStatusHeight) : 0;
    BlockPicture picture;
    picture.size = {disc + gap + text, std::max(disc, name_height + status_height)};
    const bool right = side_ == MapSide::kRight;
    const float text_x = right ? disc + gap : 0,
                text_y = (picture.size.height - name_height - status_height) / 2;
    Slot slot{stay, {}, {}, {}, right ? Align::kLeft : Align::kRight};
    slot.shape = {right ? 0 : text + gap, (picture.size.height - disc) / 2, disc, disc};
    slot.name = {text_x, text_y, text, name_height};
    slot.status = {text_x, text_y + name_height, text, status_height};
    picture.slots.push_back(slot);
    return picture;
  }

  BlockPicture gate(Stay stay) const {
    const NodeWords& w = words_[stay.node.value()];
    const float name = text_width(w.name, px(kStatusSize), true);
    const float detail = text_width(w.status, px(kStatusSize) * 0.92f);
    const bool two_lines = style_.statuses && detail > 0;
    const float width = std::max({name, two_lines ? detail : 0, px(22)}) + px(14);
    const float line = px(kStatusHeight), height = px(8) + line * (two_lines ? 2 : 1);
    BlockPicture picture;
    picture.size = {width, height};
    Slot slot{stay, {0, 0, width, height}, {0, px(4), width, line}, {}, Align::kCentre};
    if (two_lines) slot.status = {0, px(4) + line, width, line};
    picture.slots.push_back(slot);
    return picture;
  }

  // Parts one below the other (beside the map) or side by side (above and below it), in as many
  // lines as it takes.
  BlockPicture packed(const std::vector<BlockPicture>& parts) const {
    const bool beside = is_beside(side_);
    const float gap = px(kGap), limit = beside ? limit_.height : limit_.width;
    std::vector<std::vector<const BlockPicture*>> lines(1);
    float used = 0;
    for (const BlockPicture& part : parts) {
      const float extent = beside ? part.size.height : part.size.width;
      if (!lines.back().empty() && used + extent > limit) lines.emplace_back(), used = 0;
      lines.back().push_back(&part);
      used += extent + gap;
    }
    // Away from the middle: later lines stand further out.
    if (side_ == MapSide::kLeft || side_ == MapSide::kTop) std::ranges::reverse(lines);
    BlockPicture whole;
    float across = 0;
    for (const auto& line : lines) across = add_line(whole, line, across);
    return whole;
  }

  // Adds one line of parts at `across`; returns where the next one begins.
  float add_line(BlockPicture& whole, const std::vector<const BlockPicture*>& line,
                 float across) const {
    const bool beside = is_beside(side_);
    float along = 0, thick = 0;
    for (const BlockPicture* part : line)
      thick = std::max(thick, beside ? part->size.width : part->size.height);
    for (const BlockPicture* part : line) {
      const float slack = thick - (beside ? part->size.width : part->size.height);
      const bool far =
          side_ == MapSide::kLeft || side_ == MapSide::kTop;  // flush with the inner edge
      const float offset = across + (far ? slack : 0);
      whole.add(*part, beside ? Point{offset, along} : Point{along, offset});
      along += (beside ? part->size.height : part->size.width) + px(kGap);
    }
    const float end = across + thick, extent = std::max(along - px(kGap), 0.0f);
    whole.size.width = std::max(whole.size.width, beside ? end : extent);
    whole.size.height = std::max(whole.size.height, beside ? extent : end);
    return end + px(kGap) * 2;
  }

  BlockPicture with_gate(BlockPicture inside, const BlockPicture& gate) const {
    BlockPicture whole;
    const float gap = inside.slots.empty() ? 0 : px(kGateGap);
    if (is_beside(side_)) {
      whole.size = {inside.size.width + gap + gate.size.width,
                    std::max(inside.size.height, gate.size.height)};
    } else {
      whole.size = {std::max(inside.size.width, gate.size.width),
                    inside.size.height + gap + gate.size.height};
    }
    const Point middle = {(whole.size.width - inside.size.width) / 2,
                          (whole.size.height - inside.size.height) / 2};
    const Point gate_middle = {(whole.size.width - gate.size.width) / 2,
                               (whole.size.height - gate.size.height) / 2};
    switch (side_) {
      case MapSide::kLeft:
        whole.add(inside, {0, middle.y});
        whole.add(gate, {inside.size.width + gap, gate_middle.y});
        break;
      case MapSide::kRight:
        whole.add(gate, {0, gate_middle.y});
        whole.add(inside, {gate.size.width + gap, middle.y});
        break;
      case MapSide::kTop:
        whole.add(inside, {middle.x, 0});
        whole.add(gate, {gate_middle.x, inside.size.height + gap});
        break;
      case MapSide::kBottom:
        whole.add(gate, {gate_middle.x, 0});
        whole.add(inside, {middle.x, gate.size.height + gap});
        break;
    }
    return whole;
  }

  BlockPicture framed(const BlockPicture& inside, const Block& block) const {
    const float padding = px(kPadding);
    const float title = block.title.empty() ? 0 : px(kTitleHeight);
    const float title_width =
        block.title.empty() ? 0 : text_width(block.title, px(kStatusSize), true);
    const float width = std::max(inside.size.width, title_width);
    BlockPicture whole;
    whole.size = {width + 2 * padding, inside.size.height + 2 * padding + title};
    whole.frames.push_back({block.gate.node,
                            block.kind,
                            {0, 0, whole.size.width, whole.size.height},
                            {padding, padding * 0.7f, width, title},
                            block.title});
    whole.add(inside, {padding + (width - inside.size.width) / 2, padding + title});
    return whole;
  }

  MapSide side_;
  const MapStyle& style_;
  const std::vector<NodeWords>& words_;
  Size limit_;
};

}  // namespace

void BlockPicture::add(const BlockPicture& part, Point at) {
  const auto move = [at](Rect& rect) { rect = rect.moved(at); };
  for (Slot slot : part.slots) {
    move(slot.shape), move(slot.name), move(slot.status);
    slots.push_back(slot);
  }
  for (Frame frame : part.frames) {
    move(frame.box), move(frame.title);
    frames.push_back(std::move(frame));
  }
}

BlockPicture picture_of(const Block& block, MapSide side, const MapStyle& style,
                        const std::vector<NodeWords>& words, Size limit) {
  return Painter(side, style, words, limit).block(block);
}

BlockPicture picture_of_server(Stay stay, const MapStyle& style,
                               const std::vector<NodeWords>& words) {
  return Painter(MapSide::kBottom, style, words, {}).host_upright(stay);
}

}  // namespace natbed::viz
