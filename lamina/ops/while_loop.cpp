// while_loop(carries.., outside..): the body as long as the condition holds, at most max_steps
// times. How many steps there will be is not known before, so nothing of them is kept: only a loop
// with max_steps has a gradient, that of a scan over max_steps steps of which the last do nothing.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/op/samples.h"
#include "lamina/ops/body_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/loops.h"

namespace lamina {

void while_loop_gradient(Context& c);  // autograd/while_loop_gradient.cpp

namespace {

// x doubles while n < limit.
WhileLoopAttributes while_sample(int64_t max_steps) {
  GraphScope scope("while_loop", "its samples");
  const Array n = scope.placeholder({int64, {}}), x = scope.placeholder({float64, {3}}),
              limit = scope.placeholder({int64, {}});
  return {scope.trace({n < limit}, {n, x, limit}).graph,
          scope.trace({n + astype(n == n, int64), sin(x) * 2}, {n, x, limit}).graph, 2, max_steps};
}

}  // namespace

struct WhileLoop {
  static constexpr auto name = "while_loop";
  static constexpr const char* inputs[] = {"values..."};
  static constexpr bool multiple = true;
  static constexpr bool checks_values = true;  // or is interrupted
  using Attributes = WhileLoopAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    if (!a.condition || !a.body) throw c.error<StateError>("it has no condition and body");
    const auto count = static_cast<size_t>(c.input_count());
    for (const SubgraphRef& graph : {a.condition, a.body}) {
      if (graph->input_count() != count) {
        throw c.error<ValueError>("expected ", graph->input_count(), " arrays, got ", count);
      }
    }
    if (a.carries < 0 || static_cast<size_t>(a.carries) > count ||
        static_cast<size_t>(a.carries) != a.body->output_count() || a.max_steps < -1) {
      throw c.error<ValueError>("expected a body that gives the ", a.carries,
                                " carries, and max_steps of -1 or more, got ",
                                a.body->output_count(), " and ", a.max_steps);
    }
    for (const SubgraphRef& graph : {a.condition, a.body}) {
      for (size_t i = 0; i < count; ++i) {
        check_value(c, static_cast<int>(i), static_cast<int64_t>(i), graph->input(i));
      }
    }
    if (a.condition->output_count() != 1 || a.condition->output(0) != Spec{bool_, {}}) {
      throw c.error<DTypeError>("expected a condition that gives one bool");
    }
    for (size_t k = 0; k < a.body->output_count(); ++k) {
      if (a.body->output(k) != a.body->input(k)) {
        throw c.error<ShapeError>("carry ", k, " begins as ", a.body->input(k), " and goes on as ",
                                  a.body->output(k));
      }
      c.output(a.body->output(k).dtype, a.body->output(k).shape);
    }
  }
  static void gradient(Context& c) { while_loop_gradient(c); }
  static std::vector<Array> decompose(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const bool known = !recording().symbolic;  // whether the condition has a value
    if (a.max_steps < 0 && !known) {
      throw StateError("while_loop: without max_steps it cannot be unrolled");
    }
    std::vector<Array> values;
    for (int i = 0; i < c.input_count(); ++i) values.push_back(c.input(i));
    for (int64_t step = 0; a.max_steps < 0 || step < a.max_steps; ++step) {
      const Array holds = replay(*a.condition, values)[0];
      if (known && !holds.item<bool>()) break;
      std::vector<Array> next = replay(*a.body, values);
      for (size_t k = 0; k < next.size(); ++k) values[k] = where(holds, next[k], values[k]);
    }
    values.resize(static_cast<size_t>(a.carries));
    return values;
  }
  static void samples(Samples& s) {
    for (const double steps : {0, 3, 9}) {
      const SampleInput n(Shape{}, int64, 1, 1), x({3}, float64), limit(Shape{}, int64, steps, steps);
      s.call({n, x, limit}, while_sample(5));
    }
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput n(Shape{}, int64), x({3}, float64);
    s.call({n, x, n}, Attributes{}, "it has no condition");
    s.call({n, x, n}, while_sample(-2), "max_steps of -1 or more");
    s.call({n, x}, while_sample(5), "expected 3 arrays, got 2");
    s.call({n, SampleInput({4}, float64), n}, while_sample(5), "expected float64 [3] as value 1");
  }
  static constexpr auto doc = "A loop as long as a condition holds.";
};
LAMINA_OP(WhileLoop)

std::vector<Array> record_while_loop(WhileLoopAttributes attributes, std::vector<Array> inputs) {
  return record_multiple(ops::op_WhileLoop(), inputs, make_attributes(std::move(attributes)));
}

}  // namespace lamina
