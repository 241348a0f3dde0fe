// weighted_scatter: terms are added to their places in the order of points and taps. Threads share
// out the channels, whose places are their own; the taps of a block are read once for many of them.
#include <algorithm>
#include <vector>

#include "lamina/backends/cpu/weighted_taps.h"
#include "lamina/base/parallel_for.h"

namespace lamina::backend {

namespace {

constexpr int64_t kTermsPerThread = 16 * 1024, kTapsTogether = 1024;

using cpu::Taps;
using cpu::WeightedShape;

template <class T>
class WeightedScatter final : public Kernel {
 public:
  WeightedScatter(const KernelRequest& request, const WeightedShape& shape)
      : s_(shape),
        taps_(request.inputs[1].dtype, request.inputs[2].dtype, s_),
        threads_(request.threads) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const int64_t rows = s_.batch * s_.channels;
    if (rows == 0) return;
    const int64_t terms = s_.points * s_.taps * s_.inner + s_.size * s_.inner;
    const int64_t wanted = (2 * threads_ + s_.batch - 1) / s_.batch;
    const int64_t groups = std::clamp<int64_t>(s_.channels * terms / kTermsPerThread, 1,
                                               std::min(wanted, s_.channels));
    const int64_t width = (s_.channels + groups - 1) / groups;
    Taps::Errors errors;
    parallel_for(0, s_.batch * groups, std::max<int64_t>(1, kTermsPerThread / (terms * width + 1)),
                 [&](int64_t first, int64_t last) {
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t low = item % groups * width;
                     const int64_t high = std::min(s_.channels, low + width);
                     if (low < high) add_channels(operands, item / groups, low, high, errors);
                   }
                 });
    taps_.report(operands[1], errors, context);
  }

 private:
  using Sum = cpu::WeightedSum<T>;
  static constexpr bool kInPlace = std::is_same_v<T, Sum>;

  void add_channels(std::byte* const* operands, int64_t b, int64_t low, int64_t high,
                    Taps::Errors& errors) const {
    const int64_t row = s_.size * s_.inner;
    T* y = reinterpret_cast<T*>(operands[3]) + (b * s_.channels + low) * row;
    std::vector<Sum> held(static_cast<size_t>(kInPlace ? 0 : (high - low) * row));
    Sum* sums = held.data();
    if constexpr (kInPlace) {
      sums = y;
      std::fill(y, y + (high - low) * row, T(0));
    }
    const T* g = reinterpret_cast<const T*>(operands[0]);
    const int64_t together = std::max<int64_t>(1, kTapsTogether / std::max<int64_t>(1, s_.taps));
    Taps::Block<Sum> block;
    for (int64_t p = 0; p < s_.points; p += together) {
      const int64_t n = std::min(together, s_.points - p);
      taps_.read(operands[1], operands[2], b * s_.points + p, n, block, errors);
      for (int64_t c = low; c < high; ++c) {
        const T* from = g + ((b * s_.channels + c) * s_.points + p) * s_.inner;
        add_block(from, sums + (c - low) * row, n, block);
      }
    }
    if constexpr (!kInPlace)
      std::transform(held.begin(), held.end(), y, [](Sum s) { return T(s); });
  }

  void add_block(const T* g, Sum* sums, int64_t n, const Taps::Block<Sum>& block) const {
    const int64_t* places = block.places.data();
    const Sum* weights = block.weights.data();
    for (int64_t p = 0; p < n; ++p, g += s_.inner) {
      for (int64_t k = 0; k < s_.taps; ++k, ++places, ++weights) {
        if (*places < 0) continue;
        Sum* to = sums + *places * s_.inner;
        for (int64_t i = 0; i < s_.inner; ++i) to[i] += *weights * static_cast<Sum>(g[i]);
      }
    }
  }

  WeightedShape s_;
  Taps taps_;
  int threads_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const WeightedShape shape(request.outputs[0].shape, request.inputs[1].shape);
  return cpu::with_floating_type(
      request.outputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
        return std::make_unique<WeightedScatter<decltype(zero)>>(request, shape);
      });
}

}  // namespace

LAMINA_KERNEL(weighted_scatter)
= {"weighted_scatter", "cpu.weighted_scatter", 10, rule};

}  // namespace lamina::backend
