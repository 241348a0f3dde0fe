// one_hot(indices): [..] -> [.., classes], 1 where the class is the index, 0 elsewhere. An index
// outside 0 .. classes - 1 is reported; its row is zeros.
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/selection_attributes.h"
#include "lamina/ops/softmax.h"

namespace lamina {

struct OneHot {
  static constexpr auto name = "one_hot";
  static constexpr const char* inputs[] = {"indices"};
  static constexpr bool checks_values = true;
  using Attributes = OneHotAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    if (!is_integer(c.dtype(0)))
      throw c.error<DTypeError>("expected integer indices, got ", c.dtype(0));
    if (a.classes < 0) throw c.error<ValueError>("classes must not be negative, got ", a.classes);
    Shape shape = c.shape(0);
    shape.push_back(a.classes);
    c.output(a.dtype, std::move(shape));
  }
  static constexpr auto no_gradient = "its input is integers";
  static void reference(Reference& r) {
    const auto indices = r.input(0), y = r.output();
    const int64_t classes = y.size(y.rank() - 1);
    for (int64_t row = 0; row < indices.elements(); ++row) {
      const int64_t index = indices.integer(row);
      if (index < 0 || index >= classes) r.report(index, classes);
      for (int64_t k = 0; k < classes; ++k) y.set_integer(row * classes + k, k == index);
    }
  }
  static void samples(Samples& s) {
    s.call({SampleInput({4}, int64, 0, 4)}, Attributes{5})
        .call({SampleInput({2, 3}, int32, 0, 2)}, Attributes{3});
    s.call({SampleInput(Shape{}, int64, 0, 1)}, Attributes{2, bool_})
        .call({SampleInput({0}, int64)}, Attributes{3});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{3}}, Attributes{4}, "expected integer indices, got float32");
    s.call({SampleInput({3}, int64)}, Attributes{-1}, "classes must not be negative");
  }
  static constexpr auto doc =
      "1 where the class is the index, 0 elsewhere.\n"
      ">>> lm.one_hot(lm.array([0, 2]), classes=3)\n[[1, 0, 0],\n [0, 0, 1]]";
};
LAMINA_OP(OneHot)

Array one_hot(Array indices, int64_t classes, DType dtype) {
  return record(ops::op_OneHot(), make_attributes(OneHot::Attributes{classes, dtype}),
                std::move(indices));
}

}  // namespace lamina
