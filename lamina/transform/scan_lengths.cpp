#include "lamina/transform/scan_lengths.h"

#include <algorithm>
#include <span>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/transform/loop_function.h"

namespace lamina {
namespace {

// The flags, of the first axes of `array`, with as many axes as it has.
Array beside(const Array& flags, const Array& array) {
  IntList shape(static_cast<size_t>(array.ndim()), 1);
  for (int axis = 0; axis < flags.ndim(); ++axis) shape[axis] = flags.shape(axis);
  return reshape(flags, std::move(shape));
}

void check_batch(const ScanOptions& options, std::string_view what, size_t number,
                 const Array& array, int axis, int64_t batch) {
  if (array.ndim() > axis && array.shape(axis) == batch) return;
  throw ShapeError(text(options.name, ": with lengths axis ", axis, " of every ", what,
                        " is the batch, ", batch, ", got ", describe(array), " as ", what, " ",
                        number));
}

// Up to the longest sequence, in sixteenths: few lengths of loops, so few programs.
int64_t steps_to_run(const std::vector<int64_t>& lengths, int64_t steps) {
  const int64_t longest =
      lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  const int64_t unit = std::max<int64_t>(1, (steps + 15) / 16);
  return std::min(steps, (longest + unit - 1) / unit * unit);
}

// [steps, batch]: whether a sequence has such a step.
Array flags_of(const std::vector<int64_t>& lengths, int64_t steps) {
  std::vector<int64_t> inside;
  for (int64_t t = 0; t < steps; ++t) {
    for (int64_t length : lengths) inside.push_back(t < length);
  }
  return array(std::span<const int64_t>(inside),
               Shape{steps, static_cast<int64_t>(lengths.size())}) > int64_t{0};
}

Array first_steps(Array x, int64_t steps) {
  IntList start(static_cast<size_t>(x.ndim()), 0), stop(x.shape().begin(), x.shape().end());
  stop[0] = steps;
  return slice(std::move(x), std::move(start), std::move(stop));
}

Array with_zeros_behind(Array y, int64_t steps) {
  if (y.shape(0) == steps) return y;
  IntList shape(y.shape().begin(), y.shape().end());
  shape[0] = steps - y.shape(0);
  Array behind = zeros(std::move(shape), y.dtype());
  return concatenate({std::move(y), std::move(behind)}, 0);
}

}  // namespace

std::vector<int64_t> checked_lengths(std::string_view before, const Array& lengths, int64_t steps,
                                     int64_t batch) {
  if (!is_integer(lengths.dtype())) {
    throw DTypeError(text(before, "expected lengths as integers, got ", describe(lengths)));
  }
  if (lengths.ndim() != 1 || lengths.shape(0) != batch) {
    throw ShapeError(
        text(before, "expected the lengths of ", batch, " sequences, got ", describe(lengths)));
  }
  std::vector<int64_t> values = lengths.to_vector<int64_t>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 1 && values[i] <= steps) continue;
    throw ValueError(text(before, "length ", values[i], " of sequence ", i, " is not 1 to ", steps,
                          ", the steps that the input has"));
  }
  return values;
}

ScanStep scan_to_lengths(const ScanFunction& f, std::vector<Array> init,
                         std::vector<Array> sequences, ScanOptions options, int64_t steps) {
  const Array lengths = std::exchange(options.lengths, {});
  const bool by_sequence = !sequences.empty() && sequences[0].ndim() > 1;
  const bool by_carry = !init.empty() && init[0].ndim() > 0;
  const int64_t batch = by_sequence ? sequences[0].shape(1)
                        : by_carry  ? init[0].shape(0)
                                    : (lengths.ndim() > 0 ? lengths.shape(0) : 0);
  for (size_t i = 0; i < sequences.size(); ++i)
    check_batch(options, "sequence", i, sequences[i], 1, batch);
  for (size_t k = 0; k < init.size(); ++k) check_batch(options, "carry", k, init[k], 0, batch);
  const std::vector<int64_t> values =
      checked_lengths(text(options.name, ": "), lengths, steps, batch);
  const int64_t run = steps_to_run(values, steps);
  const Array inside = flags_of(values, run);
  // What lies behind an end never enters, so that a NaN there reaches no gradient either.
  for (Array& x : sequences) {
    x = first_steps(std::move(x), run);
    x = where(beside(inside, x), x, zeros_like(x));
  }
  sequences.push_back(inside);
  options.length = run;
  const std::string name = options.name;
  ScanStep all = scan(
      [&](const std::vector<Array>& carry, const std::vector<Array>& slices) {
        const Array& lasts = slices.back();
        ScanStep step = f(carry, {slices.begin(), slices.end() - 1});
        check_carries(name, carry, step.carry);
        for (size_t k = 0; k < step.carry.size(); ++k)
          step.carry[k] = where(beside(lasts, carry[k]), step.carry[k], carry[k]);
        for (size_t k = 0; k < step.outputs.size(); ++k) {
          Array y = settled(std::move(step.outputs[k]), text(name, ": output ", k));
          check_batch(options, "output", k, y, 0, batch);
          step.outputs[k] = where(beside(lasts, y), y, zeros_like(y));
        }
        return step;
      },
      std::move(init), std::move(sequences), options);
  for (Array& y : all.outputs) y = with_zeros_behind(std::move(y), steps);
  return all;
}

}  // namespace lamina
