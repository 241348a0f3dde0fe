// Convolution and its gradients through oneDNN: activations channels-last, weights as they are.
// First layers of 1 and 3 channels too: letting oneDNN convert their activations to layouts of its
// own gained at most 1 % there and cost up to a half.
#include <algorithm>

#include "lamina/backends/cpu/convolution_parts.h"
#include "lamina/backends/cpu/onednn.h"
#include "lamina/base/text.h"
#include "lamina/op/epilogue.h"
#include "lamina/ops/convolution.h"

namespace lamina::backend {

namespace {

using onednn::Convolution;
using onednn::ConvolutionProblem;

// Below this work one thread is as fast as several; see matmul.cpp.
constexpr double kFlopsPerThread = 1e6;

bool refuse(KernelRequest& request, std::string reason) {
  request.refusal = std::move(reason);
  return false;
}

bool acceptable(KernelRequest& request, const ConvolutionAttributes& attributes, const Shape& x,
                const Shape& weight, const Shape& y) {
  const DType dtype = request.outputs[0].dtype;
  if (dtype != DType::Float32 && dtype != DType::BFloat16) {
    return refuse(request, text("takes float32 and bfloat16, not ", dtype));
  }
  if (request.epilogue && request.deterministic)
    return refuse(request, "oneDNN's steps round otherwise than ours");
  for (const Operand& input : request.inputs) {
    if (input.dtype != dtype) return refuse(request, "takes operands of one type");
  }
  if (x.rank() < 3 || x.rank() > 5) return refuse(request, "takes 1 to 3 spatial axes");
  if (x.elements() == 0) return refuse(request, "the input is empty");
  if (weight.elements() == 0) return refuse(request, "the weight is empty");
  if (y.elements() == 0) return refuse(request, "the output is empty");
  for (const IntList* list : {&attributes.padding_low, &attributes.padding_high}) {
    for (int64_t padding : *list) {
      if (padding < 0) return refuse(request, "takes no negative padding");
    }
  }
  return true;
}

// [O, C / groups, k..] as [groups, O / groups, C / groups, k..], which oneDNN wants; no byte moves.
Operand grouped(Operand weight, int64_t groups) {
  if (groups == 1) return weight;
  weight.shape[0] /= groups;
  weight.shape.insert(0, groups);
  weight.strides.insert(0, weight.strides[0] * weight.shape[1]);
  return weight;
}

std::unique_ptr<Kernel> convolve(KernelRequest& request, Convolution kind, Operand& x,
                                 Operand& weight, Operand& y, const Operand* bias) {
  const auto& attributes = *static_cast<const ConvolutionAttributes*>(request.attributes);
  if (!acceptable(request, attributes, x.shape, weight.shape, y.shape)) return nullptr;
  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  if (!is_dense(weight.shape, weight.strides)) weight.strides = row_major_strides(weight.shape);
  const auto steps = post_ops(request);
  if (!steps) return nullptr;

  ConvolutionProblem problem{.kind = kind,
                             .x = x,
                             .weight = grouped(weight, attributes.groups),
                             .y = y,
                             .bias = bias,
                             .stride = attributes.stride,
                             .padding_low = attributes.padding_low,
                             .padding_high = attributes.padding_high,
                             .dilation = attributes.dilation,
                             .post_ops = *steps};
  const double flops = 2.0 * y.shape.elements() * weight.shape.elements() / weight.shape[0];
  const int threads = flops < 2 * kFlopsPerThread ? 1 : request.threads;
  if (request.deterministic) return make_convolution_of_parts(problem, threads, request.refusal);
  return onednn::make_convolution(problem, {threads}, request.refusal);
}

std::unique_ptr<Kernel> forward(KernelRequest& request) {
  auto& in = request.inputs;
  const size_t own = request.epilogue ? static_cast<size_t>(request.epilogue->own_inputs) : in.size();
  const bool has_bias = own > 2;
  if (has_bias) in[2].strides = {1};
  return convolve(request, Convolution::Forward, in[0], in[1], request.outputs[0],
                  has_bias ? &in[2] : nullptr);
}

std::unique_ptr<Kernel> input_gradient(KernelRequest& request) {
  auto& in = request.inputs;
  return convolve(request, Convolution::InputGradient, request.outputs[0], in[1], in[0], nullptr);
}

std::unique_ptr<Kernel> weight_gradient(KernelRequest& request) {
  auto& in = request.inputs;
  return convolve(request, Convolution::WeightGradient, in[0], request.outputs[0], in[1], nullptr);
}

}  // namespace

LAMINA_KERNEL(convolution_onednn)
= {"convolution", "onednn.convolution", 10, forward, takes_post_op};
LAMINA_KERNEL(convolution_input_gradient_onednn)
= {"convolution_input_gradient", "onednn.convolution_input_gradient", 10, input_gradient};
LAMINA_KERNEL(convolution_weight_gradient_onednn)
= {"convolution_weight_gradient", "onednn.convolution_weight_gradient", 10, weight_gradient};

}  // namespace lamina::backend
