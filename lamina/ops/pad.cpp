// pad(x, value): `low` elements of value before and `high` after each axis. value is one number, so
// that it does not enter the program.
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/copy_rows.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/movement_attributes.h"
#include "lamina/ops/reduction.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

struct Pad {
  static constexpr auto name = "pad";
  static constexpr const char* inputs[] = {"x", "value"};
  using Attributes = PadAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& x = c.shape(0);
    if (a.low.size() != x.size() || a.high.size() != x.size()) {
      throw c.error<ValueError>("expected ", x.size(), " entries in low and high, one per axis of ",
                                x, ", got ", a.low, " and ", a.high);
    }
    if (c.input(1).shape.rank() != 0 || c.dtype(1) != c.dtype(0)) {
      throw c.error<ShapeError>("expected one ", c.dtype(0), " number as value, got ", c.input(1));
    }
    Shape shape;
    for (size_t i = 0; i < x.size(); ++i) {
      int64_t size = 0;
      if (a.low[i] < 0 || a.high[i] < 0) {
        throw c.error<ValueError>("padding must not be negative, got ", a.low, " and ", a.high);
      }
      if (__builtin_add_overflow(a.low[i], a.high[i], &size) ||
          __builtin_add_overflow(size, x[i], &size)) {
        throw c.error<ValueError>("padding is too large: ", a.low, " and ", a.high);
      }
      shape.push_back(size);
    }
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    const Array g = c.cotangent();
    const Shape& x = c.input(0).shape();
    const IntList sizes(x.begin(), x.end());
    SliceAttributes inside{c.attributes<Attributes>().low, sizes, IntList(x.size(), 1)};
    for (size_t i = 0; i < x.size(); ++i) {
      if (x[i] == 0) inside.start[i] = 0;
    }
    Array part = record_slice(g, inside);
    if (c.wants(1)) c.give(1, sum(g) - sum(part));
    if (c.wants(0)) c.give(0, std::move(part));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const size_t item = y.item_bytes();
    const int64_t bytes = y.elements() * static_cast<int64_t>(item);
    if (bytes == 0) return;
    // Outputs of references lie row-major: fill all of it, then put x in its place.
    std::memcpy(y.data(), r.input(1).data(), item);
    for (int64_t done = static_cast<int64_t>(item); done < bytes; done *= 2) {
      std::memcpy(y.data() + done, y.data(), static_cast<size_t>(std::min(done, bytes - done)));
    }
    View place{y.strides(), 0};
    const auto& low = r.attributes<Attributes>().low;
    for (int axis = 0; axis < y.rank(); ++axis) place.offset += low[axis] * y.strides()[axis];
    copy_rows(x, y, place);
  }
  static void samples(Samples& s) {
    s.call({{2, 3}, Shape{}}, Attributes{{1, 0}, {0, 2}})
        .call({{3}, Shape{}}, Attributes{{0}, {0}});
    s.call({{0, 2}, Shape{}}, Attributes{{1, 1}, {1, 0}}).call({Shape{}, Shape{}}, Attributes{});
    s.call({{2, 3, 4}, Shape{}}, Attributes{{0, 1, 2}, {2, 1, 0}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}, Shape{}}, Attributes{{1}, {1}}, "expected 2 entries in low and high");
    s.call({{3}, Shape{}}, Attributes{{-1}, {1}}, "padding must not be negative");
    s.call({{3}, {1}}, Attributes{{1}, {1}}, "expected one float32 number as value");
    s.call({{3}, Shape{}}, Attributes{{int64_t{1} << 62}, {int64_t{1} << 62}},
           "padding is too large");
  }
  static constexpr auto doc =
      "Elements of one value before and after each axis.\n"
      ">>> lm.pad(lm.array([1, 2]), low=(1,), high=(0,), value=9)\n[9, 1, 2]";
};
LAMINA_OP(Pad)

Array pad(Array x, IntList low, IntList high, Array value) {
  if (!x || !value) throw StateError(text("pad: ", x ? "value" : "x", " is an empty Array"));
  if (value.size() != 1)
    throw ShapeError(text("pad: expected one number as value, got ", describe(value)));
  const DType dtype = x.dtype();
  value = astype(std::move(value), dtype);
  if (value.ndim() != 0) value = reshape(std::move(value), {});
  return record(ops::op_Pad(), make_attributes(Pad::Attributes{std::move(low), std::move(high)}),
                std::move(x), std::move(value));
}

}  // namespace lamina
