#include "lamina/backends/cpu/convolution_parts.h"

#include <algorithm>
#include <utility>

#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/backends/cpu/kernel_parts.h"

namespace lamina::backend {

namespace {

using onednn::Convolution;
using onednn::ConvolutionProblem;

constexpr int64_t kMostParts = 8;
constexpr int64_t kMostBands = 4, kLeastRows = 3;  // of a band
constexpr double kLeastFlops = 2e6;                // of a band

// The greatest number of equal parts: one kernel does for all of them. Where a picture has one pixel,
// oneDNN sums otherwise for some pictures at once than for one.
int64_t parts_of(const ConvolutionProblem& p) {
  const int64_t batch = p.x.shape[0];
  const bool adds = p.kind == Convolution::WeightGradient,
             one_pixel = p.y.shape.elements() == batch * p.y.shape[1] ||
                         p.x.shape.elements() == batch * p.x.shape[1];
  if (adds && p.weight.dtype != DType::Float32) return 1;
  int64_t parts = one_pixel && !adds ? batch : std::min(kMostParts, batch);
  while (batch % parts != 0) --parts;
  return parts;
}

int64_t bytes_along(const Operand& activations, int axis, int64_t count) {
  return count * activations.strides[axis] * static_cast<int64_t>(size_of(activations.dtype));
}

// Where the operands of a part begin that begins at these bytes of x and y.
std::vector<int64_t> offsets_of(const ConvolutionProblem& p, int64_t x, int64_t y) {
  if (p.kind == Convolution::InputGradient) return {y, 0, x};
  if (p.kind == Convolution::WeightGradient) return {x, y, 0};
  return p.bias ? std::vector<int64_t>{x, 0, 0, y} : std::vector<int64_t>{x, 0, y};
}

std::unique_ptr<Kernel> of_batch(ConvolutionProblem p, int threads, std::string& refusal) {
  const bool adds = p.kind == Convolution::WeightGradient;
  const int64_t count = parts_of(p), images = p.x.shape[0] / count;
  p.x.shape[0] = p.y.shape[0] = images;
  std::shared_ptr<const Kernel> kernel = onednn::make_convolution(p, {1}, refusal);
  if (!kernel) return nullptr;
  std::vector<KernelPart> parts;
  for (int64_t i = 0; i < count; ++i) {
    parts.push_back(
        {kernel, offsets_of(p, bytes_along(p.x, 0, i * images), bytes_along(p.y, 0, i * images))});
  }
  return run_parts(std::move(parts), threads, adds ? p.weight.shape.elements() : 0);
}

// Rows first .. last of the result, and the rows of x that they read; the part's place in both.
struct Band {
  ConvolutionProblem problem;
  int64_t x, y;
};
Band band_of(const ConvolutionProblem& p, int64_t first, int64_t last) {
  const int64_t height = p.x.shape[2],
                reach = (p.weight.shape[p.weight.shape.rank() - 2] - 1) * p.dilation[0];
  const int64_t begin = first * p.stride[0] - p.padding_low[0],
                end = (last - 1) * p.stride[0] - p.padding_low[0] + reach + 1;
  const int64_t from = std::clamp<int64_t>(begin, 0, height),
                to = std::clamp<int64_t>(end, 0, height);
  Band band{p, bytes_along(p.x, 2, from), bytes_along(p.y, 2, first)};
  band.problem.x.shape[2] = to - from;
  band.problem.y.shape[2] = last - first;
  for (Operand* one : {&band.problem.x, &band.problem.y})  // dense again
    one->strides[0] = one->shape[2] * one->strides[2];
  band.problem.padding_low[0] = from - begin;
  band.problem.padding_high[0] = end - to;
  return band;
}

bool want_the_same(const Kernel& a, const Kernel& b) {
  return std::equal(a.preparations.begin(), a.preparations.end(), b.preparations.begin(),
                    b.preparations.end(), [](const auto& one, const auto& other) {
                      return one.input == other.input && one.bytes == other.bytes &&
                             !one.kernel->makes.empty() && one.kernel->makes == other.kernel->makes;
                    });
}

// Of one picture; nothing where bands would be small, or want weights in different forms. Without AVX-512
// oneDNN runs some of them as products whose sums depend on the number of rows.
std::unique_ptr<Kernel> of_rows(const ConvolutionProblem& p, int threads) {
  if (!takes_avx512() || p.kind != Convolution::Forward || p.x.shape.rank() != 4 ||
      p.x.shape[0] != 1)
    return nullptr;
  const int64_t rows = p.y.shape[2];
  const double flops = 2.0 * p.y.shape.elements() * p.weight.shape.elements() / p.y.shape[1];
  const int64_t count =
      std::min({kMostBands, rows / kLeastRows, static_cast<int64_t>(flops / kLeastFlops)});
  if (count < 2) return nullptr;
  std::vector<KernelPart> parts;
  std::string refusal;
  for (int64_t i = 0; i < count; ++i) {
    const Band band = band_of(p, i * rows / count, (i + 1) * rows / count);
    if (band.problem.x.shape[2] == 0) return nullptr;
    std::shared_ptr<const Kernel> kernel = onednn::make_convolution(band.problem, {1}, refusal);
    if (!kernel || (i > 0 && !want_the_same(*kernel, *parts[0].kernel))) return nullptr;
    parts.push_back({std::move(kernel), offsets_of(p, band.x, band.y)});
  }
  return run_parts(std::move(parts), threads);
}

}  // namespace

std::unique_ptr<Kernel> make_convolution_of_parts(const ConvolutionProblem& problem, int threads,
                                                  std::string& refusal) {
  if (auto kernel = of_rows(problem, threads)) return kernel;
  return of_batch(problem, threads, refusal);
}

}  // namespace lamina::backend
