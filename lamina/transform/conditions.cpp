#include "lamina/transform/conditions.h"

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/loops.h"
#include "lamina/transform/loop_function.h"

namespace lamina {
namespace {

Array one_bool(Array value, std::string_view what) {
  value = settled(std::move(value), what);
  if (value.ndim() != 0) throw ShapeError(text(what, " must be one bool, got ", describe(value)));
  return value.dtype() == bool_ ? value : astype(std::move(value), bool_);
}

Traced branch(const char* which, const ArraysTransform& f, const std::vector<Array>& operands,
              const std::string& where) {
  GraphScope scope("cond", where);
  std::vector<Array> leaves;
  for (const Array& x : operands) leaves.push_back(scope.placeholder({x.dtype(), x.shape()}));
  std::vector<Array> results = f(leaves);
  for (size_t k = 0; k < results.size(); ++k) {
    results[k] = settled(std::move(results[k]), text("cond: result ", k, " of ", which));
  }
  return scope.trace(results, leaves);
}

void check_branches(const Subgraph& yes, const Subgraph& no) {
  if (yes.output_count() != no.output_count()) {
    throw ValueError(text("cond: one function returned ", yes.output_count(),
                          " arrays, the other ", no.output_count()));
  }
  for (size_t k = 0; k < yes.output_count(); ++k) {
    const Spec &a = yes.output(k), &b = no.output(k);
    if (a == b) continue;
    throw ShapeError(text("cond: result ", k, " is ", a, " of one function and ", b,
                          " of the other"));
  }
}

}  // namespace

std::vector<Array> cond(Array predicate, const ArraysTransform& yes, const ArraysTransform& no,
                        std::vector<Array> operands, std::string where) {
  predicate = one_bool(std::move(predicate), "cond: the predicate");
  for (size_t k = 0; k < operands.size(); ++k) {
    operands[k] = settled(std::move(operands[k]), text("cond: operand ", k));
  }
  std::vector<Traced> branches;
  branches.push_back(branch("the first function", yes, operands, where));
  branches.push_back(branch("the second function", no, operands, where));
  check_branches(*branches[0].graph, *branches[1].graph);
  Joined joined = join(std::move(branches));
  std::vector<Array> inputs{std::move(predicate)};
  for (Array& x : operands) inputs.push_back(std::move(x));
  for (Array& x : joined.outside) inputs.push_back(std::move(x));
  return record_cond({joined.graphs[0], joined.graphs[1]}, std::move(inputs));
}

std::vector<Array> while_loop(const ArraysPredicate& condition, const ArraysTransform& body,
                              std::vector<Array> init, WhileOptions options) {
  if (options.max_steps < -1) {
    throw ValueError(text("while_loop: max_steps must not be negative, got ", options.max_steps));
  }
  for (size_t k = 0; k < init.size(); ++k) {
    init[k] = settled(std::move(init[k]), text("while_loop: carry ", k));
  }
  std::vector<Traced> functions;
  for (const bool is_body : {false, true}) {
    GraphScope scope("while_loop", options.where);
    std::vector<Array> leaves;
    for (const Array& x : init) leaves.push_back(scope.placeholder({x.dtype(), x.shape()}));
    std::vector<Array> results;
    if (is_body) {
      results = body(leaves);
      check_carries("while_loop", init, results);
    } else {
      results = {one_bool(condition(leaves), "while_loop: the condition")};
    }
    functions.push_back(scope.trace(results, leaves));
  }
  Joined joined = join(std::move(functions));
  const auto carries = static_cast<int64_t>(init.size());
  std::vector<Array> inputs = std::move(init);
  for (Array& x : joined.outside) inputs.push_back(std::move(x));
  return record_while_loop({joined.graphs[0], joined.graphs[1], carries, options.max_steps},
                           std::move(inputs));
}

}  // namespace lamina
