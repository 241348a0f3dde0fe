// The values of random draws, by stretches of elements: what the ops' references and the kernels
// share, so that they agree bit for bit.
//
// Draw `counter` of `seed` encrypts the blocks {block number, counter} with the key `seed`. 32-bit
// element i is word i % 4 of block i / 4; a 64-bit one takes two words. Normal values come in pairs
// from two uniform ones (Box and Muller 1958).
#pragma once

#include <cstddef>
#include <cstdint>

#include "lamina/core/dtype.h"
#include "lamina/op/op.h"
#include "lamina/ops/random.h"

namespace lamina {

enum class RandomKind : uint8_t { Bits, Uniform, Normal };

// Writes elements [first, last) of the draw to out[0 ..]. first is a multiple of 4. Bits: uint32
// and uint64; the others: floating-point types.
void random_values(RandomKind kind, DType dtype, Generator::State draw, int64_t first, int64_t last,
                   std::byte* out);

// As recorded: inputs are seed and counter (int64 numbers holding the bits of uint64 ones).
struct RandomAttributes {
  IntList shape;
  DType dtype = DType::Float32;
  template <class V>
  void fields(V&& v) {
    v("shape", shape), v("dtype", dtype);
  }
};

Array record_random(const Op& op, IntList shape, DType dtype, Generator& generator);
void infer_random(Inference& c, RandomKind kind);
void reference_random(Reference& r, RandomKind kind);

// The family of the three draws.
template <RandomKind kKind>
struct RandomDraw {
  static constexpr const char* inputs[] = {"seed", "counter"};
  using Attributes = RandomAttributes;
  static constexpr bool random = true;
  static constexpr auto no_gradient = "a draw depends on its seed and counter alone";
  static void infer(Inference& c) { infer_random(c, kKind); }
  static void reference(Reference& r) { reference_random(r, kKind); }
};

}  // namespace lamina
