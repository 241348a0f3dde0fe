// matmul of one row and a weight that stays: a step of a recurrent net for a single sequence, or a
// dense layer for a single example. Each thread has the same columns in every run, in its own cache.
//
// A weight that is a little larger than the second-level caches together would never be found there
// if it were read from its beginning each time: what comes next is what was dropped last. So runs go
// by turns from the first panel to the last and back, and the panels that were read last are read
// first. Sums run along the depth, so that no bit depends on it; nor on whether this kernel or
// matmul_packed.cpp computes the row.
#include <atomic>
#include <cstring>

#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/backends/cpu/row_kernels.h"
#include "lamina/backends/cpu/transpose.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

// The weight as row_kernels.h wants it.
class RowPanels final : public Kernel {
 public:
  explicit RowPanels(const MatmulShape& shape)
      : columns_(shape.columns), depth_(shape.depth),
        depth_step_(shape.b.strides[0]), column_step_(shape.b.strides[1]),
        panel_(cpu::row_kernels().panel) {
    name = "cpu.row.panels";
    makes = text(name, " ", depth_, "x", columns_, " by ", depth_step_, ", ", column_step_);
  }
  size_t bytes() const {
    return static_cast<size_t>(ceiling(columns_, panel_) * panel_ * depth_) * sizeof(float);
  }
  void run(std::byte* const* operands, RunContext&) const override {
    const float* from = reinterpret_cast<const float*>(operands[0]);
    float* to = reinterpret_cast<float*>(operands[1]);
    parallel_for(0, ceiling(columns_, panel_), 1, [&](int64_t first, int64_t last) {
      for (int64_t p = first; p < last; ++p)
        pack(from + p * panel_ * column_step_, std::min(panel_, columns_ - p * panel_),
             to + p * panel_ * depth_);
    });
  }

 private:
  void pack(const float* from, int64_t count, float* to) const {
    if (depth_step_ == 1 && column_step_ > 0) {
      transpose(reinterpret_cast<const uint32_t*>(from), column_step_,
                reinterpret_cast<uint32_t*>(to), panel_, depth_, count);
    } else {
      for (int64_t k = 0; k < depth_; ++k) {
        for (int64_t j = 0; j < count; ++j)
          to[k * panel_ + j] = from[k * depth_step_ + j * column_step_];
      }
    }
    for (int64_t k = 0; k < depth_ && count < panel_; ++k)
      std::fill(to + k * panel_ + count, to + (k + 1) * panel_, 0.0f);
  }

  int64_t columns_, depth_, depth_step_, column_step_, panel_;
};

class RowMatmul final : public Kernel {
 public:
  RowMatmul(const MatmulShape& shape, AppliedSteps steps, size_t operands, int threads)
      : columns_(shape.columns), depth_(shape.depth),
        panels_(ceiling(columns_, cpu::row_kernels().panel)), steps_(std::move(steps)),
        result_(operands), threads_(shape.threads(threads)) {
    name = "cpu.row.matmul";
    auto prepare = std::make_shared<RowPanels>(shape);
    const size_t bytes = prepare->bytes();
    preparations.push_back({1, bytes, std::move(prepare)});
  }
  bool may_alias(int input, int) const override {
    return steps_.aliased != 0 && static_cast<size_t>(input) == steps_.aliased;
  }
  void run(std::byte* const* operands, RunContext&) const override {
    const std::vector<AppliedStep> steps = steps_.bound(operands);
    const cpu::RowProduct p = {reinterpret_cast<const float*>(operands[0]),
                               reinterpret_cast<const float*>(operands[1]),
                               reinterpret_cast<float*>(operands[result_]), columns_, depth_, steps};
    const bool backwards = runs_.fetch_add(1, std::memory_order_relaxed) % 2 == 1;
    parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; ++share) {
        cpu::row_kernels().multiply(p, share * panels_ / threads_, (share + 1) * panels_ / threads_,
                                    backwards);
      }
    });
  }

 private:
  int64_t columns_, depth_, panels_;
  AppliedSteps steps_;
  size_t result_;  // the operand's number
  int threads_;
  mutable std::atomic<uint32_t> runs_{0};
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  constexpr int64_t kLeastWeight = 64 * 1024;  // elements: below, oneDNN finds all of it in a cache
  const auto refuse = [&](std::string why) {
    request.refusal = std::move(why);
    return nullptr;
  };
  for (size_t k = 0; k < 2; ++k) {
    if (request.inputs[k].dtype != DType::Float32) return refuse("takes float32 only");
  }
  if (request.outputs[0].dtype != DType::Float32) return refuse("takes float32 only");
  if (is_empty_matmul(request)) return refuse("the product is empty");
  if (!request.inputs[1].stable) return refuse("takes a weight that stays");
  const MatmulShape shape = matmul_shape(request);
  if (shape.rows != 1 || shape.batch != 1 || shape.b.shape.rank() != 2)
    return refuse("takes one row");
  if (shape.columns * shape.depth < kLeastWeight)
    return refuse(text("takes weights of ", kLeastWeight, " numbers or more"));
  if (shape.depth > 1 && shape.a.strides.back() != 1) return refuse("takes a row that lies together");
  auto steps = applied_steps(request, request.outputs[0].shape.rank() - 1);
  if (!steps) return nullptr;
  return std::make_unique<RowMatmul>(shape, std::move(*steps), request.inputs.size(),
                                     request.threads);
}

}  // namespace

LAMINA_KERNEL(matmul_row)
= {"matmul", "row.matmul", 4, rule, takes_post_op};

}  // namespace lamina::backend
