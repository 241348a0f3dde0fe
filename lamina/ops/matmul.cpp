// matmul(a, b): [.., M, K] @ [.., K, N] -> [.., M, N]. The op sees two arrays of one type and one
// rank >= 2; axes before the last two have equal sizes, or size 1 and are repeated.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

Array transposed(const Array& x) { return swapaxes(x, -1, -2); }

// Rows of all matrices as one matrix; a view where x lies row-major.
Array rows_of(Array x) {
  const int64_t columns = x.shape(-1);
  if (columns == 0) return reshape(x, {x.size(), 0});  // -1 has no answer here
  return reshape(std::move(x), {-1, columns});
}

bool is_one_matrix(const Shape& shape) {
  for (int axis = 0; axis < shape.rank() - 2; ++axis) {
    if (shape[axis] != 1) return false;
  }
  return true;
}

// d/db. One b for a whole batch of a: one large product over all rows, not a batch of them and a
// sum.
Array gradient_of_b(const Array& a, const Array& b, Array cotangent) {
  if (b.ndim() == 2 || !is_one_matrix(b.shape()) || a.shape(-1) == 0 || b.shape(-1) == 0) {
    return matmul(transposed(a), std::move(cotangent));
  }
  IntList added;
  for (int axis = 0; axis < b.ndim() - 2; ++axis) added.push_back(axis);
  Array product = matmul(transposed(rows_of(a)), rows_of(std::move(cotangent)));
  return expand_dims(std::move(product), added);
}

}  // namespace

struct Matmul {
  static constexpr auto name = "matmul";
  static constexpr const char* inputs[] = {"a", "b"};
  static constexpr auto autocast = Autocast::Lower;
  static void infer(Inference& c) {
    const Shape &a = c.shape(0), &b = c.shape(1);
    const int rank = a.rank();
    if (rank < 2 || b.rank() != rank) {
      throw c.error<ShapeError>("expected two arrays of one rank >= 2, got ", a, " and ", b);
    }
    if (c.dtype(0) != c.dtype(1) || c.dtype(0) == bool_) {
      throw c.error<DTypeError>("expected numbers of one type, got ", c.dtype(0), " and ",
                                c.dtype(1));
    }
    if (a[rank - 1] != b[rank - 2]) {
      throw c.error<ShapeError>("shapes ", a, " and ", b, " do not match: a has ", a[rank - 1],
                                " columns, b has ", b[rank - 2], " rows");
    }
    Shape shape;
    for (int axis = 0; axis < rank - 2; ++axis) {
      if (a[axis] != b[axis] && a[axis] != 1 && b[axis] != 1) {
        throw c.error<ShapeError>("shapes ", a, " and ", b, " do not match: axis ", axis,
                                  " of the batch is ", a[axis], " and ", b[axis]);
      }
      shape.push_back(a[axis] == 1 ? b[axis] : a[axis]);
    }
    shape.push_back(a[rank - 2]);
    shape.push_back(b[rank - 1]);
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    if (c.wants(0)) c.give(0, matmul(c.cotangent(), transposed(c.input(1))));
    if (c.wants(1)) c.give(1, gradient_of_b(c.input(0), c.input(1), c.cotangent()));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) { product<decltype(zero)>(r); });
  }
  static double flops(const KernelRequest& request) {
    const double depth = static_cast<double>(request.inputs[0].shape.back());
    return 2 * depth * static_cast<double>(request.outputs[0].shape.elements());
  }
  static void samples(Samples& s) {
    s.call({{2, 3}, {3, 4}}).call({{1, 1}, {1, 1}}).call({{0, 3}, {3, 4}}).call({{2, 0}, {0, 4}});
    s.call({{5, 2, 3}, {5, 3, 4}}).call({{5, 2, 3}, {1, 3, 4}}).call({{1, 2, 3}, {5, 3, 4}});
    s.call({{2, 1, 2, 3}, {1, 3, 3, 4}}).call({{37, 65}, {65, 33}});
    s.call({SampleInput({2, 3}, int32), SampleInput({3, 2}, int32)});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}, {2, 3}},
           "shapes [2, 3] and [2, 3] do not match: a has 3 columns, b has 2 rows");
    s.call({{2, 2, 3}, {3, 3, 4}}, "axis 0 of the batch is 2 and 3");
    s.call({{3}, {3}}, "rank >= 2");
    s.call({SampleInput({2, 2}, bool_), SampleInput({2, 2}, bool_)}, "expected numbers");
  }
  static constexpr auto doc =
      "Product of matrices; axes before the last two broadcast.\n"
      ">>> lm.matmul(lm.array([[1, 2], [3, 4]]), lm.array([[1], [1]]))\n[[3],\n [7]]";

 private:
  template <class T>
  static void product(Reference& r) {
    const auto a = r.input(0), b = r.input(1), y = r.output();
    const std::vector<T> left = values_of<T>(a), right = values_of<T>(b);
    std::vector<T> result(static_cast<size_t>(y.elements()));
    const int rank = y.rank();
    const int64_t rows = y.size(rank - 2), columns = y.size(rank - 1), depth = a.size(rank - 1);
    const int64_t matrices = rows * columns == 0 ? 0 : y.elements() / (rows * columns);
    for (int64_t matrix = 0; matrix < matrices; ++matrix) {
      const T* x = left.data() + matrix_of(a, y, matrix) * rows * depth;
      const T* w = right.data() + matrix_of(b, y, matrix) * depth * columns;
      T* out = result.data() + matrix * rows * columns;
      for (int64_t m = 0; m < rows; ++m) {
        for (int64_t k = 0; k < depth; ++k) {
          for (int64_t n = 0; n < columns; ++n)
            out[m * columns + n] += x[m * depth + k] * w[k * columns + n];
        }
      }
    }
    set_values(y, result);
  }

  // The operand's matrix that belongs to matrix number `matrix` of the result.
  static int64_t matrix_of(const ReferenceOperand& operand, const ReferenceOperand& y,
                           int64_t matrix) {
    int64_t result = 0, step = 1;
    for (int axis = y.rank() - 3; axis >= 0; --axis) {
      const int64_t index = matrix % y.size(axis);
      matrix /= y.size(axis);
      if (operand.size(axis) != 1) result += index * step;
      step *= operand.size(axis);
    }
    return result;
  }
};
LAMINA_OP(Matmul)

