// A batched product reduced to its essence: as few batch axes as possible and, where the second
// factor is the same for the whole batch (a linear layer on [N, T, C]), none at all.
#pragma once

#include "lamina/op/backend.h"

namespace lamina::backend {

// a [batch.., M, K] x b [batch.., K, N] -> c [batch.., M, N]. Batch axes of a and b over which they
// are broadcast have size 1.
struct MatmulShape {
  Operand a, b, c;
  int64_t rows = 0, columns = 0, depth = 0;  // M, N, K
  int64_t batch = 1;
  double flops() const { return 2.0 * batch * rows * columns * depth; }
  // All of them, or one where a second costs more than it saves: forking and joining takes about 2 us,
  // in which one core of today does some 10^5 multiplications and additions.
  int threads(int all) const { return flops() < 1e6 ? 1 : all; }
};

MatmulShape matmul_shape(const KernelRequest& request);

// A product with no rows is nothing, a sum over no depth is zero: no library needs to be asked.
bool is_empty_matmul(const KernelRequest& request);
std::unique_ptr<Kernel> empty_matmul(const KernelRequest& request);

}  // namespace lamina::backend
