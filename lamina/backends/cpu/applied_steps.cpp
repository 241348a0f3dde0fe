#include "lamina/backends/cpu/applied_steps.h"

namespace lamina::backend {

namespace {

using Extent = AppliedStep::Extent;

std::optional<Extent> extent_of(const PostOp& step, const Shape& result, int axis) {
  if (step.operand == 0) return Extent::None;
  const Shape& extra = step.extra.shape;
  if (extra == result) return Extent::Result;
  if (extra.elements() == 1) return Extent::Number;
  if (extra.elements() == result[axis] && extra[axis] == result[axis]) return Extent::Columns;
  return std::nullopt;
}

}  // namespace

std::vector<AppliedStep> AppliedSteps::bound(std::byte* const* operands) const {
  std::vector<AppliedStep> result;
  for (const Step& step : list) {
    result.push_back(step.step);
    result.back().extra = reinterpret_cast<const float*>(operands[step.operand]);
  }
  return result;
}

std::optional<AppliedSteps> applied_steps(KernelRequest& request, int axis) {
  const auto steps = post_ops(request);
  if (!steps) return std::nullopt;
  AppliedSteps result;
  for (const PostOp& step : *steps) {
    const auto extent = extent_of(step, request.outputs[0].shape, axis);
    if (!extent) {
      request.refusal =
          "an operand of a step has neither the result's shape nor one entry per column";
      return std::nullopt;
    }
    if (step.kind == PostOp::Kind::Accumulate) result.aliased = step.operand;
    result.list.push_back({{step.kind, *extent, nullptr}, step.operand});
  }
  return result;
}

}  // namespace lamina::backend
