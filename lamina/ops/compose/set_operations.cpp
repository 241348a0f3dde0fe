// isin, intersect1d, union1d, setdiff1d, setxor1d: by the place at which a value would stand in the
// other array's sorted values.
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/searching.h"
#include "lamina/ops/sets.h"
#include "lamina/ops/sorting.h"

namespace lamina {

namespace {

Array flat(Array x) {
  const int64_t size = x.size();
  return reshape(std::move(x), {size});
}

Array chosen(const Array& x, const Array& mask) { return take(x, nonzero(mask)[0]); }

// Both arrays' different values, in their common type.
struct Values {
  Array x, y;
};
Values values_of(const char* function, Array x, Array y) {
  require_arrays(function, {{"x", x}, {"y", y}});
  const DType dtype = promote(x.dtype(), y.dtype());
  return {unique_values(astype(std::move(x), dtype)), unique_values(astype(std::move(y), dtype))};
}

}  // namespace

Array isin(Array x, Array test, IsinOptions options) {
  require_arrays("isin", {{"x", x}, {"test", test}});
  const DType dtype = promote(x.dtype(), test.dtype());
  x = astype(std::move(x), dtype);
  const IntList shape = sizes_of(x);
  if (test.size() == 0) return full(shape, Array(options.invert), bool_);
  const Array sorted = sort(flat(astype(std::move(test), dtype)));
  x = flat(std::move(x));
  const Array place = minimum(searchsorted(sorted, x), Array(sorted.size() - 1));
  const Array found = take(sorted, place) == x;
  return reshape(options.invert ? logical_not(found) : found, shape);
}

Array intersect1d(Array x, Array y) {
  const Values v = values_of("intersect1d", std::move(x), std::move(y));
  return chosen(v.x, isin(v.x, v.y));
}

Array union1d(Array x, Array y) {
  const Values v = values_of("union1d", std::move(x), std::move(y));
  return unique_values(concatenate({v.x, v.y}));
}

Array setdiff1d(Array x, Array y) {
  const Values v = values_of("setdiff1d", std::move(x), std::move(y));
  return chosen(v.x, isin(v.x, v.y, {.invert = true}));
}

Array setxor1d(Array x, Array y) {
  const Values v = values_of("setxor1d", std::move(x), std::move(y));
  const Array alone = chosen(v.x, isin(v.x, v.y, {.invert = true}));
  return sort(concatenate({alone, chosen(v.y, isin(v.y, v.x, {.invert = true}))}));
}

}  // namespace lamina
