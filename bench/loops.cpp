// Element-wise loops, reductions and softmax: nanoseconds of one run and the bytes moved per
// second, beside what a plain copy reaches on this machine. The best of many runs, so that
// neighbours do not count.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "lamina/backends/cpu/jit_kernel.h"
#include "lamina/backends/cpu/kernels.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/softmax_attributes.h"

namespace lamina::bench {

namespace {

struct Buffer {
  explicit Buffer(int64_t floats)
      : bytes(static_cast<size_t>(floats) * 4),
        data(static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)), &std::free) {
    auto* values = reinterpret_cast<float*>(data.get());  // pages never written would all be one
    for (int64_t i = 0; i < floats; ++i) values[i] = static_cast<float>(i % 1999) * 1e-3f - 1;
  }
  size_t bytes;
  std::unique_ptr<std::byte, void (*)(void*)> data;
};

template <class F>
double nanoseconds(F&& f) {
  using Clock = std::chrono::steady_clock;
  double best = 1e30, spent = 0;
  int64_t repeat = 1;
  for (int round = 0; round < 400 && spent < 4e8; ++round) {
    auto start = Clock::now();
    for (int64_t k = 0; k < repeat; ++k) f();
    double elapsed = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    spent += elapsed;
    best = std::min(best, elapsed / static_cast<double>(repeat));
    if (elapsed < 1e5) repeat *= 4;
  }
  return best;
}

void report(const char* what, double ns, double bytes) {
  std::printf("%-34s %12.0f ns %8.1f GB/s\n", what, ns, bytes / ns);
}

double time_kernel(const Kernel& kernel, std::vector<Buffer>& buffers) {
  std::vector<std::byte*> operands;
  for (Buffer& b : buffers) operands.push_back(b.data.get());
  Buffer scratch(static_cast<int64_t>(kernel.scratch_bytes() / 4 + 16));
  RunContext context;
  context.scratch = scratch.data.get();
  return nanoseconds([&] { kernel.run(operands.data(), context); });
}

double bytes_of(const std::vector<Buffer>& buffers) {
  double bytes = 0;
  for (const Buffer& b : buffers) bytes += static_cast<double>(b.bytes);
  return bytes;
}

void time_kernel(const char* what, const Kernel& kernel, std::vector<Buffer>& buffers) {
  report(what, time_kernel(kernel, buffers), bytes_of(buffers));
}

// What a programmer would write, for floats from two inputs, as the compiler vectorises it.
using HandWritten = void (*)(const float* x, const float* y, float* z, int64_t n);
#if defined(__x86_64__)
#define LAMINA_HAND(name, expression)                                                   \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) void name( \
      const float* __restrict x, const float* __restrict y, float* __restrict z, int64_t n) { \
    (void)y;                                                                            \
    for (int64_t i = 0; i < n; ++i) z[i] = expression;                                  \
  }
#else
#define LAMINA_HAND(name, expression)                                                   \
  void name(const float* __restrict x, const float* __restrict y, float* __restrict z,  \
            int64_t n) {                                                                \
    (void)y;                                                                            \
    for (int64_t i = 0; i < n; ++i) z[i] = expression;                                  \
  }
#endif
float at_least(float a, float b) { return a < b ? b : a; }
float at_most(float a, float b) { return b < a ? b : a; }
LAMINA_HAND(hand_add_relu, at_least(x[i] + y[i], 0))
LAMINA_HAND(hand_five, at_least((x[i] * 1.5f + y[i]) * 0.25f - 0.125f, 0))
LAMINA_HAND(hand_ten, at_most((at_least((x[i] * 1.5f + y[i]) * 0.25f - 0.125f, 0) * 0.5f + y[i]) *
                                      at_least((x[i] * 1.5f + y[i]) * 0.25f - 0.125f, 0) - 2, 3))
LAMINA_HAND(hand_relu_gradient, x[i] > 0 ? y[i] : 0)

struct Formula {
  Loop loop;
  std::vector<Buffer> buffers;

