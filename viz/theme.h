// Theme: every colour of the picture, with the meaning it has. Light on dark, chosen to be told
// apart at dot size.
#pragma once

#include <cstdint>
#include <iterator>

#include "base/machine_event.h"
#include "base/packet.h"

namespace natbed::viz {

struct Color {
  uint8_t r = 0, g = 0, b = 0, a = 255;
  constexpr Color faded(float opacity) const {
    return {r, g, b, static_cast<uint8_t>(static_cast<float>(a) * opacity)};
  }
};
constexpr Color mix(Color a, Color b, float k) {
  const auto part = [k](uint8_t x, uint8_t y) {
    return static_cast<uint8_t>(static_cast<float>(x) +
                                (static_cast<float>(y) - static_cast<float>(x)) * k);
  };
  return {part(a.r, b.r), part(a.g, b.g), part(a.b, b.b), part(a.a, b.a)};
}

inline constexpr Color kBackground{11, 15, 24};
inline constexpr Color kPanel{19, 25, 38};
inline constexpr Color kPanelEdge{42, 53, 76};
inline constexpr Color kTrack{30, 39, 58};
inline constexpr Color kText{228, 234, 246};
inline constexpr Color kDim{147, 160, 186};
inline constexpr Color kFaint{88, 101, 130};
inline constexpr Color kAccent{125, 170, 255};
inline constexpr Color kDropped{255, 92, 92};
inline constexpr Color kFault{255, 178, 64};
inline constexpr Color kCoreInner{40, 58, 98};
inline constexpr Color kCoreOuter{17, 24, 40};
inline constexpr Color kHome{70, 86, 122};
inline constexpr Color kCarrier{132, 110, 190};
inline constexpr Color kGate{33, 44, 68};
inline constexpr Color kGateEdge{104, 126, 176};
inline constexpr Color kPeerHost{214, 224, 246};
inline constexpr Color kServerHost{128, 160, 230};

constexpr Color color_of(Traffic traffic) {
  switch (traffic) {
    case Traffic::kStun:
      return {96, 165, 250};
    case Traffic::kRendezvous:
      return {196, 140, 255};
    case Traffic::kProbe:
      return {250, 214, 60};
    case Traffic::kRelay:
      return {255, 146, 70};
    case Traffic::kData:
      return {84, 226, 138};
    case Traffic::kKeepAlive:
      return {150, 166, 190};
    case Traffic::kOther:
      break;
  }
  return {244, 124, 190};
}

constexpr Color color_of(PathKind path) {
  switch (path) {
    case PathKind::kDirect:
      return {62, 222, 150};
    case PathKind::kPunched:
      return {66, 196, 255};
    case PathKind::kRelayed:
      return {255, 158, 66};
    case PathKind::kNone:
      break;
  }
  return kDim;
}

// Routes through the i-th relay: warm tones that neighbours on the ring do not share.
constexpr Color relay_color(size_t i) {
  constexpr Color kTones[] = {{255, 158, 66}, {255, 112, 92},  {250, 204, 80},  {240, 120, 160},
                              {222, 150, 96}, {255, 186, 130}, {214, 110, 200}, {232, 196, 120}};
  return kTones[i % std::size(kTones)];
}

}  // namespace natbed::viz
