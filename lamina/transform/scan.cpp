#include "lamina/transform/scan.h"

#include "lamina/base/error.h"
#include "lamina/exec/loop_carries.h"
#include "lamina/ir/node.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/iota.h"
#include "lamina/ops/loops.h"
#include "lamina/transform/loop_function.h"
#include "lamina/transform/scan_lengths.h"

namespace lamina {
namespace {

int64_t length_of(const std::vector<Array>& sequences, const ScanOptions& options) {
  std::optional<int64_t> length = options.length;
  if (length && *length < 0) {
    throw ValueError(text(options.name, ": length must not be negative, got ", *length));
  }
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Array& x = sequences[i];
    if (!x) throw StateError(text(options.name, ": sequence ", i, " is an empty Array"));
    if (x.ndim() == 0) {
      throw ShapeError(text(options.name, ": expected sequences with a first axis to step along, "
                            "got ", describe(x)));
    }
    if (length && x.shape(0) != *length) {
      throw ShapeError(text(options.name, ": sequence ", i, " has ", x.shape(0), " steps, expected ",
                            *length))
          .detail("sequence", describe(x));
    }
    length = x.shape(0);
  }
  if (!length) {
    throw ValueError(text(options.name, ": nothing says how many steps there are"))
        .help("give sequences, or a length");
  }
  return *length;
}

Spec slice_of(const Array& x) {
  Spec spec{x.dtype(), {}};
  for (int axis = 1; axis < x.ndim(); ++axis) spec.shape.push_back(x.shape(axis));
  return spec;
}

// For draws: numbers that differ in every step of this loop and of every loop around it. They stand
// in the upper half of the counters.
Array numbers_of_steps(int64_t length) {
  constexpr int64_t kUpperHalf = int64_t{1} << 32;
  Array steps = iota(length, make_number(int64_t{0}, int64, false)) * kUpperHalf;
  if (const Array outer = GraphScope::outer_iteration()) steps = steps + outer * length;
  return steps;
}

bool has_leaf(const Graph& graph, size_t index) {
  for (const GraphValue& v : graph.values) {
    if (v.leaf == LeafKind::Data && v.leaf_index == static_cast<int>(index)) return true;
  }
  return false;
}

}  // namespace

ScanStep scan(const ScanFunction& f, std::vector<Array> init, std::vector<Array> sequences,
              ScanOptions options) {
  const int64_t length = length_of(sequences, options);
  for (size_t k = 0; k < init.size(); ++k) {
    init[k] = settled(std::move(init[k]), text(options.name, ": carry ", k));
  }
  if (options.lengths) {
    return scan_to_lengths(f, std::move(init), std::move(sequences), std::move(options), length);
  }
  std::vector<Array> inputs = init, outside;
  ScanStep step;
  ScanAttributes attributes;
  {
    GraphScope scope(options.name, options.where);
    std::vector<Array> carry, x, leaves;
    for (const Array& c : init) carry.push_back(scope.placeholder({c.dtype(), c.shape()}));
    for (const Array& s : sequences) x.push_back(scope.placeholder(slice_of(s)));
    const Array number = scope.placeholder({int64, {}});
    scope.set_iteration(number);
    leaves = carry;
    leaves.insert(leaves.end(), x.begin(), x.end());
    leaves.push_back(number);
    step = f(carry, x);
    check_carries(options.name, init, step.carry);
    std::vector<Array> outputs = step.carry;
    for (size_t k = 0; k < step.outputs.size(); ++k) {
      outputs.push_back(settled(step.outputs[k], text(options.name, ": output ", k)));
    }
    Traced traced = scope.trace(outputs, leaves, number);
    const bool draws = has_leaf(traced.graph->graph(), leaves.size() - 1);
    if (!draws) {
      leaves.pop_back();
      traced = scope.trace(outputs, leaves);
    }
    attributes.body = std::move(traced.graph);
    attributes.carries = static_cast<int64_t>(init.size());
    attributes.sequences = static_cast<int64_t>(sequences.size() + (draws ? 1 : 0));
    attributes.length = length;
    attributes.reverse = options.reverse;
    outside = std::move(traced.outside);
    step = {};
  }
  const bool draws = attributes.sequences > static_cast<int64_t>(sequences.size());
  for (Array& s : sequences) inputs.push_back(std::move(s));
  if (draws) inputs.push_back(numbers_of_steps(length));
  for (Array& array : outside) inputs.push_back(std::move(array));
  std::vector<Array> results = record_scan(std::move(attributes), std::move(inputs));
  for (size_t k = 0; k < results.size(); ++k) {
    (k < init.size() ? step.carry : step.outputs).push_back(std::move(results[k]));
  }
  if (!GraphScope::innermost()) remember_carries(step.carry);
  return step;
}

}  // namespace lamina
