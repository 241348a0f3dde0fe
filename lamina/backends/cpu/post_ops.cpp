#include "lamina/backends/cpu/post_ops.h"

#include <string_view>
#include <utility>

#include "lamina/base/text.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina::backend {

namespace {

using Kind = PostOp::Kind;

constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"relu", Kind::Relu},       {"gelu", Kind::Gelu}, {"gelu_tanh", Kind::GeluTanh},
    {"sigmoid", Kind::Sigmoid}, {"silu", Kind::Silu}, {"tanh", Kind::Tanh},
    {"add", Kind::Add},         {"subtract", Kind::Subtract},
    {"multiply", Kind::Multiply}, {"round_to_int8", Kind::RoundCast},
    {"round_to_uint8", Kind::RoundCast}};

bool has_8_bits(DType dtype) { return dtype == DType::Int8 || dtype == DType::UInt8; }

std::optional<Kind> kind_of(const EpilogueStep& step) {
  for (const auto& [name, kind] : kKinds) {
    if (name == step.op->name) return kind;
  }
  return std::nullopt;
}

}  // namespace

bool takes_quantized_post_op(const EpilogueStep& step, const Spec* extra) {
  if (kind_of(step) == Kind::RoundCast) return has_8_bits(step.spec.dtype);
  if (extra && has_8_bits(extra->dtype))
    return kind_of(step) == Kind::Add && extra->shape == step.spec.shape;
  return step.spec.dtype == DType::Float32 && takes_post_op(step, extra);
}

bool takes_post_op(const EpilogueStep& step, const Spec* extra) {
  const DType dtype = step.spec.dtype;
  if (!kind_of(step) || !is_floating(dtype) || dtype == DType::Float64) return false;
  if (!extra) return true;
  if (extra->dtype != dtype) return false;
  if (extra->shape == step.spec.shape) return true;
  if (kind_of(step) == Kind::Subtract && step.extra_first) return false;
  if (extra->shape.elements() == 1) return true;
  // One entry per channel: of axis 1, or of the last one.
  const int missing = step.spec.shape.rank() - extra->shape.rank();
  int wide = 0;
  for (int axis = 0; axis < extra->shape.rank(); ++axis) wide += extra->shape[axis] != 1;
  return wide == 1 && missing >= 0;
}

std::optional<std::vector<PostOp>> post_ops(KernelRequest& request) {
  std::vector<PostOp> result;
  if (!request.epilogue) return result;
  const Operand& y = request.outputs[0];
  bool accumulates = false;
  for (const EpilogueStep& step : request.epilogue->steps) {
    const auto kind = kind_of(step);
    if (!kind) {
      request.refusal = text("does not apply ", step.op->name, " to its result");
      return std::nullopt;
    }
    // What becomes unsigned has no negative values.
    if (*kind == Kind::RoundCast && y.dtype == DType::UInt8 && !result.empty() &&
        result.back().kind == Kind::Relu) {
      result.pop_back();
    }
    PostOp post{*kind, 0, {}};
    if (step.extra >= 0) {
      post.operand = static_cast<size_t>(request.epilogue->own_inputs + step.extra);
      Operand& extra = request.inputs[post.operand];
      extra.strides = extra.shape == y.shape ? y.strides : row_major_strides(extra.shape);
      post.extra = extra;
      const bool reversed = *kind == Kind::Subtract && step.extra_first;
      const bool as_large =
          extra.dtype == y.dtype || (has_8_bits(extra.dtype) && has_8_bits(y.dtype));
      const bool in_place = extra.shape == y.shape && as_large && !accumulates;
      if (reversed && !in_place) {
        request.refusal = "subtracts its result from one array only";
        return std::nullopt;
      }
      if (reversed) result.push_back({Kind::Negate, 0, {}});
      if (reversed || (*kind == Kind::Add && in_place)) {
        post.kind = Kind::Accumulate;
        accumulates = true;
      }
      while (post.extra.shape.rank() < y.shape.rank()) {
        post.extra.shape.insert(0, 1);
        post.extra.strides.insert(0, extra.shape.elements());
      }
    }
    result.push_back(std::move(post));
  }
  return result;
}

}  // namespace lamina::backend
