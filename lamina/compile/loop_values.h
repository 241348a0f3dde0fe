// Values of a loop's body as values of the graph around it, for all steps at once.
#pragma once

#include <optional>
#include <vector>

#include "lamina/compile/loop_edit.h"

namespace lamina {

// Values of the body that need no carry, made outside when they are asked for.
class OutsideValues {
 public:
  OutsideValues(LoopEdit& loop, const std::vector<LoopEdit::Depends>& depends)
      : loop_(loop), depends_(depends), made_(loop.body.values.size(), -1) {}

  // The body value as a value of loop.outer: once, or for all steps along a new first axis.
  int32_t make(int32_t value);

 private:
  int32_t of_leaf(const GraphValue& v);
  LoopEdit& loop_;
  const std::vector<LoopEdit::Depends>& depends_;
  std::vector<int32_t> made_;
};

// Whether the op can run for all steps at once on inputs of which `stacked` have the new axis.
bool can_stack(const GraphValue& v, const std::vector<bool>& stacked);

// [time, batch, ..] as [time * batch, ..].
Array pictures_of_steps(Array x);

// Records the call of `v` for all steps at once on values of `graph`.
int32_t append_stacked(Graph& graph, const GraphValue& v, const std::vector<int32_t>& inputs,
                       const std::vector<bool>& stacked);

}  // namespace lamina
