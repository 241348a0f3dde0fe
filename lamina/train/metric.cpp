#include "lamina/train/metric.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::train {
namespace {

struct Known {
  const char* name;
  std::shared_ptr<Metric> (*make)();
};

template <class M>
std::shared_ptr<Metric> make() {
  return std::make_shared<M>();
}

constexpr Known kKnown[] = {
    {"accuracy", make<Accuracy>},     {"mean_squared_error", make<MeanSquaredError>},
    {"mse", make<MeanSquaredError>},  {"mean_absolute_error", make<MeanAbsoluteError>},
    {"mae", make<MeanAbsoluteError>},
};

void check_same_shape(const char* name, const Array& prediction, const Array& target) {
  if (prediction.shape() == target.shape()) return;
  throw ShapeError(text(name, ": expected prediction and target of one shape"))
      .detail("prediction", describe(prediction))
      .detail("target", describe(target));
}

// The sum over everything but the first axis is divided by the number of examples later: so what each example
// counts is a mean.
Array mean_per_example(Array error, const Array& target) {
  const double examples = target.ndim() == 0 ? 1.0 : static_cast<double>(target.shape()[0]);
  const double elements = static_cast<double>(target.size());
  return sum(std::move(error)) * (elements == 0 ? 0.0 : examples / elements);
}

}  // namespace

AnyMetric::AnyMetric(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if (name == known.name) metric_ = known.make();
    names.emplace_back(known.name);
  }
  if (!metric_) {
    throw KeyError(text("there is no metric '", name, "'"))
        .help(text("one of ", list_text(names), ", or an object of your own"));
  }
}

Array Accuracy::measure(const Array& prediction, const Array& target) {
  Shape expected = prediction.shape();
  if (!expected.empty()) expected.pop_back();
  if (prediction.ndim() != target.ndim() + 1 || !(expected == target.shape()) ||
      is_floating(target.dtype())) {
    throw ShapeError("accuracy: expected scores [N, .., classes] and integer classes [N, ..]")
        .detail("prediction", describe(prediction))
        .detail("target", describe(target));
  }
  return mean_per_example(astype(argmax(prediction, {.axis = -1}) == target, float64), target);
}

Array MeanSquaredError::measure(const Array& prediction, const Array& target) {
  check_same_shape("mean_squared_error", prediction, target);
  return mean_per_example(square(astype(prediction, float64) - target), target);
}

Array MeanAbsoluteError::measure(const Array& prediction, const Array& target) {
  check_same_shape("mean_absolute_error", prediction, target);
  return mean_per_example(absolute(astype(prediction, float64) - target), target);
}

}  // namespace lamina::train
