#include "lamina/check/expected.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "lamina/op/elementwise.h"
#include "lamina/op/recording.h"
#include "lamina/op/reduction.h"
#include "lamina/op/scalar_eval.h"

namespace lamina::check {
namespace {

std::vector<Spec> infer(const Op& op, const std::vector<Block>& inputs,
                        const AttributesRef& attributes) {
  std::vector<Spec> specs;
  for (const Block& input : inputs) specs.push_back({input.dtype(), input.shape()});
  SmallVector<const Spec*, 8> pointers;
  for (const Spec& spec : specs) pointers.push_back(&spec);
  Inference inference(op, pointers, attributes.get());
  op.infer(inference);
  return std::move(inference.outputs);
}

// The number of the element that a broadcast operand contributes to element `i` of the result.
int64_t broadcast_element(const Shape& operand, const Shape& result, int64_t i) {
  int64_t element = 0, stride = 1;
  int added = result.rank() - operand.rank();
  for (int axis = result.rank(); axis-- > added;) {
    int64_t size = operand[axis - added];
    element += (size == 1 ? 0 : i % result[axis]) * stride;
    stride *= size;
    i /= result[axis];
  }
  return element;
}

// --- element-wise

// The types to which record_elementwise() brings the operands.
std::vector<DType> operand_types(const Op& op, const std::vector<Block>& inputs) {
  std::vector<DType> types;
  size_t first = op.types == Types::Choice ? 1 : 0;
  DType common = inputs[first].dtype();
  for (size_t k = first; k < inputs.size(); ++k) common = promote(common, inputs[k].dtype());
  if (op.types == Types::Floating && !is_floating(common)) common = float32;
  if (op.types == Types::Logical) common = bool_;
  for (size_t k = 0; k < inputs.size(); ++k) types.push_back(k < first ? bool_ : common);
  return types;
}

struct Formula {
  ScalarProgram program;
  uint16_t result;

  Formula(const Op& op, const std::vector<DType>& types, DType result_type) {
    std::vector<uint16_t> values;
    for (size_t k = 0; k < types.size(); ++k) {
      values.push_back(program.input(static_cast<int>(k), scalar_type(types[k])));
    }
    result = append_formula(op, program, values, result_type);
  }
};

double real_of(ScalarValue v, ScalarType type) { return scalar_cast(v, type, ScalarType::F64).f64; }

// How far the result may be off when every step is off by a unit: from a few runs in which steps
// are pushed up or down at random. Steps whose errors add up must be pushed the same way in one of the
// runs: for two of them (log1p and the sum of logaddexp) 8 runs miss that in 1 of 256 elements, which
// the factor of 4 covers; 3 runs missed it in 1 of 8.
class Rounding {
 public:
  Rounding(const Formula& formula, DType result)
      : formula_(formula), values_(formula.program.code.size()) {
    unit_ = result == float64 ? 0x1p-52 : 0x1p-23;
  }

  double slack(const std::vector<ScalarValue>& inputs) {
    double largest = 0, plain = run(inputs, 0);
    for (int trial = 0; trial < 8; ++trial) {
      double off = std::abs(run(inputs, unit_) - plain);
      if (std::isfinite(off)) largest = std::max(largest, off);
    }
    return 4 * largest;
  }

