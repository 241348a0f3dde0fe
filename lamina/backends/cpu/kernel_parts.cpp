#include "lamina/backends/cpu/kernel_parts.h"

#include <algorithm>

#include "lamina/base/parallel_for.h"

namespace lamina::backend {

namespace {

constexpr int64_t kSumGrain = 16 * 1024;

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

class PartsKernel final : public Kernel {
 public:
  PartsKernel(std::vector<KernelPart> parts, int threads, int64_t result_elements)
      : parts_(std::move(parts)),
        count_(static_cast<int64_t>(parts_.size())),
        shares_(std::min<int64_t>(threads, count_)),
        result_elements_(result_elements),
        result_bytes_(aligned(static_cast<size_t>(result_elements) * sizeof(float))) {
    name = parts_[0].kernel->name;
    preparations = parts_[0].kernel->preparations;
    for (const KernelPart& part : parts_)
      own_scratch_ = std::max(own_scratch_, aligned(part.kernel->scratch_bytes()));
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(shares_) * own_scratch_ +
           static_cast<size_t>(apart()) * result_bytes_;
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    std::byte* const results = context.scratch + static_cast<size_t>(shares_) * own_scratch_;
    parallel_for(0, shares_, 1, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; ++share) {
        RunContext own;
        own.scratch = context.scratch + static_cast<size_t>(share) * own_scratch_;
        const int64_t end = (share + 1) * count_ / shares_;
        for (int64_t part = share * count_ / shares_; part < end; ++part)
          run_part(part, operands, results, own);
      }
    });
    if (apart() > 0)
      add_results(reinterpret_cast<float*>(operands[parts_[0].offsets.size() - 1]), results);
  }

 private:
  // Results that are kept apart; the first part's goes where the sum will be.
  int64_t apart() const { return result_elements_ > 0 ? count_ - 1 : 0; }

  void run_part(int64_t number, std::byte* const* operands, std::byte* results,
                RunContext& context) const {
    const KernelPart& part = parts_[static_cast<size_t>(number)];
    std::vector<std::byte*> own(operands, operands + part.offsets.size());
    for (size_t i = 0; i < own.size(); ++i) own[i] += part.offsets[i];
    if (apart() > 0 && number > 0)
      own.back() = results + static_cast<size_t>(number - 1) * result_bytes_;
    part.kernel->run(own.data(), context);
  }

  void add_results(float* sum, const std::byte* results) const {
    parallel_for(0, result_elements_, kSumGrain, [&](int64_t first, int64_t last) {
      for (int64_t part = 0; part < apart(); ++part) {
        const float* from =
            reinterpret_cast<const float*>(results + static_cast<size_t>(part) * result_bytes_);
        for (int64_t i = first; i < last; ++i) sum[i] += from[i];
      }
    });
  }

  std::vector<KernelPart> parts_;
  int64_t count_, shares_, result_elements_;
  size_t own_scratch_ = 0, result_bytes_;
};

}  // namespace

std::unique_ptr<Kernel> run_parts(std::vector<KernelPart> parts, int threads,
                                  int64_t result_elements) {
  return std::make_unique<PartsKernel>(std::move(parts), threads, result_elements);
}

}  // namespace lamina::backend
