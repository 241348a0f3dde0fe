#include "lamina/compile/loop_values.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/splice.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina {

LAMINA_USE_OP(Convolution)
LAMINA_USE_OP(ConvolutionInputGradient)
LAMINA_USE_OP(Matmul)
LAMINA_USE_OP(Reshape)

namespace {

using Depends = LoopEdit::Depends;
size_t at(int32_t i) { return static_cast<size_t>(i); }

// [time, ..] with axes of size 1 behind the first, so that one step has `rank` axes.
Array with_step_rank(Array x, int rank) {
  if (x.ndim() - 1 >= rank) return x;
  IntList added;
  for (int axis = 0; axis < rank - (x.ndim() - 1); ++axis) added.push_back(axis + 1);
  return expand_dims(std::move(x), added);
}

// All rows of all steps as one matrix.
Array rows_of(const Array& x) {
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < x.ndim(); ++axis) rows *= x.shape(axis);
  return reshape(x, {rows, x.shape(-1)});
}

// One b for all steps: a single product over all rows.
Array product_of_rows(const Array& a, Array b) {
  IntList shape(a.shape().begin(), a.shape().end());
  shape.back() = b.shape(-1);
  return reshape(matmul(rows_of(a), std::move(b)), shape);
}

// Takes pictures and one weight, and gives a picture for each.
bool is_of_pictures(const Op* op) {
  return op == &ops::op_Convolution() || op == &ops::op_ConvolutionInputGradient();
}

// One weight for all steps: a single convolution over the pictures of all steps.
Array convolution_of_steps(const GraphValue& v, std::vector<Array> operands) {
  const int64_t steps = operands[0].shape(0), batch = operands[0].shape(1);
  operands[0] = pictures_of_steps(std::move(operands[0]));
  Array y = record(*v.op, std::span<Array>(operands), v.attributes);
  IntList shape{steps, batch};
  for (int axis = 1; axis < y.ndim(); ++axis) shape.push_back(y.shape(axis));
  return reshape(std::move(y), std::move(shape));
}

// An element-wise op on the rows of a product, before they become steps again: what is added to a
// product is then added by it. The product's number, or -1 where an operand has more than one axis.
int32_t rows_under(const Graph& graph, const GraphValue& v, const std::vector<int32_t>& inputs,
                   const std::vector<bool>& stacked) {
  int32_t rows = -1;
  for (size_t k = 0; k < inputs.size(); ++k) {
    const GraphValue& operand = graph.values[at(inputs[k])];
    if (!stacked[k]) {
      if (operand.spec.shape.rank() > 1) return -1;
      continue;
    }
    const bool reshaped =
        operand.op == &ops::op_Reshape() && operand.spec.shape.rank() == v.spec.shape.rank() + 1;
    if (!reshaped || rows >= 0) return -1;
    rows = operand.inputs[0];
    const Shape& shape = graph.values[at(rows)].spec.shape;
    if (shape.rank() != 2 || shape.back() != v.spec.shape.back()) return -1;
  }
  return rows;
}

}  // namespace

Array pictures_of_steps(Array x) {
  IntList shape{x.shape(0) * x.shape(1)};
  for (int axis = 2; axis < x.ndim(); ++axis) shape.push_back(x.shape(axis));
  return reshape(std::move(x), std::move(shape));
}

bool can_stack(const GraphValue& v, const std::vector<bool>& stacked) {
  if (!v.op || v.op->random || v.op->multiple) return false;
  if (v.op->elementwise) return v.spec.shape.rank() < kMaxRank;
  if (is_of_pictures(v.op)) {
    return stacked[0] && std::count(stacked.begin(), stacked.end(), true) == 1 &&
           v.spec.shape.rank() < kMaxRank;
  }
  if (v.op != &ops::op_Matmul() || !stacked[0] || stacked[1]) return false;
  return v.spec.shape.rank() == 2;
}

int32_t append_stacked(Graph& graph, const GraphValue& v, const std::vector<int32_t>& inputs,
                       const std::vector<bool>& stacked) {
  const int rank = v.spec.shape.rank();
  if (const int32_t rows = v.op->elementwise ? rows_under(graph, v, inputs, stacked) : -1;
      rows >= 0) {
    std::vector<int32_t> operands = inputs;
    Shape shape;
    for (size_t k = 0; k < operands.size(); ++k) {
      if (!stacked[k]) continue;
      shape = graph.values[at(operands[k])].spec.shape;
      operands[k] = rows;
    }
    return splice(graph, operands, v.origin, [&](const std::vector<Array>& arrays) {
      std::vector<Array> given = arrays;
      Array result = record(*v.op, std::span<Array>(given), v.attributes);
      return std::vector{reshape(std::move(result), IntList(shape.begin(), shape.end()))};
    })[0];
  }
  return splice(graph, inputs, v.origin, [&](const std::vector<Array>& arrays) {
    std::vector<Array> operands = arrays;
    if (v.op == &ops::op_Matmul()) return std::vector{product_of_rows(operands[0], operands[1])};
    if (is_of_pictures(v.op)) return std::vector{convolution_of_steps(v, operands)};
    for (size_t k = 0; k < operands.size(); ++k) {
      if (stacked[k]) operands[k] = with_step_rank(std::move(operands[k]), rank);
    }
    return std::vector{record(*v.op, std::span<Array>(operands), v.attributes)};
  })[0];
}

int32_t OutsideValues::of_leaf(const GraphValue& v) {
  if (v.leaf == LeafKind::Data) return loop_.inputs[static_cast<size_t>(v.leaf_index)].value;
  GraphValue constant = copy_value(v);
  loop_.outer.values.push_back(std::move(constant));
  return static_cast<int32_t>(loop_.outer.values.size() - 1);
}

int32_t OutsideValues::make(int32_t value) {
  std::vector<int32_t> open{value};
  while (!open.empty()) {
    const int32_t current = open.back();
    if (made_[at(current)] >= 0) {
      open.pop_back();
      continue;
    }
    const GraphValue& v = loop_.body.values[at(current)];
    LAMINA_ASSERT(depends_[at(current)] != Depends::Carries);
    if (v.leaf != LeafKind::None) {
      made_[at(current)] = of_leaf(v);
      continue;
    }
    std::vector<int32_t> inputs;
    std::vector<bool> stacked;
    for (int32_t input : v.inputs) {
      if (made_[at(input)] < 0) open.push_back(input);
      inputs.push_back(made_[at(input)]);
      stacked.push_back(depends_[at(input)] == Depends::Sequences);
    }
    if (open.back() != current) continue;
    if (depends_[at(current)] == Depends::Nothing) {
      GraphValue once = copy_value(v);
      for (size_t k = 0; k < inputs.size(); ++k) once.inputs[k] = inputs[k];
      loop_.outer.values.push_back(std::move(once));
      made_[at(current)] = static_cast<int32_t>(loop_.outer.values.size() - 1);
    } else {
      made_[at(current)] = append_stacked(loop_.outer, v, inputs, stacked);
    }
  }
  return made_[at(value)];
}

}  // namespace lamina
