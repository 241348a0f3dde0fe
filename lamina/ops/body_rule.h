// What the ops that hold graphs (scan, cond, while_loop) check alike.
#pragma once

#include "lamina/base/error.h"
#include "lamina/op/op.h"

namespace lamina {

// The op's input `input` is value `number` of its graphs, and must be what they were recorded for.
inline void check_value(Inference& c, int input, int64_t number, const Spec& expected) {
  const Spec& got = c.input(input);
  if (got.dtype != expected.dtype) {
    throw c.error<DTypeError>("expected ", expected, " as value ", number, ", got ", got);
  }
  if (got.shape != expected.shape) {
    throw c.error<ShapeError>("expected ", expected, " as value ", number, ", got ", got);
  }
}

}  // namespace lamina
