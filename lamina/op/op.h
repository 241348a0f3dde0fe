// Op: everything the system knows of an operation, made from the one struct that defines it.
//
// An op is a file of lamina/ops/ that ends in LAMINA_OP(Struct). The struct's members, in order:
//
//   name         the function's name, in C++ and Python
//   inputs       names of its array arguments: {"x", "weight", "bias?", "rest..."}; "?" optional,
//                "..." any number
//   defaults     numbers that stand for the last inputs where a caller leaves them out: {0.01}
//   autocast     what a scope of Precision does with its operands (op/precision.h)
//   Attributes   its integers, flags, axes and types (ir/attributes.h), when it has any
//   infer        shapes and types of the outputs from those of the inputs; throws on a wrong call
//   gradient     cotangents of the inputs, written with public functions, so that it can be
//                recorded, compiled and differentiated again; or  no_gradient = "why"
//   one of       formula     an element-wise op's generic lambda (op/elementwise.h)
//                monoid      how a reduction combines (op/reduction.h)
//                view        strides under which the output is the input's memory
//                reference   a plain loop over strided operands (op/reference.h)
//                decompose   public functions that give the same; recorded as one node
//   samples      calls that must work; bad_samples: calls that must fail, each with its message
//   doc          what it computes, shapes, errors, and an example that the tests run
//
// Families (Elementwise, Reduction) supply what their members share. No list of ops exists: CMake
// makes the table from the files.
#pragma once

#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/core/array.h"
#include "lamina/ir/attributes.h"
#include "lamina/ir/node.h"
#include "lamina/op/backend.h"
#include "lamina/op/loop.h"
#include "lamina/op/scalar.h"

namespace lamina {

class Samples;
class BadSamples;
class Reference;

// What `infer` sees and fills.
class Inference {
 public:
  Inference(const Op& op, std::span<const Spec* const> inputs, const AttributesBase* attributes)
      : op(op), inputs_(inputs), attributes_(attributes) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  const Spec& input(int i) const { return *inputs_[i]; }
  const Shape& shape(int i) const { return inputs_[i]->shape; }
  DType dtype(int i) const { return inputs_[i]->dtype; }
  template <class A>
  const A& attributes() const {
    return attributes_->as<A>();
  }

  void output(DType dtype, Shape shape) { outputs.push_back({dtype, std::move(shape)}); }

  // Starts a message with the op's name and ends it with the inputs' types and shapes.
  template <class E, class... Parts>
  E error(const Parts&... parts) const {
    return add_inputs(E(text(op_name(), ": ", parts...)));
  }

  const Op& op;
  std::vector<Spec> outputs;

 private:
  const char* op_name() const;
  template <class E>
  E add_inputs(E e) const {
    for (int i = 0; i < input_count(); ++i) e.add_detail(input_name(i), text(input(i)));
    return e;
  }
  std::string input_name(int i) const;
  std::span<const Spec* const> inputs_;
  const AttributesBase* attributes_;
};

// What `gradient` and `decompose` see. Inputs and outputs are handles on recorded values.
class Context {
 public:
  Context(const Op& op, std::vector<Array> inputs, AttributesRef attributes)
      : op(op),
        inputs_(std::move(inputs)),
        attributes_(std::move(attributes)),
        given_(inputs_.size()) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  const Array& input(int i) const { return inputs_[i]; }
  const Array& output(int k = 0) const { return outputs_[k]; }
  template <class A>
  const A& attributes() const {
    return attributes_->as<A>();
  }

  // Gradient only. The cotangent of an output that nothing used is zeros.
  Array cotangent(int k = 0) const;
  bool has_cotangent(int k) const { return static_cast<bool>(cotangents_[k]); }
  bool wants(int input) const { return wanted_[input]; }
  // The cotangent of an input; summed over axes along which the input was broadcast, and cast to
  // its dtype.
  void give(int input, Array cotangent);

  const Op& op;
  const AttributesRef& attributes_ref() const { return attributes_; }

  // For the engine.
  void set_gradient(std::vector<Array> outputs, std::vector<Array> cotangents,
                    std::vector<bool> wanted) {
    outputs_ = std::move(outputs), cotangents_ = std::move(cotangents), wanted_ = std::move(wanted);
  }
  Array take_given(int input) { return std::move(given_[input]); }

