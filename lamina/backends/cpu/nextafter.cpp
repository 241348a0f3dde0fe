// nextafter: steps on the bits of numbers, as the op defines it, without branches.
#include <algorithm>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 16 * 1024;

template <class Bits>
class NextAfterKernel final : public Kernel {
 public:
  NextAfterKernel(int64_t elements, Bits infinity) : elements_(elements), infinity_(infinity) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const auto *a = reinterpret_cast<const Bits*>(operands[0]),
               *b = reinterpret_cast<const Bits*>(operands[1]);
    auto* to = reinterpret_cast<Bits*>(operands[2]);
    parallel_for(0, elements_, kElementsPerThread, [&](int64_t first, int64_t last) {
      const Bits infinity = infinity_;
      for (int64_t i = first; i < last; ++i) to[i] = neighbour(a[i], b[i], infinity);
    });
  }
  bool may_alias(int, int) const override { return true; }

 private:
  static Bits neighbour(Bits x, Bits y, Bits infinity) {
    constexpr Bits sign = static_cast<Bits>(Bits{1} << (8 * sizeof(Bits) - 1));
    constexpr Bits digits = static_cast<Bits>(~sign);
    const Bits magnitude = x & digits, other = y & digits;
    const bool outward = ((x ^ y) & sign) == 0 && other > magnitude;
    Bits result = static_cast<Bits>(outward ? x + 1 : x - 1);
    result = magnitude == 0 ? static_cast<Bits>((y & sign) | 1) : result;
    result = (x == y) | ((magnitude | other) == 0) ? y : result;
    result = other > infinity ? y : result;
    return magnitude > infinity ? x : result;
  }

  int64_t elements_;
  Bits infinity_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const int64_t elements = request.outputs[0].shape.elements();
  switch (request.outputs[0].dtype) {
    case DType::Float16:
      return std::make_unique<NextAfterKernel<uint16_t>>(elements, uint16_t{0x7c00});
    case DType::BFloat16:
      return std::make_unique<NextAfterKernel<uint16_t>>(elements, uint16_t{0x7f80});
    case DType::Float32:
      return std::make_unique<NextAfterKernel<uint32_t>>(elements, 0x7f800000u);
    default:
      return std::make_unique<NextAfterKernel<uint64_t>>(elements, 0x7ff0000000000000u);
  }
}

}  // namespace

LAMINA_KERNEL(nextafter)
= {"nextafter", "cpu.nextafter", 10, rule};

}  // namespace lamina::backend
