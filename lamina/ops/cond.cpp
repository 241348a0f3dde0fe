// cond(predicate, values..): one of two graphs on the same values; the other is not run. Its
// gradient is a cond of their gradients, which compute again what they need of the branch.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/body_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/loops.h"

namespace lamina {

void cond_gradient(Context& c);  // autograd/cond_gradient.cpp

namespace {

// x y where the predicate holds, sin(x) elsewhere.
CondAttributes cond_sample() {
  GraphScope scope("cond", "its samples");
  const Spec spec{float64, {2, 3}};
  const Array x = scope.placeholder(spec), y = scope.placeholder(spec);
  return {scope.trace({x * y}, {x, y}).graph, scope.trace({sin(x)}, {x, y}).graph};
}

}  // namespace

struct Cond {
  static constexpr auto name = "cond";
  static constexpr const char* inputs[] = {"predicate", "values..."};
  static constexpr bool multiple = true;
  static constexpr bool checks_values = true;  // in its branches
  using Attributes = CondAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    if (!a.yes || !a.no) throw c.error<StateError>("it has no branches");
    if (c.dtype(0) != bool_ || c.shape(0).rank() != 0) {
      throw c.error<DTypeError>("expected one bool as predicate, got ", c.input(0));
    }
    const auto count = static_cast<size_t>(c.input_count() - 1);
    for (const SubgraphRef& branch : {a.yes, a.no}) {
      if (branch->input_count() != count) {
        throw c.error<ValueError>("expected ", branch->input_count() + 1, " arrays, got ", count + 1);
      }
      if (branch->output_count() != a.yes->output_count()) {
        throw c.error<ValueError>("one branch gives ", a.yes->output_count(), " results, the other ",
                                  branch->output_count());
      }
      for (size_t i = 0; i < count; ++i) {
        check_value(c, static_cast<int>(i) + 1, static_cast<int64_t>(i), branch->input(i));
      }
    }
    for (size_t k = 0; k < a.yes->output_count(); ++k) {
      if (a.yes->output(k) != a.no->output(k)) {
        throw c.error<ShapeError>("one branch gives ", a.yes->output(k), " as result ", k,
                                  ", the other ", a.no->output(k));
      }
      c.output(a.yes->output(k).dtype, a.yes->output(k).shape);
    }
  }
  static void gradient(Context& c) { cond_gradient(c); }
  static std::vector<Array> decompose(Context& c) {
    const auto& a = c.attributes<Attributes>();
    std::vector<Array> values;
    for (int i = 1; i < c.input_count(); ++i) values.push_back(c.input(i));
    std::vector<Array> results = replay(*a.yes, values), others = replay(*a.no, values);
    for (size_t k = 0; k < results.size(); ++k) {
      results[k] = where(c.input(0), std::move(results[k]), std::move(others[k]));
    }
    return results;
  }
  static void samples(Samples& s) {
    const SampleInput x({2, 3}, float64);
    for (const double predicate : {0, 1}) {
      s.call({SampleInput(Shape{}, bool_, predicate, predicate), x, x}, cond_sample());
    }
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput x({2, 3}, float64), predicate(Shape{}, bool_);
    s.call({predicate, x}, Attributes{}, "it has no branches");
    s.call({x, x, x}, cond_sample(), "expected one bool as predicate");
    s.call({predicate, x}, cond_sample(), "expected 3 arrays, got 2");
    s.call({predicate, x, SampleInput({3, 2}, float64)}, cond_sample(), "as value 1");
  }
  static constexpr auto doc = "One of two graphs.";
};
LAMINA_OP(Cond)

std::vector<Array> record_cond(CondAttributes attributes, std::vector<Array> inputs) {
  return record_multiple(ops::op_Cond(), inputs, make_attributes(std::move(attributes)));
}

}  // namespace lamina
