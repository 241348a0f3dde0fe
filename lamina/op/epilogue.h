// Epilogue: element-wise ops that a product or a convolution applies to its result before it writes
// it, so that they cost no pass over memory. The steps are a chain: each takes the value so far and
// perhaps one more array.
#pragma once

#include <vector>

#include "lamina/ir/node.h"

namespace lamina {

struct EpilogueStep {
  const Op* op = nullptr;
  AttributesRef attributes;
  int32_t extra = -1;       // the other operand's number among the extra inputs, or -1
  bool extra_first = false;  // extra - value instead of value - extra
  Spec spec;                // of the result
};

struct Epilogue {
  std::vector<EpilogueStep> steps;
  int own_inputs = 0;  // of the op itself; extra inputs follow them
};

}  // namespace lamina
