#include "tests/cpp/compile/random_graphs_reference.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string_view>

#include "lamina/check/expected.h"
#include "lamina/exec/capture.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "tests/cpp/compile/random_graphs_decisions.h"

namespace lamina {
LAMINA_USE_OP(Output)
}  // namespace lamina

namespace lamina::random_graphs {
namespace {

using check::Block;

DType widened(DType dtype) { return is_floating(dtype) ? float64 : dtype; }

double value_of(const Block& block, int64_t i) {
  return is_floating(block.dtype()) ? block.values().real(i)
                                    : static_cast<double>(block.values().integer(i));
}

void set_value(Block& block, int64_t i, double value) {
  if (is_floating(block.dtype())) return block.values().set_real(i, value);
  block.values().set_integer(i, block.dtype() == bool_ ? value != 0 : static_cast<int64_t>(value));
}

// Attributes that name a floating type name float64.
AttributesRef widened(const AttributesRef& attributes) {
  if (!attributes) return {};
  struct Widen : FieldVisitor {
    void operator()(const char*, int64_t&) override {}
    void operator()(const char*, bool&) override {}
    void operator()(const char*, IntList&) override {}
    void operator()(const char*, DType& dtype) override { dtype = random_graphs::widened(dtype); }
  } widen;
  AttributesRef copy(attributes->clone());
  copy->visit(widen);
  return copy;
}

class Evaluator {
 public:
  explicit Evaluator(double rounding) : rounding_(rounding) {}

  std::vector<Block> run(const Graph& graph, const std::vector<Block>& leaves) {
    std::vector<std::vector<Block>> values(graph.values.size());
    for (size_t i = 0; i < graph.values.size(); ++i) {
      const GraphValue& v = graph.values[i];
      if (v.leaf != LeafKind::None) {
        values[i].push_back(leaf(v, leaves));
        continue;
      }
      if (v.op == &ops::op_Output()) {
        values[i].push_back(values[static_cast<size_t>(v.inputs[0])].at(v.output));
        continue;
      }
      std::vector<Block> inputs;
      for (int32_t input : v.inputs) inputs.push_back(values[static_cast<size_t>(input)][0]);
      if (doubt.empty()) doubt = doubtful_decision(*v.op, inputs, v.attributes);
      values[i] = call(*v.op, inputs, widened(v.attributes), v.spec);
      for (Block& block : values[i]) settle(block);
    }
    std::vector<Block> outputs;
    for (int32_t output : graph.outputs) outputs.push_back(values[static_cast<size_t>(output)][0]);
    return outputs;
  }

  double largest = 0;
  std::string doubt;

 private:
  Block leaf(const GraphValue& v, const std::vector<Block>& leaves) {
    const bool constant = v.leaf_index < 0;
    Block wide(widened(v.spec.dtype), v.spec.shape);
    for (int64_t i = 0; i < wide.elements(); ++i) {
      if (constant || v.leaf == LeafKind::Number) {
        const double real =
            v.spec.dtype == float32 ? static_cast<float>(v.number.real) : v.number.real;
        set_value(wide, i,
                  is_floating(v.spec.dtype) ? real : static_cast<double>(v.number.integer));
      } else {
        set_value(wide, i, value_of(leaves[static_cast<size_t>(v.leaf_index)], i));
      }
    }
    return wide;
  }

  std::vector<Block> call(const Op& op, const std::vector<Block>& inputs,
                          const AttributesRef& attributes, const Spec& spec) {
    if (op.elementwise) return {elementwise(op, inputs, spec)};
    if (op.decompose) return decomposed(op, inputs, attributes);
    check::Case c;
    c.op = &op;
    c.attributes = attributes;
    std::vector<Block> outputs;
    for (check::Expected& e : check::expected_results(c, inputs)) {
      outputs.push_back(std::move(e.value));
    }
    return outputs;
  }

  static Block elementwise(const Op& op, const std::vector<Block>& inputs, const Spec& spec) {
    Block result(widened(spec.dtype), spec.shape);
    std::vector<double> operands(inputs.size());
    std::vector<Strides> strides;
    for (const Block& input : inputs) {
      Strides s(spec.shape.size(), 0);
      const Strides own = row_major_strides(input.shape());
      const int added = spec.shape.rank() - input.shape().rank();
      for (int a = 0; a < input.shape().rank(); ++a) {
        if (input.shape()[a] != 1) s[a + added] = own[a];
      }
      strides.push_back(std::move(s));
    }
    for (int64_t i = 0; i < result.elements(); ++i) {
      for (size_t k = 0; k < inputs.size(); ++k) {
        int64_t element = 0, rest = i;
        for (int a = spec.shape.rank(); a-- > 0; rest /= spec.shape[a]) {
          element += rest % spec.shape[a] * strides[k][a];
        }
        operands[k] = value_of(inputs[k], element);
      }
      set_value(result, i, op.types == Types::Cast ? operands[0] : op.formula_real(operands));
    }
    return result;
  }

  std::vector<Block> decomposed(const Op& op, const std::vector<Block>& inputs,
                                const AttributesRef& attributes) {
    std::vector<Array> arrays;
    for (const Block& input : inputs) arrays.push_back(input.array());
    NoGrad no_grad;
    Context context(op, std::move(arrays), attributes);
    const Captured captured = capture(op.decompose(context));
    std::vector<Block> leaves;
    for (const Array& leaf : captured.leaves) {
      leaves.push_back(leaf.node()->has(kNumber) ? Block(float64, {}) : Block(leaf));
    }
    return run(captured.graph, leaves);
  }

  void settle(Block& block) {
    if (!is_floating(block.dtype())) return;
    auto values = block.values();
    for (int64_t i = 0; i < block.elements(); ++i) {
      const double value = values.real(i);
      if (!std::isfinite(value)) {
        doubt = "a value is not finite";
        continue;
      }
      largest = std::max(largest, std::abs(value));
      if (rounding_ > 0) {
        const double push = static_cast<double>(random_()) / 0x1p31 - 1;
        values.set_real(i, value * (1 + rounding_ * push));
      }
    }
  }

  std::mt19937 random_{1};
  double rounding_;
};

}  // namespace

Exact exact(const Graph& graph, const std::vector<Block>& leaves, double rounding) {
  Evaluator evaluator(rounding);
  Exact result;
  result.outputs = evaluator.run(graph, leaves);
  result.largest = evaluator.largest;
  result.doubt = evaluator.doubt;
  return result;
}

}  // namespace lamina::random_graphs
