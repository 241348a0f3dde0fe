// one_hot: rows of zeros, and a one in each.
#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/index_block.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/ops/selection_attributes.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 16 * 1024;

template <class T>
T one() {
  if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
    return T(1.0f);
  } else {
    return static_cast<T>(1);
  }
}

// A negative index is wrong here: there is no class before the first. Reading the signed types as
// unsigned ones of the same width makes it too large.
DType without_sign(DType dtype) {
  switch (dtype) {
    case DType::Int8:
      return DType::UInt8;
    case DType::Int16:
      return DType::UInt16;
    case DType::Int32:
      return DType::UInt32;
    case DType::Int64:
      return DType::UInt64;
    default:
      return dtype;
  }
}

template <class T>
class OneHotRows final : public Kernel {
 public:
  OneHotRows(const Operand& indices, int64_t classes)
      : blocks_(without_sign(indices.dtype), classes),
        dtype_(indices.dtype),
        rows_(indices.shape.elements()) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    T* y = reinterpret_cast<T*>(operands[1]);
    const int64_t classes = blocks_.size();
    const int64_t parts = (rows_ + cpu::kIndexBlock - 1) / cpu::kIndexBlock;
    const int64_t each = std::max<int64_t>(1, classes * std::min(rows_, cpu::kIndexBlock));
    cpu::IndexBlocks::Errors errors;
    parallel_for(0, parts, std::max<int64_t>(1, kElementsPerThread / each),
                 [&](int64_t first, int64_t last) {
                   int64_t positions[cpu::kIndexBlock];
                   for (int64_t part = first; part < last; ++part) {
                     const int64_t begin = part * cpu::kIndexBlock;
                     const int64_t n = std::min(cpu::kIndexBlock, rows_ - begin);
                     blocks_.read(operands[0], begin, n, positions, errors);
                     if (classes == 0) continue;
                     T* row = y + begin * classes;
                     std::memset(static_cast<void*>(row), 0,
                                 static_cast<size_t>(n * classes) * sizeof(T));
                     for (int64_t i = 0; i < n; ++i) row[i * classes + positions[i]] = one<T>();
                   }
                 });
    cpu::IndexBlocks(dtype_, classes).report(operands[0], errors, context);
  }

 private:
  cpu::IndexBlocks blocks_;
  DType dtype_;
  int64_t rows_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand& indices = request.inputs[0];
  indices.strides = row_major_strides(indices.shape);
  const int64_t classes = static_cast<const OneHotAttributes*>(request.attributes)->classes;
  return dispatch(request.outputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<OneHotRows<decltype(zero)>>(indices, classes);
  });
}

}  // namespace

LAMINA_KERNEL(one_hot)
= {"one_hot", "cpu.one_hot", 10, rule};

}  // namespace lamina::backend
