#include "lamina/nn/rnn.h"

#include <set>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {
namespace {

// The first step of the first sequences of x [time, batch, ..].
Array first_step(const Array& x) {
  IntList stop{x.shape(0) > 0 ? 1 : 0};
  for (int axis = 1; axis < x.ndim(); ++axis) stop.push_back(x.shape(axis));
  return slice(x, IntList(stop.size(), 0), stop);
}

}  // namespace

RNN::RNN(std::shared_ptr<Module> given, RNNOptions options)
    : cell(std::move(given)), options(options) {
  add_shared("cell", cell);
}

// Cells that give their state alone have their output in it.
CellStep RNN::step(Array x, const std::vector<Array>& state) {
  std::vector<Array> inputs{std::move(x)};
  inputs.insert(inputs.end(), state.begin(), state.end());
  std::vector<Array> results = cell->call(std::move(inputs));
  const auto* known = dynamic_cast<const Cell*>(cell.get());
  if (known && known->output_is_state()) results.insert(results.begin(), results.at(0));
  if (results.size() != 1 + state.size()) {
    throw ValueError(text(cell->kind(), ": expected an output and ", state.size(),
                          " arrays of state, got ", results.size(), " results"));
  }
  Array output = std::move(results[0]);
  results.erase(results.begin());
  return {std::move(output), std::move(results)};
}

RecurrentResult RNN::loop(const Array& x, std::vector<Array> state, bool from_zeros,
                          const SequenceLayout* layout) {
  auto one = [&](const Array& slice, const std::vector<Array>& before) {
    try {
      return step(slice, before);
    } catch (Error& error) {
      std::string given = describe(slice);
      for (const Array& array : before) given += ", " + describe(array);
      error.add_detail("step", text("0 of RNN(", cell->kind(), "), called with x and state ", given));
      throw;
    }
  };
  return run_over_time(one, x, std::move(state),
                       {text("RNN(", cell->kind(), ")"), options.reverse, from_zeros, layout});
}

std::vector<Array> RNN::initial_state(const Array& x) {
  const int64_t batch = x.shape(1);
  auto zero = [&](size_t count, int64_t size) {
    return std::vector<Array>(count, zeros({batch, size}, x.dtype()));
  };
  if (states_ > 0) return zero(states_, size_);
  const Array first = first_step(x);
  if (const auto* known = dynamic_cast<const Cell*>(cell.get())) {
    if (first.shape(0) > 0) return known->initial_state(squeeze(first, {0}));
  }
  // What the cell returns as it was given; recording one step computes nothing.
  std::set<int64_t> sizes;
  for (const Parameter& p : cell->parameters()) {
    for (int64_t size : p->value().shape()) sizes.insert(size);
  }
  for (size_t count = 1; count <= 3; ++count) {
    for (int64_t size : sizes) {
      try {
        loop(first, zero(count, size), true, nullptr);
      } catch (const Error&) {
        continue;
      }
      states_ = count, size_ = size;
      return zero(count, size);
    }
  }
  throw ValueError(text("cannot tell the state of ", cell->kind())).help("give it one");
}

RecurrentResult RNN::run(Array x, std::vector<Array> state, Array lengths) {
  if (x.ndim() < 2) {
    throw ShapeError("expected an input [time, batch, ..]").detail("input", describe_input(x));
  }
  const bool from_zeros = state.empty();
  auto first = [&](const Array& by_time) {
    return from_zeros ? initial_state(by_time) : std::move(state);
  };
  if (lengths) {
    const int time = options.batch_first ? 1 : 0;
    const SequenceLayout layout(lengths, x.shape(time), x.shape(1 - time), options.batch_first);
    std::vector<Array> begin = first(options.batch_first ? swapaxes(x, 0, 1) : x);
    RecurrentResult result = loop(layout.pack(std::move(x)), std::move(begin), from_zeros, &layout);
    result.output = layout.unpack(std::move(result.output));
    return result;
  }
  if (options.batch_first) x = swapaxes(std::move(x), 0, 1);
  RecurrentResult result = loop(x, first(x), from_zeros, nullptr);
  if (options.batch_first) result.output = swapaxes(std::move(result.output), 0, 1);
  return result;
}

std::vector<Array> RNN::forward_all(std::vector<Array> inputs) {
  if (inputs.empty() || !inputs[0]) throw ValueError("expected x, and perhaps a state");
  std::vector<Array> state(inputs.begin() + 1, inputs.end());
  RecurrentResult result = run(std::move(inputs[0]), std::move(state));
  result.state.insert(result.state.begin(), std::move(result.output));
  return std::move(result.state);
}

std::unique_ptr<Module> RNN::fresh() const {
  return std::make_unique<RNN>(std::shared_ptr<Module>(cell->fresh()), options);
}

std::string RNN::arguments() const {
  std::string s;
  if (options.batch_first) s = "batch_first=true";
  if (options.reverse) s += s.empty() ? "reverse=true" : ", reverse=true";
  return s;
}

}  // namespace lamina::nn