 private:
  std::vector<Array> inputs_, outputs_, cotangents_;
  AttributesRef attributes_;
  std::vector<bool> wanted_;
  std::vector<Array> given_;
};

struct View {
  Strides strides;     // of the output, in elements
  int64_t offset = 0;  // elements from the input's first one
};

// Element-wise ops: which types the operands are brought to, and what comes out.
enum class Types : uint8_t {
  Floating,   // integers and bool become float32; result of that type
  Numeric,    // promoted; result of that type
  Predicate,  // promoted; result bool
  Logical,    // every operand becomes bool; result bool
  Bits,       // bool and integers only, promoted; result of that type
  Shifts,     // integers only, promoted; result of that type
  Choice,     // the first operand becomes bool, the others are promoted; result of their type
  Cast,       // the operand stays as it is; the result's type is the attribute `dtype`
};

// What an op does with its floating-point operands in a scope of Precision (op/precision.h).
enum class Autocast : uint8_t {
  Promote,   // nothing: types meet as they do elsewhere
  Lower,     // float32 is brought to the scope's type: products, which gain most and lose least
  Float32,   // the scope's type is brought to float32: what adds up many terms, and powers
};

struct Op {
  const char* name = nullptr;
  uint32_t id = 0;  // unique in this process: what program keys hold
  std::vector<const char*> inputs;
  std::vector<double> defaults;  // of the last inputs
  const char* doc = "";

  bool elementwise = false;
  Types types = Types::Numeric;
  bool multiple = false;  // several outputs: recorded as one node and an "output" node for each
  bool random =
      false;  // its first two inputs are seed and counter: two draws are never the same value
  Autocast autocast = Autocast::Promote;
  bool checks_values = false;  // its kernels can report wrong values in data
  std::optional<Monoid> monoid;

  AttributesRef (*default_attributes)() = nullptr;
  void (*infer)(Inference&) = nullptr;
  void (*gradient)(Context&) = nullptr;
  const char* no_gradient = nullptr;  // why there is none
  std::vector<Array> (*decompose)(Context&) = nullptr;
  Expr (*formula)(ScalarProgram&, std::span<const uint16_t> inputs) = nullptr;
  double (*formula_real)(std::span<const double> inputs) = nullptr;
  std::optional<View> (*view)(const AttributesBase*, const Operand& input,
                              const Spec& output) = nullptr;
  void (*reference)(Reference&) = nullptr;
  double (*flops)(const KernelRequest&) = nullptr;  // of one call; 0 when left out
  void (*samples)(Samples&) = nullptr;
  void (*bad_samples)(BadSamples&) = nullptr;

  // The number that stands for input i where it is left out; nothing if it must be given.
  std::optional<double> default_of(size_t i) const {
    const size_t given = inputs.size() - defaults.size();
    return i < given ? std::nullopt : std::optional(defaults[i - given]);
  }

  int min_inputs() const;
  int max_inputs() const;  // -1: any number
};

using OpGetter = const Op& (*)();

namespace op {
std::span<const OpGetter> builtin_ops();  // generated by CMake
std::span<const Op* const> all();         // in the order of their names
const Op* find(std::string_view name);    // null when there is none
uint32_t next_id();
}  // namespace op

// Records a call and returns its output; infers, so throws on a wrong call. The arrays are moved
// from.
Array record(const Op& op, std::span<Array> inputs, AttributesRef attributes = {});
std::vector<Array> record_multiple(const Op& op, std::span<Array> inputs,
                                   AttributesRef attributes = {});

template <class... Arrays>
Array record(const Op& op, AttributesRef attributes, Arrays... inputs) {
  Array list[] = {std::move(inputs)...};
  return record(op, std::span<Array>(list), std::move(attributes));
}

// A number as an operand of `dtype`, without a cast in the graph. OverflowError, begun by `what`,
// when an integer does not fit.
Array number_as(Array number, DType dtype, std::string_view what);

// Element-wise ops: promotes and broadcasts, then records.
Array record_elementwise(const Op& op, std::span<Array> inputs, AttributesRef attributes = {});
template <size_t N>
Array record_elementwise(const Op& op, Array (&&inputs)[N]) {
  return record_elementwise(op, std::span<Array>(inputs));
}

namespace detail {
std::vector<const char*> elementwise_names(int count);  // {"x"}, {"x", "y"}, ..

template <class T, class Argument>
auto call_formula(Argument argument) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return T::formula(argument(I)...);
  }(std::make_integer_sequence<int, T::arity>());
}
}  // namespace detail

