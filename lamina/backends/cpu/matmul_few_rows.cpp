// matmul of a few rows, bfloat16: a recurrent step or a layer for one example. It takes as long as its
// weights take to be read, which are half as many bytes as those of float32; sums are of float32.
#include "lamina/backends/cpu/few_rows.h"
#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

// Below so many weights a second thread costs more than it saves.
constexpr int64_t kWeightsPerThread = int64_t{1} << 16;

class FewRows final : public Kernel {
 public:
  explicit FewRows(const MatmulShape& shape)
      : rows_(shape.rows), columns_(shape.columns), depth_(shape.depth) {}

  size_t scratch_bytes() const override {
    return static_cast<size_t>(rows_ * cpu::spread_row(depth_)) * sizeof(float);
  }
  void run(std::byte* const* operands, RunContext& context) const override {
    const auto& kernels = cpu::few_rows_kernels();
    const auto* x = reinterpret_cast<const BFloat16*>(operands[0]);
    const auto* w = reinterpret_cast<const BFloat16*>(operands[1]);
    auto* y = reinterpret_cast<BFloat16*>(operands[2]);
    auto* spread = reinterpret_cast<float*>(context.scratch);
    kernels.spread(x, rows_, depth_, spread);
    const int64_t grain = std::max<int64_t>(1, kWeightsPerThread / depth_);
    parallel_for(0, columns_, grain, [&](int64_t first, int64_t last) {
      kernels.multiply(spread, rows_, depth_, w, first, last, y, columns_);
    });
  }

 private:
  int64_t rows_, columns_, depth_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (const auto* operands : {&request.inputs, &request.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.dtype != DType::BFloat16) return nullptr;  // not worth a word in explain
    }
  }
  const Shape& y = request.outputs[0].shape;
  if (y.elements() > cpu::kFewRows * y.back() || is_empty_matmul(request) ||
      request.deterministic) {
    request.refusal = text("takes 1 to ", cpu::kFewRows, " rows that need not be deterministic");
    return nullptr;
  }
  Operand &x = request.inputs[0], &w = request.inputs[1];
  const size_t rank = w.shape.size();
  Strides along_rows = row_major_strides(w.shape);  // a column is contiguous
  along_rows[rank - 1] = w.shape[rank - 2];
  along_rows[rank - 2] = 1;
  if (!w.stable && w.strides[rank - 2] != 1) {
    request.refusal = "takes weights whose columns are contiguous, or that stay";
    return nullptr;
  }
  w.strides = along_rows;
  x.strides = row_major_strides(x.shape);
  const MatmulShape shape = matmul_shape(request);
  if (shape.batch != 1) {
    request.refusal = "takes one matrix of weights";
    return nullptr;
  }
  return std::make_unique<FewRows>(shape);
}

}  // namespace

LAMINA_KERNEL(matmul_few_rows)
= {"matmul", "rows.matmul", 6, rule};

}  // namespace lamina::backend
