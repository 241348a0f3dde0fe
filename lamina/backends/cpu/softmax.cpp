// softmax and log_softmax along a contiguous last axis, row by row: the maximum, the exponentials
// with their sum, the quotient. A row stays in the first-level cache between the three, so memory
// is read and written once.
#include "lamina/backends/cpu/softmax_rows.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"
#include "lamina/ops/softmax_attributes.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 8192;

class SoftmaxRows final : public Kernel {
 public:
  SoftmaxRows(bool log, int64_t rows, int64_t columns)
      : function_(cpu::softmax_rows(log)), rows_(rows), columns_(columns) {
    name = log ? "cpu.log_softmax" : "cpu.softmax";
  }

  void run(std::byte* const* operands, RunContext&) const override {
    const auto* x = reinterpret_cast<const float*>(operands[0]);
    auto* y = reinterpret_cast<float*>(operands[1]);
    int64_t grain = std::max<int64_t>(1, kElementsPerThread / columns_);
    parallel_for(0, rows_, grain, [&](int64_t first, int64_t last) {
      function_(x + first * columns_, y + first * columns_, last - first, columns_);
    });
  }

  // Each element is read for the last time before it is written.
  bool may_alias(int input, int output) const override { return input == 0 && output == 0; }

 private:
  cpu::SoftmaxFunction function_;
  int64_t rows_, columns_;
};

std::unique_ptr<Kernel> prepare(KernelRequest& request, bool log) {
  const Operand& x = request.inputs[0];
  const auto& attributes = *static_cast<const SoftmaxAttributes*>(request.attributes);
  auto refuse = [&](const char* why) {
    request.refusal = why;
    return nullptr;
  };
  if (x.dtype != DType::Float32 || request.outputs[0].dtype != DType::Float32) {
    return refuse("not float32");
  }
  if (attributes.axis != x.shape.rank() - 1) return refuse("not along the last axis");
  if (!is_row_major(x.shape, x.strides)) return refuse("rows are not contiguous");
  if (!is_row_major(x.shape, request.outputs[0].strides)) return refuse("result is not contiguous");
  int64_t columns = x.shape.back();
  int64_t rows = columns == 0 ? 0 : x.shape.elements() / columns;
  return std::make_unique<SoftmaxRows>(log, rows, std::max<int64_t>(1, columns));
}

std::unique_ptr<Kernel> softmax_rule(KernelRequest& request) { return prepare(request, false); }
std::unique_ptr<Kernel> log_softmax_rule(KernelRequest& request) { return prepare(request, true); }

}  // namespace

LAMINA_KERNEL(softmax_rows)
= {"softmax", "cpu.softmax", 10, softmax_rule};
LAMINA_KERNEL(log_softmax_rows)
= {"log_softmax", "cpu.log_softmax", 10, log_softmax_rule};

}  // namespace lamina::backend
