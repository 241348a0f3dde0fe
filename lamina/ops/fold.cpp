// fold(x): columns added up where they came from, [N, C * taps, positions] -> [N, C, sizes..]: the
// transpose of unfold, also called col2im.
#include "lamina/op/samples.h"
#include "lamina/ops/fold_rule.h"

namespace lamina {

LAMINA_USE_OP(Unfold)

struct Fold {
  static constexpr auto name = "fold";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = FoldAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    const FoldSizes sizes = fold_sizes(c, a);
    const Shape& x = c.shape(0);
    if (x.rank() != 3 || x[1] % sizes.taps != 0 || x[2] != sizes.positions) {
      throw c.error<ShapeError>("expected columns [N, C * ", sizes.taps, ", ", sizes.positions,
                                "], got ", x);
    }
    Shape image{x[0], x[1] / sizes.taps};
    for (int64_t size : a.shape) image.push_back(size);
    c.output(c.dtype(0), std::move(image));
  }
  static void gradient(Context& c) {
    c.give(0, record(ops::op_Unfold(), c.attributes_ref(), c.cotangent()));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const auto y = r.output();
      const std::vector<T> from = values_of<T>(r.input(0));
      std::vector<T> result(static_cast<size_t>(y.elements()));
      each_fold_point(r.attributes<Attributes>(), y.size(0) * y.size(1),
                      [&](int64_t image, int64_t column) { result[image] += from[column]; });
      set_values(y, result);
    });
  }
  static void samples(Samples& s) {
    s.call({{2, 18, 18}}, Attributes{{3, 2}, {2, 1}, {1, 1}, {1, 1}, {1, 2}, {5, 6}});
    s.call({{2, 4, 2}}, Attributes{{2}, {3}, {0}, {0}, {1}, {7}});
    s.call({{0, 4, 3}}, Attributes{{2}, {1}, {0}, {0}, {1}, {4}});
    s.call({SampleInput({1, 2, 3}, int32)}, Attributes{{2}, {1}, {0}, {0}, {1}, {4}});
  }
  static void bad_samples(BadSamples& s) {
    const Attributes plain{{2}, {1}, {0}, {0}, {1}, {4}};
    s.call({{2, 3, 3}}, plain, "expected columns [N, C * 2, 3]");
    s.call({{2, 4, 4}}, plain, "expected columns [N, C * 2, 3]");
    s.call({{2, 4}}, plain, "expected columns");
    s.call({{2, 4, 3}}, Attributes{{2}, {1}, {0}, {0}, {1}, {-4}}, "must not be negative");
  }
  static constexpr auto doc =
      "Columns [N, C * taps, positions] added up into [N, C, output_size..].\n"
      ">>> lm.fold(lm.array([[[1, 2, 3], [2, 3, 4]]]), 4, 2)\n[[[1, 4, 6, 4]]]";
};
LAMINA_OP(Fold)

}  // namespace lamina
