// matmul through oneDNN. Transposed factors come as strides and are used as they lie.
#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/backends/cpu/onednn.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

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

// The operands of steps beside a product whose batch axes have become fewer: whole products, one entry
// per column, or one number.
bool fit_steps(std::vector<PostOp>& steps, const Shape& whole, const Operand& product) {
  const size_t rank = product.shape.size();
  if (rank == whole.size()) return true;
  for (PostOp& step : steps) {
    if (step.operand == 0) continue;
    Operand& extra = step.extra;
    if (extra.shape == whole) {
      extra.shape = product.shape, extra.strides = product.strides;
      continue;
    }
    if (extra.shape.elements() != extra.shape.back()) return false;
    const int64_t columns = extra.shape.back();
    extra.shape = Shape(rank, 1), extra.strides = Strides(rank, columns);
    extra.shape.back() = columns, extra.strides.back() = 1;
  }
  return true;
}

// Adds from where the array lies instead; false where there is nothing to replace.
bool replace_accumulation(std::vector<PostOp>& steps) {
  for (PostOp& step : steps) {
    if (step.kind != PostOp::Kind::Accumulate) continue;
    step.kind = PostOp::Kind::Add;
    return true;
  }
  return false;
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
  if (is_empty_matmul(request)) {
    if (!request.epilogue) return empty_matmul(request);
    request.refusal = "the product is empty";
    return nullptr;
  }
  if (request.deterministic) {
    request.refusal = "its bits may depend on the number of threads";
    return nullptr;
  }
  auto steps = post_ops(request);
  if (!steps) return nullptr;
  for (size_t k = 0; k < 2; ++k) {
    Operand& input = request.inputs[k];
    if (!has_unit_axis(input)) input.strides = row_major_strides(input.shape);
  }
  MatmulShape shape = matmul_shape(request);
  settle_unit_axes(shape.a), settle_unit_axes(shape.b);
  // A result of one column whose axes both look like the unit one has oneDNN's fast kernels; called
  // column-major it has the slowest.
  if (shape.columns > 1) settle_unit_axes(shape.c);
  if (!fit_steps(*steps, request.outputs[0].shape, shape.c)) {
    request.refusal = "an operand of a step lies otherwise than rows or columns of the product";
    return nullptr;
  }
  const int threads = shape.threads(request.threads);
  const auto make = [&] {
    return onednn::make_matmul(shape.a, shape.b, shape.c, *steps, {threads}, request.refusal);
  };
  if (auto kernel = make()) return kernel;
  // Batches of products add from another array faster than in place.
  if (steps->empty() || !replace_accumulation(*steps)) return nullptr;
  return make();
}

}  // namespace

LAMINA_KERNEL(matmul_onednn)
= {"matmul", "onednn.matmul", 10, rule, takes_post_op};

}  // namespace lamina::backend
