// The gradient of a 3x3 weight with stride 1 by Winograd's minimal filtering
// (winograd_gradient_kernels.h): 2.25 to 4 times fewer multiplications than the direct way, whose
// kernels run at the peak. docs/decisions/019.
#include <algorithm>
#include <array>

#include "lamina/backends/cpu/cache_size.h"
#include "lamina/backends/cpu/winograd_gradient_kernels.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/environment.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/op/op.h"
#include "lamina/ops/convolution.h"

namespace lamina::backend {

namespace {

using cpu::kWinogradLanes;
using cpu::kWinogradPositions;
using cpu::WinogradGradientBlock;
using cpu::WinogradShape;

// How the tiles are computed. Each thread has blocks and sums of its own where sums and a block of
// tiles fit the second-level cache; else the threads divide each block and the sums.
struct Blocks {
  int64_t tiles;  // of a block, at most
  bool together;
};
Blocks blocks_of(const WinogradShape& s, int threads) {
  constexpr int64_t kLeast = 24, kLeastTogether = 64, kMost = 256;
  const int64_t cache = static_cast<int64_t>(second_level_cache() * 7 / 10);
  const int64_t sums = kWinogradPositions * WinogradGradientBlock::sums_step(s) * int64_t{4};
  const int64_t tile = kWinogradPositions * (s.channels + s.outputs) * int64_t{4};
  const int64_t share = ceiling(s.tiles(), threads);
  if (const int64_t fit = (cache - sums) / tile; fit >= std::min(kLeast, share))
    return {std::min(std::min(fit, kMost), share), false};
  const int64_t fit = std::clamp(2 * cache / tile, kLeastTogether, kMost);
  return {std::min(fit, s.tiles()), threads > 1};
}

class WinogradWeightGradient final : public Kernel {
 public:
  WinogradWeightGradient(const WinogradShape& shape, std::array<int64_t, 4> steps, int threads)
      : shape_(shape), steps_(steps), threads_(threads), blocks_(blocks_of(shape, threads)) {
    name = "cpu.winograd.convolution_weight_gradient";
    const WinogradGradientBlock block = {0, 0, nullptr, nullptr, blocks_.tiles, nullptr};
    v_size_ = kWinogradPositions * block.v_step(shape);
    w_size_ = kWinogradPositions * block.w_step(shape);
    sums_size_ = kWinogradPositions * WinogradGradientBlock::sums_step(shape);
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(shares() * share_size()) * sizeof(float);
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const auto* x = reinterpret_cast<const float*>(operands[0]);
    const auto* y = reinterpret_cast<const float*>(operands[1]);
    auto* gradient = reinterpret_cast<float*>(operands[2]);
    auto* scratch = reinterpret_cast<float*>(context.scratch);
    if (blocks_.together) {
      sum_together(x, y, scratch);
    } else {
      parallel_for(0, threads_, 1, [&](int64_t begin, int64_t end) {
        for (int64_t share = begin; share < end; ++share)
          sum_share(share, x, y, scratch + share * share_size());
      });
    }
    const int64_t groups = shape_.outputs / kWinogradLanes;
    parallel_for(0, groups, 1, [&](int64_t first, int64_t last) {
      cpu::winograd_gradient_kernels().result(shape_, scratch, shares(), share_size(),
                                              first * kWinogradLanes, last * kWinogradLanes,
                                              gradient, steps_.data());
    });
  }

 private:
  int64_t shares() const { return blocks_.together ? 1 : threads_; }
  int64_t share_size() const { return sums_size_ + v_size_ + w_size_; }

  WinogradGradientBlock block_at(int64_t first, int64_t last, float* scratch) const {
    return {first,   last, scratch + sums_size_, scratch + sums_size_ + v_size_, blocks_.tiles,
            scratch};
  }
  int64_t all_products() const {
    return kWinogradPositions * WinogradGradientBlock::panels(shape_);
  }

  // Blocks of equal size of the tiles of one thread.
  void sum_share(int64_t share, const float* x, const float* y, float* scratch) const {
    const auto& kernels = cpu::winograd_gradient_kernels();
    const int64_t begin = share * shape_.tiles() / threads_,
                  count = (share + 1) * shape_.tiles() / threads_ - begin;
    const int64_t blocks = std::max<int64_t>(1, ceiling(count, blocks_.tiles));
    for (int64_t b = 0; b < blocks; ++b) {
      const WinogradGradientBlock block =
          block_at(begin + b * count / blocks, begin + (b + 1) * count / blocks, scratch);
      kernels.transform(shape_, block, x, y, block.first, block.last);
      kernels.multiply(shape_, block, 0, all_products(), b > 0);
    }
  }

