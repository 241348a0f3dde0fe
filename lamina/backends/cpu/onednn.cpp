#ifdef LAMINA_ONEDNN
#include "lamina/backends/cpu/onednn.h"

#include <omp.h>
#include <dnnl.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/base/error.h"
#include "lamina/base/processor.h"
#include "lamina/base/text.h"

namespace lamina::onednn {

namespace {

using Description = dnnl::memory::desc;
using Place = dnnl::memory::format_tag;

const dnnl::engine& engine() {
  static const dnnl::engine instance = [] {
    const Instructions allowed = allowed_instructions();
    if (allowed != Instructions::All) {
      const bool avx2 = allowed == Instructions::Avx2;
      dnnl::set_max_cpu_isa(avx2 ? dnnl::cpu_isa::avx2 : dnnl::cpu_isa::avx512_core_fp16);
    }
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return instance;
}

dnnl_stream_t stream() {
  thread_local const dnnl::stream instance(engine());
  return instance.get();
}

// oneDNN asks OpenMP for the number of threads, which is a setting of the calling thread. Setting
// it costs nothing worth saving when it is the right one already, as it is for all large kernels.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()), changed_(before_ != threads) {
    if (changed_) omp_set_num_threads(threads);
  }
  ~ThreadScope() {
    if (changed_) omp_set_num_threads(before_);
  }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
  bool changed_;
};

std::optional<dnnl::memory::data_type> data_type(DType dtype) {
  switch (dtype) {
    case DType::Float32:
      return dnnl::memory::data_type::f32;
    case DType::BFloat16:
      return dnnl::memory::data_type::bf16;
    case DType::Int8:
      return dnnl::memory::data_type::s8;
    case DType::UInt8:
      return dnnl::memory::data_type::u8;
    default:
      return std::nullopt;
  }
}

dnnl::memory::dims list(const SmallVector<int64_t, 4>& items) {
  return {items.begin(), items.end()};
}
dnnl::memory::dims list(const SmallVector<int64_t, 6>& items) {
  return {items.begin(), items.end()};
}

Description described(const Operand& operand) {
  return Description(list(operand.shape), *data_type(operand.dtype), list(operand.strides));
}

Description of_any_layout(const Operand& operand) {
  return Description(list(operand.shape), *data_type(operand.dtype), Place::any);
}

bool supported(std::string& refusal, std::initializer_list<const Operand*> operands) {
  for (const Operand* operand : operands) {
    if (operand == nullptr) continue;
    if (!is_floating(operand->dtype) || !data_type(operand->dtype)) {
      refusal = text("oneDNN does not compute in ", operand->dtype);
    } else if (operand->shape.rank() > DNNL_MAX_NDIMS) {
      refusal = text("oneDNN takes at most ", DNNL_MAX_NDIMS, " axes");
    } else {
      continue;
    }
    return false;
  }
  return true;
}

dnnl::post_ops post_ops_of(std::span<const backend::PostOp> steps) {
  using dnnl::algorithm;
  using Kind = backend::PostOp::Kind;
  dnnl::post_ops result;
  for (const backend::PostOp& step : steps) {
    auto binary = [&](algorithm a) { result.append_binary(a, described(step.extra)); };
    auto unary = [&](algorithm a, float alpha = 0) { result.append_eltwise(a, alpha, 0); };
    switch (step.kind) {
      case Kind::Add: binary(algorithm::binary_add); break;
      case Kind::Negate: result.append_eltwise(algorithm::eltwise_linear, -1, 0); break;
      case Kind::Accumulate: 
        result.append_sum(1, 0, *data_type(step.extra.dtype));
        break;
      case Kind::Subtract: binary(algorithm::binary_sub); break;
      case Kind::Multiply: binary(algorithm::binary_mul); break;
      case Kind::Relu: unary(algorithm::eltwise_relu); break;
      case Kind::Gelu: unary(algorithm::eltwise_gelu_erf); break;
      case Kind::GeluTanh: unary(algorithm::eltwise_gelu_tanh); break;
      case Kind::Sigmoid: unary(algorithm::eltwise_logistic); break;
      case Kind::Silu: unary(algorithm::eltwise_swish, 1); break;
      case Kind::Tanh: unary(algorithm::eltwise_tanh); break;
      case Kind::RoundCast: break;  // always the last
    }
  }
  return result;
}

// One or more primitives run in turn. Each argument is an operand of the kernel or a piece of
// scratch.
class PrimitiveKernel final : public Kernel {
 public:
  PrimitiveKernel(const char* kernel_name, int threads) : threads_(threads) { name = kernel_name; }
  ~PrimitiveKernel() override { delete spare_.load(); }

