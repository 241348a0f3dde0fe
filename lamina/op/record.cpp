// Recording a call: shapes and types are checked, a node is made, nothing is computed.
#include "lamina/base/environment.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/op/scalar_math.h"

namespace lamina {

LAMINA_USE_OP(Cast)
LAMINA_USE_OP(Output)

namespace {

bool eager() {
  static const bool on = environment::flag("LAMINA_EAGER");
  return on;
}

// How often the bounds on pending work are looked at: a power of two, in recorded nodes.
constexpr uint32_t kLimitInterval = 256;
thread_local constinit uint32_t recorded_here = 0;

// The node itself. Gradients flow only through floating-point values of ops that have one.
Array attach(const Op& op, Spec spec, std::span<Array> inputs, AttributesRef attributes) {
  const Recording& state = recording();
  uint8_t from_inputs = 0;
  bool foreign = false;
  Node* node = new_node();
  Node** edges = node->make_inputs(inputs.size());
  for (Array& input : inputs) {
    uint8_t flags = input.node()->flags.load(std::memory_order_relaxed);
    // A stale input passes on that it is stale, a living one that a tape is wanted.
    from_inputs |= flags & kStale ? kStale : flags & kRequiresGrad;
    foreign |= input.node()->foreign;
    *edges++ = edge_from_handle(std::move(input));
  }
  if (!state.gradients || op.no_gradient || !(is_floating(spec.dtype) || op.multiple))
    from_inputs = 0;
  node->op = &op;
  node->attributes = std::move(attributes);
  node->spec = std::move(spec);
  if (from_inputs & kRequiresGrad) from_inputs = kRequiresGrad;
  node->flags.store(from_inputs, std::memory_order_relaxed);
  node->origin = state.origin;
  node->foreign = foreign;
  if (state.created) state.created->push_back(node);
  return Array::adopt(node);
}

// Foreign memory may change as soon as its owner's code runs again. A result that is a view stays
// foreign.
void compute_now(std::span<Array> outputs) {
  eval(outputs);
  for (Array& output : outputs) {
    Node* node = output.node();
    node->foreign = node->value.storage && node->value.storage->is_foreign();
  }
}

void after_recording(std::span<Array> outputs) {
  if (recording().symbolic) return;
  const Array& array = outputs[0];
  if (eager() || array.node()->foreign) {
    compute_now(outputs);
  } else if (++recorded_here % kLimitInterval == 0) {
    limit_pending(array);
  }
}

void check_inputs(const Op& op, std::span<Array> inputs) {
  int count = static_cast<int>(std::min<size_t>(inputs.size(), UINT16_MAX + 1));
  if (count > UINT16_MAX) throw ValueError(text(op.name, ": more than ", UINT16_MAX, " arrays"));
  if (count < op.min_inputs() || (op.max_inputs() >= 0 && count > op.max_inputs())) {
    throw ValueError(text(op.name, ": expected ", op.min_inputs(), " or more arrays, got ", count));
  }
  for (int i = 0; i < count; ++i) {
    if (!inputs[i]) throw StateError(text(op.name, ": argument ", i, " is an empty Array"));
  }
}

// Numbers without a type of their own become float32 or the default integer type.
void settle_weak(Array& a) {
  if (a.node()->has(kWeak)) {
    const DType dtype = a.dtype();
    a = number_as(std::move(a), dtype, {});
  }
}

Array cast_to(Array a, DType dtype) {
  if (a.dtype() == dtype) return a;
  return record(ops::op_Cast(), make_attributes(CastAttributes{dtype}), std::move(a));
}

bool is_weak(const Array& a) { return a.node()->has(kWeak); }

// In a scope of Precision: operands in the type that suits the op.
void autocast(const Op& op, std::span<Array> inputs) {
  const DType lower = recording().products;
  if (lower == DType::Float32 || op.autocast == Autocast::Promote) return;
  const bool lowers = op.autocast == Autocast::Lower;
  const DType from = lowers ? DType::Float32 : lower, to = lowers ? lower : DType::Float32;
  for (Array& a : inputs) {
    if (a && !is_weak(a) && a.dtype() == from) a = cast_to(std::move(a), to);
  }
}

std::vector<Spec> infer(const Op& op, std::span<Array> inputs, const AttributesBase* attributes) {
  check_inputs(op, inputs);
  autocast(op, inputs);
  SmallVector<const Spec*, 8> specs;
  for (Array& a : inputs) {
    settle_weak(a);
    specs.push_back(&a.node()->spec);
  }
  Inference inference(op, specs, attributes);
  op.infer(inference);
  for (const Spec& s : inference.outputs)
    check_shape(s.shape, size_of(s.dtype), text(op.name, ": result"));
  return std::move(inference.outputs);
}

// promote(), whose error names the op.
DType promote_for(const Op& op, DType a, DType b) {
  try {
    return promote(a, b);
  } catch (const DTypeError& e) {
    DTypeError named(text(op.name, ": ", e.message()));
    for (const auto& [label, value] : e.details()) named.add_detail(label, value);
    throw named;
  }
}

// The type that the operands from `first` on are brought to.
DType common_type(const Op& op, std::span<Array> inputs) {
  bool found = false;
  DType common = DType::Bool;
  for (const Array& a : inputs) {
    if (is_weak(a)) continue;
    const DType dtype = a.node()->spec.dtype;
    common = !found || common == dtype ? dtype : promote_for(op, common, dtype);
    found = true;
  }
  for (const Array& a : inputs) {  // a weak number changes the kind at most, never the width
    if (is_weak(a) && (!found || kind(a.dtype()) > kind(common))) {
      common = a.dtype();
      found = true;
    }
  }
  if (op.types == Types::Floating && !is_floating(common)) return DType::Float32;
  if (op.types == Types::Logical) return DType::Bool;
  return common;
}

// An integer that has no place in `dtype`, as text; empty when it fits.
std::string misfit(const Node* number, DType dtype) {
  const int64_t value = number->number.integer;
  if (!is_integer(dtype) || is_floating(number->spec.dtype)) return {};
  if (number->spec.dtype == uint64 && value < 0) {  // at least 2^63
    return dtype == uint64 ? std::string() : text(static_cast<uint64_t>(value));
  }
  return holds(dtype, value) ? std::string() : text(value);
}

}  // namespace

// One that nobody else can see is changed where it stands: `x * 2.5` makes one node for its number,
// not two.
Array number_as(Array a, DType dtype, std::string_view what) {
  Node* node = a.node();
  if (std::string value = misfit(node, dtype); !value.empty()) {
    throw OverflowError(text(what, ": the number ", value, " does not fit into ", dtype))
        .help("astype the array to a wider type first");
  }
  const bool real = is_floating(node->spec.dtype);
  if (node->count.load(std::memory_order_relaxed) == NodeHead::kHandle &&
      real == is_floating(dtype) && dtype != DType::Bool) {
    node->spec.dtype = dtype;
    node->flags.store(node->flags.load(std::memory_order_relaxed) & static_cast<uint8_t>(~kWeak),
                      std::memory_order_relaxed);
    return a;
  }
  Array number;
  if (real) {
    const double value = node->number.real;
    number = is_floating(dtype)     ? make_number(value, dtype, false)
             : dtype == DType::Bool ? make_number(int64_t{value != 0}, dtype, false)
                                    : make_number(scalar_math::cast<int64_t>(value), dtype, false);
  } else if (node->spec.dtype == uint64 && is_floating(dtype)) {
    const auto large = static_cast<uint64_t>(node->number.integer);
    number = make_number(static_cast<double>(large), dtype, false);
  } else {
    number = make_number(node->number.integer, dtype, false);
  }
  if (node->has(kVarying)) number.node()->flags.fetch_or(kVarying, std::memory_order_relaxed);
  return number;
}

Array record(const Op& op, std::span<Array> inputs, AttributesRef attributes) {
  if (op.elementwise) return record_elementwise(op, inputs, std::move(attributes));
  std::vector<Spec> outputs = infer(op, inputs, attributes.get());
  LAMINA_ASSERT(outputs.size() == 1 && !op.multiple);
  Array result = attach(op, std::move(outputs[0]), inputs, std::move(attributes));
  after_recording({&result, 1});
  return result;
}

std::vector<Array> record_multiple(const Op& op, std::span<Array> inputs,
                                   AttributesRef attributes) {
  std::vector<Spec> specs = infer(op, inputs, attributes.get());
  Array whole = attach(op, Spec{}, inputs, std::move(attributes));
  std::vector<Array> outputs;
  for (size_t k = 0; k < specs.size(); ++k) {
    Array input = whole;
    Array output = attach(ops::op_Output(), std::move(specs[k]), std::span(&input, 1), {});
    output.node()->output = static_cast<uint16_t>(k);
    outputs.push_back(std::move(output));
  }
  whole.reset();
  if (!outputs.empty()) after_recording(outputs);
  return outputs;
}

Array record_elementwise(const Op& op, std::span<Array> inputs, AttributesRef attributes) {
  if (inputs.size() != op.inputs.size()) check_inputs(op, inputs);
  for (const Array& a : inputs) {
    if (!a) throw StateError(text(op.name, ": an argument is an empty Array"));
  }
  autocast(op, inputs);
  if (op.types == Types::Cast) {
    for (Array& a : inputs) settle_weak(a);
  } else {
    size_t first = 0;
    if (op.types == Types::Choice) {
      inputs[0] = is_weak(inputs[0]) ? number_as(std::move(inputs[0]), DType::Bool, op.name)
                                     : cast_to(std::move(inputs[0]), DType::Bool);
      first = 1;
    }
    DType common = common_type(op, inputs.subspan(first));
    if (op.types == Types::Bits && is_floating(common)) {
      throw DTypeError(text(op.name, ": expected bool or integers, got ", common));
    }
    if (op.types == Types::Shifts && !is_integer(common)) {
      throw DTypeError(text(op.name, ": expected integers, got ", common));
    }
    for (size_t i = first; i < inputs.size(); ++i) {
      if (is_weak(inputs[i])) {
        inputs[i] = number_as(std::move(inputs[i]), common, op.name);
      } else if (inputs[i].node()->spec.dtype != common) {
        inputs[i] = cast_to(std::move(inputs[i]), common);
      }
    }
  }
  Spec spec;
  spec.dtype = inputs.back().node()->spec.dtype;
  if (op.types == Types::Predicate || op.types == Types::Logical) spec.dtype = DType::Bool;
  if (op.types == Types::Cast) spec.dtype = attributes->as<CastAttributes>().dtype;
  spec.shape = inputs[0].node()->spec.shape;
  for (size_t i = 1; i < inputs.size(); ++i) {
    const Shape& shape = inputs[i].node()->spec.shape;
    if (shape.empty() || shape == spec.shape) continue;  // a number broadcasts to anything
    if (spec.shape.empty()) {
      spec.shape = shape;
      continue;
    }
    spec.shape = broadcast_shapes(spec.shape, shape, op.name);
    check_shape(spec.shape, 8, text(op.name, ": result"));
  }
  Array result = attach(op, std::move(spec), inputs, std::move(attributes));
  if (result.node()->spec.shape.empty() && !recording().symbolic) fold_scalars(result);
  after_recording({&result, 1});
  return result;
}

}  // namespace lamina
