// scan(carries.., sequences.., outside..): a loop whose body is a graph. Step t computes
//   carries', outputs[t] = body(carries, sequences[t], outside)
// for t = 0, 1, .. length - 1, or from the end. The results are the last carries and the outputs,
// stacked. Its gradient is a scan in the other direction (autograd/scan_gradient.cpp).
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/assembling.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/body_rule.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/loops.h"
#include "lamina/ops/movement.h"

namespace lamina {

void scan_gradient(Context& c);  // autograd/scan_gradient.cpp

namespace {

Shape stacked_shape(int64_t length, const Shape& one) {
  Shape shape{length};
  for (int64_t size : one) shape.push_back(size);
  return shape;
}

// h' = tanh(h w + x), y = 2 h: what the samples loop over.
ScanAttributes sample(DType dtype, int64_t length, bool reverse) {
  GraphScope scope("scan", "its samples");
  const Array h = scope.placeholder({dtype, {2, 3}}), x = scope.placeholder({dtype, {2, 3}}),
              w = scope.placeholder({dtype, {3, 3}});
  return {scope.trace({tanh(matmul(h, w) + x), h * 2}, {h, x, w}).graph, 1, 1, length, reverse};
}

}  // namespace

struct Scan {
  static constexpr auto name = "scan";
  static constexpr const char* inputs[] = {"values..."};
  static constexpr bool multiple = true;
  static constexpr bool checks_values = true;  // in its body; it may also be interrupted
  using Attributes = ScanAttributes;
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    if (!a.body) throw c.error<StateError>("it has no body");
    const Subgraph& body = *a.body;
    if (a.length < 0) throw c.error<ValueError>("length must not be negative, got ", a.length);
    const auto inputs = static_cast<int64_t>(body.input_count());
    const auto outputs = static_cast<int64_t>(body.output_count());
    if (a.carries < 0 || a.sequences < 0 || a.carries > std::min(inputs, outputs) ||
        a.sequences > inputs - a.carries) {
      throw c.error<ValueError>("its body takes ", inputs, " values and gives ", outputs,
                                ", which are not ", a.carries, " carries and ", a.sequences,
                                " sequences");
    }
    if (c.input_count() != inputs) {
      throw c.error<ValueError>("expected ", inputs, " arrays, as its body does, got ",
                                c.input_count());
    }
    for (int64_t i = 0; i < inputs; ++i) {
      Spec expected = body.input(static_cast<size_t>(i));
      const bool sequence = i >= a.carries && i < a.carries + a.sequences;
      if (sequence) expected.shape = stacked_shape(a.length, expected.shape);
      check_value(c, static_cast<int>(i), i, expected);
    }
    for (int64_t k = 0; k < outputs; ++k) {
      const Spec& one = body.output(static_cast<size_t>(k));
      if (k >= a.carries) {
        c.output(one.dtype, stacked_shape(a.length, one.shape));
        continue;
      }
      if (one != body.input(static_cast<size_t>(k))) {
        throw c.error<ShapeError>("carry ", k, " begins as ", body.input(static_cast<size_t>(k)),
                                  " and goes on as ", one);
      }
      c.output(one.dtype, one.shape);
    }
  }
  static void gradient(Context& c) { scan_gradient(c); }
  // All steps one after the other.
  static std::vector<Array> decompose(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const auto carries = static_cast<size_t>(a.carries), inputs = a.body->input_count(),
               sequences = static_cast<size_t>(a.sequences), outputs = a.body->output_count();
    std::vector<Array> values;
    for (size_t i = 0; i < inputs; ++i) values.push_back(c.input(static_cast<int>(i)));
    std::vector<std::vector<Array>> stacks(outputs - carries);
    for (int64_t step = 0; step < a.length; ++step) {
      const int64_t t = a.reverse ? a.length - 1 - step : step;
      for (size_t i = carries; i < carries + sequences; ++i) {
        const Array& all = c.input(static_cast<int>(i));
        IntList start(static_cast<size_t>(all.ndim()), 0);
        IntList stop(all.shape().begin(), all.shape().end());
        start[0] = t, stop[0] = t + 1;
        values[i] = squeeze(slice(all, start, stop), {0});
      }
      std::vector<Array> results = replay(*a.body, values);
      for (size_t k = 0; k < outputs; ++k) {
        if (k < carries) {
          values[k] = std::move(results[k]);
        } else {
          stacks[k - carries].push_back(std::move(results[k]));
        }
      }
    }
    values.resize(carries);
    for (size_t k = 0; k < stacks.size(); ++k) {
      if (a.reverse) std::reverse(stacks[k].begin(), stacks[k].end());
      const Spec& one = a.body->output(k + carries);
      const Shape shape = stacked_shape(a.length, one.shape);
      values.push_back(stacks[k].empty() ? zeros(IntList(shape.begin(), shape.end()), one.dtype)
                                         : stack(stacks[k], 0));
    }
    return values;
  }
  static double flops(const KernelRequest& request) {
    const auto& a = *static_cast<const Attributes*>(request.attributes);
    double one = 0;
    const Graph& graph = a.body->graph();
    for (const GraphValue& v : graph.values) {
      if (!v.op || !v.op->flops) continue;
      KernelRequest inner;
      inner.op = v.op;
      inner.attributes = v.attributes ? v.attributes->data() : nullptr;
      for (int32_t input : v.inputs) {
        const Spec& s = graph.values[static_cast<size_t>(input)].spec;
        inner.inputs.push_back({s.dtype, s.shape, row_major_strides(s.shape)});
      }
      inner.outputs = {{v.spec.dtype, v.spec.shape, row_major_strides(v.spec.shape)}};
      if (!v.op->multiple || v.op->flops == &flops) one += v.op->flops(inner);
    }
    return one * static_cast<double>(a.length);
  }
  static void samples(Samples& s) {
    for (const int64_t length : {4, 1, 0}) {
      const SampleInput h({2, 3}, float64, -1, 1), x(Shape{length, 2, 3}, float64, -1, 1),
          w({3, 3}, float64, -1, 1);
      s.call({h, x, w}, sample(float64, length, false));
      s.call({h, x, w}, sample(float64, length, true));
    }
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{}, "it has no body");
    s.call({{2, 3}, {4, 2, 3}, {3, 3}}, sample(float32, -1, false), "must not be negative");
    s.call({{2, 3}, {5, 2, 3}, {3, 3}}, sample(float32, 4, false),
           "expected float32 [4, 2, 3] as value 1");
    s.call({{2, 3}, {4, 2, 3}}, sample(float32, 4, false), "expected 3 arrays");
  }
  static constexpr auto doc = "A loop whose body is recorded once.";
};
LAMINA_OP(Scan)

std::vector<Array> record_scan(ScanAttributes attributes, std::vector<Array> inputs) {
  return record_multiple(ops::op_Scan(), inputs, make_attributes(std::move(attributes)));
}

}  // namespace lamina
