// unfold(x): every window of x as a column, [N, C, spatial..] -> [N, C * taps, positions]; 0 in the
// padding. Also called im2col.
#include "lamina/op/samples.h"
#include "lamina/ops/fold_rule.h"

namespace lamina {

LAMINA_USE_OP(Fold)

struct Unfold {
  static constexpr auto name = "unfold";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = FoldAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const Shape& x = c.shape(0);
    if (x.rank() < 3 || spatial_sizes(x) != a.shape) {
      throw c.error<ShapeError>("expected x [N, C, *", a.shape, "], got ", x);
    }
    const FoldSizes sizes = fold_sizes(c, a);
    int64_t rows = 0;
    if (__builtin_mul_overflow(x[1], sizes.taps, &rows)) {
      throw c.error<ValueError>("the windows are too large: ", a.window);
    }
    c.output(c.dtype(0), Shape{x[0], rows, sizes.positions});
  }
  static void gradient(Context& c) {
    c.give(0, record(ops::op_Fold(), c.attributes_ref(), c.cotangent()));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto x = r.input(0);
      const std::vector<T> from = values_of<T>(x);
      std::vector<T> result(static_cast<size_t>(r.output().elements()));
      each_fold_point(r.attributes<Attributes>(), x.size(0) * x.size(1),
                      [&](int64_t image, int64_t column) { result[column] = from[image]; });
      set_values(r.output(), result);
    });
  }
  static void samples(Samples& s) {
    s.call({{2, 3, 5, 6}}, Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}, {1, 2}, {5, 6}});
    s.call({{2, 2, 7}}, Attributes{{2}, {3}, {0}, {0}, {1}, {7}});  // stride over the window
    s.call({{1, 2, 3, 4, 3}},
           Attributes{{2, 2, 1}, {1, 2, 1}, {0, 0, 1}, {0, 0, 0}, {1, 1, 1}, {3, 4, 3}});
    s.call({{0, 2, 4}}, Attributes{{2}, {1}, {0}, {0}, {1}, {4}});
    s.call({SampleInput({1, 1, 1, 1}, int32)},
           Attributes{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {1, 1}, {1, 1}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{}, "expected x [N, C,");
    s.call({{2, 3, 4}}, Attributes{{5}, {1}, {0}, {0}, {1}, {4}}, "the window does not fit");
    s.call({{2, 3, 4}}, Attributes{{2}, {0}, {0}, {0}, {1}, {4}}, "must be 1 or more");
    s.call({{2, 3, 4}}, Attributes{{2}, {1}, {-1}, {0}, {1}, {4}}, "padding must not be negative");
    s.call({{2, 3, 4}}, Attributes{{2, 2}, {1}, {0}, {0}, {1}, {4}}, "expected 1 numbers");
  }
  static constexpr auto doc =
      "Every window as a column: [N, C, spatial..] -> [N, C * taps, positions].\n"
      ">>> lm.unfold(lm.array([[[1, 2, 3, 4]]]), 2)\n[[[1, 2, 3],\n  [2, 3, 4]]]";
};
LAMINA_OP(Unfold)

}  // namespace lamina
