#include "lamina/ops/compose/along_axis.h"

#include <limits>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/weighted_take.h"

namespace lamina {

void check_positions(std::string_view what, int64_t positions) {
  if (positions > int64_t{1} << 27) {
    throw ValueError(text(what, ": ", positions, " positions along one axis are too many"));
  }
}

TapWeights::TapWeights(int64_t positions, int64_t taps) : positions(positions), taps(taps) {
  int64_t count = 0;
  if (__builtin_mul_overflow(positions, taps, &count)) count = std::numeric_limits<int64_t>::max();
  check_positions("resampling", count);
  places.assign(static_cast<size_t>(count), -1);
  weights.assign(static_cast<size_t>(count), 0);
}

void TapWeights::add(int64_t position, int64_t place, double weight) {
  for (int64_t k = position * taps; k < (position + 1) * taps; ++k) {
    if (places[k] >= 0 && places[k] != place) continue;
    places[k] = place;
    weights[k] += weight;
    return;
  }
  LAMINA_ASSERT(false);
}

Array take_weighted(Array x, int axis, const TapWeights& taps) {
  const DType dtype = x.dtype(), weight_type = dtype == float64 ? float64 : float32;
  const Shape pairs{1, taps.positions, taps.taps};
  Array places = from_data(taps.places.data(), pairs, int64);
  Array weights = astype(from_data(taps.weights.data(), pairs, float64), weight_type);
  int64_t outer = 1, inner = 1;
  IntList shape;
  for (int i = 0; i < x.ndim(); ++i) {
    shape.push_back(i == axis ? taps.positions : x.shape(i));
    if (i < axis) outer *= x.shape(i);
    if (i > axis) inner *= x.shape(i);
  }
  const int64_t size = x.shape(axis);
  x = reshape(std::move(x), {1, outer, size, inner});
  return reshape(weighted_take(std::move(x), std::move(places), std::move(weights)), shape);
}

}  // namespace lamina
