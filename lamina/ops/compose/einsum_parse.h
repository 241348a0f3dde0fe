// einsum's equations: "bij,bjk->bik".
#pragma once

#include <string>
#include <vector>

#include "lamina/core/array.h"

namespace lamina::einsum_detail {

// An axis's name: a letter, or for the axes of "..." a number counted from the last one.
using Labels = std::vector<int>;
inline constexpr int kEllipsis = 256;  // label of the last axis of "..."; earlier ones are above

struct Equation {
  std::vector<Labels> operands;
  Labels result;
};
Equation parse(const std::string& equation, const std::vector<Array>& operands);
std::string label_text(int label);

}  // namespace lamina::einsum_detail
