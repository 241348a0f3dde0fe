// random_normal(seed, counter): the standard normal distribution, by the method of Box and Muller:
// two uniform values give two normal ones, whatever came before.
#include "lamina/op/samples.h"
#include "lamina/ops/number.h"
#include "lamina/ops/random_values.h"

namespace lamina {

struct RandomNormal : RandomDraw<RandomKind::Normal> {
  static constexpr auto name = "random_normal";
  static void samples(Samples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{5, 3}, float32})
        .call({number, number}, Attributes{{3}, float64});
    s.call({number, number}, Attributes{{}, float32})
        .call({number, number}, Attributes{{0, 2}, bfloat16});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{2}, bool_}, "expected dtype");
  }
  static constexpr auto doc =
      "Values of a normal distribution with a mean and a standard deviation.\n"
      ">>> lm.random_normal((2, 3)).shape\n(2, 3)";
};
LAMINA_OP(RandomNormal)

Array random_normal(IntList shape, Array mean, Array deviation, DType dtype, Generator& generator) {
  Array standard = record_random(ops::op_RandomNormal(), std::move(shape), dtype, generator);
  if (is_number(mean, 0) && is_number(deviation, 1)) return standard;
  return typed(std::move(mean), dtype) + typed(std::move(deviation), dtype) * std::move(standard);
}

}  // namespace lamina
