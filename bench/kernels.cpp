// The kernels that decide the speed of a network, against the peak of this machine measured in the
// same run. Inputs are filled before anything is timed: pages never written all map to one, which
// stays in the cache and distorts every figure.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/peak.h"
#include "lamina/backends/cpu/kernels.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/allocator.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/pooling.h"

namespace lamina::bench {

namespace {

// From the library's pool, so that large ones lie in large pages, as arrays do.
struct Buffer {
  explicit Buffer(size_t size) : bytes(size), data(allocate(size)) {
    std::mt19937 random(1);
    auto* values = reinterpret_cast<float*>(data);
    for (size_t i = 0; i < bytes / sizeof(float); ++i) {
      values[i] = static_cast<float>(random() % 2001) * 1e-3f - 1;
    }
  }
  Buffer(Buffer&& other) noexcept : bytes(other.bytes), data(std::exchange(other.data, nullptr)) {}
  ~Buffer() { deallocate(data, bytes); }

  size_t bytes;
  std::byte* data;
};

Operand row_major(Shape shape) { return {DType::Float32, shape, row_major_strides(shape)}; }
Operand channels_last(Shape shape) { return {DType::Float32, shape, channels_last_strides(shape)}; }

void run_once(const Kernel& kernel, std::vector<std::byte*> operands, std::byte* scratch) {
  RunContext context;
  context.scratch = scratch;
  kernel.run(operands.data(), context);
}

// Seconds of one run: the best of many, so that neighbours on the machine do not count. What the
// kernel wants in another form is converted within the time, unless the input is stable.
double time_of(const Kernel& kernel, const KernelRequest& request) {
  std::vector<Buffer> buffers, prepared;
  std::vector<std::byte*> operands;
  for (const auto* list : {&request.inputs, &request.outputs}) {
    for (const Operand& operand : *list) {
      buffers.emplace_back(operand.shape.elements() * size_of(operand.dtype));
      operands.push_back(buffers.back().data);
    }
  }
  size_t most = kernel.scratch_bytes();
  for (const Kernel::Preparation& p : kernel.preparations)
    most = std::max(most, p.kernel->scratch_bytes());
  Buffer scratch(most);
  const std::vector<std::byte*> given = operands;
  for (const Kernel::Preparation& p : kernel.preparations) {
    prepared.emplace_back(p.bytes);
    operands[p.input] = prepared.back().data;
  }
  const auto run = [&](bool first) {
    for (const Kernel::Preparation& p : kernel.preparations) {
      if (!first && request.inputs[p.input].stable) continue;
      run_once(*p.kernel, {given[p.input], operands[p.input]}, scratch.data);
    }
    run_once(kernel, operands, scratch.data);
  };
  run(true);
  double best = 1e9, total = 0;
  for (int64_t runs = 1; total < 0.4;
       runs = std::max<int64_t>(1, static_cast<int64_t>(0.01 / best))) {
    const double start = seconds_now();
    for (int64_t i = 0; i < runs; ++i) run(false);
    const double elapsed = seconds_now() - start;
    best = std::min(best, elapsed / static_cast<double>(runs));
    total += elapsed;
  }
  return best;
}

// The kernel of one entry, with the layouts that it asked for; null, and a line why, if it refuses.
std::unique_ptr<Kernel> prepare(const KernelEntry& entry, KernelRequest& request) {
  auto kernel = entry.rule(request);
  if (!kernel) std::printf("%-44s refused: %s\n", entry.name, request.refusal.c_str());
  return kernel;
}

void report(const std::string& what, const KernelEntry& entry, KernelRequest request, double flops,
            double peak) {
  auto kernel = prepare(entry, request);
  if (!kernel) return;
  const double rate = flops / time_of(*kernel, request);
  std::printf("%-34s %-36s %8.1f GFLOP/s", what.c_str(), entry.name, rate * 1e-9);
  if (peak > 0) std::printf("  %5.1f %% of peak", 100 * rate / peak);
  std::printf("\n");
}

KernelRequest product(int64_t rows, int64_t depth, int64_t columns, int threads) {
  KernelRequest request;
  request.threads = threads;
  request.inputs = {row_major({rows, depth}), row_major({depth, columns})};
  request.outputs = {row_major({rows, columns})};
  return request;
}

// rows x depth x columns; whether a factor is transposed, and whether the second one is a weight that stays.
struct Product {
  const char* name;
  int64_t rows, depth, columns;
  bool first_transposed = false, second_transposed = false, stable = false;
};

void products(int threads, double peak) {
  for (const Product& p : {Product{"1024^3", 1024, 1024, 1024},
                           Product{"1024^3, first transposed", 1024, 1024, 1024, true},
                           Product{"256^3", 256, 256, 256}, Product{"64x2048x1000", 64, 2048, 1000},
                           Product{"FCN5 forward", 1024, 2048, 4096, false, true},
                           Product{"FCN5 input gradient", 1024, 4096, 2048},
                           Product{"FCN5 weight gradient", 4096, 1024, 2048, true},
                           Product{"FCN5 first weight gradient", 2048, 1024, 784, true},
                           Product{"wide net forward", 64, 2048, 26752, false, true},
                           Product{"encoder, batch 1", 128, 384, 1536, false, true, true},
                           Product{"encoder, batch 1, back", 128, 1536, 384, false, true, true},
                           Product{"encoder, batch 8", 1024, 384, 384, false, true, true},
                           Product{"encoder, batch 8, wide", 1024, 384, 1536, false, true, true}}) {
    KernelRequest request = product(p.rows, p.depth, p.columns, threads);
    if (p.first_transposed) request.inputs[0].strides = {1, p.rows};
    if (p.second_transposed) request.inputs[1].strides = {1, p.depth};
    request.inputs[1].stable = p.stable;
    for (const KernelEntry* entry :
         {&backend::kernel_matmul_onednn, &backend::kernel_matmul_packed}) {
      report(std::string("matmul ") + p.name, *entry, request,
             2.0 * static_cast<double>(p.rows * p.depth * p.columns), peak);
    }
  }
}

void latencies(int threads) {
  for (auto [m, k, n] : {std::array<int64_t, 3>{32, 64, 128}, {32, 128, 10}, {1, 16, 16}}) {
    for (const KernelEntry* entry :
         {&backend::kernel_matmul_onednn, &backend::kernel_matmul_blocked}) {
      KernelRequest request = product(m, k, n, threads);
      auto kernel = prepare(*entry, request);
      if (!kernel) continue;
      std::printf("matmul [%ld,%ld]x[%ld,%ld] %-16s %29.2f us\n", m, k, k, n, entry->name,
                  1e6 * time_of(*kernel, request));
    }
  }
}

struct Layer {
  const char* name;
  int64_t batch, in, out, size, kernel, stride, groups;
};

void convolutions(int threads, double peak) {
  for (const Layer& layer : {Layer{"3x3 64->64 56", 8, 64, 64, 56, 3, 1, 1},
                             Layer{"1x1 256->64 56", 8, 256, 64, 56, 1, 1, 1},
                             Layer{"3x3 128->32 28", 8, 128, 32, 28, 3, 1, 1},
                             Layer{"3x3 32->128 16", 128, 32, 128, 16, 3, 1, 1},
                             Layer{"3x3 256->256 14", 8, 256, 256, 14, 3, 1, 1},
                             Layer{"3x3 512->512 7", 8, 512, 512, 7, 3, 1, 1},
                             Layer{"3x3 256 depthwise 28", 8, 256, 256, 28, 3, 1, 256},
                             Layer{"7x7/2 3->64 224", 8, 3, 64, 224, 7, 2, 1},
                             Layer{"3x3 3->32 32", 32, 3, 32, 32, 3, 1, 1},
                             Layer{"3x3 1->32 28", 32, 1, 32, 28, 3, 1, 1}}) {
    const int64_t pad = layer.kernel / 2,
                  out = (layer.size + 2 * pad - layer.kernel) / layer.stride + 1;
    const Operand x = channels_last({layer.batch, layer.in, layer.size, layer.size});
    const Operand y = channels_last({layer.batch, layer.out, out, out});
    const Operand weight =
        row_major({layer.out, layer.in / layer.groups, layer.kernel, layer.kernel});
    ConvolutionGradientAttributes attributes;
    attributes.stride = IntList(size_t{2}, layer.stride);
    attributes.padding_low = attributes.padding_high = IntList(size_t{2}, pad);
    attributes.dilation = IntList(size_t{2}, int64_t{1});
    attributes.groups = layer.groups;
    const double flops = 2.0 * y.shape.elements() * weight.shape.elements() / layer.out;
    const auto measure = [&](const KernelEntry& entry, std::vector<Operand> inputs,
                             Operand output) {
      KernelRequest request;
      request.attributes = &attributes;
      request.threads = threads;
      request.inputs = std::move(inputs);
      request.outputs = {std::move(output)};
      report(layer.name, entry, request, flops, peak);
    };
    Operand kept = weight;
    kept.stable = true;
    measure(backend::kernel_convolution_onednn, {x, weight}, y);
    measure(backend::kernel_convolution_winograd, {x, kept}, y);
    measure(backend::kernel_convolution_input_gradient_onednn, {y, weight}, x);
    measure(backend::kernel_convolution_input_gradient_winograd, {y, weight}, x);
    measure(backend::kernel_convolution_weight_gradient_onednn, {x, y}, weight);
    measure(backend::kernel_convolution_weight_gradient_winograd, {x, y}, weight);
  }
}

void poolings(int threads) {
  PoolingGradientAttributes attributes;
  attributes.window = {3, 3}, attributes.stride = {2, 2};
  attributes.padding_low = attributes.padding_high = {1, 1};
  const Operand x = channels_last({8, 64, 112, 112}), y = channels_last({8, 64, 56, 56});
  const auto measure = [&](const KernelEntry& entry, std::vector<Operand> inputs, Operand output) {
    KernelRequest request;
    request.attributes = &attributes;
    request.threads = threads;
    int64_t elements = output.shape.elements();
    for (const Operand& input : inputs) elements += input.shape.elements();
    request.inputs = std::move(inputs);
    request.outputs = {std::move(output)};
    auto kernel = prepare(entry, request);
    if (!kernel) return;
    std::printf("3x3/2 64 channels 112              %-36s %8.1f GB/s read and written\n",
                entry.name, 1e-9 * sizeof(float) * elements / time_of(*kernel, request));
  };
  measure(backend::kernel_max_pool, {x}, y);
  measure(backend::kernel_max_pool_gradient, {x, y}, x);
  measure(backend::kernel_average_pool, {x}, y);
  measure(backend::kernel_average_pool_gradient, {y}, x);
}

void copies(int threads) {
  struct Case {
    const char* name;
    Operand from, to;
  };
  const Shape image{8, 64, 112, 112}, input{32, 3, 224, 224}, square{4096, 4096};
  Operand turned{DType::Float32, square, {1, 4096}};
  for (const Case& c : {Case{"copy NCHW->NHWC 64 channels", row_major(image), channels_last(image)},
                        Case{"copy NHWC->NCHW 64 channels", channels_last(image), row_major(image)},
                        Case{"copy NCHW->NHWC 3 channels", row_major(input), channels_last(input)},
                        Case{"copy transposed 4096^2", turned, row_major(square)},
                        Case{"copy contiguous 4096^2", row_major(square), row_major(square)}}) {
    KernelRequest request;
    request.threads = threads;
    request.inputs = {c.from};
    request.outputs = {c.to};
    auto kernel = prepare(backend::kernel_copy_strided, request);
    if (!kernel) continue;
    const double bytes = 2.0 * sizeof(float) * c.from.shape.elements();
    std::printf("%-34s %-36s %8.1f GB/s read and written\n", c.name, "copy",
                1e-9 * bytes / time_of(*kernel, request));
  }
}

// `bench_kernels [part]`: only the named part of matmul, convolution, pooling, copy.
bool wanted(const char* part, const char* asked) { return !asked || std::string(asked) == part; }

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

void run(const char* asked) {
  std::printf("%s\n", processor().c_str());
  const int most = thread_count();
  for (int threads = 1; threads <= most; threads *= 2) {
    set_thread_count(threads);
    const double peak = measured_peak(threads);
    std::printf("\n%d thread%s, float32 peak %.1f GFLOP/s\n", threads, threads == 1 ? "" : "s",
                peak * 1e-9);
    if (wanted("matmul", asked)) latencies(threads), products(threads, peak);
    if (wanted("convolution", asked)) convolutions(threads, peak);
    if (wanted("pooling", asked)) poolings(threads);
    if (wanted("copy", asked)) copies(threads);
  }
}

}  // namespace

}  // namespace lamina::bench

int main(int count, char** arguments) { lamina::bench::run(count > 1 ? arguments[1] : nullptr); }