  struct Argument {
    int role;  // DNNL_ARG_..
    bool in_scratch;
    size_t place;  // the operand's number, or the offset in scratch
    Description description;
  };
  Argument operand(int role, size_t number, Description description) const {
    return {role, false, number, std::move(description)};
  }
  Argument scratch(int role, const Description& description) {
    constexpr size_t kAlignment = 64;
    size_t offset = scratch_bytes_;
    scratch_bytes_ += (description.get_size() + kAlignment - 1) / kAlignment * kAlignment;
    return {role, true, offset, description};
  }

  void add(const dnnl::primitive& primitive, std::vector<Argument> arguments) {
    steps_.push_back({primitive, std::move(arguments)});
  }
  void add_reorder(Argument from, Argument to) {
    from.role = DNNL_ARG_FROM, to.role = DNNL_ARG_TO;
    dnnl::reorder::primitive_desc plan(engine(), from.description, engine(), to.description,
                                       attributes());
    Description space = plan.scratchpad_desc();
    add(dnnl::reorder(plan), {from, to, scratch(DNNL_ARG_SCRATCHPAD, space)});
  }

  // A scratchpad that the library kept in its primitives would make them unsafe to share.
  // weight_scales: which axes of the weight have a scale for each entry, as bits.
  static dnnl::primitive_attr attributes(std::span<const backend::PostOp> steps = {},
                                         int weight_scales = 0) {
    dnnl::primitive_attr result;
    if (weight_scales != 0) result.set_scales_mask(DNNL_ARG_WEIGHTS, weight_scales);
    result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (!steps.empty()) result.set_post_ops(post_ops_of(steps));
    return result;
  }

  // The result is added to what is there, which must be the values of this operand.
  void accumulate(size_t operand, size_t bytes) { accumulated_ = operand, bytes_ = bytes; }
  void set_result(size_t operand) { result_ = operand; }
  bool may_alias(int input, int) const override {
    return accumulated_ != 0 && static_cast<size_t>(input) == accumulated_;
  }

  size_t scratch_bytes() const override { return scratch_bytes_; }
  int threads() const { return threads_; }

  void run(std::byte* const* operands, RunContext& context) const override {
    ThreadScope scope(threads_);
    if (accumulated_ != 0 && operands[accumulated_] != operands[result_])
      std::memcpy(operands[result_], operands[accumulated_], bytes_);
    // Making the memory objects costs more than a small product does, so one set is kept for the
    // next run; a run that finds none, because another thread is at work, makes its own.
    std::unique_ptr<Bindings> bindings(spare_.exchange(nullptr, std::memory_order_acquire));
    if (bindings == nullptr) bindings = std::make_unique<Bindings>(steps_);
    size_t next = 0;
    for (const Step& step : steps_) {
      const size_t first = next;
      for (const Argument& argument : step.arguments) {
        std::byte* address =
            argument.in_scratch ? context.scratch + argument.place : operands[argument.place];
        check(dnnl_memory_set_data_handle(bindings->memories[next].get(), address));
        ++next;
      }
      check(dnnl_primitive_execute(step.primitive.get(), stream(), static_cast<int>(next - first),
                                   bindings->arguments.data() + first));
    }
    delete spare_.exchange(bindings.release(), std::memory_order_acq_rel);
  }

