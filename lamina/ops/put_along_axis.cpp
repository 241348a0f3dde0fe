// put_along_axis(x, indices, values): x with entries assigned, multiplied, or replaced by larger or
// smaller ones, in order. The reductions that are sums are add_along_axis.
//
// Gradients: an assigned value gets the cotangent of its place if it is the one that stayed; equal
// maxima (and minima) share theirs evenly, as in PyTorch; a factor gets the product of the others,
// which is found without dividing by zero.
#include "lamina/base/error.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/scatter.h"

namespace lamina {

struct PutAlongAxis {
  static constexpr auto name = "put_along_axis";
  static constexpr const char* inputs[] = {"x", "indices", "values"};
  static constexpr bool checks_values = true;
  using Attributes = PutAttributes;
  static void infer(Inference& c) {
    check_along_axis(c, check_indexing(c));
    const int64_t reduction = c.attributes<Attributes>().reduction;
    if (reduction < 0 || reduction > 3) {
      throw c.error<ValueError>("reduction must be 0 .. 3 (assign, multiply, max, min), got ",
                                reduction);
    }
    if (!(c.shape(2) == c.shape(1))) {
      throw c.error<ShapeError>("expected values ", c.shape(1), ", got ", c.shape(2));
    }
    if (c.dtype(2) != c.dtype(0)) {
      throw c.error<DTypeError>("expected values of ", c.dtype(0), ", got ", c.dtype(2));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    switch (static_cast<PutReduction>(c.attributes<Attributes>().reduction)) {
      case PutReduction::Assign:
        return gradient_of_assign(c);
      case PutReduction::Multiply:
        return gradient_of_multiply(c);
      default:
        return gradient_of_extreme(c);
    }
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) { put<decltype(zero)>(r); });
  }
  static void samples(Samples& s) {
    const SampleInput some({4, 2}, int64, -3, 2), many({5, 3}, int32, 0, 3);
    for (int64_t reduction = 0; reduction < 4; ++reduction) {
      s.call({{4, 3}, some, {4, 2}}, make(1, reduction));
      s.call({{4, 3}, many, {5, 3}}, make(0, reduction));
      s.call({SampleInput({4}, int32), SampleInput({6}, int64, 0, 3), SampleInput({6}, int32)},
             make(0, reduction));
      s.call({{2, 3, 2}, SampleInput({2, 0, 2}, int64), {2, 0, 2}}, make(1, reduction));
    }
    s.call(
        {SampleInput({1, 3}, bool_), SampleInput({1, 1}, int64, 0, 2), SampleInput({1, 1}, bool_)},
        make(1, 0));
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput some({4, 2}, int64, 0, 2);
    s.call({{4, 3}, some, {4, 3}}, make(1, 0), "expected values [4, 2], got [4, 3]");
    s.call({{4, 3}, some, {4, 2}}, make(1, 7), "reduction must be 0 .. 3");
    s.call({{4, 3}, some, SampleInput({4, 2}, int32)}, make(1, 0), "expected values of float32");
    s.call({{4, 3}, {4, 2}, {4, 2}}, make(1, 0), "expected indices of an integer type");
    s.call({{4, 3}, some, {4, 2}}, make(2, 0), "axis 2 does not fit");
    s.call({{5, 3}, some, {4, 2}}, make(1, 0), "with the sizes of x but for axis 1");
  }
  static constexpr auto doc =
      "x with values combined into places along an axis, one index for each value.\n"
      ">>> lm.put_along_axis(lm.array([[0, 0]]), lm.array([[1]]), lm.array([[5]]), axis=1)\n"
      "[[0, 5]]";

  static Attributes make(int64_t axis, int64_t reduction) { return {{axis}, reduction}; }

 private:
  static int axis_of(const Context& c) { return static_cast<int>(c.attributes<Attributes>().axis); }
  // For each place, how many values go there.
  static Array counts(const Context& c, DType dtype) {
    return add_along_axis(zeros_like(astype(c.input(0), dtype)), c.input(1),
                          ones_like(astype(c.input(2), dtype)), axis_of(c));
  }

