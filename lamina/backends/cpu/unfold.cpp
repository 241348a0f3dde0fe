// unfold: a row of columns for every tap of the window and plane of the image; each is copied in
// stretches along the last axis, between zeros for the padding.
#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/fold_shape.h"
#include "lamina/base/parallel_for.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 16 * 1024;

template <class T>
class Unfold final : public Kernel {
 public:
  explicit Unfold(const cpu::FoldShape& shape) : s_(shape) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[1]);
    const int64_t taps = s_.taps(), positions = s_.positions();
    if (positions == 0) return;
    parallel_for(0, s_.planes * taps, std::max<int64_t>(1, kElementsPerThread / positions),
                 [&](int64_t first, int64_t last) {
                   for (int64_t row = first; row < last; ++row) {
                     copy_tap(x + row / taps * s_.points(), y + row * positions, row % taps);
                   }
                 });
  }

 private:
  void copy_tap(const T* x, T* y, int64_t tap) const {
    const int64_t t2 = tap % s_.window[2], t1 = tap / s_.window[2] % s_.window[1];
    const int64_t t0 = tap / s_.window[2] / s_.window[1];
    const auto r0 = s_.range(0, t0, 0, s_.size[0]), r1 = s_.range(1, t1, 0, s_.size[1]);
    const auto r2 = s_.range(2, t2, 0, s_.size[2]);
    for (int64_t p0 = 0; p0 < s_.count[0]; ++p0) {
      for (int64_t p1 = 0; p1 < s_.count[1]; ++p1, y += s_.count[2]) {
        if (p0 < r0.first || p0 >= r0.last || p1 < r1.first || p1 >= r1.last) {
          std::fill(y, y + s_.count[2], T(0));
          continue;
        }
        const int64_t at0 = p0 * s_.stride[0] + s_.start(0, t0);
        const int64_t at1 = p1 * s_.stride[1] + s_.start(1, t1);
        const T* from = x + (at0 * s_.size[1] + at1) * s_.size[2];
        std::fill(y, y + r2.first, T(0));
        copy_row(from, y, r2.first, r2.last, s_.start(2, t2));
        std::fill(y + r2.last, y + s_.count[2], T(0));
      }
    }
  }

  void copy_row(const T* from, T* y, int64_t first, int64_t last, int64_t start) const {
    const int64_t step = s_.stride[2];
    if (first >= last) return;
    if (step == 1) {
      std::memcpy(y + first, from + start + first, static_cast<size_t>(last - first) * sizeof(T));
      return;
    }
    for (int64_t p = first; p < last; ++p) y[p] = from[start + p * step];
  }

  cpu::FoldShape s_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& a = *static_cast<const FoldAttributes*>(request.attributes);
  Operand& x = request.inputs[0];
  if (a.shape.size() > 3) {
    request.refusal = "more than three spatial axes";
    return nullptr;
  }
  x.strides = row_major_strides(x.shape);
  const cpu::FoldShape shape(a, x.shape[0] * x.shape[1]);
  switch (size_of(x.dtype)) {
    case 1:
      return std::make_unique<Unfold<uint8_t>>(shape);
    case 2:
      return std::make_unique<Unfold<uint16_t>>(shape);
    case 4:
      return std::make_unique<Unfold<uint32_t>>(shape);
    default:
      return std::make_unique<Unfold<uint64_t>>(shape);
  }
}

}  // namespace

LAMINA_KERNEL(unfold)
= {"unfold", "cpu.unfold", 10, rule};

}  // namespace lamina::backend
