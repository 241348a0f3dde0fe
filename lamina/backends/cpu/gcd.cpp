// gcd of integers, by Stein's algorithm: differences and shifts in place of divisions, each of which
// takes as long as a few steps.
#include <algorithm>
#include <bit>
#include <type_traits>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"

namespace lamina::backend {

namespace {

template <class U>
U divisor(U a, U b) {
  if (a == 0) return b;
  if (b == 0) return a;
  const int twos = std::countr_zero(static_cast<U>(a | b));
  a >>= std::countr_zero(a);
  do {
    b >>= std::countr_zero(b);
    const U least = std::min(a, b);
    b = a < b ? b - a : a - b;
    a = least;
  } while (b != 0);
  return a << twos;
}

// Without its sign, in a register's width; the least number has no positive counterpart.
template <class T>
auto magnitude(T value) {
  using U = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  const U bits = static_cast<U>(value);
  return value < 0 ? U{0} - bits : bits;
}

template <class T>
class Gcd final : public Kernel {
 public:
  explicit Gcd(int64_t count) : count_(count) {}

  void run(std::byte* const* operands, RunContext&) const override {
    constexpr int64_t kElementsPerThread = 1024;
    const T* x = reinterpret_cast<const T*>(operands[0]);
    const T* y = reinterpret_cast<const T*>(operands[1]);
    T* to = reinterpret_cast<T*>(operands[2]);
    parallel_for(0, count_, kElementsPerThread, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        to[i] = static_cast<T>(divisor(magnitude(x[i]), magnitude(y[i])));
    });
  }

 private:
  int64_t count_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const int64_t count = request.outputs[0].shape.elements();
  return dispatch(request.outputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      return std::make_unique<Gcd<T>>(count);
    } else {
      request.refusal = "not integers";
      return nullptr;
    }
  });
}

}  // namespace

LAMINA_KERNEL(gcd)
= {"gcd", "cpu.gcd", 10, rule};

}  // namespace lamina::backend
