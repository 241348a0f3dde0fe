// Precision: in which type products are computed while a scope lives, on this thread.
//
//   Precision precision("bf16");
//   Array loss = cross_entropy(model(x), y);
//
// In the scope, float32 operands of products (matmul, convolutions, what is made of them) are brought
// to bfloat16, which keeps float32's range and 8 bits of its significand, or to float16, which keeps 11
// bits and the range 6e-8 .. 65504: then small gradients need a scaled loss (optim/loss_scaler.h). Products
// are added up in float32 and rounded once. Sums, exponentials, softmax and losses bring them back to
// float32, norms compute in it; everything else promotes as it does elsewhere. Parameters stay as they are:
// each use of one is rounded, its gradient has its own type, so the optimizer works in full precision.
// Backward follows the types that the forward pass recorded, whatever the scope.
//
// An op says which it is by its member `autocast` (op.h). The policy is that of PyTorch's autocast; the
// method is Micikevicius et al. 2018 and, for bfloat16, Kalamkar et al. 2019.
#pragma once

#include <string_view>

#include "lamina/op/recording.h"

namespace lamina {

struct PrecisionOptions {
  bool emulate = false;  // also where the processor has no products of that type, which is slow
};

// bfloat16 for "bf16" and "bfloat16", float16 for "float16" and "fp16", float32 for "float32" and "fp32".
// ValueError for other names, and for what this processor cannot multiply in unless it is emulated.
DType precision_named(std::string_view name, PrecisionOptions options = {});

class Precision {
 public:
  explicit Precision(DType products) : before_(recording().products) {
    recording().products = products;
  }
  explicit Precision(std::string_view name, PrecisionOptions options = {})
      : Precision(precision_named(name, options)) {}
  ~Precision() { recording().products = before_; }
  Precision(const Precision&) = delete;

 private:
  DType before_;
};

}  // namespace lamina
