#include "lamina/models/mlp.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/models/he_initialise.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/linear.h"

namespace lamina::models {
namespace {

std::shared_ptr<nn::Module> made(Activation activation) {
  switch (activation) {
    case Activation::ReLU:
      return std::make_shared<nn::ReLU>();
    case Activation::Sigmoid:
      return std::make_shared<nn::Sigmoid>();
    case Activation::Tanh:
      return std::make_shared<nn::Tanh>();
    case Activation::GELU:
      return std::make_shared<nn::GELU>();
  }
  return nullptr;
}

}  // namespace

MLP::MLP(std::vector<int64_t> sizes, MLPOptions options)
    : sizes(std::move(sizes)), options(options) {
  const std::vector<int64_t>& s = this->sizes;
  if (s.size() < 2) {
    throw ValueError(text("MLP: expected the sizes of the input and of each layer, got ", s.size(),
                          s.size() == 1 ? " size" : " sizes"));
  }
  for (int64_t size : s) check_size("MLP", "sizes", size);
  for (size_t i = 0; i + 1 < s.size(); ++i) {
    if (i > 0) append(made(options.activation));
    append(nn::Linear(s[i], s[i + 1], {.bias = options.bias}));
  }
}

std::unique_ptr<nn::Module> MLP::fresh() const { return std::make_unique<MLP>(sizes, options); }

std::string MLP::arguments() const {
  std::string out;
  for (int64_t size : sizes) out += text(out.empty() ? "[" : ", ", size);
  return out + "]";
}

MLP fcn5() { return MLP({784, 2048, 4096, 1024, 10}, {.activation = Activation::Sigmoid}); }

MLP fcn_wide() {
  return MLP({26752, 2048, 2048, 2048, 26752}, {.activation = Activation::Sigmoid});
}

}  // namespace lamina::models
