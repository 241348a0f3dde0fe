#include "lamina/backends/cpu/batch_parts.h"

#include <algorithm>

#include "lamina/base/parallel_for.h"

namespace lamina::backend {

namespace {

constexpr int64_t kMostParts = 8;
constexpr int64_t kSumGrain = 16 * 1024;

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

class PartsKernel final : public Kernel {
 public:
  PartsKernel(std::unique_ptr<Kernel> part, BatchParts how)
      : part_(std::move(part)), how_(std::move(how)), shares_(std::min<int64_t>(how_.threads, how_.parts)),
        own_scratch_(aligned(part_->scratch_bytes())),
        result_bytes_(aligned(static_cast<size_t>(how_.result_elements) * sizeof(float))) {
    name = part_->name;
    preparations = part_->preparations;
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(shares_) * own_scratch_ + static_cast<size_t>(sums()) * result_bytes_;
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    std::byte* const results = context.scratch + static_cast<size_t>(shares_) * own_scratch_;
    parallel_for(0, shares_, 1, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; ++share) {
        RunContext own;
        own.scratch = context.scratch + static_cast<size_t>(share) * own_scratch_;
        const int64_t end = (share + 1) * how_.parts / shares_;
        for (int64_t part = share * how_.parts / shares_; part < end; ++part)
          run_part(part, operands, results, own);
      }
    });
    if (sums() > 0) add_results(reinterpret_cast<float*>(operands[how_.steps.size() - 1]), results);
  }

 private:
  // The first part's result goes where the sum will be.
  int64_t sums() const { return how_.result_elements > 0 ? how_.parts - 1 : 0; }

  void run_part(int64_t part, std::byte* const* operands, std::byte* results,
                RunContext& context) const {
    std::vector<std::byte*> own(operands, operands + how_.steps.size());
    for (size_t i = 0; i < own.size(); ++i) own[i] += part * how_.steps[i];
    if (sums() > 0 && part > 0) own.back() = results + static_cast<size_t>(part - 1) * result_bytes_;
    part_->run(own.data(), context);
  }

  void add_results(float* sum, const std::byte* results) const {
    parallel_for(0, how_.result_elements, kSumGrain, [&](int64_t first, int64_t last) {
      for (int64_t part = 0; part < sums(); ++part) {
        const float* from =
            reinterpret_cast<const float*>(results + static_cast<size_t>(part) * result_bytes_);
        for (int64_t i = first; i < last; ++i) sum[i] += from[i];
      }
    });
  }

  std::unique_ptr<Kernel> part_;
  BatchParts how_;
  int64_t shares_;
  size_t own_scratch_, result_bytes_;
};

}  // namespace

int64_t batch_parts(int64_t batch) {
  for (int64_t parts = std::min(kMostParts, batch); parts > 1; --parts) {
    if (batch % parts == 0) return parts;
  }
  return 1;
}

std::unique_ptr<Kernel> run_by_parts(std::unique_ptr<Kernel> part, BatchParts how) {
  return std::make_unique<PartsKernel>(std::move(part), std::move(how));
}

}  // namespace lamina::backend