 private:
  struct Step {
    dnnl::primitive primitive;
    std::vector<Argument> arguments;
  };

  struct Bindings {
    explicit Bindings(const std::vector<Step>& steps) {
      for (const Step& step : steps) {
        for (const Argument& argument : step.arguments) {
          memories.push_back(dnnl::memory(argument.description, engine(), DNNL_MEMORY_NONE));
          arguments.push_back({argument.role, memories.back().get()});
        }
      }
    }
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> arguments;
  };

  void check(dnnl_status_t status) const {
    if (status != dnnl_success) {
      throw InternalError(text(name, ": oneDNN reported status ", static_cast<int>(status)));
    }
  }

  int threads_;
  size_t scratch_bytes_ = 0;
  size_t accumulated_ = 0, result_ = 0, bytes_ = 0;
  std::vector<Step> steps_;
  mutable std::atomic<Bindings*> spare_{nullptr};
};

// Runs `build` under the number of threads the kernel will have; what oneDNN throws becomes a
// refusal.
template <class Build>
std::unique_ptr<Kernel> prepared(const char* name, Execution execution, std::string& refusal,
                                 Build&& build) {
  try {
    ThreadScope scope(execution.threads);
    auto kernel = std::make_unique<PrimitiveKernel>(name, execution.threads);
    if (build(*kernel)) return kernel;
    refusal = "oneDNN has no implementation for these shapes and layouts";
  } catch (const dnnl::error& error) {
    refusal = text("oneDNN: ", error.what());
  }
  return nullptr;
}

// Adds `plan`, whose operands lie in memory as `have` says while the primitive wants them as the
// plan says: inputs that differ are converted before it, weights by a preparation, the output after
// it.
struct Binding {
  int role;
  size_t operand;
  Description have, want;
  enum Converted { Before, Prepared, After } converted = Before;
};

// All that a plain form depends on; empty for opaque ones.
std::string form_of(const Description& d) {
  if (d.get_format_kind() != dnnl::memory::format_kind::blocked) return "";
  std::string out = text(static_cast<int>(d.get_data_type()), "/", d.get_size());
  for (const auto& sizes : {d.get_dims(), d.get_padded_dims(), d.get_strides(), d.get_inner_blks(),
                            d.get_inner_idxs()})
    out += list_text(sizes);
  return out;
}

// Operand 2 of a quantised product.
Binding scales(const Operand& scale) {
  return {DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, 2, described(scale), described(scale)};
}

Kernel::Preparation preparation(const PrimitiveKernel& kernel, const Binding& binding) {
  auto reorder = std::make_shared<PrimitiveKernel>("onednn.reorder", kernel.threads());
  reorder->add_reorder(reorder->operand(DNNL_ARG_FROM, 0, binding.have),
                       reorder->operand(DNNL_ARG_TO, 1, binding.want));
  const std::string have = form_of(binding.have), want = form_of(binding.want);
  if (!have.empty() && !want.empty())
    reorder->makes = text("onednn.reorder ", kernel.threads(), " ", have, " to ", want);
  return {binding.operand, binding.want.get_size(), std::move(reorder)};
}

void add_converted(PrimitiveKernel& kernel, const dnnl::primitive& primitive,
                   const Description& scratchpad, const std::vector<Binding>& bindings,
                   std::span<const backend::PostOp> steps = {}) {
  std::vector<PrimitiveKernel::Argument> arguments;
  std::vector<std::pair<PrimitiveKernel::Argument, PrimitiveKernel::Argument>> afterwards;
  for (const Binding& binding : bindings) {
    auto outside = kernel.operand(binding.role, binding.operand, binding.have);
    if (binding.have == binding.want) {
      arguments.push_back(outside);
      continue;
    }
    if (binding.converted == Binding::Prepared) {
      arguments.push_back(kernel.operand(binding.role, binding.operand, binding.want));
      kernel.preparations.push_back(preparation(kernel, binding));
      continue;
    }
    auto inside = kernel.scratch(binding.role, binding.want);
    arguments.push_back(inside);
    if (binding.converted == Binding::After) {
      afterwards.emplace_back(inside, outside);
    } else {
      kernel.add_reorder(outside, inside);
    }
  }
  for (size_t k = 0; k < steps.size(); ++k) {
    if (steps[k].operand == 0) continue;
    if (steps[k].kind == backend::PostOp::Kind::Accumulate) {
      kernel.accumulate(steps[k].operand, described(steps[k].extra).get_size());
      continue;
    }
    const int role = DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(k)) | DNNL_ARG_SRC_1;
    arguments.push_back(kernel.operand(role, steps[k].operand, described(steps[k].extra)));
  }
  arguments.push_back(kernel.scratch(DNNL_ARG_SCRATCHPAD, scratchpad));
  kernel.add(primitive, arguments);
  for (auto& [inside, outside] : afterwards) kernel.add_reorder(inside, outside);
}

