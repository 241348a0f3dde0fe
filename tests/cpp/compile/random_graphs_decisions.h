// Decisions: places where a graph is not continuous, and a value lies so near to where it turns that
// rounding decides. Graphs that have one are not compared.
#pragma once

#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/op/op.h"

namespace lamina::random_graphs {

// What is doubtful about this call, or nothing. Equal operands are no doubt: they are equal in any
// precision, as ties of zeros behind a relu.
std::string doubtful_decision(const Op& op, const std::vector<check::Block>& inputs,
                              const AttributesRef& attributes);

}  // namespace lamina::random_graphs
