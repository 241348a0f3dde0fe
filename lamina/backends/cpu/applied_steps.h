// The steps of an epilogue as kernels of our own apply them: to a few neighbouring columns of the
// result at a time, before they are written. applied_steps-inl.h has the arithmetic.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lamina/backends/cpu/post_ops.h"

namespace lamina::backend {

struct AppliedStep {
  PostOp::Kind kind;
  enum class Extent : uint8_t { None, Number, Columns, Result } extent;  // of extra
  const float* extra;
};

struct AppliedSteps {
  struct Step {
    AppliedStep step;
    size_t operand;  // of extra
  };
  std::vector<Step> list;
  size_t aliased = 0;  // the operand in whose memory the result may lie, or 0

  // With the addresses of one run.
  std::vector<AppliedStep> bound(std::byte* const* operands) const;
};

// Those of the request's epilogue; `axis` of the result is that of its columns, and extra arrays of the
// result's shape lie as it does. Nothing, with a refusal, when one is not of that kind.
std::optional<AppliedSteps> applied_steps(KernelRequest& request, int axis);

}  // namespace lamina::backend
