#include "lamina/ops/data_types.h"

#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina {

bool can_cast(DType from, DType to) {
  if (from == to) return true;
  const bool no_common = from == uint64 && is_integer(to) && is_signed(to);
  const bool no_common_back = to == uint64 && is_integer(from) && is_signed(from);
  return !no_common && !no_common_back && promote(from, to) == to;
}

DType result_type(std::span<const Array> arrays) {
  if (arrays.empty()) throw ValueError("result_type: expected at least one argument");
  bool found = false;
  DType common = bool_;
  for (const Array& a : arrays) {
    if (!a) throw StateError("result_type: an argument is an empty Array");
    if (a.node()->has(kWeak)) continue;
    common = found ? promote(common, a.dtype()) : a.dtype();
    found = true;
  }
  for (const Array& a : arrays) {
    if (!a.node()->has(kWeak)) continue;
    if (!found || kind(a.dtype()) > kind(common)) common = a.dtype();
    found = true;
  }
  return common;
}

bool isdtype(DType dtype, std::string_view wanted) {
  if (wanted == "bool") return dtype == bool_;
  if (wanted == "signed integer") return is_integer(dtype) && is_signed(dtype);
  if (wanted == "unsigned integer") return is_integer(dtype) && !is_signed(dtype);
  if (wanted == "integral") return is_integer(dtype);
  if (wanted == "real floating") return is_floating(dtype);
  if (wanted == "complex floating") return false;
  if (wanted == "numeric") return dtype != bool_;
  throw ValueError(text("isdtype: '", wanted, "' is no kind of element type"))
      .help(
          "bool, signed integer, unsigned integer, integral, real floating, complex floating, "
          "numeric");
}

FloatInfo finfo(DType dtype) {
  auto info = [&](int mantissa, int smallest, int largest) {
    const double max = std::ldexp(2 - std::ldexp(1.0, -mantissa), largest);
    return FloatInfo{static_cast<int>(8 * size_of(dtype)),
                     std::ldexp(1.0, -mantissa),
                     max,
                     -max,
                     std::ldexp(1.0, smallest),
                     dtype};
  };
  switch (dtype) {
    case DType::Float16:
      return info(10, -14, 15);
    case DType::BFloat16:
      return info(7, -126, 127);
    case DType::Float32:
      return info(23, -126, 127);
    case DType::Float64:
      return info(52, -1022, 1023);
    default:
      throw DTypeError(text("finfo: expected a floating-point type, got ", dtype));
  }
}

IntegerInfo iinfo(DType dtype) {
  if (!is_integer(dtype)) throw DTypeError(text("iinfo: expected an integer type, got ", dtype));
  const int bits = static_cast<int>(8 * size_of(dtype));
  const uint64_t max = ~uint64_t{0} >> (64 - bits + (is_signed(dtype) ? 1 : 0));
  return {bits, max, is_signed(dtype) ? -static_cast<int64_t>(max) - 1 : 0, dtype};
}

}  // namespace lamina
