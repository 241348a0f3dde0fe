// The least or largest of all small integers of an array, in their own width: longer loops compute
// in 64 bits. The rule before cpu.loop.
#include <algorithm>
#include <type_traits>
#include <vector>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/loop_normal.h"
#include "lamina/backends/cpu/targets.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/small_extremes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

// Of n > 0 elements, stored at `to`. A plain loop, which the compiler vectorises.
template <class T, bool kLargest>
void extreme_of(const std::byte* from, int64_t n, std::byte* to) {
  const T* x = reinterpret_cast<const T*>(from);
  T best = x[0];
  for (int64_t i = 1; i < n; ++i) best = (kLargest ? best < x[i] : x[i] < best) ? x[i] : best;
  *reinterpret_cast<T*>(to) = best;
}

using Extreme = void (*)(const std::byte* from, int64_t n, std::byte* to);

template <class T>
Extreme either(bool largest) {
  return largest ? extreme_of<T, true> : extreme_of<T, false>;
}

Extreme extreme_function(DType dtype, bool largest) {
  switch (dtype) {
    case DType::Int8:
      return either<int8_t>(largest);
    case DType::Int16:
      return either<int16_t>(largest);
    case DType::Int32:
      return either<int32_t>(largest);
    case DType::UInt8:
      return either<uint8_t>(largest);
    case DType::UInt16:
      return either<uint16_t>(largest);
    case DType::UInt32:
      return either<uint32_t>(largest);
    default:
      return nullptr;
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
namespace {

HWY_EXPORT(extreme_function);

using Extreme = void (*)(const std::byte* from, int64_t n, std::byte* to);
constexpr int64_t kBytesPerThread = 64 * 1024;

class SmallExtreme final : public Kernel {
 public:
  SmallExtreme(Extreme extreme, int64_t count, int64_t bytes, int threads)
      : extreme_(extreme), count_(count), bytes_(bytes), threads_(threads) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const int64_t parts = std::clamp<int64_t>(count_ * bytes_ / kBytesPerThread, 1, threads_);
    const int64_t length = (count_ + parts - 1) / parts;
    std::vector<std::byte> found(static_cast<size_t>(parts * bytes_));
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; ++part) {
        const int64_t begin = std::min(part * length, count_ - 1);
        extreme_(operands[0] + begin * bytes_, std::clamp<int64_t>(count_ - begin, 1, length),
                 found.data() + part * bytes_);
      }
    });
    extreme_(found.data(), parts, operands[1]);
  }

 private:
  Extreme extreme_;
  int64_t count_, bytes_;
  int threads_;
};

// Why the loop is not the extreme of one array, or null.
const char* refusal_of(const Loop& loop, const LoopDomain& domain) {
  if (loop.reductions.size() != 1 || !loop.stores.empty() || loop.inputs.size() != 1)
    return "not one reduction";
  const Loop::Reduction& r = loop.reductions[0];
  if (r.monoid != Monoid::Minimum && r.monoid != Monoid::Maximum) return "not an extreme";
  const DType dtype = loop.inputs[0].dtype;
  const NormalProgram normal = normalize(loop);
  if (normal.program.code[normal.reductions[0]].op != ScalarOp::Input || r.operand.dtype != dtype)
    return "more than one operation";
  const bool contiguous = domain.outer.empty() && domain.row.size == 1 && domain.column.reduced &&
                          domain.column.stride[0] == static_cast<int64_t>(size_of(dtype));
  return contiguous && domain.elements > 1 ? nullptr : "not all of a contiguous array";
}

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  if (!request.loop) {
    request.refusal = "not a loop";
    return nullptr;
  }
  const Loop& loop = *request.loop;
  const LoopDomain domain = arrange(loop);
  if (const char* why = refusal_of(loop, domain)) {
    request.refusal = why;
    return nullptr;
  }
  const DType dtype = loop.inputs[0].dtype;
  const bool largest = loop.reductions[0].monoid == Monoid::Maximum;
  const Extreme extreme = HWY_DYNAMIC_DISPATCH(extreme_function)(dtype, largest);
  if (!extreme) {
    request.refusal = "not small integers";
    return nullptr;
  }
  return std::make_unique<SmallExtreme>(extreme, domain.elements,
                                        static_cast<int64_t>(size_of(dtype)), request.threads);
}

}  // namespace
}  // namespace lamina::cpu

namespace lamina::backend {
LAMINA_KERNEL(small_extreme)
= {"loop", "cpu.small_extreme", 6, cpu::rule};
}  // namespace lamina::backend
#endif