// Whether there are rows enough to pay for packing the second factor into oneDNN's own layout:
// 1024^3 on one thread, without the packing itself: 85 % of peak as it lies, 91 % packed; 256^3: 99 and 95 %.
// Packing that is kept pays always.
bool pays_to_pack(const Operand& a, const Operand& b) {
  if (a.shape.rank() != 2) return false;
  if (b.stable) return true;
  constexpr int64_t kEnough = 512;
  return std::min({a.shape[0], b.shape[0], b.shape[1]}) >= kEnough;
}

// Steps that only the library's plain loops apply cost far more than a pass over the result.
template <class Plan>
bool is_fast(const Plan& plan, std::span<const backend::PostOp> steps) {
  return steps.empty() || std::string_view(plan.impl_info_str()).find("ref") == std::string::npos;
}

// Without AVX-512 oneDNN multiplies float32 by gemm, whose sums run in an order that depends on how the
// factors lie and on the steps joined to it: a step of training would give other bits once it is
// compiled. Our own product has one order.
template <class Plan>
bool is_unsteady(const Plan& plan) {
  return !backend::takes_avx512() &&
         std::string_view(plan.impl_info_str()).find("gemm:jit:f32") != std::string::npos;
}

size_t extra_operands(std::span<const backend::PostOp> post_ops) {
  return static_cast<size_t>(std::count_if(post_ops.begin(), post_ops.end(),
                                           [](const auto& p) { return p.operand != 0; }));
}

}  // namespace

std::unique_ptr<Kernel> make_matmul(const Operand& a, const Operand& b, const Operand& c,
                                    std::span<const backend::PostOp> post_ops, Execution execution,
                                    std::string& refusal) {
  if (!supported(refusal, {&a, &b, &c})) return nullptr;
  return prepared("cpu.onednn.matmul", execution, refusal, [&](PrimitiveKernel& kernel) {
    const Description weights = pays_to_pack(a, b) ? of_any_layout(b) : described(b);
    dnnl::matmul::primitive_desc plan(engine(), described(a), weights, described(c),
                                      PrimitiveKernel::attributes(post_ops), true);
    if (!plan || !is_fast(plan, post_ops) || is_unsteady(plan)) return false;
    const size_t result = 2 + extra_operands(post_ops);
    kernel.set_result(result);
    add_converted(kernel, dnnl::matmul(plan), plan.scratchpad_desc(),
                  {{DNNL_ARG_SRC, 0, described(a), plan.src_desc()},
                   {DNNL_ARG_WEIGHTS, 1, described(b), plan.weights_desc(), Binding::Prepared},
                   {DNNL_ARG_DST, result, described(c), described(c)}},
                  post_ops);
    return true;
  });
}

