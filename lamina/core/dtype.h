// The element types of arrays, their names and how two of them combine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lamina/base/half.h"

namespace lamina {

enum class DType : uint8_t {
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Float16,
  BFloat16,
  Float32,
  Float64,
};
inline constexpr int kDTypeCount = 13;

inline constexpr DType bool_ = DType::Bool;
inline constexpr DType int8 = DType::Int8;
inline constexpr DType int16 = DType::Int16;
inline constexpr DType int32 = DType::Int32;
inline constexpr DType int64 = DType::Int64;
inline constexpr DType uint8 = DType::UInt8;
inline constexpr DType uint16 = DType::UInt16;
inline constexpr DType uint32 = DType::UInt32;
inline constexpr DType uint64 = DType::UInt64;
inline constexpr DType float16 = DType::Float16;
inline constexpr DType bfloat16 = DType::BFloat16;
inline constexpr DType float32 = DType::Float32;
inline constexpr DType float64 = DType::Float64;

// Ordered: a value of a later kind never fits an earlier one.
enum class DTypeKind : uint8_t { Bool, Integer, Float };

namespace detail {
struct DTypeTraits {
  const char* name;
  uint8_t bytes;
  DTypeKind kind;
  bool is_signed;
};
inline constexpr DTypeTraits kDTypes[kDTypeCount] = {
    {"bool", 1, DTypeKind::Bool, false},      {"int8", 1, DTypeKind::Integer, true},
    {"int16", 2, DTypeKind::Integer, true},   {"int32", 4, DTypeKind::Integer, true},
    {"int64", 8, DTypeKind::Integer, true},   {"uint8", 1, DTypeKind::Integer, false},
    {"uint16", 2, DTypeKind::Integer, false}, {"uint32", 4, DTypeKind::Integer, false},
    {"uint64", 8, DTypeKind::Integer, false}, {"float16", 2, DTypeKind::Float, true},
    {"bfloat16", 2, DTypeKind::Float, true},  {"float32", 4, DTypeKind::Float, true},
    {"float64", 8, DTypeKind::Float, true},
};
}  // namespace detail

inline const char* name(DType d) { return detail::kDTypes[static_cast<int>(d)].name; }
inline size_t size_of(DType d) { return detail::kDTypes[static_cast<int>(d)].bytes; }
inline DTypeKind kind(DType d) { return detail::kDTypes[static_cast<int>(d)].kind; }
inline bool is_floating(DType d) { return kind(d) == DTypeKind::Float; }
inline bool is_integer(DType d) { return kind(d) == DTypeKind::Integer; }
inline bool is_signed(DType d) { return detail::kDTypes[static_cast<int>(d)].is_signed; }

// The type of a result that mixes a and b, as the array API standard's promotion table says. Mixed
// kinds, which the standard leaves open, follow NumPy's order of kinds but never widen a float:
// int64 + float32 is float32. float16 + bfloat16 is float32. uint64 with a signed integer has no
// common integer type: DTypeError.
DType promote(DType a, DType b);

// Whether an integer type holds the number; true for floats, false for bool unless it is 0 or 1.
bool holds(DType dtype, int64_t value);

// DType of a name such as "float32"; KeyError for others.
DType dtype_from_name(std::string_view name);

inline void append(std::string& out, DType d) { out += name(d); }

template <class T>
inline constexpr DType dtype_of = DType::Float32;
template <>
inline constexpr DType dtype_of<bool> = DType::Bool;
template <>
inline constexpr DType dtype_of<int8_t> = DType::Int8;
template <>
inline constexpr DType dtype_of<int16_t> = DType::Int16;
template <>
inline constexpr DType dtype_of<int32_t> = DType::Int32;
template <>
inline constexpr DType dtype_of<int64_t> = DType::Int64;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::UInt8;
template <>
inline constexpr DType dtype_of<uint16_t> = DType::UInt16;
template <>
inline constexpr DType dtype_of<uint32_t> = DType::UInt32;
template <>
inline constexpr DType dtype_of<uint64_t> = DType::UInt64;
template <>
inline constexpr DType dtype_of<Half> = DType::Float16;
template <>
inline constexpr DType dtype_of<BFloat16> = DType::BFloat16;
template <>
inline constexpr DType dtype_of<float> = DType::Float32;
template <>
inline constexpr DType dtype_of<double> = DType::Float64;

// Calls f with a value of the C++ type of d: dispatch(d, [&](auto zero) { using T = decltype(zero);
// .. }).
template <class F>
decltype(auto) dispatch(DType d, F&& f) {
  switch (d) {
    case DType::Bool:
      return f(bool{});
    case DType::Int8:
      return f(int8_t{});
    case DType::Int16:
      return f(int16_t{});
    case DType::Int32:
      return f(int32_t{});
    case DType::Int64:
      return f(int64_t{});
    case DType::UInt8:
      return f(uint8_t{});
    case DType::UInt16:
      return f(uint16_t{});
    case DType::UInt32:
      return f(uint32_t{});
    case DType::UInt64:
      return f(uint64_t{});
    case DType::Float16:
      return f(Half{});
    case DType::BFloat16:
      return f(BFloat16{});
    case DType::Float32:
      return f(float{});
    case DType::Float64:
      break;
  }
  return f(double{});
}

}  // namespace lamina
