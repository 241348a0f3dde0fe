// 16-bit floats by the kernels of float32: products and convolutions of bfloat16 where those are faster,
// as they are on processors that have AVX512-BF16 without AMX and take four times as long for one of its
// instructions; those of float16, which oneDNN widens as well; and what has no kernel of theirs. Operands
// are widened in scratch, fixed ones once; the result is rounded at the end, after the steps that joined.
#include <algorithm>

#include "lamina/backends/cpu/post_ops.h"
#include "lamina/base/machine_peak.h"
#include "lamina/op/backend.h"
#include "lamina/op/op.h"

namespace lamina::backend {

namespace {

using SharedKernel = std::shared_ptr<const Kernel>;

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

SharedKernel converting(DType from, DType to, int64_t elements, int threads) {
  Loop loop;
  loop.domain = Shape{elements};
  loop.inputs = {{from, {1}}};
  loop.stores = {{loop.program.input(0, ScalarType::F32), {to, {1}}}};
  KernelRequest request;
  request.loop = &loop;
  request.threads = threads;
  return prepare(request);
}

// Kernels one after the other on operands of the whole and pieces of its scratch.
class Sequence final : public Kernel {
 public:
  struct Place {
    bool in_scratch;
    size_t at;  // the operand's number, or the offset
  };
  Place scratch(size_t bytes) {
    pieces_ += aligned(bytes);
    return {true, pieces_ - aligned(bytes)};
  }
  void add(SharedKernel kernel, std::vector<Place> operands) {
    own_ = std::max(own_, aligned(kernel->scratch_bytes()));
    steps_.push_back({std::move(kernel), std::move(operands)});
  }
  size_t scratch_bytes() const override { return pieces_ + own_; }
  void run(std::byte* const* operands, RunContext& context) const override {
    std::byte* const scratch = context.scratch;
    context.scratch = scratch + pieces_;
    std::vector<std::byte*> addresses;
    for (const Step& step : steps_) {
      addresses.clear();
      for (const Place& p : step.operands)
        addresses.push_back(p.in_scratch ? scratch + p.at : operands[p.at]);
      step.kernel->run(addresses.data(), context);
    }
    context.scratch = scratch;
  }

 private:
  struct Step {
    SharedKernel kernel;
    std::vector<Place> operands;
  };
  std::vector<Step> steps_;
  size_t pieces_ = 0, own_ = 0;
};

size_t float_bytes(const Operand& operand) {
  return static_cast<size_t>(operand.shape.elements()) * sizeof(float);
}

std::unique_ptr<Kernel> widened(KernelRequest& request) {
  const DType short_type = request.outputs[0].dtype;
  if (!is_floating(short_type) || size_of(short_type) != 2)
    return nullptr;  // not worth a word in explain
  KernelRequest wide = request;
  for (std::vector<Operand>* operands : {&wide.inputs, &wide.outputs}) {
    for (Operand& operand : *operands) {
      if (operand.dtype == short_type) operand.dtype = DType::Float32;
      if (!is_dense(operand.shape, operand.strides))
        operand.strides = row_major_strides(operand.shape);
    }
  }
  if (KernelRequest asked = wide; !wide.op->reference && !claims(asked)) {
    request.refusal = "float32 has no kernel either";
    return nullptr;
  }
  const SharedKernel product = prepare(wide);
  if (!product) {
    request.refusal = "the kernels of float32 do not apply these steps";
    return nullptr;
  }
  auto whole = std::make_unique<Sequence>();
  std::vector<Sequence::Place> operands;
  for (size_t k = 0; k < wide.inputs.size(); ++k) {
    const Operand &narrow = request.inputs[k], &input = wide.inputs[k];
    request.inputs[k].strides = input.strides;
    const auto found = std::find_if(product->preparations.begin(), product->preparations.end(),
                                    [&](const auto& p) { return p.input == k; });
    const bool prepared = found != product->preparations.end();
    if (prepared || (narrow.stable && narrow.dtype != input.dtype)) {
      auto preparing = std::make_shared<Sequence>();
      Sequence::Place from{false, 0};
      const Sequence::Place to{false, 1};
      if (narrow.dtype != input.dtype) {
        const Sequence::Place widened = prepared ? preparing->scratch(float_bytes(input)) : to;
        preparing->add(
            converting(short_type, DType::Float32, input.shape.elements(), request.threads),
            {from, widened});
        from = widened;
      }
      if (prepared) preparing->add(found->kernel, {from, to});
      whole->preparations.push_back(
          {k, prepared ? found->bytes : float_bytes(input), std::move(preparing)});
      operands.push_back({false, k});
    } else if (narrow.dtype != input.dtype) {
      operands.push_back(whole->scratch(float_bytes(input)));
      whole->add(converting(short_type, DType::Float32, input.shape.elements(), request.threads),
                 {{false, k}, operands.back()});
    } else {
      operands.push_back({false, k});
    }
  }
  const size_t inputs = wide.inputs.size();
  for (size_t k = 0; k < wide.outputs.size(); ++k) {
    request.outputs[k].strides = wide.outputs[k].strides;
    const bool narrow = request.outputs[k].dtype != wide.outputs[k].dtype;
    operands.push_back(narrow ? whole->scratch(float_bytes(wide.outputs[k]))
                              : Sequence::Place{false, inputs + k});
  }
  whole->add(product, operands);
  for (size_t k = 0; k < wide.outputs.size(); ++k) {
    if (!operands[inputs + k].in_scratch) continue;
    whole->add(
        converting(DType::Float32, short_type, wide.outputs[k].shape.elements(), request.threads),
        {operands[inputs + k], {false, inputs + k}});
  }
  return whole;
}

std::unique_ptr<Kernel> product(KernelRequest& request) {
  if (request.outputs[0].dtype == DType::BFloat16 && multiplies_bfloat16_faster()) {
    request.refusal = "this processor's products of bfloat16 are faster than those of float32";
    return nullptr;
  }
  return widened(request);
}

}  // namespace

LAMINA_KERNEL(matmul_by_float32)
= {"matmul", "float32.matmul", 7, product, takes_post_op};
LAMINA_KERNEL(convolution_by_float32)
= {"convolution", "float32.convolution", 7, product, takes_post_op};
LAMINA_KERNEL(convolution_input_gradient_by_float32)
= {"convolution_input_gradient", "float32.convolution_input_gradient", 7, product};
LAMINA_KERNEL(convolution_weight_gradient_by_float32)
= {"convolution_weight_gradient", "float32.convolution_weight_gradient", 7, product};
LAMINA_KERNEL(max_pool_by_float32)
= {"max_pool", "float32.max_pool", 15, widened};
LAMINA_KERNEL(max_pool_gradient_by_float32)
= {"max_pool_gradient", "float32.max_pool_gradient", 15, widened};
LAMINA_KERNEL(average_pool_by_float32)
= {"average_pool", "float32.average_pool", 15, widened};
LAMINA_KERNEL(attention_by_float32)
= {"attention", "float32.attention", 15, widened};
LAMINA_KERNEL(attention_gradient_by_float32)
= {"attention_gradient", "float32.attention_gradient", 15, widened};

}  // namespace lamina::backend
