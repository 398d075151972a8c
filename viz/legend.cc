// What the colours mean, and what the keys do.
#include "viz/panels.h"

namespace natbed::viz {
namespace {

constexpr float kLine = 20;

void path_entry(Canvas& canvas, Point at, PathKind kind, std::string_view words) {
  const Color color = color_of(kind);
  const Point points[] = {{at.x, at.y}, {at.x + 22, at.y}};
  canvas.stroke(points, 10, color.faded(0.35f), color.faded(0.35f), true);
  canvas.line(points[0], points[1], 2.2f, color);
  canvas.text({at.x + 32, at.y - kLine / 2, 150, kLine}, words, {12, kText});
}

void dot_entry(Canvas& canvas, Point at, Traffic kind, std::string_view words) {
  const Point tail[] = {{at.x, at.y}, {at.x + 16, at.y}};
  canvas.stroke(tail, 6, color_of(kind).faded(0), color_of(kind).faded(0.8f), true);
  canvas.disc({at.x + 16, at.y}, 4.2f, color_of(kind));
  canvas.text({at.x + 32, at.y - kLine / 2, 150, kLine}, words, {12, kText});
}

}  // namespace

void draw_legend(Canvas& canvas, const Rect& box) {
  Column column(canvas, box);
  column.heading("Legend");
  const Rect body = column.next(kLegendHeight - 30);
  const float left = body.x, right = body.x + body.width / 2;
  const auto at = [&](float x, int line) {
    return Point{x, body.y + kLine * (static_cast<float>(line) + 0.5f)};
  };
  dot_entry(canvas, at(left, 0), Traffic::kStun, "STUN");
  dot_entry(canvas, at(left, 1), Traffic::kRendezvous, "rendezvous");
  dot_entry(canvas, at(left, 2), Traffic::kProbe, "punching probe");
  dot_entry(canvas, at(left, 3), Traffic::kRelay, "relay (TURN)");
  dot_entry(canvas, at(left, 4), Traffic::kData, "application data");
  dot_entry(canvas, at(left, 5), Traffic::kKeepAlive, "keep-alive");
  dot_entry(canvas, at(left, 6), Traffic::kOther, "other");
  path_entry(canvas, at(right, 0), PathKind::kDirect, "direct path");
  path_entry(canvas, at(right, 1), PathKind::kPunched, "punched path");
  path_entry(canvas, at(right, 2), PathKind::kRelayed, "relayed (tone: relay)");
  const Point drop = at(right, 3) + Point{11, 0};
  canvas.line(drop + Point{-5, -5}, drop + Point{5, 5}, 2.4f, kDropped);
  canvas.line(drop + Point{-5, 5}, drop + Point{5, -5}, 2.4f, kDropped);
  canvas.text({right + 32, drop.y - kLine / 2, 150, kLine}, "packet dropped", {12, kText});
  const Point fault = at(right, 4) + Point{11, 0};
  canvas.triangle(fault + Point{0, -6}, fault + Point{-7, 6}, fault + Point{7, 6}, kFault);
  canvas.text({right + 32, fault.y - kLine / 2, 150, kLine}, "fault", {12, kText});
  const Rect gate = Rect::around(at(right, 5) + Point{11, 0}, {22, 13});
  canvas.rounded(gate, 3, kGate);
  canvas.outline(gate, 3, 1.3f, kAccent);
  canvas.text({right + 32, gate.centre().y - kLine / 2, 150, kLine}, "NAT with live rows",
              {12, kText});
  const Point relay = at(right, 6) + Point{11, 0};
  canvas.ring(relay, 7, 1.6f, kServerHost);
  canvas.triangle(relay + Point{-3.5f, 0}, relay + Point{0, -3.5f}, relay + Point{3.5f, 0},
                  kServerHost);
  canvas.triangle(relay + Point{-3.5f, 0}, relay + Point{0, 3.5f}, relay + Point{3.5f, 0},
                  kServerHost);
  canvas.text({right + 32, relay.y - kLine / 2, 150, kLine}, "relay", {12, kText});
}

void draw_help(Canvas& canvas, Size screen) {
  constexpr std::pair<const char*, const char*> kKeys[] = {
      {"Space", "play or pause"},
      {"→  ←", "next, previous event"},
      {"+  −", "faster, slower"},
      {"Home  End", "start, end of the run"},
      {"click a NAT", "its table, live"},
      {"click a host", "what its machines told"},
      {"wheel on a table", "more of its rows"},
      {"drag the time line", "scrub"},
      {"wheel, drag on the map", "zoom, move"},
      {"0", "the whole map"},
      {"M", "the success matrix of a sweep"},
      {"S", "save a picture"},
      {"H or ?", "this help"},
      {"Esc", "close what is open"},
      {"Q", "leave"},
  };
  canvas.rect({0, 0, screen.width, screen.height}, kBackground.faded(0.72f));
  const float height = 86 + 26 * static_cast<float>(std::size(kKeys));
  const Rect box = Rect::around({screen.width / 2, screen.height / 2}, {480, height});
  canvas.rounded(box, 12, kPanel);
  canvas.outline(box, 12, 1.2f, kPanelEdge);
  Column column(canvas, box.inset(24));
  column.heading("Keys and mouse");
  for (const auto& [keys, words] : kKeys) {
    const Rect line = column.next(26);
    canvas.text({line.x, line.y, 180, line.height}, keys, {13, kAccent, Align::kLeft, Face::kBold});
    canvas.text({line.x + 190, line.y, line.width - 190, line.height}, words, {13, kText});
  }
}

}  // namespace natbed::viz
