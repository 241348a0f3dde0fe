#include "lamina/nn/recurrent.h"

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/init.h"
#include "lamina/nn/zoneout.h"
#include "lamina/op/graph_scope.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/dropout.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

void check_rate(const char* kind, const char* what, double rate) {
  if (rate >= 0 && rate <= 1) return;
  throw ValueError(text(kind, ": ", what, " must be 0 to 1, got ", rate));
}

}  // namespace

Recurrent::Recurrent(const char* kind, int64_t input_size, std::shared_ptr<const CellForm> form,
                     RecurrentOptions options)
    : input_size(input_size),
      hidden_size(form->hidden_size),
      form_(std::move(form)),
      common_(std::move(options)) {
  check_recurrent_sizes(kind, input_size, hidden_size);
  if (common_.num_layers < 1 || common_.num_layers > 1000) {
    throw ValueError(text(kind, ": expected 1 to 1000 layers, got ", common_.num_layers));
  }
  check_rate(kind, "dropout", common_.dropout);
  check_rate(kind, "recurrent_dropout", common_.recurrent_dropout);
  common_.zoneout = checked_zoneout(kind, std::move(common_.zoneout), form_->state_sizes().size());
  const auto sides = static_cast<int64_t>(directions());
  for (int64_t layer = 0; layer < common_.num_layers; ++layer) {
    const int64_t features = layer == 0 ? input_size : sides * form_->output_size();
    names_ = form_->parameters(features);
    for (int64_t side = 0; side < sides; ++side) {
      std::vector<Parameter> own;
      for (const CellParameter& p : names_) {
        own.push_back(parameter(text(p.name, "_l", layer, side ? "_reverse" : ""),
                                initial_value(p, hidden_size, common_.dtype)));
      }
      layers_.push_back(std::move(own));
    }
  }
}

// One direction of one layer; x [time, batch, features].
RecurrentResult Recurrent::run_direction(size_t number, const Array& x, std::vector<Array> state,
                                         bool from_zeros, const SequenceLayout* layout) {
  CellWeights weights;
  for (size_t i = 0; i < names_.size(); ++i) weights.set(names_[i].name, layers_[number][i]);
  Array mask;
  if (common_.recurrent_dropout > 0 && training()) {
    const int64_t size = form_->state_sizes()[0];
    mask = dropout(ones({x.shape(1), size}, common_.dtype), common_.recurrent_dropout);
  }
  auto cell = [&](Array input, const std::vector<Array>& before) {
    CellStep next = form_->step(weights, std::move(input), before, mask);
    if (common_.zoneout.empty()) return next;
    for (size_t k = 0; k < before.size(); ++k) {
      next.state[k] = zoneout(next.state[k], before[k], common_.zoneout[k], training());
    }
    if (form_->output_is_state()) next.output = next.state[0];
    return next;
  };
  const bool reverse = common_.bidirectional && number % 2 == 1;
  return run_over_time(cell, x, std::move(state), {kind(), reverse, from_zeros, layout});
}

// x [time, batch, features]; each array of the state [layers, batch, features].
RecurrentResult Recurrent::run_layers(Array x, const std::vector<Array>& state, bool from_zeros,
                                      const SequenceLayout* layout) {
  std::vector<std::vector<Array>> last(state.size());
  for (size_t number = 0; number < layers_.size(); number += directions()) {
    if (number > 0 && common_.dropout > 0) x = dropout(std::move(x), common_.dropout, training());
    std::vector<Array> outputs;
    for (size_t d = 0; d < directions(); ++d) {
      std::vector<Array> own;
      const auto row = static_cast<int64_t>(number + d);
      for (const Array& s : state) {
        own.push_back(squeeze(slice(s, {row, 0, 0}, {row + 1, s.shape(1), s.shape(2)}), {0}));
      }
      RecurrentResult one = run_direction(number + d, x, std::move(own), from_zeros, layout);
      outputs.push_back(std::move(one.output));
      for (size_t k = 0; k < last.size(); ++k) last[k].push_back(std::move(one.state[k]));
    }
    x = directions() == 1 ? std::move(outputs[0]) : concatenate(std::move(outputs), -1);
  }
  RecurrentResult result{std::move(x), {}};
  for (std::vector<Array>& parts : last) result.state.push_back(stack(std::move(parts), 0));
  return result;
}

// The given state, or the kept one, or zeros where there is none.
std::vector<Array> Recurrent::first_state(std::vector<Array> state, const Array& x,
                                          bool batched) const {
  const std::vector<int64_t> sizes = form_->state_sizes();
  const auto layers = static_cast<int64_t>(layers_.size());
  const int64_t batch = batched ? x.shape(common_.batch_first ? 0 : 1) : 1;
  state.resize(sizes.size());
  for (size_t k = 0; k < state.size(); ++k) {
    const bool kept = !state[k] && !kept_.empty();
    if (kept) state[k] = kept_[k];
    if (!state[k]) {
      state[k] = zeros({layers, batch, sizes[k]}, common_.dtype);
      continue;
    }
    if (!batched && state[k].ndim() == 2) state[k] = expand_dims(std::move(state[k]), {1});
    if (state[k].shape() == Shape{layers, batch, sizes[k]}) continue;
    ShapeError error(text("expected ", kept ? "the kept state " : "state ", k, " of shape [",
                          layers, ", ", batch, ", ", sizes[k], "], got ", describe(state[k])));
    error.detail("input", describe_input(x));
    if (kept) error.help("reset_states() begins anew, with another batch");
    throw error;
  }
  return state;
}

