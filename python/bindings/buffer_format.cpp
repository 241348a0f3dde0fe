#include "buffer_format.h"

#include <bit>
#include <cstring>

namespace lamina::python {

std::optional<BufferFormat> parse_format(const char* format, size_t item_size) {
  if (!format) format = "B";
  bool swapped = false;
  if (std::strchr("@=<>!", *format) && *format) {
    constexpr bool kLittle = std::endian::native == std::endian::little;
    if (*format == '<') swapped = !kLittle;
    if (*format == '>' || *format == '!') swapped = kLittle;
    ++format;
  }
  if (std::strlen(format) != 1) return std::nullopt;
  auto found = [&](DType dtype) { return BufferFormat{dtype, swapped && item_size > 1}; };
  switch (*format) {
    case '?':
      return found(bool_);
    case 'e':
      return found(float16);
    case 'f':
      return found(float32);
    case 'd':
      return found(float64);
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n':
      switch (item_size) {
        case 1:
          return found(int8);
        case 2:
          return found(int16);
        case 4:
          return found(int32);
        case 8:
          return found(int64);
      }
      return std::nullopt;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
    case 'N':
      switch (item_size) {
        case 1:
          return found(uint8);
        case 2:
          return found(uint16);
        case 4:
          return found(uint32);
        case 8:
          return found(uint64);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

const char* format_of(DType dtype) {
  switch (dtype) {
    case DType::Bool:
      return "?";
    case DType::Int8:
      return "b";
    case DType::Int16:
      return "h";
    case DType::Int32:
      return "i";
    case DType::Int64:
      return "q";
    case DType::UInt8:
      return "B";
    case DType::UInt16:
      return "H";
    case DType::UInt32:
      return "I";
    case DType::UInt64:
      return "Q";
    case DType::Float16:
      return "e";
    case DType::BFloat16:
      return nullptr;
    case DType::Float32:
      return "f";
    case DType::Float64:
      return "d";
  }
  return nullptr;
}

}  // namespace lamina::python