  explicit Formula(Shape domain) { loop.domain = std::move(domain); }
  Expr input(Strides strides) {
    loop.inputs.push_back({DType::Float32, strides});
    add_buffer(strides);
    int operand = static_cast<int>(loop.inputs.size()) - 1;
    return {&loop.program, loop.program.input(operand, ScalarType::F32)};
  }
  Expr input() { return input(row_major_strides(loop.domain)); }
  void store(const Expr& e) {
    Strides strides = row_major_strides(loop.domain);
    loop.stores.push_back({e.in(&loop.program, ScalarType::F32), {DType::Float32, strides}});
    add_buffer(strides);
  }
  void sum(const Expr& e, SmallVector<uint8_t, 8> reduced, Strides strides) {
    loop.reduced = reduced;
    loop.reductions.push_back(
        {Monoid::Sum, e.in(&loop.program, ScalarType::F32), {DType::Float32, strides}});
    add_buffer(strides);
  }
  // The interpreter, machine code, and a loop written by hand.
  void time(const char* what, HandWritten hand = nullptr) {
    KernelRequest request;
    request.loop = &loop;
    const double bytes = bytes_of(buffers);
    const double interpreted = time_kernel(*backend::kernel_cpu_loop.rule(request), buffers);
    std::printf("%-28s %11.0f ns %6.1f GB/s", what, interpreted, bytes / interpreted);
    using cpu::jit::InstructionSet;
    std::string refusal;
    for (InstructionSet set : {InstructionSet::Avx2, InstructionSet::Avx512}) {
      if (!cpu::jit::available(set)) continue;
      if (auto kernel = cpu::make_jit_kernel(loop, set, refusal)) {
        const double made = time_kernel(*kernel, buffers);
        std::printf(" | %11.0f ns %6.1f GB/s", made, bytes / made);
      } else {
        std::printf(" | %-26s", refusal.c_str());
      }
    }
    if (hand) {
      auto* x = reinterpret_cast<float*>(buffers[0].data.get());
      auto* y = reinterpret_cast<float*>(buffers[1].data.get());
      auto* z = reinterpret_cast<float*>(buffers[2].data.get());
      const double by_hand = nanoseconds([&] {
        parallel_for(0, loop.domain.elements(), 16384,
                     [&](int64_t a, int64_t b) { hand(x + a, y + a, z + a, b - a); });
      });
      std::printf(" | %11.0f ns %6.1f GB/s", by_hand, bytes / by_hand);
    }
    std::printf("\n");
  }

 private:
  void add_buffer(const Strides& strides) {
    int64_t reach = 1;
    for (size_t d = 0; d < strides.size(); ++d) reach += strides[d] * (loop.domain[d] - 1);
    buffers.emplace_back(reach);
  }
};

void chains(int64_t n, const char* size) {
  auto named = [&](const char* what) { return std::string(what) + ", " + size; };
  {
    Formula f(Shape{n});
    f.store(max(f.input() + f.input(), 0));
    f.time(named("add, relu").c_str(), hand_add_relu);
  }
  {
    Formula f(Shape{n});
    Expr x = f.input(), y = f.input();
    f.store(max((x * 1.5 + y) * 0.25 - 0.125, 0));
    f.time(named("5 ops").c_str(), hand_five);
  }
  {
    Formula f(Shape{n});
    Expr x = f.input(), y = f.input();
    f.store(tanh((x * 1.5 + y) * 0.25 - 0.125));
    f.time(named("5 ops with tanh").c_str());
  }
  {
    Formula f(Shape{n});
    Expr x = f.input(), y = f.input();
    Expr t = max((x * 1.5 + y) * 0.25 - 0.125, 0);
    f.store(min((t * 0.5 + y) * t - 2, 3));
    f.time(named("10 ops").c_str(), hand_ten);
  }
  {
    Formula f(Shape{n});
    Expr x = f.input(), g = f.input();
    f.store(where(x > 0, g, 0));
    f.time(named("gradient of relu").c_str(), hand_relu_gradient);
  }
  {
    Formula f(Shape{n});
    f.store(exp(f.input()));
    f.time(named("exp").c_str());
  }
  {
    Formula f(Shape{n});
    f.store(sigmoid(f.input()));
    f.time(named("sigmoid").c_str());
  }
  for (int64_t channels : {int64_t{10}, int64_t{64}, int64_t{100}}) {
    Formula f(Shape{n / channels, channels});
    const Expr scale = f.input({0, 1}), shift = f.input({0, 1});
    f.store(max(f.input() * scale + shift, 0) + f.input());
    f.time(named(("batch norm, " + std::to_string(channels)).c_str()).c_str());
  }
}

