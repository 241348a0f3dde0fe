// What a kind of cell is: its parameters and one step. Cells (recurrent_cells.h) and layers
// (recurrent.h) are made of these, so that a form is written once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/nn/recurrent_loop.h"

namespace lamina::nn {

// Drawn as PyTorch does, within 1 / sqrt(hidden_size), or all of one value.
struct CellParameter {
  std::string name;
  IntList shape;
  std::optional<double> value = std::nullopt;
};

class CellWeights {
 public:
  void set(std::string_view name, Array value);
  const Array& operator[](std::string_view name) const;  // an empty Array where there is none
  const std::vector<std::pair<std::string, Array>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, Array>> all_;
};

class CellForm {
 public:
  virtual ~CellForm() = default;

  virtual std::vector<CellParameter> parameters(int64_t input_size) const = 0;
  // The features of each array of the state, and of the output. The output is the first array of
  // the state, unless `output_is_state` says no.
  virtual std::vector<int64_t> state_sizes() const { return {hidden_size}; }
  virtual int64_t output_size() const { return hidden_size; }
  virtual bool output_is_state() const { return true; }
  // x [batch, input]. `mask` [batch, ..], if there is one, scales the state where it enters
  // products: recurrent dropout.
  virtual CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                        const Array& mask) const = 0;
  // The parameters from what Keras's layer of this kind gives as get_weights(): kernel, recurrent
  // kernel, bias. ValueError where Keras has no such layer.
  virtual CellWeights from_keras(const char* kind, const std::vector<Array>& weights) const;
  virtual std::string arguments() const {
    return {};
  }  // behind those that all have: ", proj_size=3"

  int64_t hidden_size = 0;
  bool bias = true;
};

struct RNNForm : CellForm {
  std::vector<CellParameter> parameters(int64_t input_size) const override;
  CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                const Array& mask) const override;
  CellWeights from_keras(const char* kind, const std::vector<Array>& weights) const override;
  bool relu = false;
};

struct LSTMForm : CellForm {
  std::vector<CellParameter> parameters(int64_t input_size) const override;
  std::vector<int64_t> state_sizes() const override { return {output_size(), hidden_size}; }
  int64_t output_size() const override { return proj_size > 0 ? proj_size : hidden_size; }
  CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                const Array& mask) const override;
  CellWeights from_keras(const char* kind, const std::vector<Array>& weights) const override;
  std::string arguments() const override;
  int64_t proj_size = 0;
  bool peepholes = false, coupled = false, layer_norm = false;
};

struct GRUForm : CellForm {
  std::vector<CellParameter> parameters(int64_t input_size) const override;
  CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                const Array& mask) const override;
  CellWeights from_keras(const char* kind, const std::vector<Array>& weights) const override;
  std::string arguments() const override;
  bool reset_after = true, layer_norm = false;
};

struct IndRNNForm : CellForm {
  std::vector<CellParameter> parameters(int64_t input_size) const override;
  CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                const Array& mask) const override;
  bool relu = true;
};

struct SRUForm : CellForm {
  std::vector<CellParameter> parameters(int64_t input_size) const override;
  bool output_is_state() const override { return false; }
  CellStep step(const CellWeights& w, Array x, const std::vector<Array>& state,
                const Array& mask) const override;
};

// For forms: x W^T + b, rows of blocks of `size`, and h as products see it.
Array affine(Array x, const Array& weight, const Array& bias);
Array block(const Array& weight, int64_t first, int64_t last, int64_t size);
Array masked(const Array& h, const Array& mask);
// Throws unless Keras gave what a layer of `gates` gates has: [input, gates * hidden], [hidden,
// gates * hidden] and perhaps a bias.
void check_keras_weights(const char* kind, const std::vector<Array>& weights, int64_t gates,
                         int64_t hidden_size, bool bias);

// What a value says of a name: whether nonlinearity is "relu" and not "tanh". ValueError.
bool is_relu(const char* kind, const std::string& nonlinearity);
// Throws, begun by `kind`, for sizes that cannot be.
void check_recurrent_sizes(const char* kind, int64_t input_size, int64_t hidden_size);

}  // namespace lamina::nn