  static void gradient_of_assign(Context& c) {
    const int axis = axis_of(c);
    const Array g = c.cotangent();
    if (c.wants(0)) {
      c.give(0, record_put(g, c.input(1), zeros_like(c.input(2)), axis, PutReduction::Assign));
    }
    if (!c.wants(2)) return;
    // Which value stayed: every one writes its number, and those that read their own have won.
    const Shape& shape = c.input(1).shape();
    const Array number =
        reshape(arange(c.input(1).size(), int64), IntList(shape.begin(), shape.end()));
    const Array won = record_put(zeros_like(astype(c.input(0), int64)), c.input(1), number, axis,
                                 PutReduction::Assign);
    c.give(2, where(take_along_axis(won, c.input(1), axis) == number,
                    take_along_axis(g, c.input(1), axis), 0.0));
  }

  // With F the product of all factors but zeros and Z the number of zeros, the product of all
  // factors but f is F / f if Z is 0, F if f is the one zero, and otherwise 0.
  static void gradient_of_multiply(Context& c) {
    const int axis = axis_of(c);
    const Array &x = c.input(0), &values = c.input(2), g = c.cotangent();
    const Array x_zero = x == 0.0, value_zero = values == 0.0;
    const Array x_safe = where(x_zero, 1.0, x), values_safe = where(value_zero, 1.0, values);
    const Array product = record_put(x_safe, c.input(1), values_safe, axis, PutReduction::Multiply);
    const Array zero_count =
        add_along_axis(astype(x_zero, int64), c.input(1), astype(value_zero, int64), axis);
    auto others = [](const Array& all, const Array& zeros, const Array& factor,
                     const Array& is_zero) {
      return where(zeros == astype(is_zero, int64), all / factor, 0.0);
    };
    if (c.wants(0)) c.give(0, g * others(product, zero_count, x_safe, x_zero));
    if (c.wants(2)) {
      c.give(2, take_along_axis(g, c.input(1), axis) *
                    others(take_along_axis(product, c.input(1), axis),
                           take_along_axis(zero_count, c.input(1), axis), values_safe, value_zero));
    }
  }

  static void gradient_of_extreme(Context& c) {
    const int axis = axis_of(c);
    const Array &x = c.input(0), &values = c.input(2), y = c.output(), g = c.cotangent();
    const Array x_best = astype(x == y, x.dtype());
    const Array value_best = astype(values == take_along_axis(y, c.input(1), axis), values.dtype());
    const Array share = g / maximum(add_along_axis(x_best, c.input(1), value_best, axis), 1.0);
    if (c.wants(0)) c.give(0, share * x_best);
    if (c.wants(2)) c.give(2, take_along_axis(share, c.input(1), axis) * value_best);
  }

  template <class T>
  static T combined(PutReduction reduction, DType dtype, T old, T next) {
    if (reduction == PutReduction::Assign) return next;
    if (reduction == PutReduction::Multiply) {
      if constexpr (std::is_same_v<T, int64_t>) {  // wraps around
        return static_cast<int64_t>(static_cast<uint64_t>(old) * static_cast<uint64_t>(next));
      } else {
        return old * next;
      }
    }
    if (old != old || next != next) return old != old ? old : next;  // NaN stays
    bool less = old < next;
    if constexpr (std::is_same_v<T, int64_t>) {
      if (dtype == uint64) less = static_cast<uint64_t>(old) < static_cast<uint64_t>(next);
    }
    return less == (reduction == PutReduction::Max) ? next : old;
  }

  template <class T>
  static void put(Reference& r) {
    const auto& a = r.attributes<Attributes>();
    const auto indices = r.input(1), values = r.input(2), y = r.output();
    const int axis = static_cast<int>(a.axis);
    const auto reduction = static_cast<PutReduction>(a.reduction);
    copy_rows(r.input(0), y, {y.strides(), 0});
    const AxisSplit to(y.shape(), axis), from(values.shape(), axis);
    for (int64_t i = 0; i < values.elements(); ++i) {
      const int64_t outer = i / (from.size * from.inner), inner = i % from.inner;
      const int64_t index = read_index(r, indices, i, to.size);
      if (index < 0) continue;
      const int64_t place = (outer * to.size + index) * to.inner + inner;
      Reference::set<T>(y, place,
                        combined(reduction, y.dtype(), Reference::get<T>(y, place),
                                 Reference::get<T>(values, i)));
    }
  }
};
LAMINA_OP(PutAlongAxis)

Array record_put(Array x, Array indices, Array values, int axis, PutReduction reduction) {
  values = astype(std::move(values), x.dtype());
  return record(ops::op_PutAlongAxis(),
                make_attributes(PutAlongAxis::make(axis, static_cast<int64_t>(reduction))),
                std::move(x), std::move(indices), std::move(values));
}

}  // namespace lamina
