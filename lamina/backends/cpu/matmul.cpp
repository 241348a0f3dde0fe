// matmul through oneDNN. Transposed factors come as strides and are used as they lie.
#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/backends/cpu/onednn.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

// The work below which a second thread costs more than it saves: forking and joining takes about 2
// us, in which one core of today does some 10^5 multiplications and additions.
constexpr double kFlopsPerThread = 5e5;

// One of the last two axes must be the unit one, and the other step over it.
bool has_unit_axis(const Operand& operand) {
  const int rank = operand.shape.rank();
  const int64_t rows = operand.shape[rank - 2], columns = operand.shape[rank - 1];
  const int64_t row = operand.strides[rank - 2], column = operand.strides[rank - 1];
  for (int i = 0; i < rank - 2; ++i) {
    if (operand.strides[i] < 0) return false;
  }
  return ((column == 1 || columns == 1) && (row >= columns || rows == 1)) ||
         ((row == 1 || rows == 1) && (column >= rows || columns == 1));
}

// oneDNN takes the strides of an axis of size 1 seriously; they are given the value that the axis
// would have if it were longer.
void settle_unit_axes(Operand& operand) {
  const int rank = operand.shape.rank();
  const int64_t rows = operand.shape[rank - 2], columns = operand.shape[rank - 1];
  int64_t &row = operand.strides[rank - 2], &column = operand.strides[rank - 1];
  if (columns == 1 && rows == 1) {
    row = column = 1;
  } else if (columns == 1) {
    column = row == 1 ? rows : 1;
  } else if (rows == 1) {
    row = column == 1 ? columns : 1;
  }
}

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const DType dtype = request.outputs[0].dtype;
  if (dtype != DType::Float32 && dtype != DType::BFloat16) {
    request.refusal = text("takes float32 and bfloat16, not ", dtype);
    return nullptr;
  }
  for (const Operand& input : request.inputs) {
    if (input.dtype != dtype) {
      request.refusal = "takes factors of one type";
      return nullptr;
    }
  }
  if (is_empty_matmul(request)) return empty_matmul(request);
  if (request.deterministic) {
    request.refusal = "its bits may depend on the number of threads";
    return nullptr;
  }
  for (Operand& input : request.inputs) {
    if (!has_unit_axis(input)) input.strides = row_major_strides(input.shape);
  }
  MatmulShape shape = matmul_shape(request);
  for (Operand* operand : {&shape.a, &shape.b, &shape.c}) settle_unit_axes(*operand);
  const int threads = shape.flops() < 2 * kFlopsPerThread ? 1 : request.threads;
  return onednn::make_matmul(shape.a, shape.b, shape.c, {threads}, request.refusal);
}

}  // namespace

LAMINA_KERNEL(matmul_onednn)
= {"matmul", "onednn.matmul", 10, rule};

}  // namespace lamina::backend
