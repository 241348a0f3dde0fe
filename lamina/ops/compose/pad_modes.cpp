// pad by rule: every padded axis is a take whose indices are worked out when the call is recorded.
#include "lamina/base/error.h"
#include "lamina/ops/compose/along_axis.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/resize.h"

namespace lamina {

namespace {

enum class Rule : uint8_t { Constant, Reflect, Symmetric, Replicate, Circular };

Rule rule_of(const std::string& mode) {
  if (mode == "constant") return Rule::Constant;
  if (mode == "reflect") return Rule::Reflect;
  if (mode == "symmetric") return Rule::Symmetric;
  if (mode == "replicate" || mode == "edge") return Rule::Replicate;
  if (mode == "circular" || mode == "wrap") return Rule::Circular;
  throw ValueError(text("pad: mode \"", mode,
                        "\": expected constant, reflect, symmetric, replicate or circular"));
}

// The element that stands at `at`, which may lie outside of 0 .. size - 1.
int64_t source_of(Rule rule, int64_t at, int64_t size) {
  auto modulo = [](int64_t value, int64_t period) { return (value % period + period) % period; };
  if (rule == Rule::Replicate) return at < 0 ? 0 : at >= size ? size - 1 : at;
  if (rule == Rule::Circular) return modulo(at, size);
  if (rule == Rule::Symmetric) {
    const int64_t place = modulo(at, 2 * size);
    return place < size ? place : 2 * size - 1 - place;
  }
  if (size == 1) return 0;
  const int64_t place = modulo(at, 2 * size - 2);
  return place < size ? place : 2 * size - 2 - place;
}

}  // namespace

Array pad(Array x, IntList low, IntList high, const PadOptions& options) {
  const Rule rule = rule_of(options.mode);
  if (rule == Rule::Constant)
    return pad(std::move(x), std::move(low), std::move(high), options.value);
  if (!x) throw StateError("pad: x is an empty Array");
  if (static_cast<int>(low.size()) != x.ndim() || static_cast<int>(high.size()) != x.ndim()) {
    throw ValueError(text("pad: expected ", x.ndim(), " entries in low and high, one per axis of ",
                          describe(x), ", got ", low, " and ", high));
  }
  for (int axis = 0; axis < x.ndim(); ++axis) {
    const int64_t size = x.shape(axis);
    if (low[axis] < 0 || high[axis] < 0 || low[axis] > kMaxWindow || high[axis] > kMaxWindow) {
      throw ValueError(text("pad: padding must not be negative or over ", kMaxWindow, ", got ", low,
                            " and ", high));
    }
    if (low[axis] == 0 && high[axis] == 0) continue;
    if (size == 0) {
      throw ShapeError(text("pad: axis ", axis, " of ", describe(x), " has no elements to repeat"));
    }
    Shape shape = x.shape();
    shape[axis] += low[axis] + high[axis];
    check_shape(shape, size_of(int64), "pad: result");
    check_positions("pad", shape[axis]);
    std::vector<int64_t> places;
    for (int64_t at = -low[axis]; at < size + high[axis]; ++at) {
      places.push_back(source_of(rule, at, size));
    }
    Array indices = from_data(places.data(), Shape{shape[axis]}, int64);
    x = take(std::move(x), std::move(indices), axis);
  }
  return x;
}

}  // namespace lamina
