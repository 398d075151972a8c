#include "viz/player.h"

#include <algorithm>

namespace natbed::viz {

Player::Player(const RunModel& model, Instant start, double speed) : model_(model) {
  const double length = (model.end() - Instant()).as_seconds();
  set_speed(speed > 0 ? speed : length / kUsualLength);
  seek(start);
}

void Player::set_speed(double speed) { state_.speed = std::clamp(speed, 1e-6, 1e4); }

void Player::advance(Duration real) {
  if (!state_.playing) return;
  seek(state_.now + Duration::from_seconds(real.as_seconds() * state_.speed));
  if (state_.now == model_.end()) state_.playing = false;
}

void Player::toggle() {
  if (!state_.playing && state_.now == model_.end()) state_.now = Instant();
  state_.playing = !state_.playing;
}

void Player::step_forward() {
  state_.playing = false;
  state_.now = model_.next_moment(state_.now);
}

void Player::step_back() {
  state_.playing = false;
  state_.now = model_.previous_moment(state_.now);
}

void Player::seek(Instant t) { state_.now = std::clamp(t, Instant(), model_.end()); }

}  // namespace natbed::viz
