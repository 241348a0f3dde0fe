#include "lamina/nn/activations.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/softmax.h"

namespace lamina::nn {

Array ReLU::forward(Array x) { return relu(std::move(x)); }
Array SiLU::forward(Array x) { return silu(std::move(x)); }
Array Sigmoid::forward(Array x) { return sigmoid(std::move(x)); }
Array Tanh::forward(Array x) { return tanh(std::move(x)); }
Array LeakyReLU::forward(Array x) { return leaky_relu(std::move(x), slope); }
Array Softmax::forward(Array x) { return softmax(std::move(x), {.axis = axis}); }
Array LogSoftmax::forward(Array x) { return log_softmax(std::move(x), {.axis = axis}); }

std::unique_ptr<Module> ReLU::fresh() const { return std::make_unique<ReLU>(); }
std::unique_ptr<Module> SiLU::fresh() const { return std::make_unique<SiLU>(); }
std::unique_ptr<Module> Sigmoid::fresh() const { return std::make_unique<Sigmoid>(); }
std::unique_ptr<Module> Tanh::fresh() const { return std::make_unique<Tanh>(); }
std::unique_ptr<Module> LeakyReLU::fresh() const { return std::make_unique<LeakyReLU>(slope); }
std::unique_ptr<Module> Softmax::fresh() const { return std::make_unique<Softmax>(axis); }
std::unique_ptr<Module> LogSoftmax::fresh() const { return std::make_unique<LogSoftmax>(axis); }

GELU::GELU(std::string approximate) : approximate(std::move(approximate)) {
  if (this->approximate == "none" || this->approximate == "tanh") return;
  throw ValueError(
      text("GELU: expected approximate to be 'none' or 'tanh', got '", this->approximate, "'"));
}
Array GELU::forward(Array x) { return gelu(std::move(x), approximate); }
std::unique_ptr<Module> GELU::fresh() const { return std::make_unique<GELU>(approximate); }
std::string GELU::arguments() const { return approximate == "none" ? "" : "approximate=tanh"; }

std::string LeakyReLU::arguments() const { return text("slope=", slope); }
std::string Softmax::arguments() const { return text("axis=", axis); }
std::string LogSoftmax::arguments() const { return text("axis=", axis); }

}  // namespace lamina::nn
