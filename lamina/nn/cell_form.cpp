#include "lamina/nn/cell_form.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

void CellWeights::set(std::string_view name, Array value) {
  all_.emplace_back(name, std::move(value));
}

const Array& CellWeights::operator[](std::string_view name) const {
  static const auto* none = new Array;
  for (const auto& [own, value] : all_) {
    if (own == name) return value;
  }
  return *none;
}

CellWeights CellForm::from_keras(const char* kind, const std::vector<Array>&) const {
  throw ValueError(text(kind, ": Keras has no layer of this kind"));
}

Array affine(Array x, const Array& weight, const Array& bias) {
  Array y = matmul(std::move(x), transpose(weight));
  return bias ? std::move(y) + bias : y;
}

Array block(const Array& weight, int64_t first, int64_t last, int64_t size) {
  IntList start(static_cast<size_t>(weight.ndim()), 0);
  IntList stop(weight.shape().begin(), weight.shape().end());
  start[0] = first * size, stop[0] = last * size;
  return slice(weight, start, stop);
}

Array masked(const Array& h, const Array& mask) { return mask ? h * mask : h; }

void check_keras_weights(const char* kind, const std::vector<Array>& weights, int64_t gates,
                         int64_t hidden_size, bool bias) {
  if (weights.size() != (bias ? 3u : 2u)) {
    throw ValueError(text(kind, ": expected kernel, recurrent kernel", bias ? " and bias" : "",
                          ", got ", weights.size(), " arrays"));
  }
  for (size_t i = 0; i < 2; ++i) {
    if (weights[i].ndim() == 2 && weights[i].shape(1) == gates * hidden_size) continue;
    throw ShapeError(text(kind, ": expected a ", i ? "recurrent kernel [" : "kernel [",
                          i ? text(hidden_size) : std::string("input"), ", ", gates * hidden_size,
                          "], got ", describe(weights[i])));
  }
}

void check_recurrent_sizes(const char* kind, int64_t input_size, int64_t hidden_size) {
  constexpr int64_t kMost = int64_t{1} << 24;
  if (input_size < 1 || hidden_size < 1 || input_size > kMost || hidden_size > kMost) {
    throw ValueError(
        text(kind, ": expected sizes of 1 to ", kMost, ", got ", input_size, " and ", hidden_size));
  }
}

bool is_relu(const char* kind, const std::string& nonlinearity) {
  if (nonlinearity != "tanh" && nonlinearity != "relu") {
    throw ValueError(
        text(kind, ": nonlinearity must be 'tanh' or 'relu', got '", nonlinearity, "'"));
  }
  return nonlinearity == "relu";
}

}  // namespace lamina::nn
