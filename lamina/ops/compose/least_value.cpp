#include "lamina/ops/least_value.h"

#include <limits>

#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

namespace {

int64_t greatest_signed(DType dtype) {
  return std::numeric_limits<int64_t>::max() >> (64 - 8 * size_of(dtype));
}

}  // namespace

Array least_value(DType dtype) {
  if (is_floating(dtype)) return full({}, Array(-std::numeric_limits<double>::infinity()), dtype);
  if (!is_signed(dtype)) return full({}, Array(0), dtype);
  return full({}, Array(-greatest_signed(dtype) - 1), dtype);
}

Array greatest_value(DType dtype) {
  if (is_floating(dtype)) return full({}, Array(std::numeric_limits<double>::infinity()), dtype);
  if (dtype == bool_) return full({}, Array(1), dtype);
  if (is_signed(dtype)) return full({}, Array(greatest_signed(dtype)), dtype);
  if (dtype == uint64) {
    const uint64_t value = std::numeric_limits<uint64_t>::max();
    return from_data(&value, Shape{}, uint64);
  }
  return full({}, Array(2 * greatest_signed(dtype) + 1), dtype);
}

}  // namespace lamina
