// Folding of scalars: sums like `total += loss`, whose parts have been computed already, are
// computed as they are recorded, so that a loop that never reads its total does not record a chain
// as long as the loop. Only exactly rounded arithmetic, so that the bits are those of any program.
#include <cstring>

#include "lamina/ir/node.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina {
namespace {

bool is_basic(ScalarOp op) {
  return op == ScalarOp::Add || op == ScalarOp::Subtract || op == ScalarOp::Multiply ||
         op == ScalarOp::Divide;
}

// Whether the op is one addition, subtraction, product or quotient of its two operands.
bool is_basic(const Op& op, DType dtype) {
  if (!op.elementwise || op.inputs.size() != 2 || op.types == Types::Predicate) return false;
  ScalarProgram program;
  ScalarType type = compute_type(dtype);
  uint16_t operands[] = {program.input(0, type), program.input(1, type)};
  append_formula(op, program, operands, dtype);
  return program.code.size() == 3 && is_basic(program.code[2].op);
}

double ready_value(const Node* node) {
  if (node->has(kNumber)) {
    double value = node->number.real;
    return node->spec.dtype == DType::Float32 ? static_cast<float>(value) : value;
  }
  const std::byte* data = node->value.storage->data() + node->value.offset;
  if (node->spec.dtype == DType::Float64) {
    double value;
    std::memcpy(&value, data, sizeof value);
    return value;
  }
  float value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

bool is_foldable(const Node* node) {
  DType dtype = node->spec.dtype;
  return (dtype == DType::Float32 || dtype == DType::Float64) && node->spec.shape.empty();
}

// Under the graph lock. In double, rounded once: exact for one operation on float32 as well.
void fold(Node* node, std::vector<Node*>& released) {
  if (node->state.load() != NodeState::Pending || node->input_count != 2) return;
  bool tape_lives = false;
  double operands[2];
  int next = 0;
  for (Node* input : node->inputs()) {
    if (!input->is_ready() || !is_foldable(input)) return;
    tape_lives |= input->has(kRequiresGrad) && !input->has(kStale);
    operands[next++] = ready_value(input);
  }
  if (tape_lives || !is_basic(*node->op, node->spec.dtype)) return;
  double result = node->op->formula_real({operands, 2});
  node->value.storage = Storage::allocate(8);
  if (node->spec.dtype == DType::Float64) {
    std::memcpy(node->value.storage->data(), &result, 8);
  } else {
    float narrow = static_cast<float>(result);
    std::memcpy(node->value.storage->data(), &narrow, 4);
  }
  if (node->has(kRequiresGrad)) end_tape({node}, released);
  node->detach_inputs(released);
  node->state.store(NodeState::Ready, std::memory_order_release);
}

}  // namespace

void fold_scalars(const Array& newest) {
  std::vector<Node*> released;
  for (Node* input : newest.node()->inputs()) {
    if (input->is_ready() || !input->op || !is_foldable(input) || input->op->inputs.size() != 2) {
      continue;
    }
    std::lock_guard lock(graph_mutex());
    fold(input, released);
  }
  for (Node* node : released) release_edge(node);
}

}  // namespace lamina