std::unique_ptr<Kernel> make_convolution(const ConvolutionProblem& p, Execution execution,
                                         std::string& refusal) {
  if (!p.scale && !supported(refusal, {&p.x, &p.weight, &p.y, p.bias})) return nullptr;
  const Description x = described(p.x), weight = described(p.weight), y = described(p.y);
  // Converting weights is cheap beside the speed of the blocked layout.
  const Description wanted_weight = of_any_layout(p.weight);
  const bool has_groups = p.weight.shape.rank() > p.x.shape.rank();
  const int weight_scales = !p.scale ? 0 : has_groups ? 3 : 1;
  const auto stride = list(p.stride), low = list(p.padding_low), high = list(p.padding_high);
  auto dilation = list(p.dilation);
  for (auto& d : dilation) --d;  // oneDNN counts the gaps

  using dnnl::algorithm;
  using dnnl::prop_kind;
  const auto forward = [&] {
    return dnnl::convolution_forward::primitive_desc(
        engine(), prop_kind::forward_training, algorithm::convolution_direct, x, wanted_weight,
        p.bias ? described(*p.bias) : Description(), y, stride, dilation, low, high,
        PrimitiveKernel::attributes(p.post_ops, weight_scales), true);
  };
  if (p.kind == Convolution::Forward) {
    return prepared("cpu.onednn.convolution", execution, refusal, [&](PrimitiveKernel& kernel) {
      auto plan = forward();
      if (!plan || !is_fast(plan, p.post_ops)) return false;
      const size_t own = (p.scale ? 3 : 2) + (p.bias ? 1 : 0);
      const size_t result = own + extra_operands(p.post_ops);
      kernel.set_result(result);
      std::vector<Binding> bindings = {
          {DNNL_ARG_SRC, 0, x, plan.src_desc()},
          {DNNL_ARG_WEIGHTS, 1, weight, plan.weights_desc(), Binding::Prepared},
          {DNNL_ARG_DST, result, y, plan.dst_desc(), Binding::After}};
      if (p.scale) bindings.push_back(scales(*p.scale));
      if (p.bias)
        bindings.push_back({DNNL_ARG_BIAS, own - 1, described(*p.bias), plan.bias_desc()});
      add_converted(kernel, dnnl::convolution_forward(plan), plan.scratchpad_desc(), bindings,
                    p.post_ops);
      return true;
    });
  }
  if (p.kind == Convolution::InputGradient) {
    return prepared(
        "cpu.onednn.convolution_input_gradient", execution, refusal, [&](PrimitiveKernel& kernel) {
          auto hint = forward();
          if (!hint) return false;
          dnnl::convolution_backward_data::primitive_desc plan(
              engine(), algorithm::convolution_direct, x, wanted_weight, y, stride, dilation, low,
              high, hint, PrimitiveKernel::attributes(), true);
          if (!plan) return false;
          add_converted(kernel, dnnl::convolution_backward_data(plan), plan.scratchpad_desc(),
                        {{DNNL_ARG_DIFF_DST, 0, y, plan.diff_dst_desc()},
                         {DNNL_ARG_WEIGHTS, 1, weight, plan.weights_desc(), Binding::Prepared},
                         {DNNL_ARG_DIFF_SRC, 2, x, plan.diff_src_desc(), Binding::After}});
          return true;
        });
  }
  return prepared(
      "cpu.onednn.convolution_weight_gradient", execution, refusal, [&](PrimitiveKernel& kernel) {
        auto hint = forward();
        if (!hint) return false;
        dnnl::convolution_backward_weights::primitive_desc plan(
            engine(), algorithm::convolution_direct, x, wanted_weight, y, stride, dilation, low,
            high, hint, PrimitiveKernel::attributes(), true);
        if (!plan) return false;
        add_converted(kernel, dnnl::convolution_backward_weights(plan), plan.scratchpad_desc(),
                      {{DNNL_ARG_SRC, 0, x, plan.src_desc()},
                       {DNNL_ARG_DIFF_DST, 1, y, plan.diff_dst_desc()},
                       {DNNL_ARG_DIFF_WEIGHTS, 2, weight, plan.diff_weights_desc(),
                        Binding::After}});
        return true;
      });
}

bool multiplies_8_bits() {
  engine();  // which limits the instructions
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::isa_default:
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_core:
      return false;
    default:
      return true;
  }
}