// Each with another constant, so that none finds another's code.
void making_code() {
  const int64_t count = 200;
  const auto start = std::chrono::steady_clock::now();
  size_t made = 0;
  for (int64_t k = 0; k < count; ++k) {
    Loop loop;
    loop.domain = Shape{8192};
    loop.inputs = {{DType::Float32, {1}}, {DType::Float32, {1}}};
    const Expr x(&loop.program, loop.program.input(0, ScalarType::F32));
    const Expr y(&loop.program, loop.program.input(1, ScalarType::F32));
    const Expr t = tanh((x * (1.5 + static_cast<double>(k)) + y) * 0.25 - 0.125);
    loop.stores = {{t.in(&loop.program, ScalarType::F32), {DType::Float32, {1}}}};
    std::string refusal;
    using cpu::jit::InstructionSet;
    made += cpu::make_jit_kernel(loop, InstructionSet::Avx512, refusal) != nullptr ||
            cpu::make_jit_kernel(loop, InstructionSet::Avx2, refusal) != nullptr;
  }
  const double spent =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  std::printf("machine code of 5 ops with tanh: %.0f us a kernel (%zu made)\n",
              spent / static_cast<double>(count), made);
}

void softmax(const char* what, const KernelEntry& entry, int64_t rows, int64_t columns) {
  SoftmaxAttributes attributes{1};
  KernelRequest request;
  request.attributes = &attributes;
  Operand operand{DType::Float32, {rows, columns}, {columns, 1}};
  request.inputs = {operand}, request.outputs = {operand};
  std::vector<Buffer> buffers;
  for (int k = 0; k < 2; ++k) buffers.emplace_back(rows * columns);
  if (auto kernel = entry.rule(request)) time_kernel(what, *kernel, buffers);
}

void run() {
  std::printf("%d threads; loops: the interpreter | AVX2 and AVX-512 code | by hand\n",
              thread_count());
  making_code();
  for (int64_t n : {int64_t{8192}, int64_t{16} << 20}) {
    Buffer from(n), to(n);
    double ns = nanoseconds([&] {
      parallel_for(0, n, 16384, [&](int64_t a, int64_t b) {
        std::memcpy(to.data.get() + 4 * a, from.data.get() + 4 * a,
                    static_cast<size_t>(4 * (b - a)));
      });
    });
    report(n == 8192 ? "copy, 8K" : "copy, 16M", ns, 8.0 * static_cast<double>(n));
  }
  {
    Formula f(Shape{10});
    f.store(f.input() + f.input());
    f.time("add, 10 elements");
  }
  {
    Formula f(Shape{32, 128});
    f.store(max(f.input() + f.input({0, 1}), 0));
    f.time("bias, relu [32, 128]");
  }
  chains(8192, "8K");
  chains(int64_t{16} << 20, "16M");
  {
    Formula f(Shape{4096, 1000});
    f.sum(f.input(), {0, 1}, {1, 0});
    f.time("row sums 4096 x 1000");
  }
  {
    Formula f(Shape{4096, 1000});
    f.sum(f.input(), {1, 0}, {0, 1});
    f.time("column sums 4096 x 1000");
  }
  {
    Formula f(Shape{32, 128});
    f.sum(f.input(), {1, 0}, {0, 1});
    f.time("column sums 32 x 128");
  }
  {
    Formula f(Shape{int64_t{1} << 17, 64});
    Expr x = f.input();
    f.sum(x, {1, 0}, {0, 1});
    f.sum(x * x, {1, 0}, {0, 1});
    f.time("moments 131072 x 64");
  }
  {
    Formula f(Shape{int64_t{16} << 20});
    f.sum(f.input(), {1}, {0});
    f.time("sum, 16M");
  }
  {
    Formula f(Shape{2048, 2048});
    f.store(f.input({1, 2048}) + f.input());
    f.time("transposed add 2048 x 2048");
  }
  softmax("softmax 4096 x 1000", backend::kernel_softmax_rows, 4096, 1000);
  softmax("log_softmax 4096 x 1000", backend::kernel_log_softmax_rows, 4096, 1000);
  softmax("softmax 32 x 10", backend::kernel_softmax_rows, 32, 10);
}

}  // namespace

}  // namespace lamina::bench

int main() {
  lamina::bench::run();
  lamina::set_thread_count(1);
  lamina::bench::run();
}
