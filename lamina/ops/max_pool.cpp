// max_pool(x): the largest value of each window; NaN if any is NaN. The gradient goes to the first
// of equal maxima, as in PyTorch.
#include "lamina/op/samples.h"
#include "lamina/ops/pooling_rule.h"

namespace lamina {

struct MaxPool {
  static constexpr auto name = "max_pool";
  static constexpr const char* inputs[] = {"x"};
  using Attributes = PoolingAttributes;
  static void infer(Inference& c) {
    c.output(c.dtype(0), pooling_shape(c, c.attributes<Attributes>(), c.shape(0)));
  }
  static void gradient(Context& c) {
    c.give(0, max_pool_gradient(c.input(0), c.cotangent(), c.attributes<Attributes>()));
  }
  static void reference(Reference& r) {
    Reference::with_type(r.output().dtype(), [&](auto zero) {
      using T = decltype(zero);
      const std::vector<T> x = values_of<T>(r.input(0));
      std::vector<T> result(static_cast<size_t>(r.output().elements()));
      each_maximum(r.attributes<Attributes>(), r.input(0).shape(), r.output().shape(), x,
                   [&](int64_t y, int64_t best) { result[y] = x[best]; });
      set_values(r.output(), result);
    });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{2, 3, 8}.separated()}, Attributes{{2}, {2}, {0}, {0}});
    s.call({SampleInput{2, 3, 7, 6}.separated()}, Attributes{{3, 2}, {2, 1}, {1, 0}, {0, 1}});
    s.call({SampleInput{1, 2, 4, 5, 3}.separated()},
           Attributes{{2, 2, 2}, {2, 1, 1}, {0, 1, 0}, {1, 0, 0}});
    s.call({{0, 3, 8}}, Attributes{{2}, {2}, {0}, {0}});
    s.call({SampleInput{1, 1, 1}.separated()}, Attributes{{1}, {1}, {0}, {0}});
    s.call({SampleInput{2, 3, 9, 8}.separated()},
           Attributes{{2, 3}, {4, 5}, {0, 1}, {1, 0}});  // strides over the window
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3, 2}}, Attributes{{3}, {1}, {0}, {0}}, "the window does not fit on axis 2");
    s.call({{2, 3}}, Attributes{}, "expected x [N, C, spatial..]");
    s.call({{2, 3, 8}}, Attributes{{2}, {2}, {2}, {0}}, "less than the window of 2");
    s.call({{2, 3, 8}}, Attributes{{0}, {2}, {0}, {0}}, "window [0]: expected 1 or more");
    s.call({{2, 3, 8}}, Attributes{{2}, {0}, {0}, {0}}, "stride [0]: expected 1 or more");
    s.call({{2, 3, 8}}, Attributes{{2, 2}, {2}, {0}, {0}}, "expected 1 numbers");
  }
  static constexpr auto doc =
      "The largest value of each window.\n"
      ">>> lm.max_pool1d(lm.array([[[1, 3, 2, 0]]]), window=2)\n[[[3, 2]]]";
};
LAMINA_OP(MaxPool)

}  // namespace lamina
