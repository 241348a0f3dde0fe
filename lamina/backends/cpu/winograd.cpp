// 3x3 convolutions with stride 1, and their input gradients, by Winograd's minimal filtering
// (winograd_kernels.h): 2.25 to 4 times fewer multiplications than the direct way where an image
// has several tiles and there are channels enough to pay for the transforms. docs/decisions/019
// has the bound on its error and what the cost below was fitted to.
#include <algorithm>
#include <array>

#include "lamina/backends/cpu/applied_steps.h"
#include "lamina/backends/cpu/winograd_kernels.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/environment.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/op/epilogue.h"
#include "lamina/ops/convolution.h"

namespace lamina::backend {

namespace {

using cpu::kWinogradLanes;
using cpu::kWinogradPanel;
using cpu::kWinogradPositions;
using cpu::WinogradShape;
using cpu::WinogradWeight;

// The tiles are computed in blocks. Inputs and sums of a block stay in the second-level cache; the
// weights are read once for each, so it should not be too small either.
constexpr int64_t kLeastTiles = 48;
int64_t blocks_of(const WinogradShape& shape) {
  constexpr int64_t kCache = 1400 * 1024;
  const int64_t tile_bytes = kWinogradPositions * 4 * (shape.channels + kWinogradPanel);
  return ceiling(shape.tiles(), std::max(kLeastTiles, kCache / tile_bytes));
}

// The weights of all positions: what a kernel gets instead of the weight.
class WinogradWeights final : public Kernel {
 public:
  // The element at `origin` is that of output 0, channel 0, row 0, column 0.
  WinogradWeights(const WinogradShape& shape, int64_t origin, std::array<int64_t, 4> steps)
      : shape_(shape), origin_(origin), steps_(steps) {
    name = "cpu.winograd.weights";
    makes = text(name, " ", shape.channels, "x", shape.outputs, " at ", origin,
                 IntList(steps.begin(), steps.end()));
  }
  void run(std::byte* const* operands, RunContext&) const override {
    WinogradWeight weight{reinterpret_cast<const float*>(operands[0]) + origin_, {}};
    std::copy(steps_.begin(), steps_.end(), weight.steps);
    float* u = reinterpret_cast<float*>(operands[1]);
    const int64_t grain = std::max<int64_t>(1, 2048 / shape_.outputs);
    parallel_for(0, shape_.channels, grain, [&](int64_t first, int64_t last) {
      cpu::winograd_kernels().weights(shape_, weight, first, last, u);
    });
  }

 private:
  WinogradShape shape_;
  int64_t origin_;
  std::array<int64_t, 4> steps_;
};

class WinogradConvolution final : public Kernel {
 public:
  WinogradConvolution(const char* kernel_name, const WinogradShape& shape, size_t x, size_t weight,
                      size_t result, AppliedSteps steps, int threads)
      : shape_(shape), x_(x), weight_(weight), result_(result),
        steps_(std::move(steps)), threads_(threads) {
    name = kernel_name;
    blocks_ = blocks_of(shape);
    if (shape.tiles() >= 2 * kLeastTiles * threads) blocks_ = ceiling(blocks_, threads) * threads;
    together_ = blocks_ < threads;
  }

