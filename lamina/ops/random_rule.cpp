#include "lamina/ops/random_rule.h"

#include "lamina/base/error.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"

namespace lamina {

void infer_random_parameters(Inference& c) {
  const DType dtype = c.attributes<RandomParameterAttributes>().dtype;
  for (int i = 0; i < 2; ++i) {
    if (c.shape(i).rank() != 0 || c.dtype(i) != int64)
      throw c.error<DTypeError>("seed and counter are int64 numbers");
  }
  for (int i = 2; i < c.input_count(); ++i) {
    if (!is_floating(c.dtype(i)))
      throw c.error<DTypeError>("expected floating-point parameters, got ", c.dtype(i));
    if (!(c.shape(i) == c.shape(2)))
      throw c.error<ShapeError>("expected parameters of one shape, got ", c.shape(2), " and ",
                                c.shape(i));
  }
  if (dtype == bool_) throw c.error<DTypeError>("expected a dtype of numbers, got bool");
  if (c.shape(2).elements() > RandomStream::kMostElements)
    throw c.error<ValueError>("more than 2^40 elements in one draw");
  c.output(dtype, c.shape(2));
}

Generator::State draw_of(const Reference& r) {
  return {static_cast<uint64_t>(r.input(0).integer(0)),
          static_cast<uint64_t>(r.input(1).integer(0))};
}

Array record_random_parameters(const Op& op, IntList shape, std::vector<Array> parameters,
                               AttributesRef attributes, Generator& generator) {
  check_shape(Shape(shape.begin(), shape.end()), 8, text(op.name, ": shape"));
  std::vector<Array> inputs(2);
  for (Array& parameter : parameters) {
    if (!parameter) throw StateError(text(op.name, ": a parameter is an empty Array"));
    // Numbers keep all their digits: the draw itself computes in double.
    const bool given = is_floating(parameter.dtype()) && !parameter.node()->has(kWeak);
    const DType type = given ? parameter.dtype() : float64;
    Array value = typed(std::move(parameter), type);
    inputs.push_back(broadcast_to(std::move(value), shape));
  }
  const Generator::State draw = generator.next();
  inputs[0] = make_number(static_cast<int64_t>(draw.seed), int64, false);
  inputs[1] = make_number(static_cast<int64_t>(draw.counter), int64, false);
  return record(op, std::span<Array>(inputs), std::move(attributes));
}

void check_parameter(const char* function, const char* name, const Array& value, double low) {
  if (!value) throw StateError(text(function, ": ", name, " is an empty Array"));
  const Node* node = value.node();
  if (!node->has(kNumber) || node->has(kVarying)) return;
  const double number =
      is_floating(value.dtype()) ? node->number.real : static_cast<double>(node->number.integer);
  if (number >= low) return;
  throw ValueError(text(function, ": ", name, " must be ", low, " or more, got ", number));
}

SampleInput random_number_sample() { return SampleInput(Shape{}, int64, 0, 100); }

}  // namespace lamina