namespace {

// With axes of size 1 before the others, up to `rank` of them.
Array with_rank(Array x, int rank) {
  if (x.ndim() >= rank) return x;
  IntList added;
  for (int axis = 0; axis < rank - x.ndim(); ++axis) added.push_back(axis);
  return expand_dims(std::move(x), added);
}

}  // namespace

Array matmul(Array a, Array b) {
  if (!a || !b) throw StateError(text("matmul: argument ", a ? "b" : "a", " is an empty Array"));
  if (a.ndim() == 0 || b.ndim() == 0) {
    throw ShapeError(
        text("matmul: expected matrices or vectors, got ", describe(a), " and ", describe(b)))
        .help("multiply by a number with *");
  }
  const bool row = a.ndim() == 1, column = b.ndim() == 1;
  if (a.shape(-1) != b.shape(column ? 0 : -2)) {  // said here in the caller's shapes
    throw ShapeError(text("matmul: shapes ", a.shape(), " and ", b.shape(), " do not match: a has ",
                          a.shape(-1), " columns, b has ", b.shape(column ? 0 : -2), " rows"))
        .detail("a", describe(a))
        .detail("b", describe(b));
  }
  if (row && column && promote(a.dtype(), b.dtype()) != bool_) {
    return vecdot(std::move(a), std::move(b), -1);
  }
  const DType dtype = promote(a.dtype(), b.dtype());
  if (row) a = expand_dims(std::move(a), {0});
  if (column) b = expand_dims(std::move(b), {1});
  const int rank = std::max(a.ndim(), b.ndim());
  a = with_rank(astype(std::move(a), dtype), rank);
  b = with_rank(astype(std::move(b), dtype), rank);
  Array y = record(ops::op_Matmul(), {}, std::move(a), std::move(b));
  IntList dropped;
  if (row) dropped.push_back(-2);
  if (column) dropped.push_back(-1);
  return dropped.empty() ? y : squeeze(std::move(y), dropped);
}

}  // namespace lamina