 private:
  double run(const std::vector<ScalarValue>& inputs, double unit) {
    const auto& code = formula_.program.code;
    for (size_t i = 0; i < code.size(); ++i) {
      const ScalarInstruction& step = code[i];
      if (step.op == ScalarOp::Input) {
        values_[i] = inputs[step.a];
        continue;
      }
      if (step.op == ScalarOp::Constant) {
        bool real = step.type == ScalarType::F32 || step.type == ScalarType::F64;
        values_[i] =
            real ? scalar_cast(scalar_value(step.constant), ScalarType::F64, step.type)
                 : scalar_cast(ScalarValue{.i64 = step.integer}, ScalarType::I64, step.type);
        continue;
      }
      if (step.op == ScalarOp::Cast) {
        values_[i] = scalar_cast(values_[step.a], code[step.a].type, step.type);
        continue;
      }
      ScalarType operands = code[step.op == ScalarOp::Select ? step.b : step.a].type;
      values_[i] =
          scalar_apply(step.op, operands, values_[step.a], values_[step.b], values_[step.c]);
      bool moves = step.op != ScalarOp::Select && step.op != ScalarOp::Negative &&
                   step.op != ScalarOp::Absolute && step.op != ScalarOp::Minimum &&
                   step.op != ScalarOp::Maximum;
      double push = moves ? 1 + unit * (random_() >> 16 & 1 ? 1 : -1) : 1;
      if (step.type == ScalarType::F32) values_[i].f32 *= static_cast<float>(push);
      if (step.type == ScalarType::F64) values_[i].f64 *= push;
    }
    return real_of(values_[formula_.result], code[formula_.result].type);
  }

