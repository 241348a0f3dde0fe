// repeat(x, repeats): by one count, a broadcast and a reshape; by an array of counts, a take whose
// indices are worked out now.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

int prepare(Array& x, const RepeatOptions& options) {
  if (!x) throw StateError("repeat: x is an empty Array");
  if (options.axis) return normalize_axis(*options.axis, x.ndim(), "repeat: axis");
  x = reshape(std::move(x), {x.size()});
  return 0;
}

IntList sizes_of(const Array& x) { return IntList(x.shape().begin(), x.shape().end()); }

}  // namespace

Array repeat(Array x, int64_t repeats, RepeatOptions options) {
  const int axis = prepare(x, options);
  if (repeats < 0) throw ValueError(text("repeat: repeats must not be negative, got ", repeats));
  IntList wide = sizes_of(x), result = wide;
  wide.push_back(0);
  for (size_t i = wide.size() - 1; i > static_cast<size_t>(axis) + 1; --i) wide[i] = wide[i - 1];
  wide[static_cast<size_t>(axis) + 1] = repeats;
  Array spread = broadcast_to(expand_dims(std::move(x), axis + 1), wide);  // checks the product
  result[static_cast<size_t>(axis)] *= repeats;
  return reshape(std::move(spread), std::move(result));
}

Array repeat(Array x, const Array& repeats, RepeatOptions options) {
  const int axis = prepare(x, options);
  if (!repeats) throw StateError("repeat: repeats is an empty Array");
  if (!is_integer(repeats.dtype()) || repeats.ndim() > 1)
    throw DTypeError(
        text("repeat: expected integers on one axis for repeats, got ", describe(repeats)));
  const std::vector<int64_t> counts = repeats.to_vector<int64_t>();
  if (repeats.size() == 1) return repeat(std::move(x), counts[0], {.axis = axis});
  const int64_t size = x.shape(axis);
  if (repeats.size() != size) {
    throw ShapeError(text("repeat: expected ", size, " counts for axis ", axis, " of ", x.shape(),
                          ", got ", repeats.size()));
  }
  int64_t total = 0;
  for (int64_t count : counts) {
    if (count < 0) throw ValueError(text("repeat: repeats must not be negative, got ", count));
    if (__builtin_add_overflow(total, count, &total)) total = int64_t{1} << 62;
    check_shape({total}, sizeof(int64_t), "repeat: result");
  }
  std::vector<int64_t> places;
  places.reserve(static_cast<size_t>(total));
  for (int64_t i = 0; i < size; ++i) places.insert(places.end(), static_cast<size_t>(counts[i]), i);
  return take(std::move(x), from_data(places.data(), {total}, int64), axis);
}

}  // namespace lamina
