// sru: f = sigmoid(W_f x + v_f c + b_f), r = sigmoid(W_r x + v_r c + b_r); c' = f c + (1 - f) W x;
// y = r c' + (1 - r) x  (Lei et al. 2018). Nothing but products of elements depends on the state.
// Where x has other features than c, y has (1 - r) P x instead. Rows: W, f, r, and those of P.
#include "lamina/nn/cell_form.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

std::vector<CellParameter> SRUForm::parameters(int64_t input_size) const {
  const int64_t blocks = input_size == hidden_size ? 3 : 4;
  std::vector<CellParameter> all{{"weight_ih", {blocks * hidden_size, input_size}},
                                 {"weight_c", {2 * hidden_size}}};
  if (bias) all.push_back({"bias", {2 * hidden_size}, 0.0});
  return all;
}

CellStep SRUForm::step(const CellWeights& w, Array x, const std::vector<Array>& state,
                       const Array&) const {
  const Array& c = state[0];
  const bool projected = w["weight_ih"].shape(0) == 4 * hidden_size;
  std::vector<Array> u = split(matmul(x, transpose(w["weight_ih"])), projected ? 4 : 3, -1);
  auto gate = [&](int64_t number) {
    Array z = u[static_cast<size_t>(1 + number)] +
              block(w["weight_c"], number, number + 1, hidden_size) * c;
    if (bias) z = std::move(z) + block(w["bias"], number, number + 1, hidden_size);
    return sigmoid(std::move(z));
  };
  Array f = gate(0), r = gate(1);
  Array next = u[0] + f * (c - u[0]);
  Array passed = projected ? u[3] : std::move(x);
  return {passed + r * (next - passed), {next}};
}

}  // namespace lamina::nn
