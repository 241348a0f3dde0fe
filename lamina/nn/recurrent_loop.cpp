#include "lamina/nn/recurrent_loop.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/transform/scan.h"

namespace lamina::nn {
namespace {

RecurrentResult run_dense(const CellFunction& cell, const Array& x, std::vector<Array> state,
                          ScanOptions how) {
  ScanStep result = scan(
      [&](const std::vector<Array>& carry, const std::vector<Array>& slice) {
        CellStep next = cell(slice[0], carry);
        return ScanStep{std::move(next.state), {std::move(next.output)}};
      },
      std::move(state), {x}, std::move(how));
  return {std::move(result.outputs[0]), std::move(result.carry)};
}

// [rows] with as many axes as the array.
Array flag_for(const Array& flag, const Array& array) {
  IntList shape(static_cast<size_t>(array.ndim()), 1);
  shape[0] = flag.shape(0);
  return reshape(flag, std::move(shape));
}

}  // namespace

RecurrentResult run_over_time(const CellFunction& cell, const Array& x, std::vector<Array> state,
                              const RecurrentLoop& loop) {
  ScanOptions how;
  how.reverse = loop.reverse;
  how.name = loop.name;
  if (!loop.layout) return run_dense(cell, x, std::move(state), std::move(how));
  const SequenceLayout& layout = *loop.layout;
  std::vector<Array> sequences{x, layout.begins(loop.reverse)}, carry;
  for (const Array& s : state) {
    if (s.ndim() == 0 || s.shape(0) != layout.batch()) {
      throw ShapeError(text(loop.name,
                            ": with lengths the first axis of every array of the state "
                            "is the batch, ",
                            layout.batch(), ", got ", describe(s)));
    }
    IntList shape(s.shape().begin(), s.shape().end());
    shape[0] = layout.rows();
    carry.push_back(zeros(std::move(shape), s.dtype()));
    if (!loop.from_zeros) sequences.push_back(layout.spread(s));
  }
  // Which stacked output holds each array of the state; the output often is one of them.
  std::vector<size_t> stack_of(state.size());
  ScanStep result = scan(
      [&](const std::vector<Array>& held, const std::vector<Array>& slice) {
        std::vector<Array> before;
        for (size_t k = 0; k < held.size(); ++k) {
          const Array first = loop.from_zeros ? zeros_like(held[k]) : slice[2 + k];
          before.push_back(where(flag_for(slice[1], held[k]), first, held[k]));
        }
        CellStep next = cell(slice[0], before);
        ScanStep step{std::move(next.state), {std::move(next.output)}};
        for (size_t k = 0; k < step.carry.size() && k < stack_of.size(); ++k) {
          const bool is_output = step.carry[k].node() == step.outputs[0].node();
          stack_of[k] = is_output ? 0 : step.outputs.size();
          if (!is_output) step.outputs.push_back(step.carry[k]);
        }
        return step;
      },
      std::move(carry), std::move(sequences), std::move(how));
  RecurrentResult all{result.outputs[0], {}};
  for (size_t k : stack_of) all.state.push_back(layout.last(result.outputs[k], loop.reverse));
  return all;
}

}  // namespace lamina::nn
