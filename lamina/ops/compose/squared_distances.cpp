// squared_distances(x, y): sum over m of (x[i, m] - y[j, m])^2 for all pairs of rows, from the
// differences themselves.
//
//   dx[i] = 2 (x[i] sum_j g[i, j] - sum_j g[i, j] y[j])
//
// is a product of matrices. Far from 0 its two terms would cancel, so both are taken from the mean
// of the rows, which changes nothing else.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/distance.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

namespace {

// The gradient of rows x, of which g [.., rows of x, rows of y] is the cotangent.
Array gradient_of(const Array& x, const Array& y, const Array& g) {
  return 2.0 * (x * sum(g, {.axis = -1, .keepdims = true}) - matmul(g, y));
}

}  // namespace

struct SquaredDistances {
  static constexpr auto name = "squared_distances";
  static constexpr const char* inputs[] = {"x", "y"};
  static constexpr auto autocast = Autocast::Float32;
  static void infer(Inference& c) {
    const Shape &x = c.shape(0), &y = c.shape(1);
    const int rank = x.rank();
    bool fits = rank >= 2 && y.rank() == rank && x[rank - 1] == y[rank - 1];
    for (int axis = 0; fits && axis < rank - 2; ++axis) fits = x[axis] == y[axis];
    if (!fits)
      throw c.error<ShapeError>("expected x [.., P, M] and y [.., R, M], got ", x, " and ", y);
    if (!is_floating(c.dtype(0)) || c.dtype(1) != c.dtype(0)) {
      throw c.error<DTypeError>("expected floating-point numbers of one type, got ", c.dtype(0),
                                " and ", c.dtype(1));
    }
    Shape shape = x;
    shape[rank - 1] = y[rank - 2];
    c.output(c.dtype(0), std::move(shape));
  }
  static Array decompose(Context& c) {
    Array difference = expand_dims(c.input(0), -2) - expand_dims(c.input(1), -3);
    return sum(square(std::move(difference)), {.axis = -1});
  }
  static void gradient(Context& c) {
    const Array g = c.cotangent(), rows = c.input(1);
    const double count = static_cast<double>(std::max<int64_t>(1, rows.shape(-2)));
    const Array mean = stop_gradient(sum(rows, {.axis = -2, .keepdims = true}) / count);
    const Array x = c.input(0) - mean, y = rows - mean;
    if (c.wants(0)) c.give(0, gradient_of(x, y, g));
    if (c.wants(1)) c.give(1, gradient_of(y, x, swapaxes(g, -1, -2)));
  }
  static double flops(const KernelRequest& request) {
    const double depth = static_cast<double>(request.inputs[0].shape.back());
    return 3 * depth * static_cast<double>(request.outputs[0].shape.elements());
  }
  static void samples(Samples& s) {
    s.call({{2, 3}, {4, 3}}).call({{1, 1}, {1, 1}}).call({{0, 3}, {3, 3}}).call({{2, 3}, {0, 3}});
    s.call({{2, 0}, {3, 0}}).call({{5, 2, 3}, {5, 4, 3}}).call({{37, 65}, {70, 65}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}, {2, 4}}, "expected x [.., P, M] and y [.., R, M], got [2, 3] and [2, 4]");
    s.call({{2, 2, 3}, {3, 2, 3}}, "expected x [.., P, M]");
    s.call({{3}, {3}}, "expected x [.., P, M]");
    s.call({SampleInput({2, 2}, int32), SampleInput({2, 2}, int32)}, "one type, got int32");
  }
  static constexpr auto doc =
      "Squared distances of every row of x [.., P, M] from every row of y [.., R, M].\n"
      ">>> lm.squared_distances(lm.array([[0.0, 0.0]]), lm.array([[3.0, 4.0]]))\n[[25]]";
};
LAMINA_OP(SquaredDistances)

Array squared_distances(Array x, Array y) {
  require_arrays("squared_distances", {{"x", x}, {"y", y}});
  if (x.ndim() < 2 || y.ndim() < 2) {
    throw ShapeError(text("squared_distances: expected x [.., P, M] and y [.., R, M], got ",
                          x.shape(), " and ", y.shape()));
  }
  const DType dtype = promote(as_floating(x).dtype(), as_floating(y).dtype());
  const auto batch = [](const Array& rows) {
    return Shape(rows.shape().begin(), rows.shape().end() - 2);
  };
  const Shape all = broadcast_shapes(batch(x), batch(y), "squared_distances");
  const auto whole = [&](Array rows) {
    IntList shape(all.begin(), all.end());
    shape.push_back(rows.shape(-2)), shape.push_back(rows.shape(-1));
    return broadcast_to(astype(std::move(rows), dtype), shape);
  };
  return record(ops::op_SquaredDistances(), {}, whole(std::move(x)), whole(std::move(y)));
}

}  // namespace lamina