RecurrentResult Recurrent::run(Array x, std::vector<Array> state, Array lengths) {
  const int rank = x.ndim();
  if ((rank != 2 && rank != 3) || x.shape(-1) != input_size) {
    const char* axes = common_.batch_first ? "[batch, time, " : "[time, batch, ";
    throw ShapeError(text("expected an input ", axes, input_size, "]"))
        .detail("input", describe_input(x));
  }
  const bool batched = rank == 3, batch_first = batched && common_.batch_first;
  bool from_zeros = kept_.empty();
  for (const Array& s : state) from_zeros = from_zeros && !s;
  state = first_state(std::move(state), x, batched);
  if (!batched) x = expand_dims(std::move(x), {1});
  RecurrentResult result;
  if (lengths) {
    const SequenceLayout layout(lengths, x.shape(batch_first ? 1 : 0), x.shape(batch_first ? 0 : 1),
                                batch_first);
    result = run_layers(layout.pack(std::move(x)), state, from_zeros, &layout);
    result.output = layout.unpack(std::move(result.output));
  } else {
    if (batch_first) x = swapaxes(std::move(x), 0, 1);
    result = run_layers(std::move(x), state, from_zeros, nullptr);
    if (batch_first) result.output = swapaxes(std::move(result.output), 0, 1);
  }
  if (common_.stateful && !GraphScope::innermost()) {
    kept_.clear();
    for (const Array& s : result.state) kept_.push_back(stop_gradient(s));
  }
  if (batched) return result;
  result.output = squeeze(std::move(result.output), {1});
  for (Array& s : result.state) s = squeeze(std::move(s), {1});
  return result;
}

std::vector<Array> Recurrent::forward_all(std::vector<Array> inputs) {
  const auto count = static_cast<size_t>(states());
  if (inputs.empty() || !inputs[0] ||
      (inputs.size() != 1 && inputs.size() != 1 + count && inputs.size() != 2 + count)) {
    throw ValueError(text("expected x, perhaps ", count, " arrays of state, perhaps lengths, got ",
                          inputs.size(), " inputs"));
  }
  Array lengths = inputs.size() == 2 + count ? std::move(inputs.back()) : Array();
  std::vector<Array> state;
  for (size_t k = 1; k < inputs.size() && k <= count; ++k) state.push_back(std::move(inputs[k]));
  RecurrentResult result = run(std::move(inputs[0]), std::move(state), std::move(lengths));
  std::vector<Array> outputs{std::move(result.output)};
  for (Array& s : result.state) outputs.push_back(std::move(s));
  return outputs;
}

void Recurrent::load_keras_weights(const std::vector<Array>& weights) {
  const size_t each = form_->bias ? 3 : 2;
  if (weights.size() != each * layers_.size()) {
    throw ValueError(text(kind(), ": expected ", each * layers_.size(),
                          " arrays of Keras's layers, ", each,
                          " for each layer and direction, got ", weights.size()));
  }
  StateDict state;
  for (size_t number = 0; number < layers_.size(); ++number) {
    const auto first = weights.begin() + static_cast<std::ptrdiff_t>(number * each);
    const std::vector<Array> own(first, first + static_cast<std::ptrdiff_t>(each));
    const CellWeights loaded = form_->from_keras(kind().c_str(), own);
    for (const auto& [name, value] : loaded.all()) {
      state.emplace_back(
          text(name, "_l", number / directions(), number % directions() ? "_reverse" : ""), value);
    }
  }
  load_state_dict(state);
}

std::string Recurrent::description() const {
  return text(kind(), " ", input_size, " -> ", hidden_size);
}

std::string Recurrent::arguments() const {
  std::string s = text(input_size, ", ", hidden_size);
  if (common_.num_layers != 1) s += text(", num_layers=", common_.num_layers);
  if (!common_.bias) s += ", bias=false";
  if (common_.batch_first) s += ", batch_first=true";
  if (common_.dropout != 0) s += text(", dropout=", common_.dropout);
  if (common_.bidirectional) s += ", bidirectional=true";
  s += form_->arguments();
  if (common_.recurrent_dropout != 0) s += text(", recurrent_dropout=", common_.recurrent_dropout);
  if (!common_.zoneout.empty()) s += text(", zoneout=", common_.zoneout[0]);
  if (common_.stateful) s += ", stateful=true";
  return s;
}

}  // namespace lamina::nn