  void sum_together(const float* x, const float* y, float* scratch) const {
    const auto& kernels = cpu::winograd_gradient_kernels();
    const int64_t blocks = ceiling(shape_.tiles(), blocks_.tiles);
    for (int64_t b = 0; b < blocks; ++b) {
      const WinogradGradientBlock block =
          block_at(b * shape_.tiles() / blocks, (b + 1) * shape_.tiles() / blocks, scratch);
      parallel_for(block.first, block.last, 2, [&](int64_t first, int64_t last) {
        kernels.transform(shape_, block, x, y, first, last);
      });
      parallel_for(0, all_products(), 1, [&](int64_t first, int64_t last) {
        kernels.multiply(shape_, block, first, last, b > 0);
      });
    }
  }

  WinogradShape shape_;
  std::array<int64_t, 4> steps_;
  int threads_;
  Blocks blocks_;
  int64_t v_size_, w_size_, sums_size_;  // in floats
};

// In multiplications of the direct way, which runs at the peak. The transforms move 36 numbers of each
// tile in and out; the sums go in and out for every block where they do not fit a cache.
double winograd_cost(const WinogradShape& s, int threads) {
  constexpr double kProduct = 1.25, kTransform = 32, kSums = 24, kResult = 48;
  const Blocks blocks = blocks_of(s, threads);
  const double sums = 36.0 * s.channels * s.outputs;
  const double times = blocks.together ? static_cast<double>(ceiling(s.tiles(), blocks.tiles)) : 0;
  return kProduct * 36.0 * s.tiles() * s.channels * s.outputs +
         kTransform * 36.0 * s.tiles() * (s.channels + s.outputs) + kSums * times * sums +
         kResult * sums;
}
double direct_cost(const WinogradShape& s) {
  return 9.0 * s.batch * s.out_height * s.out_width * s.channels * s.outputs;
}

std::unique_ptr<Kernel> refuse(KernelRequest& request, std::string reason) {
  request.refusal = std::move(reason);
  return nullptr;
}

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  static const bool enabled = environment::flag("LAMINA_WINOGRAD", true);
  const auto& a = *static_cast<const ConvolutionAttributes*>(request.attributes);
  Operand &x = request.inputs[0], &y = request.inputs[1], &weight = request.outputs[0];
  if (!enabled) return refuse(request, "switched off by LAMINA_WINOGRAD=0");
  if (request.deterministic) return refuse(request, "whether it pays depends on the batch");
  for (const Operand* operand : {&x, &y, &weight}) {
    if (operand->dtype != DType::Float32) return refuse(request, "takes float32 only");
  }
  if (x.shape.rank() != 4) return refuse(request, "takes two spatial axes");
  if (weight.shape[2] != 3 || weight.shape[3] != 3) return refuse(request, "takes 3x3 windows");
  for (int axis = 0; axis < 2; ++axis) {
    const bool plain = a.stride[axis] == 1 && a.dilation[axis] == 1 && a.groups == 1;
    if (!plain) return refuse(request, "takes no stride, dilation or groups");
    if (a.padding_low[axis] < 0) return refuse(request, "takes no negative padding");
  }
  const WinogradShape shape = {x.shape[0],       x.shape[2],       x.shape[3], x.shape[1],
                               y.shape[2],       y.shape[3],       y.shape[1], a.padding_low[0],
                               a.padding_low[1]};
  if (shape.channels % kWinogradLanes != 0 || shape.outputs % kWinogradLanes != 0 ||
      shape.tiles() == 0 || shape.channels == 0 || shape.outputs == 0) {
    return refuse(request, text("takes multiples of ", kWinogradLanes, " channels"));
  }
  const int threads = shape.tiles() * shape.channels * shape.outputs < 100'000 ? 1 : request.threads;
  if (winograd_cost(shape, threads) > 0.9 * direct_cost(shape))
    return refuse(request, "does not pay for this shape");

  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  if (!is_dense(weight.shape, weight.strides)) weight.strides = row_major_strides(weight.shape);
  const Strides& w = weight.strides;
  return std::make_unique<WinogradWeightGradient>(
      shape, std::array<int64_t, 4>{w[0], w[1], w[2], w[3]}, threads);
}

}  // namespace

LAMINA_KERNEL(convolution_weight_gradient_winograd)
= {"convolution_weight_gradient", "winograd.convolution_weight_gradient", 5, rule};

}  // namespace lamina::backend
