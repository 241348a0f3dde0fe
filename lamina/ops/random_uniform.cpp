// random_uniform(seed, counter): in [0, 1), every multiple of 2^-24 equally likely (float64: 2^-53,
// float16: 2^-11, bfloat16: 2^-8).
#include "lamina/op/samples.h"
#include "lamina/ops/number.h"
#include "lamina/ops/random_values.h"

namespace lamina {

struct RandomUniform : RandomDraw<RandomKind::Uniform> {
  static constexpr auto name = "random_uniform";
  static void samples(Samples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{5, 3}, float32})
        .call({number, number}, Attributes{{3}, float64});
    s.call({number, number}, Attributes{{}, float32})
        .call({number, number}, Attributes{{0, 2}, float16});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{2}, int32}, "expected dtype");
  }
  static constexpr auto doc =
      "Values spread evenly from low up to, but not including, high.\n"
      ">>> lm.random_uniform((2, 3)).shape\n(2, 3)";
};
LAMINA_OP(RandomUniform)

Array random_uniform(IntList shape, Array low, Array high, DType dtype, Generator& generator) {
  Array unit = record_random(ops::op_RandomUniform(), std::move(shape), dtype, generator);
  if (is_number(low, 0) && is_number(high, 1)) return unit;
  low = typed(std::move(low), dtype);
  return low + (typed(std::move(high), dtype) - low) * std::move(unit);
}

}  // namespace lamina
