// The least or largest of all small integers of an array, in their own width, and sums of bools and
// the smallest ones, in 32 bits as long as they fit: longer loops compute in 64 bits. The rule
// before cpu.loop.
#include <algorithm>
#include <numeric>
#include <type_traits>
#include <vector>

#include "lamina/backends/cpu/loop_domain.h"
#include "lamina/backends/cpu/loop_normal.h"
#include "lamina/backends/cpu/targets.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/small_reductions.cpp"
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

// Stored at `to` as 64 bits. No sum of a block leaves 32.
template <class T>
void sum_of(const std::byte* from, int64_t n, std::byte* to) {
  constexpr int64_t kBlock = int64_t{1} << (31 - 8 * sizeof(T));
  const T* x = reinterpret_cast<const T*>(from);
  int64_t total = 0;
  for (int64_t first = 0; first < n; first += kBlock) {
    int32_t sum = 0;
    for (int64_t i = first; i < (first + kBlock < n ? first + kBlock : n); ++i) sum += x[i];
    total += sum;
  }
  *reinterpret_cast<int64_t*>(to) = total;
}

using Reduce = void (*)(const std::byte* from, int64_t n, std::byte* to);

template <class T>
Reduce reduce_by(Monoid monoid) {
  switch (monoid) {
    case Monoid::Minimum:
      return extreme_of<T, false>;
    case Monoid::Maximum:
      return extreme_of<T, true>;
    case Monoid::Sum:
      if constexpr (sizeof(T) < 4) return sum_of<T>;
      return nullptr;
    default:
      return nullptr;
  }
}

// Null where the tile interpreter is as good.
Reduce reduce_function(DType dtype, Monoid monoid) {
  return dispatch(dtype, [&](auto zero) -> Reduce {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>) {
      return monoid == Monoid::Sum ? sum_of<uint8_t> : nullptr;
    } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 4) {
      return reduce_by<T>(monoid);
    } else {
      return nullptr;
    }
  });
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
namespace {

HWY_EXPORT(reduce_function);

using Reduce = void (*)(const std::byte* from, int64_t n, std::byte* to);
constexpr int64_t kBytesPerThread = 64 * 1024;

// All of a contiguous array. Threads reduce a part each; `join` reduces what they found.
class SmallReduction final : public Kernel {
 public:
  SmallReduction(Reduce reduce, Reduce join, int64_t count, DType from, DType to, int threads)
      : reduce_(reduce),
        join_(join),
        count_(count),
        bytes_(static_cast<int64_t>(size_of(from))),
        result_bytes_(static_cast<int64_t>(size_of(to))),
        threads_(threads) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const int64_t parts = std::clamp<int64_t>(count_ * bytes_ / kBytesPerThread, 1, threads_);
    const int64_t length = (count_ + parts - 1) / parts;
    std::vector<std::byte> found(static_cast<size_t>(parts * result_bytes_));
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; ++part) {
        const int64_t begin = std::min(part * length, count_ - 1);
        reduce_(operands[0] + begin * bytes_, std::clamp<int64_t>(count_ - begin, 1, length),
                found.data() + part * result_bytes_);
      }
    });
    join_(found.data(), parts, operands[1]);
  }

 private:
  Reduce reduce_, join_;
  int64_t count_, bytes_, result_bytes_;
  int threads_;
};

void add_up(const std::byte* from, int64_t n, std::byte* to) {
  const int64_t* x = reinterpret_cast<const int64_t*>(from);
  *reinterpret_cast<int64_t*>(to) = std::accumulate(x, x + n, int64_t{0});
}

// Why the loop is not the reduction of one array, or null.
const char* refusal_of(const Loop& loop, const LoopDomain& domain) {
  if (loop.reductions.size() != 1 || !loop.stores.empty() || loop.inputs.size() != 1)
    return "not one reduction";
  const Loop::Reduction& r = loop.reductions[0];
  const DType dtype = loop.inputs[0].dtype;
  const NormalProgram normal = normalize(loop);
  const ScalarInstruction* value = &normal.program.code[normal.reductions[0]];
  if (r.monoid == Monoid::Sum) {  // in 64 bits
    if (size_of(r.operand.dtype) != 8 || !is_integer(r.operand.dtype)) return "not a sum of integers";
    if (value->op == ScalarOp::Cast) value = &normal.program.code[value->a];
  } else if (r.operand.dtype != dtype) {
    return "more than one operation";
  }
  if (value->op != ScalarOp::Input) return "more than one operation";
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
  const Loop::Reduction& r = loop.reductions[0];
  const DType dtype = loop.inputs[0].dtype;
  const Reduce reduce = HWY_DYNAMIC_DISPATCH(reduce_function)(dtype, r.monoid);
  if (!reduce) {
    request.refusal = "not an extreme or a sum of small integers";
    return nullptr;
  }
  return std::make_unique<SmallReduction>(reduce, r.monoid == Monoid::Sum ? add_up : reduce,
                                          domain.elements, dtype, r.operand.dtype,
                                          request.threads);
}

}  // namespace
}  // namespace lamina::cpu

namespace lamina::backend {
LAMINA_KERNEL(small_reduction)
= {"loop", "cpu.small_reduction", 6, cpu::rule};
}  // namespace lamina::backend
#endif
