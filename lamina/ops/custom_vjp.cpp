// custom_vjp(values.., arguments..): the values, with a gradient that a function of the caller's
// says. It computes nothing: programs see the values only. The function is no part of the program's
// key, and of no saved graph: without it, gradients flow into the values as if the op were not
// there.
#include "lamina/ops/custom_vjp.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct CustomVjp {
  static constexpr auto name = "custom_vjp";
  static constexpr const char* inputs[] = {"values..."};
  static constexpr bool multiple = true;
  struct Attributes {
    int64_t outputs = 1;  // how many of the inputs are values
    std::shared_ptr<const VjpRule> rule;
    template <class V>
    void fields(V&& v) {
      v("outputs", outputs);
    }
  };
  static void infer(Inference& c) {
    const int64_t outputs = c.attributes<Attributes>().outputs;
    if (outputs < 1 || outputs > c.input_count()) {
      throw c.error<ValueError>("expected 1 .. ", c.input_count(), " outputs, got ", outputs);
    }
    for (int k = 0; k < outputs; ++k) c.output(c.dtype(k), c.shape(k));
  }
  static void gradient(Context& c) {
    const auto& a = c.attributes<Attributes>();
    const int outputs = static_cast<int>(a.outputs);
    if (!a.rule) {
      for (int k = 0; k < outputs; ++k) c.give(k, c.cotangent(k));
      return;
    }
    VjpCall call;
    for (int k = 0; k < outputs; ++k) {
      call.outputs.push_back(c.output(k)), call.cotangents.push_back(c.cotangent(k));
    }
    for (int k = outputs; k < c.input_count(); ++k) call.arguments.push_back(c.input(k));
    std::vector<Array> results = (*a.rule)(call);
    if (results.size() != call.arguments.size()) {
      throw GradientError(text("custom_vjp: expected ", call.arguments.size(),
                               " cotangents, one for each argument, got ", results.size()));
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const Array& argument = call.arguments[i];
      if (!results[i] || !is_floating(argument.dtype())) continue;
      if (!(results[i].shape() == argument.shape())) {
        throw GradientError(text("custom_vjp: expected a cotangent ", argument.shape(),
                                 " for argument ", i, ", got ", describe(results[i])));
      }
      c.give(outputs + static_cast<int>(i), std::move(results[i]));
    }
  }
  static std::vector<Array> decompose(Context& c) {
    std::vector<Array> values;
    for (int k = 0; k < c.attributes<Attributes>().outputs; ++k) values.push_back(c.input(k));
    return values;
  }
  static void samples(Samples& s) {
    s.call({{2, 3}, {4}}, Attributes{1, {}}).call({{2}, {0, 3}, {1}}, Attributes{2, {}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2}}, Attributes{2, {}}, "expected 1 .. 1 outputs, got 2");
    s.call({{2}}, Attributes{0, {}}, "expected 1 .. 1 outputs, got 0");
  }
  static constexpr auto doc = "Values with a gradient of the caller's own.";
};
LAMINA_OP(CustomVjp)

std::vector<Array> with_vjp(std::vector<Array> values, std::vector<Array> arguments,
                            std::shared_ptr<const VjpRule> rule) {
  CustomVjp::Attributes attributes{static_cast<int64_t>(values.size()), std::move(rule)};
  for (Array& argument : arguments) values.push_back(std::move(argument));
  return record_multiple(ops::op_CustomVjp(), values, make_attributes(std::move(attributes)));
}

}  // namespace lamina
