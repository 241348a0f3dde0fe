#include "lamina/nn/linear.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/nn/init.h"
#include "lamina/op/op.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

// The layer before is often right and the flattening wrong: follows the values that came through
// one operand to where several axes became one.
std::string flattened_from(const Array& x) {
  const Node* node = x.node();
  for (int steps = 0; steps < 8 && node->input_count == 1; ++steps) {
    const Node* input = node->inputs()[0];
    const Shape& before = input->spec.shape;
    if (node->op && std::string_view(node->op->name) == "reshape" &&
        before.rank() > node->spec.shape.rank()) {
      return text(", or check the Flatten before it: its input is ", before, " = ",
                  node->spec.shape.back(), " features");
    }
    node = input;
  }
  return "";
}

}  // namespace

Linear::Linear(int64_t in_features, int64_t out_features, LinearOptions options)
    : in_features(in_features), out_features(out_features), options(options) {
  if (in_features < 0 || out_features < 0) {
    throw ValueError(
        text("Linear: sizes must not be negative, got ", in_features, " and ", out_features));
  }
  weight = parameter("weight", init::layer_weight({out_features, in_features}, options.dtype));
  if (!options.bias) return;
  bias = parameter("bias",
                   init::layer_bias(out_features, static_cast<double>(in_features), options.dtype));
}

Array Linear::forward(Array x) {
  if (x.ndim() == 0 || x.shape(-1) != in_features) {
    int64_t got = x.ndim() == 0 ? 0 : x.shape(-1);
    throw ShapeError(text("expected ", in_features, " input features on axis -1, got ", got))
        .detail("input", describe_input(x))
        .detail("weight", describe(weight))
        .help(text("Linear(", got, ", ", out_features, ")", flattened_from(x)));
  }
  return linear(std::move(x), weight, bias ? Array(bias) : Array());
}

std::unique_ptr<Module> Linear::fresh() const {
  return std::make_unique<Linear>(in_features, out_features, options);
}

std::string Linear::description() const {
  return text("Linear ", in_features, " -> ", out_features);
}

std::string Linear::arguments() const {
  return text("in_features=", in_features, ", out_features=", out_features,
              ", bias=", options.bias);
}

}  // namespace lamina::nn
