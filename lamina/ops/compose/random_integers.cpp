// random_integers(shape, low, high): 64 random bits modulo the range, which favours small values by
// less than range / 2^64.
#include "lamina/base/error.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"

namespace lamina {

Array random_integers(IntList shape, int64_t low, int64_t high, DType dtype, Generator& generator) {
  if (low >= high)
    throw ValueError(text("random_integers: low must be below high, got ", low, " and ", high));
  if (!is_integer(dtype))
    throw DTypeError(text("random_integers: expected an integer dtype, got ", dtype));
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  Array bits = random_bits(std::move(shape), uint64, generator);
  Array above_low = remainder(std::move(bits), static_cast<int64_t>(range));
  return astype(astype(std::move(above_low), int64) + low, dtype);
}

}  // namespace lamina
