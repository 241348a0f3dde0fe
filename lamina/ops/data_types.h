// What can be asked of element types, as the array API standard does. core/dtype.h has the types.
#pragma once

#include <span>
#include <string_view>

#include "lamina/core/array.h"

namespace lamina {

// Whether promotion turns a value of type `from` into `to`: can_cast(int8, int16), not the reverse.
bool can_cast(DType from, DType to);

// The type of a result that mixes the arrays; plain numbers among them do not widen it.
DType result_type(std::span<const Array> arrays);

// kind: "bool", "signed integer", "unsigned integer", "integral", "real floating", "complex
// floating", "numeric"; ValueError for others.
bool isdtype(DType dtype, std::string_view kind);

struct FloatInfo {
  int bits;
  double eps;              // the step from 1 to the next value
  double max, min;         // the largest finite value, and its negative
  double smallest_normal;  // values below may be flushed to 0
  DType dtype;
};
FloatInfo finfo(DType dtype);

struct IntegerInfo {
  int bits;
  uint64_t max;
  int64_t min;
  DType dtype;
};
IntegerInfo iinfo(DType dtype);

}  // namespace lamina
