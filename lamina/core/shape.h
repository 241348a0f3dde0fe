// Shapes and strides: the sizes of an array's axes, and how far apart its elements lie in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamina/base/small_vector.h"
#include "lamina/base/text.h"

namespace lamina {

// Integers that an op takes as an option: axes, paddings, permutations.
using IntList = SmallVector<int64_t, 4>;

// More axes than anyone has needed; NumPy's limit is 64, most engines' 8 to 12.
inline constexpr int kMaxRank = 32;

class Shape : public SmallVector<int64_t, 6> {
 public:
  using SmallVector<int64_t, 6>::SmallVector;
  int rank() const { return static_cast<int>(size()); }
  int64_t elements() const {  // 1 for rank 0; cannot overflow: checked() ran when the array was made
    int64_t n = 1;
    for (int64_t d : *this) n *= d;
    return n;
  }
};

// Distances in elements, one per axis; 0 where an axis is broadcast.
using Strides = SmallVector<int64_t, 6>;

inline void append(std::string& out, const Shape& s) { out += list_text(s); }
inline void append(std::string& out, const IntList& s) { out += list_text(s); }

// Throws ShapeError when an axis is negative, the rank is over kMaxRank, or shape x item size does not fit
// in 62 bits; `what` starts the message ("zeros: shape").
void check_shape(const Shape& shape, size_t item_size, std::string_view what);

// -rank <= axis < rank, returned as 0 <= axis < rank; IndexError otherwise. `what` names op and argument.
int normalize_axis(int64_t axis, int rank, std::string_view what);

// The same for a list, sorted; ValueError when an axis stands twice. Empty list + all_if_empty: every axis.
IntList normalize_axes(const IntList& axes, int rank, std::string_view what, bool all_if_empty);

// NumPy's broadcasting; ShapeError names the op and both shapes.
Shape broadcast_shapes(const Shape& a, const Shape& b, std::string_view op);

Strides row_major_strides(const Shape& shape);

// Dense strides whose axes lie in memory in the given order, outermost first: {0, 2, 3, 1} is channels-last.
Strides strides_in_order(const Shape& shape, const IntList& order);
Strides channels_last_strides(const Shape& shape);  // rank >= 3: axis 1 innermost

// Dense strides whose axes lie in memory in the order in which they do under `strides`.
Strides dense_strides_like(const Shape& shape, const Strides& strides);

bool is_row_major(const Shape& shape, const Strides& strides);  // axes of size 1 do not matter
bool is_dense(const Shape& shape, const Strides& strides);      // some order of the axes is row-major

}  // namespace lamina
