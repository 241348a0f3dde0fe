#include "lamina/backends/cpu/index_block.h"

#include <type_traits>

namespace lamina::cpu {

namespace {

template <class I>
int64_t read_indices(const std::byte* indices, int64_t first, int64_t count, int64_t size,
                     int64_t* positions) {
  const I* from = reinterpret_cast<const I*>(indices) + first;
  bool wrong = false;
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = static_cast<int64_t>(from[i]);
    if constexpr (std::is_signed_v<I>) position += position < 0 ? size : 0;
    const bool inside = static_cast<uint64_t>(position) < static_cast<uint64_t>(size);
    wrong |= !inside;
    positions[i] = inside ? position : 0;
  }
  if (!wrong) return -1;
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = static_cast<int64_t>(from[i]);
    if constexpr (std::is_signed_v<I>) position += position < 0 ? size : 0;
    if (static_cast<uint64_t>(position) >= static_cast<uint64_t>(size)) return first + i;
  }
  return -1;
}

template <class F>
auto with_index_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::Int8:
      return f(int8_t{});
    case DType::Int16:
      return f(int16_t{});
    case DType::Int32:
      return f(int32_t{});
    case DType::UInt8:
      return f(uint8_t{});
    case DType::UInt16:
      return f(uint16_t{});
    case DType::UInt32:
      return f(uint32_t{});
    case DType::UInt64:
      return f(uint64_t{});
    default:
      return f(int64_t{});
  }
}

}  // namespace

IndexBlocks::IndexBlocks(DType dtype, int64_t size)
    : dtype_(dtype), size_(size), read_(with_index_type(dtype, [](auto zero) -> Read {
        return read_indices<decltype(zero)>;
      })) {}

void IndexBlocks::note(int64_t wrong, Errors& errors) {
  int64_t first = errors.first.load();
  while (wrong < first && !errors.first.compare_exchange_weak(first, wrong)) {
  }
}

void IndexBlocks::report(const std::byte* indices, const Errors& errors,
                         RunContext& context) const {
  const int64_t first = errors.first.load();
  if (first == INT64_MAX) return;
  const int64_t value = with_index_type(dtype_, [&](auto zero) {
    return static_cast<int64_t>(reinterpret_cast<const decltype(zero)*>(indices)[first]);
  });
  context.report(value, size_);
}

bool is_one_line(const Operand& indices, int axis) {
  if (indices.shape[axis] > 1 && indices.strides[axis] != 1) return false;
  for (int i = 0; i < indices.shape.rank(); ++i) {
    if (i != axis && indices.shape[i] != 1 && indices.strides[i] != 0) return false;
  }
  return true;
}

}  // namespace lamina::cpu
