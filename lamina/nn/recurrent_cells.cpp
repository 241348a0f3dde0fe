#include "lamina/nn/recurrent_cells.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

template <class Form, class Options>
std::shared_ptr<Form> basic_form(int64_t hidden_size, const Options& options) {
  auto form = std::make_shared<Form>();
  form->hidden_size = hidden_size;
  form->bias = options.bias;
  return form;
}

}  // namespace

std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const RNNCellOptions& o) {
  auto form = basic_form<RNNForm>(hidden_size, o);
  form->relu = is_relu(kind, o.nonlinearity);
  return form;
}

std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size, const LSTMCellOptions& o) {
  if (o.proj_size < 0 || o.proj_size >= std::max<int64_t>(1, hidden_size)) {
    throw ValueError(text(kind, ": proj_size must be 0 (none) or 1 to hidden_size - 1, got ",
                          o.proj_size, " for a hidden_size of ", hidden_size));
  }
  auto form = basic_form<LSTMForm>(hidden_size, o);
  form->proj_size = o.proj_size;
  form->peepholes = o.peepholes, form->coupled = o.coupled, form->layer_norm = o.layer_norm;
  return form;
}

std::shared_ptr<CellForm> form_of(const char*, int64_t hidden_size, const GRUCellOptions& o) {
  auto form = basic_form<GRUForm>(hidden_size, o);
  form->reset_after = o.reset_after, form->layer_norm = o.layer_norm;
  return form;
}

std::shared_ptr<CellForm> form_of(const char* kind, int64_t hidden_size,
                                  const IndRNNCellOptions& o) {
  auto form = basic_form<IndRNNForm>(hidden_size, o);
  form->relu = is_relu(kind, o.nonlinearity);
  return form;
}

std::shared_ptr<CellForm> form_of(const char*, int64_t hidden_size, const SRUCellOptions& o) {
  return basic_form<SRUForm>(hidden_size, o);
}

Array initial_value(const CellParameter& parameter, int64_t hidden_size, DType dtype) {
  if (parameter.value) return init::constant(parameter.shape, *parameter.value, dtype);
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  return init::uniform(parameter.shape, -bound, bound, dtype);
}

RecurrentCell::RecurrentCell(const char* kind, int64_t input_size,
                             std::shared_ptr<const CellForm> form, DType dtype)
    : input_size(input_size),
      hidden_size(form->hidden_size),
      dtype_(dtype),
      form_(std::move(form)) {
  check_recurrent_sizes(kind, input_size, hidden_size);
  for (const CellParameter& p : form_->parameters(input_size)) {
    parameter(p.name, initial_value(p, hidden_size, dtype));
  }
}

std::vector<Array> RecurrentCell::initial_state(const Array& x) const {
  std::vector<Array> state;
  IntList shape(x.shape().begin(), x.shape().end());
  for (int64_t size : form_->state_sizes()) {
    shape.back() = size;
    state.push_back(zeros(shape, dtype_));
  }
  return state;
}

std::vector<Array> RecurrentCell::forward_all(std::vector<Array> inputs) {
  const std::vector<int64_t> sizes = form_->state_sizes();
  if (inputs.size() != 1 && inputs.size() != 1 + sizes.size()) {
    throw ValueError(text("expected x, or x and ", sizes.size(), " arrays of state, got ",
                          inputs.size(), " inputs"));
  }
  Array x = std::move(inputs[0]);
  if (x.ndim() == 0 || x.ndim() > 2 || x.shape(-1) != input_size) {
    throw ShapeError(text("expected an input [batch, ", input_size, "] or [", input_size, "]"))
        .detail("input", describe_input(x));
  }
  std::vector<Array> state(std::make_move_iterator(inputs.begin() + 1),
                           std::make_move_iterator(inputs.end()));
  if (state.empty()) state = initial_state(x);
  IntList shape(x.shape().begin(), x.shape().end());
  for (size_t k = 0; k < state.size(); ++k) {
    shape.back() = sizes[k];
    if (IntList(state[k].shape().begin(), state[k].shape().end()) == shape) continue;
    throw ShapeError(text("expected state ", k, " of shape ", shape, ", got ", describe(state[k])))
        .detail("input", describe_input(x));
  }
  const bool one = x.ndim() == 1;
  if (one) {
    x = expand_dims(std::move(x), {0});
    for (Array& s : state) s = expand_dims(std::move(s), {0});
  }
  CellWeights weights;
  for (const auto& [name, parameter] : own_parameters()) weights.set(name, parameter);
  CellStep step = form_->step(weights, std::move(x), state, {});
  std::vector<Array> results = std::move(step.state);
  if (!form_->output_is_state()) results.insert(results.begin(), std::move(step.output));
  if (one) {
    for (Array& y : results) y = squeeze(std::move(y), {0});
  }
  return results;
}

void RecurrentCell::load_keras_weights(const std::vector<Array>& weights) {
  load_state_dict(form_->from_keras(kind().c_str(), weights).all());
}

std::string RecurrentCell::description() const {
  return text(kind(), " ", input_size, " -> ", hidden_size);
}
std::string RecurrentCell::arguments() const {
  return text(input_size, ", ", hidden_size, form_->bias ? "" : ", bias=false", form_->arguments());
}

#define LAMINA_CELL(Name)                                                                  \
  Name::Name(int64_t input_size, int64_t hidden_size, Name##Options given)                 \
      : RecurrentCell(#Name, input_size, form_of(#Name, hidden_size, given), given.dtype), \
        options(std::move(given)) {}                                                       \
  std::unique_ptr<Module> Name::fresh() const {                                            \
    return std::make_unique<Name>(input_size, hidden_size, options);                       \
  }
LAMINA_CELL(RNNCell)
LAMINA_CELL(LSTMCell)
LAMINA_CELL(GRUCell)
LAMINA_CELL(IndRNNCell)
LAMINA_CELL(SRUCell)
#undef LAMINA_CELL

}  // namespace lamina::nn
