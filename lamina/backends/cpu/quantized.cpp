// Products of 8-bit integers through oneDNN: sums in 32 bits, scale, bias and steps applied to them
// before they are written, to 8 bits again where the last step says so.
#include "lamina/backends/cpu/onednn.h"
#include "lamina/base/text.h"
#include "lamina/op/epilogue.h"
#include "lamina/ops/convolution.h"

namespace lamina::backend {

namespace {

constexpr double kOperationsPerThread = 4e6;  // below, one thread is as fast as several

bool refuse(KernelRequest& request, std::string reason) {
  request.refusal = std::move(reason);
  return false;
}

size_t own_inputs(const KernelRequest& request) {
  return request.epilogue ? static_cast<size_t>(request.epilogue->own_inputs)
                          : request.inputs.size();
}

// x, weight, scale, bias? and what comes out.
bool acceptable(KernelRequest& request) {
  if (!onednn::multiplies_8_bits())
    return refuse(request, "the processor does not add products of 8 bits exactly (VNNI)");
  if (request.inputs[2].dtype != DType::Float32) return refuse(request, "scales to float32 only");
  for (size_t k = 0; k < 2; ++k) {
    if (request.inputs[k].shape.elements() == 0) return refuse(request, "an operand is empty");
  }
  if (request.outputs[0].shape.elements() == 0) return refuse(request, "the output is empty");
  for (size_t k = 2; k < own_inputs(request); ++k) request.inputs[k].strides = {1};
  return true;
}

int threads_for(const KernelRequest& request, double operations) {
  return operations < 2 * kOperationsPerThread ? 1 : request.threads;
}

std::unique_ptr<Kernel> convolution(KernelRequest& request) {
  const auto& a = *static_cast<const ConvolutionAttributes*>(request.attributes);
  auto& in = request.inputs;
  Operand &x = in[0], &weight = in[1], &y = request.outputs[0];
  if (!acceptable(request)) return nullptr;
  if (x.shape.rank() > 5) {
    request.refusal = "takes 1 to 3 spatial axes";
    return nullptr;
  }
  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  weight.strides = row_major_strides(weight.shape);
  const auto steps = post_ops(request);
  if (!steps) return nullptr;
  onednn::ConvolutionProblem problem{.kind = onednn::Convolution::Forward,
                                     .x = x,
                                     .weight = weight,
                                     .y = y,
                                     .bias = own_inputs(request) > 3 ? &in[3] : nullptr,
                                     .scale = &in[2],
                                     .stride = a.stride,
                                     .padding_low = a.padding_low,
                                     .padding_high = a.padding_high,
                                     .dilation = a.dilation,
                                     .post_ops = *steps};
  if (a.groups > 1) {  // [groups, O / groups, C / groups, k..]
    Operand& w = problem.weight;
    w.shape[0] /= a.groups;
    w.shape.insert(0, a.groups);
    w.strides.insert(0, w.strides[0] * w.shape[1]);
  }
  const double operations = 2.0 * static_cast<double>(y.shape.elements()) *
                            static_cast<double>(weight.shape.elements() / weight.shape[0]);
  return onednn::make_convolution(problem, {threads_for(request, operations)}, request.refusal);
}

// Arrays [.., columns] as [rows, columns]; an array of one column entry each as [1, columns].
Operand as_matrix(Operand operand) {
  const int64_t columns = operand.shape.empty() ? 1 : operand.shape.back();
  const int64_t rows = operand.shape.elements() / columns;
  operand.shape = {rows, columns};
  operand.strides = {columns, 1};
  return operand;
}

std::unique_ptr<Kernel> linear(KernelRequest& request) {
  auto& in = request.inputs;
  if (!acceptable(request)) return nullptr;
  in[0].strides = row_major_strides(in[0].shape);
  in[1].strides = row_major_strides(in[1].shape);
  auto steps = post_ops(request);
  if (!steps) return nullptr;
  for (PostOp& step : *steps) {
    if (step.operand == 0) continue;
    const Shape& extra = step.extra.shape;
    if (!(extra == request.outputs[0].shape) && extra.elements() != extra.back()) {
      request.refusal = "an operand of a step lies otherwise than rows or columns of the product";
      return nullptr;
    }
    step.extra = as_matrix(step.extra);
  }
  onednn::QuantizedProductProblem problem{.x = as_matrix(in[0]),
                                          .weight = in[1],
                                          .scale = in[2],
                                          .bias = own_inputs(request) > 3 ? &in[3] : nullptr,
                                          .y = as_matrix(request.outputs[0]),
                                          .post_ops = *steps};
  std::swap(problem.weight.shape[0], problem.weight.shape[1]);
  std::swap(problem.weight.strides[0], problem.weight.strides[1]);
  const double operations =
      2.0 * static_cast<double>(problem.y.shape.elements()) * static_cast<double>(in[1].shape[1]);
  return onednn::make_quantized_product(problem, {threads_for(request, operations)},
                                        request.refusal);
}

}  // namespace

LAMINA_KERNEL(quantized_convolution_onednn)
= {"quantized_convolution", "onednn.quantized_convolution", 10, convolution,
   takes_quantized_post_op};
LAMINA_KERNEL(quantized_linear_onednn)
= {"quantized_linear", "onednn.quantized_linear", 10, linear, takes_quantized_post_op};

}  // namespace lamina::backend
