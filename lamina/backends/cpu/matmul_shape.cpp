#include "lamina/backends/cpu/matmul_shape.h"

#include <algorithm>
#include <cstring>

namespace lamina::backend {

namespace {

struct BatchAxis {
  int64_t size, a, b, c;  // and the strides; 0 where broadcast
};

// Axis `outer` continues `inner` in every operand, so that the two are one axis.
bool continues(const BatchAxis& outer, const BatchAxis& inner) {
  return outer.a == inner.a * inner.size && outer.b == inner.b * inner.size &&
         outer.c == inner.c * inner.size;
}

void give_batch(Operand& operand, const std::vector<BatchAxis>& axes, int64_t BatchAxis::*stride,
                bool is_output) {
  Shape shape;
  Strides strides;
  for (const BatchAxis& axis : axes) {
    const bool broadcast = axis.*stride == 0 && !is_output;
    shape.push_back(broadcast ? 1 : axis.size);
    strides.push_back(axis.*stride);
  }
  const size_t rank = operand.shape.size();
  for (size_t i = rank - 2; i < rank; ++i) {
    shape.push_back(operand.shape[i]);
    strides.push_back(operand.strides[i]);
  }
  // A broadcast axis has one entry; its stride then only has to be a sensible one.
  for (size_t i = axes.size(); i-- > 0;) {
    if (shape[i] != 1) continue;
    int64_t extent = 1;
    for (size_t j = i + 1; j < shape.size(); ++j) {
      extent = std::max(extent, shape[j] * strides[j]);
    }
    strides[i] = extent;
  }
  operand.shape = shape;
  operand.strides = strides;
}

class ZeroFill final : public Kernel {
 public:
  explicit ZeroFill(size_t bytes) : bytes_(bytes) { name = "cpu.zeros"; }
  void run(std::byte* const* operands, RunContext&) const override {
    if (bytes_ != 0) std::memset(operands[2], 0, bytes_);
  }

 private:
  size_t bytes_;
};

}  // namespace

bool is_empty_matmul(const KernelRequest& request) {
  return request.inputs[0].shape.back() == 0 || request.outputs[0].shape.elements() == 0;
}

std::unique_ptr<Kernel> empty_matmul(const KernelRequest& request) {
  const Operand& c = request.outputs[0];
  return std::make_unique<ZeroFill>(c.shape.elements() * size_of(c.dtype));
}

MatmulShape matmul_shape(const KernelRequest& request) {
  MatmulShape result{request.inputs[0], request.inputs[1], request.outputs[0]};
  Operand &a = result.a, &b = result.b, &c = result.c;
  const int rank = c.shape.rank();
  result.rows = c.shape[rank - 2];
  result.columns = c.shape[rank - 1];
  result.depth = a.shape[rank - 1];

  std::vector<BatchAxis> axes;
  for (int i = 0; i < rank - 2; ++i) {
    const int64_t size = c.shape[i];
    result.batch *= size;
    if (size == 1) continue;
    BatchAxis axis{size, a.shape[i] == 1 ? 0 : a.strides[i], b.shape[i] == 1 ? 0 : b.strides[i],
                   c.strides[i]};
    if (!axes.empty() && continues(axes.back(), axis)) {
      axis.size *= axes.back().size;
      axes.back() = axis;
    } else {
      axes.push_back(axis);
    }
  }

  // One b for the whole batch: the batch is more rows of a.
  if (axes.size() == 1 && axes[0].b == 0 && axes[0].a == result.rows * a.strides[rank - 2] &&
      axes[0].c == result.rows * c.strides[rank - 2]) {
    result.rows *= axes[0].size;
    result.batch = 1;
    a.shape[rank - 2] = c.shape[rank - 2] = result.rows;
    axes.clear();
  } else if (axes.size() == 1 && axes[0].b == 0 && result.rows == 1) {  // rows that lie apart
    result.rows = axes[0].size;
    result.batch = 1;
    a.shape[rank - 2] = c.shape[rank - 2] = result.rows;
    a.strides[rank - 2] = axes[0].a;
    c.strides[rank - 2] = axes[0].c;
    axes.clear();
  }
  give_batch(a, axes, &BatchAxis::a, false);
  give_batch(b, axes, &BatchAxis::b, false);
  give_batch(c, axes, &BatchAxis::c, true);
  return result;
}

}  // namespace lamina::backend
