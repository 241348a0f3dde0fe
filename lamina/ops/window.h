// Options of ops that move a window over spatial axes.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "lamina/core/shape.h"

namespace lamina {

// One number for every spatial axis, or one for each: {.stride = 2}, {.stride = {2, 1}}.
class PerAxis {
 public:
  PerAxis() : one_(false) {}  // left out
  PerAxis(int value) : list_{value} {}
  PerAxis(int64_t value) : list_{value} {}
  PerAxis(std::initializer_list<int64_t> values) : one_(false), list_(values) {}
  PerAxis(IntList values) : one_(false), list_(std::move(values)) {}

  bool given() const { return !list_.empty(); }
  // How many numbers there are: 1, or one per axis.
  int count() const { return static_cast<int>(list_.size()); }

  // One entry per axis, each >= least; ValueError names `what` ("conv: stride").
  IntList for_axes(int axes, int64_t least, std::string_view what) const;

 private:
  bool one_ = true;
  IntList list_;
};

// Zeros before and after each spatial axis: one number, one per axis, or all low ones followed by
// all high ones; or "same" (ceil(size / stride) positions, the odd element after) and "valid"
// (none).
class Padding {
 public:
  Padding(int value) : list_{value} {}
  Padding(std::initializer_list<int64_t> values) : kind_(Kind::List), list_(values) {}
  Padding(IntList values) : kind_(Kind::List), list_(std::move(values)) {}
  Padding(const char* name) : kind_(Kind::Name), name_(name) {}
  Padding(std::string name) : kind_(Kind::Name), name_(std::move(name)) {}

  bool is_same() const { return kind_ == Kind::Name && name_ == "same"; }

  struct Sides {
    IntList low, high;
  };
  // `reach` is how far a window extends: (kernel - 1) * dilation + 1.
  Sides for_axes(const IntList& sizes, const IntList& reach, const IntList& stride,
                 std::string_view what) const;

 private:
  enum class Kind : uint8_t { One, List, Name };
  Kind kind_ = Kind::One;
  IntList list_;
  std::string name_;
};

// How many positions a window has; negative when it does not fit once.
inline int64_t window_positions(int64_t size, int64_t reach, int64_t stride, int64_t padding) {
  const int64_t room = size + padding - reach;
  return room < 0 ? -1 : room / stride + 1;
}

// Larger strides, dilations and paddings are mistakes; with this bound no size overflows.
inline constexpr int64_t kMaxWindow = int64_t{1} << 31;

// The sizes of the axes after batch and channels.
IntList spatial_sizes(const Shape& shape);

}  // namespace lamina
