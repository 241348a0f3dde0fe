// Builds loops and their memory for tests, and runs two kernels on the same inputs.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "lamina/backends/cpu/kernels.h"
#include "lamina/base/text.h"
#include "lamina/op/loop_reference.h"
#include "lamina/op/scalar_eval.h"

namespace lamina::loop_test {

inline std::unique_ptr<Kernel> prepare_cpu(const Loop& loop) {
  KernelRequest request;
  request.loop = &loop;
  return backend::kernel_cpu_loop.rule(request);
}
inline std::unique_ptr<Kernel> prepare_reference(const Loop& loop) {
  KernelRequest request;
  request.loop = &loop;
  return loop_reference(request);
}

// One operand's bytes, with a guard before and after that must not change.
class Memory {
 public:
  Memory(const Shape& domain, const LoopOperand& operand) : dtype_(operand.dtype) {
    int64_t low = 0, high = 0;
    for (size_t d = 0; d < domain.size(); ++d) {
      int64_t reach = (std::max<int64_t>(domain[d], 1) - 1) * operand.strides[d];
      (reach < 0 ? low : high) += reach;
    }
    size_t bytes = size_of(dtype_);
    offset_ = kGuard + static_cast<size_t>(-low) * bytes;
    bytes_.assign(2 * kGuard + static_cast<size_t>(high - low + 1) * bytes, std::byte{0x5a});
  }

  std::byte* address() { return bytes_.data() + offset_; }
  size_t count() const { return (bytes_.size() - 2 * kGuard) / size_of(dtype_); }
  std::byte* element(size_t k) { return bytes_.data() + kGuard + k * size_of(dtype_); }
  ScalarValue value(size_t k) { return scalar_load(dtype_, element(k)); }
  void set(size_t k, double v) {
    scalar_store(dtype_, element(k), ScalarType::F64, scalar_value(v));
  }
  DType dtype() const { return dtype_; }
  bool guards_hold() const {
    for (size_t k = 0; k < kGuard; ++k) {
      if (bytes_[k] != std::byte{0x5a} || bytes_[bytes_.size() - 1 - k] != std::byte{0x5a})
        return false;
    }
    return true;
  }
  bool same_bits(const Memory& other) const { return bytes_ == other.bytes_; }

 private:
  static constexpr size_t kGuard = 64;
  DType dtype_;
  size_t offset_;
  std::vector<std::byte> bytes_;
};

inline std::vector<Memory> allocate(const Loop& loop) {
  std::vector<Memory> all;
  for (const LoopOperand& o : loop.inputs) all.emplace_back(loop.domain, o);
  for (const Loop::Store& s : loop.stores) all.emplace_back(loop.domain, s.operand);
  for (const Loop::Reduction& r : loop.reductions) all.emplace_back(loop.domain, r.operand);
  return all;
}

inline void run(const Kernel& kernel, std::vector<Memory>& memory) {
  std::vector<std::byte*> addresses;
  for (Memory& m : memory) addresses.push_back(m.address());
  struct Aligned {
    alignas(64) std::byte bytes[64];
  };
  std::vector<Aligned> scratch(kernel.scratch_bytes() / 64 + 1);
  RunContext context;
  context.scratch = scratch.data()->bytes;
  kernel.run(addresses.data(), context);
}

inline std::string describe(const Loop& loop) {
  std::string out = text("domain ", loop.domain, " reduced ");
  for (uint8_t r : loop.reduced) out += r ? '1' : '0';
  for (const ScalarInstruction& i : loop.program.code) {
    out += text("\n  ", name(i.op), " ", name(i.type), " ", int{i.a}, " ", int{i.b}, " ", int{i.c});
  }
  for (const auto& o : loop.inputs) out += text("\n  in ", o.dtype, " ", list_text(o.strides));
  for (const auto& s : loop.stores)
    out +=
        text("\n  store ", int{s.value}, " ", s.operand.dtype, " ", list_text(s.operand.strides));
  for (const auto& r : loop.reductions)
    out += text("\n  reduce ", int(r.monoid), " ", int{r.value}, " ", r.operand.dtype, " ",
                list_text(r.operand.strides));
  return out;
}

// Distance in units of the last place of `expected`, for results that should be float or double.
inline double ulps(double got, double expected, bool f32) {
  if (std::isnan(expected)) return std::isnan(got) ? 0 : 1e9;
  double rounded = f32 ? static_cast<double>(static_cast<float>(expected)) : expected;
  if (got == rounded) return 0;
  if (std::isinf(rounded) || std::isnan(got) || std::isinf(got)) return 1e9;
  double tiny = f32 ? 0x1p-149 : 0x1p-1074;
  double unit =
      std::max(tiny, std::ldexp(1.0, std::ilogb(rounded == 0 ? tiny : rounded) - (f32 ? 23 : 52)));
  return std::abs(got - expected) / unit;
}

}  // namespace lamina::loop_test
