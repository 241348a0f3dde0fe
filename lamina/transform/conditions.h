// Choices and loops that depend on values, as one op: their functions are recorded once.
//
//   auto y = cond(sum(x) > 0, [](auto& v) { return std::vector{sqrt(v[0])}; },
//                 [](auto& v) { return std::vector{v[0] * 0.0}; }, {x});
//   auto n = while_loop([](auto& v) { return v[0] < 100; },
//                       [](auto& v) { return std::vector{v[0] * 2}; }, {x});
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lamina/transform/vjp.h"

namespace lamina {

// yes(operands) where the predicate, one bool, holds, no(operands) elsewhere; only one of them runs.
// Both give arrays of the same shapes and types. Gradients flow through the one that ran.
// DTypeError, ShapeError, ValueError.
std::vector<Array> cond(Array predicate, const ArraysTransform& yes, const ArraysTransform& no,
                        std::vector<Array> operands = {}, std::string where = {});

struct WhileOptions {
  int64_t max_steps = -1;  // at most so many; without it there are no gradients
  std::string where = {};  // the caller's line, for messages
};
using ArraysPredicate = std::function<Array(const std::vector<Array>&)>;

// body(carries) again and again, as long as condition(carries), one bool, holds. Carries keep their
// shapes and types. DTypeError, ShapeError, ValueError; GradientError for gradients without
// max_steps.
std::vector<Array> while_loop(const ArraysPredicate& condition, const ArraysTransform& body,
                              std::vector<Array> init, WhileOptions options = {});

}  // namespace lamina
