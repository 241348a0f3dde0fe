// softmax_cross_entropy and its gradient for contiguous rows of float32 logits: one pass over the
// logits each way, where the decomposition has one for each of its reductions.
#include <algorithm>
#include <limits>

#include "lamina/backends/cpu/cross_entropy_rows.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"

namespace lamina::backend {
namespace {

constexpr int64_t kElementsPerThread = 8192;

// Both kernels: labels are read first, as columns or -1 into the scratch memory.
class CrossEntropyKernel : public Kernel {
 public:
  CrossEntropyKernel(const Operand& logits, DType label_type)
      : columns_(logits.shape.back()), label_type_(label_type) {
    Shape shape = logits.shape;
    shape.pop_back();
    rows_ = shape.elements();
  }

  size_t scratch_bytes() const override { return static_cast<size_t>(rows_) * sizeof(int32_t); }

 protected:
  const int32_t* labels(const std::byte* from, RunContext& context) const {
    auto* labels = reinterpret_cast<int32_t*>(context.scratch);
    dispatch(label_type_, [&](auto zero) {
      using T = decltype(zero);
      const auto* given = reinterpret_cast<const T*>(from);
      for (int64_t row = 0; row < rows_; ++row) {
        const auto label = static_cast<int64_t>(given[row]);
        const bool fits = label >= 0 && label < columns_;
        if (!fits) context.report(label, columns_);
        labels[row] = fits ? static_cast<int32_t>(label) : -1;
      }
    });
    return labels;
  }

  template <class F>
  void each_block(F&& body) const {
    parallel_for(0, rows_, std::max<int64_t>(1, kElementsPerThread / columns_), body);
  }

  int64_t rows_, columns_;
  DType label_type_;
  cpu::CrossEntropyRows functions_ = cpu::cross_entropy_rows();
};

class Forward final : public CrossEntropyKernel {
 public:
  using CrossEntropyKernel::CrossEntropyKernel;
  void run(std::byte* const* operands, RunContext& context) const override {
    const auto* logits = reinterpret_cast<const float*>(operands[0]);
    const int32_t* columns = labels(operands[1], context);
    auto* loss = reinterpret_cast<float*>(operands[2]);
    auto* logsumexp = reinterpret_cast<float*>(operands[3]);
    each_block([&](int64_t first, int64_t last) {
      functions_.forward(logits + first * columns_, columns + first, loss + first,
                         logsumexp + first, last - first, columns_);
    });
  }
};

class Gradient final : public CrossEntropyKernel {
 public:
  using CrossEntropyKernel::CrossEntropyKernel;
  void run(std::byte* const* operands, RunContext& context) const override {
    const auto* logits = reinterpret_cast<const float*>(operands[0]);
    const int32_t* columns = labels(operands[1], context);
    const auto* logsumexp = reinterpret_cast<const float*>(operands[2]);
    const auto* cotangent = reinterpret_cast<const float*>(operands[3]);
    auto* result = reinterpret_cast<float*>(operands[4]);
    each_block([&](int64_t first, int64_t last) {
      functions_.gradient(logits + first * columns_, columns + first, logsumexp + first,
                          cotangent + first, result + first * columns_, last - first, columns_);
    });
  }
  // Each logit is read for the last time before its place is written.
  bool may_alias(int input, int output) const override { return input == 0 && output == 0; }
};

template <class K>
std::unique_ptr<Kernel> prepare(KernelRequest& request, const char* name) {
  const Operand& logits = request.inputs[0];
  auto refuse = [&](const char* why) {
    request.refusal = why;
    return nullptr;
  };
  if (logits.dtype != DType::Float32) return refuse("not float32");
  const int64_t columns = logits.shape.back();
  if (columns == 0) return refuse("no classes");
  if (columns > std::numeric_limits<int32_t>::max()) return refuse("too many classes");
  for (const auto* operands : {&request.inputs, &request.outputs}) {
    for (const Operand& o : *operands) {
      if (!is_row_major(o.shape, o.strides)) return refuse("not contiguous");
    }
  }
  auto kernel = std::make_unique<K>(logits, request.inputs[1].dtype);
  kernel->name = name;
  return kernel;
}

std::unique_ptr<Kernel> forward_rule(KernelRequest& request) {
  return prepare<Forward>(request, "cpu.softmax_cross_entropy");
}
std::unique_ptr<Kernel> gradient_rule(KernelRequest& request) {
  return prepare<Gradient>(request, "cpu.softmax_cross_entropy_gradient");
}

}  // namespace

LAMINA_KERNEL(cross_entropy_rows)
= {"softmax_cross_entropy", "cpu.softmax_cross_entropy", 10, forward_rule};
LAMINA_KERNEL(cross_entropy_gradient_rows)
= {"softmax_cross_entropy_gradient", "cpu.softmax_cross_entropy_gradient", 10, gradient_rule};

}  // namespace lamina::backend
