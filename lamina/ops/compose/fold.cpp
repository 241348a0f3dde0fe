// unfold and fold: options as callers write them, brought to attributes.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/fold.h"

namespace lamina {

LAMINA_USE_OP(Unfold)
LAMINA_USE_OP(Fold)

namespace {

FoldAttributes fold_attributes(const char* name, IntList sizes, const PerAxis& window,
                               const FoldOptions& options) {
  const int axes = static_cast<int>(sizes.size());
  FoldAttributes a;
  a.window = window.for_axes(axes, 1, text(name, ": window"));
  a.stride = options.stride.for_axes(axes, 1, text(name, ": stride"));
  a.dilation = options.dilation.for_axes(axes, 1, text(name, ": dilation"));
  IntList reach;
  for (int i = 0; i < axes; ++i) {
    reach.push_back((a.window[i] - 1) * std::min(a.dilation[i], kMaxWindow / 2) + 1);
  }
  Padding::Sides sides = options.padding.for_axes(sizes, reach, a.stride, text(name, ": padding"));
  a.padding_low = std::move(sides.low);
  a.padding_high = std::move(sides.high);
  a.shape = std::move(sizes);
  return a;
}

}  // namespace

Array unfold(Array x, PerAxis window, const FoldOptions& options) {
  if (!x) throw StateError("unfold: x is an empty Array");
  if (x.ndim() < 3) {
    throw ShapeError(text("unfold: expected x [N, C, spatial..], got ", describe(x)));
  }
  FoldAttributes a = fold_attributes("unfold", spatial_sizes(x.shape()), window, options);
  return record(ops::op_Unfold(), make_attributes(std::move(a)), std::move(x));
}

// One number as output_size says nothing of the axes: a window with one number per axis does.
Array fold(Array x, PerAxis output_size, PerAxis window, const FoldOptions& options) {
  const int axes = std::max(output_size.count(), window.count());
  IntList sizes = output_size.for_axes(axes, 0, "fold: output_size");
  FoldAttributes a = fold_attributes("fold", std::move(sizes), window, options);
  return record(ops::op_Fold(), make_attributes(std::move(a)), std::move(x));
}

}  // namespace lamina
