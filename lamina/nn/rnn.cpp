#include "lamina/nn/rnn.h"

#include <set>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/recurrent_lengths.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/transform/scan.h"

namespace lamina::nn {
namespace {

// [batch, 1, ..] with as many axes as the array.
Array mask_like(const Array& mask, const Array& array) {
  IntList shape(static_cast<size_t>(array.ndim()), 1);
  if (!shape.empty()) shape[0] = mask.shape(0);
  return reshape(mask, std::move(shape));
}

Array chosen(const Array& mask, const Array& yes, const Array& no) {
  return where(mask_like(mask, yes), yes, no);
}

}  // namespace

RNN::RNN(std::shared_ptr<Module> given, RNNOptions options)
    : cell(std::move(given)), options(options) {
  add_shared("cell", cell);
}

// The output and the next state. Cells of this library give their state alone, which begins with
// the output.
std::vector<Array> RNN::step(Array x, const std::vector<Array>& state) {
  std::vector<Array> inputs{std::move(x)};
  inputs.insert(inputs.end(), state.begin(), state.end());
  std::vector<Array> results = cell->call(std::move(inputs));
  if (dynamic_cast<const RecurrentCell*>(cell.get())) results.insert(results.begin(), results.at(0));
  if (results.size() != 1 + state.size()) {
    throw ValueError(text(cell->kind(), ": expected an output and ", state.size(),
                          " arrays of state, got ", results.size(), " results"));
  }
  return results;
}

RecurrentResult RNN::loop(const Array& x, std::vector<Array> state, const Array& mask) {
  std::vector<Array> sequences{x};
  if (mask) sequences.push_back(mask);
  ScanOptions how;
  how.reverse = options.reverse;
  how.name = text("RNN(", cell->kind(), ")");
  ScanStep result = scan(
      [&](const std::vector<Array>& carry, const std::vector<Array>& slice) {
        std::vector<Array> next = step(slice[0], carry);
        Array output = std::move(next[0]);
        next.erase(next.begin());
        if (slice.size() > 1) {
          output = chosen(slice[1], output, zeros_like(output));
          for (size_t k = 0; k < next.size(); ++k) next[k] = chosen(slice[1], next[k], carry[k]);
        }
        return ScanStep{std::move(next), {std::move(output)}};
      },
      std::move(state), std::move(sequences), std::move(how));
  return {std::move(result.outputs[0]), std::move(result.carry)};
}

std::vector<Array> RNN::initial_state(const Array& x) {
  const int64_t batch = x.shape(1);
  auto zero = [&](size_t count, int64_t size) {
    return std::vector<Array>(count, zeros({batch, size}, x.dtype()));
  };
  if (states_ > 0) return zero(states_, size_);
  if (const auto* known = dynamic_cast<const RecurrentCell*>(cell.get())) {
    states_ = static_cast<size_t>(known->states()), size_ = known->hidden_size;
    return zero(states_, size_);
  }
  // What the cell returns as it was given; recording one step computes nothing.
  std::set<int64_t> sizes;
  for (const Parameter& p : cell->parameters()) {
    for (int64_t size : p->value().shape()) sizes.insert(size);
  }
  IntList stop(x.shape().begin(), x.shape().end());
  stop[0] = std::min<int64_t>(1, stop[0]);
  const Array first = slice(x, IntList(stop.size(), 0), stop);
  for (size_t count = 1; count <= 3; ++count) {
    for (int64_t size : sizes) {
      try {
        loop(first, zero(count, size), {});
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
  if (options.batch_first) x = swapaxes(std::move(x), 0, 1);
  Array mask;
  if (lengths) {
    mask = reshape(mask_of_lengths(lengths, x.shape(0), x.shape(1)), {x.shape(0), x.shape(1)});
    IntList shape(static_cast<size_t>(x.ndim()), 1);
    shape[0] = x.shape(0), shape[1] = x.shape(1);
    x = where(reshape(mask, shape), x, zeros_like(x));
  }
  if (state.empty()) state = initial_state(x);
  RecurrentResult result = loop(x, std::move(state), mask);
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
