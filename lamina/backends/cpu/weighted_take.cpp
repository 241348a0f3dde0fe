// weighted_take and weighted_products: sums over the taps of points. Blocks of points go to the
// threads; the indices and weights of a block are read once for many channels. Each sum is one
// thread's, in the order of its taps.
#include <algorithm>
#include <cstring>
#include <vector>

#include "lamina/backends/cpu/take_points.h"
#include "lamina/backends/cpu/weighted_taps.h"
#include "lamina/base/parallel_for.h"

namespace lamina::backend {

namespace {

constexpr int64_t kTermsPerThread = 16 * 1024;
constexpr int64_t kTapsTogether = 1024, kChannelsTogether = 64;

using cpu::Taps;
using cpu::WeightedShape;

int64_t points_together(int64_t taps) {
  return std::max<int64_t>(1, kTapsTogether / std::max<int64_t>(1, taps));
}

template <class T>
class WeightedTake final : public Kernel {
 public:
  WeightedTake(const KernelRequest& request, const WeightedShape& shape)
      : s_(shape), taps_(request.inputs[1].dtype, request.inputs[2].dtype, s_) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[3]);
    const int64_t together = points_together(s_.taps);
    const int64_t blocks = (s_.points + together - 1) / together;
    const int64_t groups = (s_.channels + kChannelsTogether - 1) / kChannelsTogether;
    const int64_t terms = together * std::max<int64_t>(1, s_.taps) *
                          std::min(s_.channels, kChannelsTogether) * s_.inner;
    Taps::Errors errors;
    parallel_for(0, s_.batch * blocks * groups,
                 std::max<int64_t>(1, kTermsPerThread / std::max<int64_t>(1, terms)),
                 [&](int64_t first, int64_t last) {
                   Taps::Block<Acc> block;
                   std::vector<Acc> sums(static_cast<size_t>(s_.inner));
                   int64_t held = -1;
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t part = item / groups, b = part / blocks;
                     const int64_t p = part % blocks * together;
                     const int64_t n = std::min(together, s_.points - p);
                     if (part != held) {
                       taps_.read(operands[1], operands[2], b * s_.points + p, n, block, errors);
                     }
                     held = part;
                     const int64_t low = item % groups * kChannelsTogether;
                     const int64_t high = std::min(s_.channels, low + kChannelsTogether);
                     for (int64_t c = b * s_.channels + low; c < b * s_.channels + high; ++c) {
                       const T* from = x + c * s_.size * s_.inner;
                       T* to = y + (c * s_.points + p) * s_.inner;
                       s_.inner == 1 ? cpu::take_points(from, s_.size, to, n, s_.taps, block)
                                     : take_rows(from, to, n, block, sums.data());
                     }
                   }
                 });
    taps_.report(operands[1], errors, context);
  }

 private:
  using Acc = cpu::WeightedSum<T>;

  void take_rows(const T* x, T* y, int64_t n, const Taps::Block<Acc>& block, Acc* sums) const {
    for (int64_t p = 0; p < n; ++p) {
      std::fill(sums, sums + s_.inner, Acc(0));
      for (int64_t k = p * s_.taps; k < (p + 1) * s_.taps; ++k) {
        const int64_t place = block.places[static_cast<size_t>(k)];
        if (place < 0) continue;
        const T* from = x + place * s_.inner;
        const Acc weight = block.weights[static_cast<size_t>(k)];
        for (int64_t i = 0; i < s_.inner; ++i) sums[i] += weight * static_cast<Acc>(from[i]);
      }
      T* to = y + p * s_.inner;
      for (int64_t i = 0; i < s_.inner; ++i) to[i] = T(sums[i]);
    }
  }

  WeightedShape s_;
  Taps taps_;
};

template <class T>
class WeightedProducts final : public Kernel {
 public:
  WeightedProducts(const KernelRequest& request, const WeightedShape& shape)
      : s_(shape), taps_(request.inputs[1].dtype, request.inputs[2].dtype, s_) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    const T* g = reinterpret_cast<const T*>(operands[2]);
    T* y = reinterpret_cast<T*>(operands[3]);
    const int64_t together = points_together(s_.taps);
    const int64_t blocks = (s_.points + together - 1) / together;
    const int64_t terms = together * std::max<int64_t>(1, s_.taps) * s_.channels * s_.inner;
    Taps::Errors errors;
    parallel_for(0, s_.batch * blocks,
                 std::max<int64_t>(1, kTermsPerThread / std::max<int64_t>(1, terms)),
                 [&](int64_t first, int64_t last) {
                   Taps::Block<double> block;
                   std::vector<double> sums;
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t b = item / blocks, p = item % blocks * together;
                     const int64_t n = std::min(together, s_.points - p);
                     taps_.read(operands[1], nullptr, b * s_.points + p, n, block, errors);
                     sums.assign(static_cast<size_t>(n * s_.taps), 0);
                     for (int64_t c = b * s_.channels; c < (b + 1) * s_.channels; ++c) {
                       add_products(x + c * s_.size * s_.inner, g + (c * s_.points + p) * s_.inner,
                                    n, block, sums.data());
                     }
                     T* to = y + (b * s_.points + p) * s_.taps;
                     for (const double sum : sums) *to++ = T(static_cast<cpu::WeightedSum<T>>(sum));
                   }
                 });
    taps_.report(operands[1], errors, context);
  }

 private:
  void add_products(const T* x, const T* g, int64_t n, const Taps::Block<double>& block,
                    double* sums) const {
    using Value = cpu::WeightedSum<T>;
    int64_t term = 0;
    for (int64_t p = 0; p < n; ++p, g += s_.inner) {
      for (int64_t k = 0; k < s_.taps; ++k, ++term) {
        const int64_t place = block.places[static_cast<size_t>(term)];
        if (place < 0) continue;
        const T* from = x + place * s_.inner;
        double sum = 0;
        for (int64_t i = 0; i < s_.inner; ++i) {
          sum += static_cast<double>(static_cast<Value>(from[i])) *
                 static_cast<double>(static_cast<Value>(g[i]));
        }
        sums[term] += sum;
      }
    }
  }

  WeightedShape s_;
  Taps taps_;
};

template <template <class> class K>
std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const WeightedShape shape(request.inputs[0].shape, request.inputs[1].shape);
  return cpu::with_floating_type(request.inputs[0].dtype,
                                 [&](auto zero) -> std::unique_ptr<Kernel> {
                                   return std::make_unique<K<decltype(zero)>>(request, shape);
                                 });
}

}  // namespace

LAMINA_KERNEL(weighted_take)
= {"weighted_take", "cpu.weighted_take", 10, rule<WeightedTake>};
LAMINA_KERNEL(weighted_products)
= {"weighted_products", "cpu.weighted_products", 10, rule<WeightedProducts>};

}  // namespace lamina::backend
