// A loop over elements: the one form in which element-wise ops, fused chains of them and reductions reach
// a backend. A single element-wise op is a loop of one formula; there is no other element-wise path.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/core/dtype.h"
#include "lamina/core/shape.h"
#include "lamina/op/scalar.h"

namespace lamina {

// How values are combined by a reduction, and what an empty one gives.
enum class Monoid : uint8_t { Sum, Product, Minimum, Maximum, And, Or };

// Where an operand's elements lie: strides in elements along each axis of the loop's domain.
struct LoopOperand {
  DType dtype;
  Strides strides;  // 0 where the operand is broadcast along the axis
};

struct Loop {
  Shape domain;
  ScalarProgram program;
  std::vector<LoopOperand> inputs;

  // Values of the program that are stored for every point of the domain.
  struct Store {
    uint16_t value;
    LoopOperand operand;
  };
  std::vector<Store> stores;

  // Values that are combined over the reduced axes, and stored for every point of the others (stride 0
  // along the reduced axes). Sums of F32 accumulate in F32 by a fixed tree of blocks, those of 16-bit
  // floats in F32; the tree depends on the domain only. The program may read results: loop_phases.h.
  struct Reduction {
    Monoid monoid;
    uint16_t value;
    LoopOperand operand;
  };
  std::vector<Reduction> reductions;
  SmallVector<uint8_t, 8> reduced;  // one flag per axis of the domain; empty when nothing is reduced
};

}  // namespace lamina