  bool may_alias(int input, int) const override {
    return steps_.aliased != 0 && static_cast<size_t>(input) == steps_.aliased;
  }
  size_t scratch_bytes() const override {
    return static_cast<size_t>(together_ ? 1 : threads_) * v_bytes() +
           static_cast<size_t>(threads_) * m_bytes();
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const Run r = {reinterpret_cast<const float*>(operands[x_]),
                   reinterpret_cast<const float*>(operands[weight_]),
                   reinterpret_cast<float*>(operands[result_]), steps_.bound(operands)};
    const auto& kernels = cpu::winograd_kernels();
    const int64_t panels = ceiling(shape_.outputs, kWinogradPanel);
    auto v_of = [&](int64_t share) {
      return reinterpret_cast<float*>(context.scratch + static_cast<size_t>(share) * v_bytes());
    };
    auto m_of = [&](int64_t share) {
      return reinterpret_cast<float*>(context.scratch + (together_ ? 1 : threads_) * v_bytes() +
                                      static_cast<size_t>(share) * m_bytes());
    };
    if (!together_) {
      parallel_for(0, threads_, 1, [&](int64_t begin, int64_t end) {
        for (int64_t share = begin; share < end; ++share) {
          for (int64_t b = share * blocks_ / threads_; b < (share + 1) * blocks_ / threads_; ++b) {
            const int64_t first = b * shape_.tiles() / blocks_;
            const int64_t last = (b + 1) * shape_.tiles() / blocks_;
            kernels.input(shape_, r.x, first, last, first, v_of(share), v_step());
            for (int64_t panel = 0; panel < panels; ++panel) {
              finish(r, panel, first, last, v_of(share), m_of(share));
            }
          }
        }
      });
      return;
    }
    // Too few tiles for every thread to have a block: the threads share one, and divide its panels.
    for (int64_t b = 0; b < blocks_; ++b) {
      const int64_t origin = b * shape_.tiles() / blocks_;
      const int64_t end = (b + 1) * shape_.tiles() / blocks_;
      parallel_for(origin, end, 2, [&](int64_t first, int64_t last) {
        kernels.input(shape_, r.x, first, last, origin, v_of(0), v_step());
      });
      parallel_for(0, threads_, 1, [&](int64_t begin, int64_t stop) {
        for (int64_t share = begin; share < stop; ++share) {
          for (int64_t panel = share * panels / threads_; panel < (share + 1) * panels / threads_;
               ++panel) {
            finish(r, panel, origin, end, v_of(0), m_of(share));
          }
        }
      });
    }
  }

 private:
  struct Run {
    const float* x;
    const float* u;
    float* y;
    std::vector<AppliedStep> steps;
  };

  // Distances between positions: one cache line more than the tiles, since powers of two would put
  // all positions of a tile into one set of the cache.
  int64_t most_tiles() const { return ceiling(shape_.tiles(), blocks_); }
  int64_t v_step() const { return most_tiles() * shape_.channels + kWinogradLanes; }
  int64_t m_step() const { return most_tiles() * kWinogradPanel + kWinogradLanes; }
  size_t v_bytes() const { return static_cast<size_t>(kWinogradPositions * v_step()) * 4; }
  size_t m_bytes() const { return static_cast<size_t>(kWinogradPositions * m_step()) * 4; }

  void finish(const Run& r, int64_t panel, int64_t first, int64_t last, const float* v,
              float* m) const {
    const auto& kernels = cpu::winograd_kernels();
    const int64_t output = panel * kWinogradPanel;
    kernels.multiply(shape_, v, v_step(), last - first, r.u, output, m, m_step());
    kernels.output(shape_, m, m_step(), output, first, last, r.steps, r.y);
  }

