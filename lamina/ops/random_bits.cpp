// random_bits(seed, counter): Philox 4x32-10 words; all other draws are made of them.
#include "lamina/op/samples.h"
#include "lamina/ops/random_values.h"

namespace lamina {

struct RandomBits : RandomDraw<RandomKind::Bits> {
  static constexpr auto name = "random_bits";
  static void samples(Samples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{5, 3}, uint32})
        .call({number, number}, Attributes{{3}, uint64});
    s.call({number, number}, Attributes{{}, uint32})
        .call({number, number}, Attributes{{0, 2}, uint64});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number(Shape{}, int64, 0, 100);
    s.call({number, number}, Attributes{{2}, float32}, "expected dtype");
    s.call({number, number}, Attributes{{-1}, uint32}, "shape");
  }
  static constexpr auto doc =
      "Integers of which every bit is random.\n"
      ">>> lm.random_bits((2, 3)).shape\n(2, 3)";
};
LAMINA_OP(RandomBits)

Array random_bits(IntList shape, DType dtype, Generator& generator) {
  return record_random(ops::op_RandomBits(), std::move(shape), dtype, generator);
}

}  // namespace lamina
