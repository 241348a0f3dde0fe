// fold: the columns of every tap are added to the image in stretches along the last axis. Threads
// share out planes and ranges of their first axis, so that each point of the image is one thread's
// and its terms are added in the order of the taps.
#include <algorithm>
#include <type_traits>
#include <vector>

#include "lamina/backends/cpu/fold_shape.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 16 * 1024;

template <class T>
class Fold final : public Kernel {
 public:
  Fold(const cpu::FoldShape& shape, int threads) : s_(shape), threads_(threads) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[1]);
    if (s_.planes * s_.points() == 0) return;
    const int cut = s_.size[0] > 1 ? 0 : 1;  // leading axes are missing; the last is never cut
    const int64_t wanted = (2 * threads_ + s_.planes - 1) / s_.planes;
    const int64_t parts = std::clamp<int64_t>(wanted, 1, s_.size[cut]);
    const int64_t height = (s_.size[cut] + parts - 1) / parts;
    const int64_t elements = (s_.points() + s_.taps() * s_.positions()) / parts + 1;
    parallel_for(0, s_.planes * parts, std::max<int64_t>(1, kElementsPerThread / elements),
                 [&](int64_t first, int64_t last) {
                   std::vector<Sum> held;
                   for (int64_t item = first; item < last; ++item) {
                     Box box{{0, 0, 0}, {s_.size[0], s_.size[1], s_.size[2]}};
                     box.low[cut] = item % parts * height;
                     box.high[cut] = std::min(s_.size[cut], box.low[cut] + height);
                     if (box.low[cut] >= box.high[cut]) continue;
                     const int64_t plane = item / parts;
                     add_box(x + plane * s_.taps() * s_.positions(), y + plane * s_.points(), box,
                             held);
                   }
                 });
  }

 private:
  // Sums of 16-bit numbers are kept apart, as float.
  static constexpr bool kInPlace = std::is_integral_v<T> || sizeof(T) > 2;
  using Sum = std::conditional_t<kInPlace, T, float>;
  struct Box {
    int64_t low[3], high[3];
  };

  static Sum sum_of(Sum a, T b) {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else if constexpr (std::is_integral_v<T>) {  // wraps around
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    } else {
      return a + static_cast<Sum>(b);
    }
  }

  // `held` is one plane of sums where they are not kept in the result.
  void add_box(const T* columns, T* y, const Box& box, std::vector<Sum>& held) const {
    const int64_t row = s_.size[2], plane = s_.size[1] * row;
    Sum* sums;
    if constexpr (kInPlace) {
      sums = y;
    } else {
      held.resize(static_cast<size_t>(s_.points()));
      sums = held.data();
    }
    each_stretch(box, plane, row, [&](int64_t at) { std::fill_n(sums + at, row, Sum(0)); });
    for (int64_t tap = 0; tap < s_.taps(); ++tap) {
      add_tap(columns + tap * s_.positions(), sums, box, tap);
    }
    if constexpr (!kInPlace) {
      each_stretch(box, plane, row, [&](int64_t at) {
        for (int64_t i = at; i < at + row; ++i) y[i] = T(sums[i]);
      });
    }
  }

  // Rows of the last axis are never cut.
  template <class F>
  static void each_stretch(const Box& box, int64_t plane, int64_t row, F&& f) {
    for (int64_t i = box.low[0]; i < box.high[0]; ++i) {
      for (int64_t j = box.low[1]; j < box.high[1]; ++j) f(i * plane + j * row);
    }
  }

  void add_tap(const T* columns, Sum* y, const Box& box, int64_t tap) const {
    const int64_t t2 = tap % s_.window[2], t1 = tap / s_.window[2] % s_.window[1];
    const int64_t t0 = tap / s_.window[2] / s_.window[1], step = s_.stride[2];
    const auto r0 = s_.range(0, t0, box.low[0], box.high[0]);
    const auto r1 = s_.range(1, t1, box.low[1], box.high[1]);
    const auto r2 = s_.range(2, t2, box.low[2], box.high[2]);
    for (int64_t p0 = r0.first; p0 < r0.last; ++p0) {
      for (int64_t p1 = r1.first; p1 < r1.last; ++p1) {
        const int64_t at0 = p0 * s_.stride[0] + s_.start(0, t0);
        const int64_t at1 = p1 * s_.stride[1] + s_.start(1, t1);
        const T* from = columns + (p0 * s_.count[1] + p1) * s_.count[2] + r2.first;
        Sum* to = y + (at0 * s_.size[1] + at1) * s_.size[2] + r2.first * step + s_.start(2, t2);
        const int64_t n = r2.last - r2.first;
        if (step == 1) {
          for (int64_t i = 0; i < n; ++i) to[i] = sum_of(to[i], from[i]);
        } else {
          for (int64_t i = 0; i < n; ++i) to[i * step] = sum_of(to[i * step], from[i]);
        }
      }
    }
  }

  cpu::FoldShape s_;
  int threads_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& a = *static_cast<const FoldAttributes*>(request.attributes);
  Operand& x = request.inputs[0];
  if (a.shape.size() > 3) {
    request.refusal = "more than three spatial axes";
    return nullptr;
  }
  x.strides = row_major_strides(x.shape);
  const Shape& y = request.outputs[0].shape;
  const cpu::FoldShape shape(a, y[0] * y[1]);
  return dispatch(x.dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<Fold<decltype(zero)>>(shape, request.threads);
  });
}

}  // namespace

LAMINA_KERNEL(fold)
= {"fold", "cpu.fold", 10, rule};

}  // namespace lamina::backend