  const Formula& formula_;
  std::vector<ScalarValue> values_;
  std::minstd_rand random_{1};
  double unit_;
};

Expected expected_elementwise(const Case& c, const std::vector<Block>& given) {
  const Op& op = *c.op;
  std::vector<DType> types = operand_types(op, given);
  if (op.types == Types::Cast) types = {given[0].dtype()};
  std::vector<Block> inputs;
  bool real = true;
  for (size_t k = 0; k < given.size(); ++k) {
    Block converted(types[k], given[k].shape());
    for (int64_t i = 0; i < converted.elements();
         ++i) {  // as cast does, wrap-around and NaN included
      ScalarValue v = scalar_load(given[k].dtype(), given[k].values().at(i));
      scalar_store(types[k], converted.values().at(i), scalar_type(given[k].dtype()), v);
    }
    real &= is_floating(types[k]) || (op.types == Types::Choice && k == 0);
    inputs.push_back(std::move(converted));
  }
  Spec result = infer(op, inputs, attributes_for(op, c.attributes))[0];
  real &= is_floating(result.dtype) || op.types == Types::Predicate;
  bool floating = is_floating(result.dtype);

  Formula formula(op, types, result.dtype);
  Rounding rounding(formula, result.dtype);
  Expected expected{Block(floating && real ? float64 : result.dtype, result.shape), {}};
  std::vector<ScalarValue> scalars(inputs.size()), values(formula.program.code.size());
  std::vector<double> reals(inputs.size());
  for (int64_t i = 0; i < result.shape.elements(); ++i) {
    for (size_t k = 0; k < inputs.size(); ++k) {
      int64_t element = broadcast_element(inputs[k].shape(), result.shape, i);
      scalars[k] = scalar_load(types[k], inputs[k].values().at(element));
      reals[k] = is_floating(types[k]) ? inputs[k].values().real(element)
                                       : static_cast<double>(inputs[k].values().integer(element));
    }
    if (real) {
      double exact = op.formula_real(reals);
      expected.value.values().set_real(i, exact);
      if (floating) expected.slack.push_back(rounding.slack(scalars));
    } else {
      scalar_eval(formula.program, types.data(), scalars.data(), values.data());
      scalar_store(result.dtype, expected.value.values().at(i),
                   formula.program.code[formula.result].type, values[formula.result]);
    }
  }
  return expected;
}

// --- others, with floating inputs in double

std::vector<Block> in_double(const std::vector<Block>& inputs) {
  std::vector<Block> result;
  for (const Block& input : inputs) {
    result.push_back(is_floating(input.dtype()) ? input.as(float64) : Block(input));
  }
  return result;
}

Block reduced(const Op& op, const Block& x, const Spec& result,
              const ReductionAttributes& attributes) {
  ScalarType from = scalar_type(x.dtype()), type = accumulator_type(*op.monoid, from);
  std::vector<ScalarValue> sums(result.shape.elements(), monoid_identity(*op.monoid, type));
  if (x.elements() == 0) {
    std::fill(sums.begin(), sums.end(), monoid_of_nothing(*op.monoid, type, result.dtype));
  }
  for (int64_t i = 0; i < x.elements(); ++i) {
    int64_t rest = i, element = 0, stride = 1;
    for (int axis = x.shape().rank(); axis-- > 0;) {
      bool gone = std::count(attributes.axis.begin(), attributes.axis.end(), axis) > 0;
      if (!gone) {
        element += rest % x.shape()[axis] * stride;
        stride *= x.shape()[axis];
      }
      rest /= x.shape()[axis];
    }
    ScalarValue v = scalar_cast(scalar_load(x.dtype(), x.values().at(i)), from, type);
    sums[element] = monoid_combine(*op.monoid, type, sums[element], v);
  }
  Block block(result.dtype, result.shape);
  for (size_t i = 0; i < sums.size(); ++i) {
    scalar_store(result.dtype, block.values().at(static_cast<int64_t>(i)), type, sums[i]);
  }
  return block;
}

std::vector<Block> by_reference(const Op& op, std::vector<Block> inputs,
                                const std::vector<Spec>& results, const AttributesRef& attributes) {
  KernelRequest request;
  request.op = &op;
  request.attributes = attributes ? attributes->data() : nullptr;
  request.attributes_owner = attributes;
  std::vector<Block> outputs;
  for (const Spec& s : results) outputs.emplace_back(s.dtype, s.shape);
  std::vector<std::byte*> operands;
  for (Block& b : inputs) request.inputs.push_back(b.operand()), operands.push_back(b.data());
  for (Block& b : outputs) request.outputs.push_back(b.operand()), operands.push_back(b.data());
  RunContext context;
  Reference reference(request, operands.data(), context);
  op.reference(reference);
  return outputs;
}

Block viewed(const Op& op, const Block& x, const Spec& result, const AttributesRef& attributes) {
  auto view = op.view(attributes.get(), x.operand(), result);
  LAMINA_ASSERT(view);  // every view op can see row-major memory
  Operand seen{x.dtype(), result.shape, view->strides};
  auto* first =
      const_cast<std::byte*>(x.data()) + view->offset * static_cast<int64_t>(size_of(x.dtype()));
  ReferenceOperand from(first, seen);
  Block block(result.dtype, result.shape);
  for (int64_t i = 0; i < block.elements(); ++i) {
    std::copy_n(from.at(i), from.item_bytes(), block.values().at(i));
  }
  return block;
}

std::vector<Block> decomposed(const Op& op, const std::vector<Block>& inputs,
                              const AttributesRef& attributes) {
  std::vector<Array> arrays;
  for (const Block& input : inputs) arrays.push_back(input.array());
  NoGrad no_grad;
  Context context(op, std::move(arrays), attributes);
  std::vector<Block> blocks;
  for (const Array& output : op.decompose(context)) blocks.emplace_back(output);
  return blocks;
}

}  // namespace

std::vector<Expected> expected_results(const Case& c, const std::vector<Block>& given) {
  const Op& op = *c.op;
  std::vector<Expected> expected;
  if (op.elementwise) {
    expected.push_back(expected_elementwise(c, given));
    return expected;
  }
  AttributesRef attributes = attributes_for(op, c.attributes);
  std::vector<Block> inputs = in_double(given);
  std::vector<Spec> results = infer(op, inputs, attributes);
  std::vector<Block> blocks;
  if (op.reference) {
    blocks = by_reference(op, inputs, results, attributes);
  } else if (op.monoid) {
    blocks.push_back(reduced(op, inputs[0], results[0], attributes->as<ReductionAttributes>()));
  } else if (op.view) {
    blocks.push_back(viewed(op, inputs[0], results[0], attributes));
  } else {
    blocks = decomposed(op, inputs, attributes);
  }
  for (Block& block : blocks) expected.push_back({std::move(block), {}});
  return expected;
}

}  // namespace lamina::check
