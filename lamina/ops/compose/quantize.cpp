// quantize and its relatives: element-wise formulas, which become one kernel with what surrounds
// them. They are computed in float32 or wider: a quotient of 16-bit floats may round to another
// integer.
#include "lamina/ops/quantize.h"

#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/custom_vjp.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"

namespace lamina {

namespace {

struct Bounds {
  double low, high;
};

Bounds bounds_of(const char* name, DType dtype) {
  if (dtype == int8) return {-128, 127};
  if (dtype == uint8) return {0, 255};
  if (dtype == int16) return {-32768, 32767};
  if (dtype == uint16) return {0, 65535};
  throw DTypeError(text(name, ": dtype ", dtype, ": expected int8, uint8, int16 or uint16"));
}

// One number stays; [C] gets the axes of x around it.
Array along(const char* name, const char* what, Array value, const Array& x, int axis) {
  if (!value) throw StateError(text(name, ": ", what, " is an empty Array"));
  if (value.ndim() == 0) return value;
  const int place = normalize_axis(axis, x.ndim(), text(name, ": axis"));
  if (value.ndim() != 1 || value.shape(0) != x.shape(place)) {
    throw ShapeError(text(name, ": expected ", what, " as one number or [", x.shape(place),
                          "] for axis ", place, " of ", describe(x), ", got ", describe(value)));
  }
  IntList shape(static_cast<size_t>(x.ndim()), 1);
  shape[place] = value.shape(0);
  return reshape(std::move(value), shape);
}

struct Grid {  // of the quantised numbers
  Array scale, zero_point;
};

Grid grid_of(const char* name, const Array& x, Array scale, Array zero_point, int axis,
             DType dtype) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  return {typed(along(name, "scale", std::move(scale), x, axis), dtype),
          typed(along(name, "zero_point", std::move(zero_point), x, axis), dtype)};
}

Array steps(const Array& x, const Grid& grid) { return round(x / grid.scale) + grid.zero_point; }

}  // namespace

Array quantize(Array x, Array scale, Array zero_point, const QuantizeOptions& options) {
  const Bounds bounds = bounds_of("quantize", options.dtype);
  const DType computed = x ? computed_type(x.dtype()) : float32;
  const Grid grid =
      grid_of("quantize", x, std::move(scale), std::move(zero_point), options.axis, computed);
  const Array q = steps(astype(std::move(x), computed), grid);
  return astype(clip(where(isnan(q), 0.0, q), bounds.low, bounds.high), options.dtype);
}

Array dequantize(Array q, Array scale, Array zero_point, const DequantizeOptions& options) {
  if (!q || !scale) throw StateError(text("dequantize: ", q ? "scale" : "q", " is an empty Array"));
  if (!is_integer(q.dtype())) {
    throw DTypeError(text("dequantize: expected integers, got ", describe(q)));
  }
  const DType result = is_floating(scale.dtype()) ? scale.dtype() : float32;
  const DType computed = computed_type(result);
  const Grid grid =
      grid_of("dequantize", q, std::move(scale), std::move(zero_point), options.axis, computed);
  return astype((astype(std::move(q), computed) - grid.zero_point) * grid.scale, result);
}

Array fake_quantize(Array x, Array scale, Array zero_point, const FakeQuantizeOptions& options) {
  if (options.quant_min >= options.quant_max) {
    throw ValueError(text("fake_quantize: quant_min must be below quant_max, got ",
                          options.quant_min, " and ", options.quant_max));
  }
  if (!x || !is_floating(x.dtype())) {
    throw DTypeError(text("fake_quantize: expected floating-point numbers, got ",
                          x ? describe(x) : "an empty Array"));
  }
  const DType dtype = x.dtype(), computed = computed_type(dtype);
  Array y, inside;
  {
    NoGrad no_grad;
    const Grid grid = grid_of("fake_quantize", x, std::move(scale), std::move(zero_point),
                              options.axis, computed);
    const Array low = static_cast<double>(options.quant_min);
    const Array high = static_cast<double>(options.quant_max);
    const Array q = steps(astype(x, computed), grid);
    inside = logical_and(q >= low, q <= high);
    y = astype((clip(q, low, high) - grid.zero_point) * grid.scale, dtype);
  }
  // The rule sees whether an element was inside as a second argument.
  static const auto straight_through = std::make_shared<const VjpRule>([](const VjpCall& call) {
    return std::vector<Array>{where(call.arguments[1], call.cotangents[0], 0.0), Array()};
  });
  return with_vjp({std::move(y)}, {std::move(x), inside}, straight_through)[0];
}

QuantizationRange quantization_range(Array low, Array high,
                                     const QuantizationRangeOptions& options) {
  if (!low || !high) {
    throw StateError(text("quantization_range: ", low ? "high" : "low", " is an empty Array"));
  }
  const Bounds bounds = bounds_of("quantization_range", options.dtype);
  const DType dtype = promote(promote(low.dtype(), high.dtype()), float32);
  low = minimum(astype(std::move(low), dtype), 0.0);
  high = maximum(astype(std::move(high), dtype), 0.0);
  auto safe = [](Array scale) { return where(scale > 0.0, scale, 1.0); };
  if (options.symmetric) {
    if (bounds.low == 0) {
      throw DTypeError(
          text("quantization_range: symmetric ranges need a signed type, got ", options.dtype));
    }
    Array scale = safe(maximum(negative(low), high) / bounds.high);
    Array zero_point = astype(scale * 0.0, options.dtype);
    return {std::move(scale), std::move(zero_point)};
  }
  Array scale = safe((high - low) / (bounds.high - bounds.low));
  Array zero_point = clip(round(bounds.low - low / scale), bounds.low, bounds.high);
  return {std::move(scale), astype(std::move(zero_point), options.dtype)};
}

}  // namespace lamina
