// Segment reductions: scatter into an array of what each reduction starts from.
#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/least_value.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/scatter.h"

namespace lamina {

namespace {

Array reduced(const char* name, Array x, Array segments, int64_t count, const Array& start,
              const char* reduction) {
  Shape shape = x.shape();
  shape[0] = count;
  check_shape(shape, size_of(x.dtype()), text(name, ": result"));
  Array into = broadcast_to(start, IntList(shape.begin(), shape.end()));
  return scatter(std::move(into), std::move(segments), std::move(x), 0,
                 {.reduction = reduction, .include_self = std::string_view(reduction) != "mean"});
}

void check(const char* name, const Array& x, const Array& segments, int64_t count) {
  if (!x || !segments) {
    throw StateError(text(name, ": ", x ? "segments" : "x", " is an empty Array"));
  }
  if (x.ndim() < 1 || segments.ndim() != 1 || segments.shape(0) != x.shape(0)) {
    throw ShapeError(text(name, ": expected x [rows, ..] and segments [rows], got ", describe(x),
                          " and ", describe(segments)));
  }
  if (count < 0) throw ValueError(text(name, ": count must not be negative, got ", count));
}

}  // namespace

#define LAMINA_SEGMENT(name, start, reduction)                                                    \
  Array segment_##name(Array x, Array segments, int64_t count) {                                  \
    check("segment_" #name, x, segments, count);                                                  \
    const DType dtype = x.dtype();                                                                \
    return reduced("segment_" #name, std::move(x), std::move(segments), count, start, reduction); \
  }
LAMINA_SEGMENT(sum, full({}, Array(0), dtype), "add")
LAMINA_SEGMENT(mean, full({}, Array(0), dtype), "mean")
LAMINA_SEGMENT(prod, full({}, Array(1), dtype), "multiply")
LAMINA_SEGMENT(max, least_value(dtype), "max")
LAMINA_SEGMENT(min, greatest_value(dtype), "min")
#undef LAMINA_SEGMENT

}  // namespace lamina
