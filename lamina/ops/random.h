// Random arrays. Every draw takes the generator's seed and the next number of its counter when it
// is recorded; element i then depends on (seed, counter, i) alone, so that its bits do not depend
// on threads, on when the program runs, or on what it is fused with.
#pragma once

#include <cstdint>
#include <mutex>

#include "lamina/core/array.h"

namespace lamina {

// Philox 4x32-10 (Salmon et al. 2011): a seed, and a counter of the draws made from it.
// Thread-safe.
class Generator {
 public:
  explicit Generator(uint64_t seed = 0) : state_{seed, 0} {}

  struct State {
    uint64_t seed = 0, counter = 0;
  };
  State next();         // what the next draw gets; counts up
  State state() const;  // for checkpoints
  void set_state(State state);

 private:
  mutable std::mutex mutex_;
  State state_;
};

// The generator of all draws that name none.
Generator& default_generator();
void seed(uint64_t value);  // starts the default generator again

// In [low, high); a multiple of 2^-24 (float64: 2^-53) of the range, 0 included.
Array random_uniform(IntList shape, Array low = 0.0, Array high = 1.0, DType dtype = float32,
                     Generator& generator = default_generator());
Array random_normal(IntList shape, Array mean = 0.0, Array deviation = 1.0, DType dtype = float32,
                    Generator& generator = default_generator());
// Integers low <= x < high.
Array random_integers(IntList shape, int64_t low, int64_t high, DType dtype = int64,
                      Generator& generator = default_generator());
// All bits random: uint32 or uint64.
Array random_bits(IntList shape, DType dtype = uint32, Generator& generator = default_generator());
// True with the given probability, which broadcasts to the shape.
Array bernoulli(IntList shape, Array probability = 0.5, Generator& generator = default_generator());
// 0 .. count - 1 in random order, int64.
Array random_permutation(int64_t count, Generator& generator = default_generator());

// In training, sets elements to 0 with probability `rate` and divides the others by 1 - rate; x
// itself otherwise.
Array dropout(Array x, double rate = 0.5, bool training = true,
              Generator& generator = default_generator());

}  // namespace lamina