  WinogradShape shape_;
  size_t x_, weight_, result_;
  AppliedSteps steps_;
  int threads_;
  int64_t blocks_;
  bool together_;  // whether the threads share each block
};

// In seconds of one thread, up to a factor. The products run as fast as the direct way's; the
// transforms move the 36 numbers of each tile in and out; the weights, 36 numbers for 9, come from
// far away once for every block, and are made anew when they are not kept.
double winograd_cost(const WinogradShape& s, bool kept, int threads) {
  constexpr double kTransform = 40, kWeight = 12, kMake = 100;  // in multiplications
  const double numbers = 36.0 * s.channels * s.outputs;
  return 36.0 * s.tiles() * s.channels * s.outputs +
         36.0 * s.tiles() * (s.channels + s.outputs) * kTransform + numbers * kWeight * blocks_of(s) +
         (kept ? 0 : numbers * kMake / threads);
}
double direct_cost(const WinogradShape& s) {
  return 9.0 * s.batch * s.out_height * s.out_width * s.channels * s.outputs;
}

std::unique_ptr<Kernel> refuse(KernelRequest& request, std::string reason) {
  request.refusal = std::move(reason);
  return nullptr;
}

bool enabled() {
  static const bool on = environment::flag("LAMINA_WINOGRAD", true);
  return on;
}

// x and y are those of a convolution; a gradient reads y and writes x.
std::unique_ptr<Kernel> plan(KernelRequest& request, bool gradient, Operand& x, Operand& y,
                             bool has_bias) {
  const auto& a = *static_cast<const ConvolutionAttributes*>(request.attributes);
  Operand& weight = request.inputs[1];
  if (!enabled()) return refuse(request, "switched off by LAMINA_WINOGRAD=0");
  if (request.deterministic) return refuse(request, "whether it pays depends on the batch");
  for (const Operand* operand : {&x, &y, &weight}) {
    if (operand->dtype != DType::Float32) return refuse(request, "takes float32 only");
  }
  if (x.shape.rank() != 4) return refuse(request, "takes two spatial axes");
  if (weight.shape[2] != 3 || weight.shape[3] != 3) return refuse(request, "takes 3x3 windows");
  for (int axis = 0; axis < 2; ++axis) {
    const bool plain = a.stride[axis] == 1 && a.dilation[axis] == 1 && a.groups == 1;
    if (!plain) return refuse(request, "takes no stride, dilation or groups");
    if (a.padding_low[axis] < 0 || (gradient && a.padding_low[axis] > 2))
      return refuse(request, "takes padding from 0 to 2");
  }
  const Shape& from = gradient ? y.shape : x.shape;
  const Shape& to = gradient ? x.shape : y.shape;
  const int64_t top = gradient ? 2 - a.padding_low[0] : a.padding_low[0];
  const int64_t left = gradient ? 2 - a.padding_low[1] : a.padding_low[1];
  const WinogradShape shape = {from[0], from[2], from[3], from[1], to[2], to[3], to[1], top, left};
  if (shape.channels % kWinogradLanes != 0 || shape.outputs % kWinogradLanes != 0 ||
      shape.tiles() == 0 || shape.channels == 0) {
    return refuse(request, text("takes multiples of ", kWinogradLanes, " channels"));
  }
  const int threads = shape.tiles() * shape.channels * shape.outputs < 100'000 ? 1 : request.threads;
  if (winograd_cost(shape, weight.stable, threads) > 0.85 * direct_cost(shape))
    return refuse(request, "does not pay for this shape");

  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  auto steps = applied_steps(request, 1);
  if (!steps) return nullptr;
  if (has_bias) {
    const AppliedStep bias = {PostOp::Kind::Add, AppliedStep::Extent::Columns, nullptr};
    steps->list.insert(steps->list.begin(), {bias, 2});
  }
  const Strides& w = weight.strides;
  std::array<int64_t, 4> moves = {w[0], w[1], w[2], w[3]};
  if (gradient) moves = {w[1], w[0], -w[2], -w[3]};
  const int64_t origin = gradient ? 2 * w[2] + 2 * w[3] : 0;
  auto kernel = std::make_unique<WinogradConvolution>(
      gradient ? "cpu.winograd.convolution_input_gradient" : "cpu.winograd.convolution", shape, 0,
      1, request.inputs.size(), std::move(*steps), threads);
  const size_t bytes =
      static_cast<size_t>(kWinogradPositions * shape.channels * shape.outputs) * sizeof(float);
  kernel->preparations.push_back(
      {1, bytes, std::make_shared<WinogradWeights>(shape, origin, moves)});
  return kernel;
}

std::unique_ptr<Kernel> forward(KernelRequest& request) {
  const size_t own = request.epilogue ? static_cast<size_t>(request.epilogue->own_inputs)
                                      : request.inputs.size();
  if (own > 2) request.inputs[2].strides = {1};
  return plan(request, false, request.inputs[0], request.outputs[0], own > 2);
}

std::unique_ptr<Kernel> input_gradient(KernelRequest& request) {
  return plan(request, true, request.outputs[0], request.inputs[0], false);
}


}  // namespace

LAMINA_KERNEL(convolution_winograd)
= {"convolution", "winograd.convolution", 5, forward, takes_post_op};
LAMINA_KERNEL(convolution_input_gradient_winograd)
= {"convolution_input_gradient", "winograd.convolution_input_gradient", 5, input_gradient};

}  // namespace lamina::backend
