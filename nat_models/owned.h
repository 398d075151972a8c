// Owned<T>: at most one T on the heap, copied with its owner.
//
// For what few boxes need: a box without it pays one pointer, and a copy of a box is a whole box.
#pragma once

#include <memory>
#include <utility>

namespace natbed {

template <class T>
class Owned {
 public:
  Owned() = default;
  Owned(const Owned& other) : it_(other.it_ ? std::make_unique<T>(*other.it_) : nullptr) {}
  Owned(Owned&&) noexcept = default;
  Owned& operator=(Owned other) noexcept {
    it_ = std::move(other.it_);
    return *this;
  }

  explicit operator bool() const { return it_ != nullptr; }
  T* operator->() const { return it_.get(); }
  T& operator*() const { return *it_; }
  // Makes one if there is none.
  T& get() {
    if (!it_) it_ = std::make_unique<T>();
    return *it_;
  }
  template <class... Arguments>
  void emplace(Arguments&&... arguments) {
    it_ = std::make_unique<T>(std::forward<Arguments>(arguments)...);
  }
  void reset() { it_.reset(); }

 private:
  std::unique_ptr<T> it_;
};

}  // namespace natbed