namespace op {

// Copies what is declared in T, and in its family, into an Op. The checks are the contract.
template <class T>
Op make() {
  Op op;
  op.name = T::name;
  op.id = next_id();
  if constexpr (requires { T::inputs; }) {
    op.inputs.assign(std::begin(T::inputs), std::end(T::inputs));
  }
  if constexpr (requires { T::doc; }) op.doc = T::doc;
  if constexpr (requires { T::elementwise; }) {
    op.elementwise = T::elementwise;
    op.types = T::types;
    if constexpr (requires { T::inputs; }) {
      static_assert(std::size(T::inputs) == T::arity, "one name for each operand");
    } else {
      op.inputs = detail::elementwise_names(T::arity);
    }
  }
  if constexpr (requires { T::defaults; }) {
    op.defaults.assign(std::begin(T::defaults), std::end(T::defaults));
    LAMINA_ASSERT(op.defaults.size() <= op.inputs.size());
  }
  if constexpr (requires { T::multiple; }) op.multiple = T::multiple;
  if constexpr (requires { T::random; }) op.random = T::random;
  if constexpr (requires { T::autocast; }) op.autocast = T::autocast;
  if constexpr (requires { T::checks_values; }) op.checks_values = T::checks_values;
  if constexpr (requires { T::monoid; }) op.monoid = T::monoid;
  if constexpr (requires { typename T::Attributes; }) {
    op.default_attributes = [] { return make_attributes(typename T::Attributes{}); };
  }
  op.infer = &T::infer;

  constexpr bool has_gradient = requires(Context & c) { T::gradient(c); };
  constexpr bool has_reason = requires { T::no_gradient; };
  constexpr bool has_decompose = requires(Context & c) { T::decompose(c); };
  static_assert(has_gradient + has_reason == 1 || (has_decompose && !has_reason),
                "an op has a gradient, or says no_gradient = \"why\"");
  if constexpr (has_gradient) op.gradient = [](Context& c) { T::gradient(c); };
  if constexpr (has_reason) op.no_gradient = T::no_gradient;
  if constexpr (has_decompose) {
    op.decompose = [](Context& c) -> std::vector<Array> {
      if constexpr (std::is_same_v<decltype(T::decompose(c)), Array>) {
        std::vector<Array> outputs;
        outputs.push_back(T::decompose(c));
        return outputs;
      } else {
        return T::decompose(c);
      }
    };
  }

  constexpr bool has_formula = requires { T::formula; };
  if constexpr (has_formula) {
    op.formula = [](ScalarProgram& program, std::span<const uint16_t> inputs) {
      return detail::call_formula<T>([&](int i) { return Expr(&program, inputs[i]); });
    };
    op.formula_real = [](std::span<const double> inputs) {
      return detail::call_formula<T>([&](int i) { return Real(inputs[i]); }).v;
    };
  }
  if constexpr (requires { &T::view; }) op.view = &T::view;
  constexpr bool has_reference = requires(Reference & r) { T::reference(r); };
  if constexpr (has_reference) op.reference = [](Reference& r) { T::reference(r); };
  static_assert(
      has_formula || has_reference || has_decompose || requires { T::monoid; } ||
          requires { &T::view; },
      "an op says how it is computed: formula, monoid, view, reference or decompose");

  if constexpr (requires { &T::flops; }) op.flops = &T::flops;
  if constexpr (requires(Samples & s) { T::samples(s); }) op.samples = &T::samples;
  if constexpr (requires(BadSamples & s) { T::bad_samples(s); }) op.bad_samples = &T::bad_samples;
  return op;
}

}  // namespace op

#define LAMINA_OP(T)                        \
  namespace ops {                           \
  const Op& op_##T() {                      \
    static Op op = ::lamina::op::make<T>(); \
    return op;                              \
  }                                         \
  }

// Declares another op's getter, for files that record or recognise it.
#define LAMINA_USE_OP(T) \
  namespace ops {        \
  const Op& op_##T();    \
  }

}  // namespace lamina