std::unique_ptr<Kernel> make_quantized_product(const QuantizedProductProblem& p,
                                               Execution execution, std::string& refusal) {
  return prepared("cpu.onednn.quantized_linear", execution, refusal, [&](PrimitiveKernel& kernel) {
    Description bias;
    if (p.bias) {
      Operand row = *p.bias;
      row.strides = {row.shape[0], 1};
      row.shape = {1, row.shape[0]};
      bias = described(row);
    }
    dnnl::matmul::primitive_desc plan(engine(), described(p.x), of_any_layout(p.weight), bias,
                                      described(p.y), PrimitiveKernel::attributes(p.post_ops, 2),
                                      true);
    if (!plan || !is_fast(plan, p.post_ops)) return false;
    const size_t own = p.bias ? 4 : 3;
    const size_t result = own + extra_operands(p.post_ops);
    kernel.set_result(result);
    std::vector<Binding> bindings = {
        {DNNL_ARG_SRC, 0, described(p.x), plan.src_desc()},
        {DNNL_ARG_WEIGHTS, 1, described(p.weight), plan.weights_desc(), Binding::Prepared},
        scales(p.scale),
        {DNNL_ARG_DST, result, described(p.y), described(p.y)}};
    if (p.bias) bindings.push_back({DNNL_ARG_BIAS, 3, bias, bias});
    add_converted(kernel, dnnl::matmul(plan), plan.scratchpad_desc(), bindings, p.post_ops);
    return true;
  });
}

std::unique_ptr<Kernel> make_average_pooling(const PoolingProblem& p, Execution execution,
                                             std::string& refusal) {
  if (!supported(refusal, {&p.x, &p.y})) return nullptr;
  const auto method = p.count_padding ? dnnl::algorithm::pooling_avg_include_padding
                                      : dnnl::algorithm::pooling_avg_exclude_padding;
  const auto direction =
      p.gradient ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
  const auto window = list(p.window), stride = list(p.stride);
  const auto low = list(p.padding_low), high = list(p.padding_high);
  const dnnl::memory::dims dilation(window.size(), 0);
  const char* name = p.gradient ? "cpu.onednn.average_pool_gradient" : "cpu.onednn.average_pool";
  return prepared(name, execution, refusal, [&](PrimitiveKernel& kernel) {
    dnnl::pooling_forward::primitive_desc forward(engine(), direction, method, described(p.x),
                                                  described(p.y), stride, window, dilation, low,
                                                  high, PrimitiveKernel::attributes(), true);
    if (!forward) return false;
    if (!p.gradient) {
      kernel.add(dnnl::pooling_forward(forward),
                 {kernel.operand(DNNL_ARG_SRC, 0, described(p.x)),
                  kernel.operand(DNNL_ARG_DST, 1, described(p.y)),
                  kernel.scratch(DNNL_ARG_SCRATCHPAD, forward.scratchpad_desc())});
      return true;
    }
    dnnl::pooling_backward::primitive_desc backward(
        engine(), method, described(p.x), described(p.y), stride, window, dilation, low, high,
        forward, PrimitiveKernel::attributes(), true);
    if (!backward) return false;
    kernel.add(dnnl::pooling_backward(backward),
               {kernel.operand(DNNL_ARG_DIFF_DST, 0, described(p.y)),
                kernel.operand(DNNL_ARG_DIFF_SRC, 1, described(p.x)),
                kernel.scratch(DNNL_ARG_SCRATCHPAD, backward.scratchpad_desc())});
    return true;
  });
}

std::unique_ptr<Kernel> make_reorder(const Operand& from, const Operand& to, Execution execution,
                                     std::string& refusal) {
  if (!supported(refusal, {&from, &to})) return nullptr;
  return prepared("cpu.onednn.reorder", execution, refusal, [&](PrimitiveKernel& kernel) {
    kernel.add_reorder(kernel.operand(DNNL_ARG_FROM, 0, described(from)),
                       kernel.operand(DNNL_ARG_TO, 1, described(to)));
    return true;
  });
}

}  // namespace lamina::onednn

#endif
