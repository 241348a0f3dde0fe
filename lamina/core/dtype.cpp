#include "lamina/core/dtype.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina {

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (kind(a) != kind(b)) return kind(a) > kind(b) ? a : b;
  if (is_floating(a)) {
    if (size_of(a) == size_of(b)) return DType::Float32;  // float16 with bfloat16
    return size_of(a) > size_of(b) ? a : b;
  }
  if (is_signed(a) == is_signed(b)) return size_of(a) > size_of(b) ? a : b;
  DType with_sign = is_signed(a) ? a : b, without = is_signed(a) ? b : a;
  if (size_of(with_sign) > size_of(without)) return with_sign;
  switch (without) {
    case DType::UInt8: return DType::Int16;
    case DType::UInt16: return DType::Int32;
    case DType::UInt32: return DType::Int64;
    default:
      throw DTypeError(text("no integer type holds both ", a, " and ", b))
          .help("cast one of them: astype(int64) or astype(float64)");
  }
}

bool holds(DType dtype, int64_t value) {
  if (is_floating(dtype)) return true;
  if (dtype == DType::Bool) return value == 0 || value == 1;
  if (value < 0 && !is_signed(dtype)) return false;
  const int bits = static_cast<int>(size_of(dtype)) * 8 - (is_signed(dtype) ? 1 : 0);
  if (bits >= 63) return true;
  const int64_t limit = int64_t{1} << bits;
  return value < limit && value >= -limit;
}

DType dtype_from_name(std::string_view wanted) {
  for (int i = 0; i < kDTypeCount; ++i) {
    if (wanted == detail::kDTypes[i].name) return static_cast<DType>(i);
  }
  std::vector<std::string> names;
  for (const auto& traits : detail::kDTypes) names.emplace_back(traits.name);
  throw KeyError(text("'", wanted, "' is no element type")).help(text("one of ", list_text(names)));
}

}  // namespace lamina
