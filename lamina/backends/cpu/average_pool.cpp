// average_pool and its gradient through oneDNN, channels-last.
#include "lamina/backends/cpu/onednn.h"
#include "lamina/base/text.h"
#include "lamina/ops/pooling.h"

namespace lamina::backend {

namespace {

bool refuse(KernelRequest& request, std::string reason) {
  request.refusal = std::move(reason);
  return false;
}

bool acceptable(KernelRequest& request, const PoolingAttributes& attributes, const Shape& x,
                const Shape& y) {
  const DType dtype = request.outputs[0].dtype;
  if (dtype != DType::Float32 && dtype != DType::BFloat16) {
    return refuse(request, text("takes float32 and bfloat16, not ", dtype));
  }
  if (request.inputs[0].dtype != dtype)
    return refuse(request, "takes an output of the input's type");
  if (x.rank() < 3 || x.rank() > 5) return refuse(request, "takes 1 to 3 spatial axes");
  if (x.elements() == 0 || y.elements() == 0)
    return refuse(request, "the input or output is empty");
  for (size_t i = 0; i < attributes.window.size(); ++i) {
    const int64_t window = attributes.window[i];
    const int64_t low = attributes.padding_low[i], high = attributes.padding_high[i];
    if (low < 0 || high < 0) return refuse(request, "takes no negative padding");
    if (low >= window || high >= window)
      return refuse(request, "a window lies wholly in the padding");
  }
  return true;
}

std::unique_ptr<Kernel> pool(KernelRequest& request, Operand& x, Operand& y, bool gradient) {
  const auto& attributes = *static_cast<const PoolingAttributes*>(request.attributes);
  if (!acceptable(request, attributes, x.shape, y.shape)) return nullptr;
  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  onednn::PoolingProblem problem{.gradient = gradient,
                                 .count_padding = attributes.count_padding,
                                 .x = x,
                                 .y = y,
                                 .window = attributes.window,
                                 .stride = attributes.stride,
                                 .padding_low = attributes.padding_low,
                                 .padding_high = attributes.padding_high};
  constexpr int64_t kElementsPerThread = 32 * 1024;  // forking costs as much as summing these
  const int threads = x.shape.elements() < 2 * kElementsPerThread ? 1 : request.threads;
  return onednn::make_average_pooling(problem, {threads}, request.refusal);
}

std::unique_ptr<Kernel> forward(KernelRequest& request) {
  return pool(request, request.inputs[0], request.outputs[0], false);
}

std::unique_ptr<Kernel> gradient(KernelRequest& request) {
  return pool(request, request.outputs[0], request.inputs[0], true);
}

}  // namespace

LAMINA_KERNEL(average_pool)
= {"average_pool", "onednn.average_pool", 10, forward};
LAMINA_KERNEL(average_pool_gradient)
= {"average_pool_gradient", "onednn.average_pool_gradient", 10, gradient};

}  // namespace lamina::backend
