#include "lamina/nn/more_activations.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/special.h"

namespace lamina::nn {

Array ReLU6::forward(Array x) { return relu6(std::move(x)); }
std::unique_ptr<Module> ReLU6::fresh() const { return std::make_unique<ReLU6>(); }
Array Hardsigmoid::forward(Array x) { return hardsigmoid(std::move(x)); }
std::unique_ptr<Module> Hardsigmoid::fresh() const { return std::make_unique<Hardsigmoid>(); }
Array Hardswish::forward(Array x) { return hardswish(std::move(x)); }
std::unique_ptr<Module> Hardswish::fresh() const { return std::make_unique<Hardswish>(); }
Array SELU::forward(Array x) { return selu(std::move(x)); }
std::unique_ptr<Module> SELU::fresh() const { return std::make_unique<SELU>(); }
Array Mish::forward(Array x) { return mish(std::move(x)); }
std::unique_ptr<Module> Mish::fresh() const { return std::make_unique<Mish>(); }
Array Softsign::forward(Array x) { return softsign(std::move(x)); }
std::unique_ptr<Module> Softsign::fresh() const { return std::make_unique<Softsign>(); }
Array Tanhshrink::forward(Array x) { return tanhshrink(std::move(x)); }
std::unique_ptr<Module> Tanhshrink::fresh() const { return std::make_unique<Tanhshrink>(); }
Array LogSigmoid::forward(Array x) { return logsigmoid(std::move(x)); }
std::unique_ptr<Module> LogSigmoid::fresh() const { return std::make_unique<LogSigmoid>(); }

Array ELU::forward(Array x) { return elu(std::move(x), alpha); }
std::unique_ptr<Module> ELU::fresh() const { return std::make_unique<ELU>(alpha); }
std::string ELU::arguments() const { return text("alpha=", alpha); }
Array CELU::forward(Array x) { return celu(std::move(x), alpha); }
std::unique_ptr<Module> CELU::fresh() const { return std::make_unique<CELU>(alpha); }
std::string CELU::arguments() const { return text("alpha=", alpha); }
Array Hardshrink::forward(Array x) { return hardshrink(std::move(x), threshold); }
std::unique_ptr<Module> Hardshrink::fresh() const {
  return std::make_unique<Hardshrink>(threshold);
}
std::string Hardshrink::arguments() const { return text("threshold=", threshold); }
Array Softshrink::forward(Array x) { return softshrink(std::move(x), threshold); }
std::unique_ptr<Module> Softshrink::fresh() const {
  return std::make_unique<Softshrink>(threshold);
}
std::string Softshrink::arguments() const { return text("threshold=", threshold); }

Array GLU::forward(Array x) { return glu(std::move(x), axis); }
std::unique_ptr<Module> GLU::fresh() const { return std::make_unique<GLU>(axis); }
std::string GLU::arguments() const { return text("axis=", axis); }
Array Softmin::forward(Array x) { return softmin(std::move(x), axis); }
std::unique_ptr<Module> Softmin::fresh() const { return std::make_unique<Softmin>(axis); }
std::string Softmin::arguments() const { return text("axis=", axis); }

Softplus::Softplus(double beta, double threshold) : beta(beta), threshold(threshold) {
  if (beta > 0 && !std::isnan(threshold)) return;
  throw ValueError(text("Softplus: beta must be over 0 and threshold a number, got ", beta, " and ",
                        threshold));
}
// With beta 1 both forms agree to the last digit of float32.
Array Softplus::forward(Array x) {
  if (beta == 1 && threshold == 20 && x.dtype() != float64) return softplus(std::move(x));
  return softplus(std::move(x), beta, threshold);
}
std::unique_ptr<Module> Softplus::fresh() const {
  return std::make_unique<Softplus>(beta, threshold);
}
std::string Softplus::arguments() const { return text("beta=", beta, ", threshold=", threshold); }

Hardtanh::Hardtanh(double min_val, double max_val) : min_val(min_val), max_val(max_val) {
  if (min_val < max_val) return;
  throw ValueError(
      text("Hardtanh: min_val must be below max_val, got ", min_val, " and ", max_val));
}
Array Hardtanh::forward(Array x) { return hardtanh(std::move(x), min_val, max_val); }
std::unique_ptr<Module> Hardtanh::fresh() const {
  return std::make_unique<Hardtanh>(min_val, max_val);
}
std::string Hardtanh::arguments() const { return text("min_val=", min_val, ", max_val=", max_val); }

Array Threshold::forward(Array x) { return lamina::threshold(std::move(x), threshold, value); }
std::unique_ptr<Module> Threshold::fresh() const {
  return std::make_unique<Threshold>(threshold, value);
}
std::string Threshold::arguments() const {
  return text("threshold=", threshold, ", value=", value);
}

PReLU::PReLU(int64_t num_parameters, double value) : num_parameters(num_parameters), init(value) {
  if (num_parameters < 1)
    throw ValueError(text("PReLU: num_parameters must be 1 or more, got ", num_parameters));
  checked_number("PReLU", "init", value);
  weight = parameter("weight", nn::init::constant({num_parameters}, value));
}
Array PReLU::forward(Array x) { return prelu(std::move(x), weight); }
std::unique_ptr<Module> PReLU::fresh() const {
  return std::make_unique<PReLU>(num_parameters, init);
}
std::string PReLU::arguments() const { return text("num_parameters=", num_parameters); }

Array RReLU::forward(Array x) { return rrelu(std::move(x), {lower, upper, training()}); }
std::unique_ptr<Module> RReLU::fresh() const { return std::make_unique<RReLU>(lower, upper); }
std::string RReLU::arguments() const { return text("lower=", lower, ", upper=", upper); }

}  // namespace lamina::nn
