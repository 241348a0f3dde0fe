#include "backends/kernel_run.h"
#include "lamina/backends/cpu/kernels.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"
#include "lamina/ops/convolution.h"

namespace lamina::test {

namespace {

// The bound that decision 019 states, relative to the largest result.
constexpr double kBound = 1e-5;

struct Problem {
  Shape x, weight;
  int64_t top, left, bottom, right;

  Shape y() const {
    return {x[0], weight[0], x[2] + top + bottom - 2, x[3] + left + right - 2};
  }
  std::string text() const { return "x " + list_text(x) + " weight " + list_text(weight); }
};

// y[n, o, i, j] = sum of x[n, c, i + r - top, j + s - left] weight[o, c, r, s], in double precision;
// transposed: x from y.
Values summed(const Problem& p, const Values& from, const Values& weight, bool transposed) {
  const Shape x = p.x, y = p.y(), w = p.weight;
  Values to(transposed ? x.elements() : y.elements());
  for (int64_t n = 0; n < x[0]; ++n) {
    for (int64_t o = 0; o < w[0]; ++o) {
      for (int64_t c = 0; c < w[1]; ++c) {
        for (int64_t i = 0; i < y[2]; ++i) {
          for (int64_t r = std::max<int64_t>(0, p.top - i);
               r < std::min<int64_t>(3, x[2] + p.top - i); ++r) {
            for (int64_t s = 0; s < 3; ++s) {
              const double factor = weight[((o * w[1] + c) * 3 + r) * 3 + s];
              const int64_t x_row = ((n * x[1] + c) * x[2] + i + r - p.top) * x[3] + s - p.left;
              const int64_t y_row = ((n * y[1] + o) * y[2] + i) * y[3];
              const int64_t end = std::min(y[3], x[3] + p.left - s);
              for (int64_t j = std::max<int64_t>(0, p.left - s); j < end; ++j) {
                if (transposed) {
                  to[x_row + j] += factor * from[y_row + j];
                } else {
                  to[y_row + j] += factor * from[x_row + j];
                }
              }
            }
          }
        }
      }
    }
  }
  return to;
}

// gradient[o, c, r, s] = sum of x[n, c, i + r - top, j + s - left] y[n, o, i, j].
Values summed_gradient(const Problem& p, const Values& x, const Values& y) {
  const Shape w = p.weight, sizes = p.x, out = p.y();
  Values to(w.elements());
  each_element(w, [&](const Shape& at, int64_t k) {
    const int64_t top = p.top - at[2], left = p.left - at[3];
    for (int64_t n = 0; n < sizes[0]; ++n) {
      for (int64_t i = std::max<int64_t>(0, top); i < std::min(out[2], sizes[2] + top); ++i) {
        const int64_t x_row = ((n * sizes[1] + at[1]) * sizes[2] + i - top) * sizes[3] - left;
        const int64_t y_row = ((n * out[1] + at[0]) * out[2] + i) * out[3];
        for (int64_t j = std::max<int64_t>(0, left); j < std::min(out[3], sizes[3] + left); ++j)
          to[k] += x[x_row + j] * y[y_row + j];
      }
    }
  });
  return to;
}

KernelRequest request_of(const Problem& p, ConvolutionGradientAttributes& attributes, int threads) {
  attributes.stride = {1, 1}, attributes.dilation = {1, 1};
  attributes.padding_low = {p.top, p.left}, attributes.padding_high = {p.bottom, p.right};
  attributes.shape = IntList(p.x.begin(), p.x.end());
  KernelRequest request;
  request.attributes = static_cast<ConvolutionAttributes*>(&attributes);
  request.threads = threads;
  request.inputs = {row_major(p.x), row_major(p.weight)};
  request.inputs[1].stable = true;
  request.outputs = {row_major(p.y())};
  return request;
}

const Problem kProblems[] = {
    {{2, 64, 17, 19}, {64, 64, 3, 3}, 1, 1, 1, 1},   // tiles that are cut off
    {{4, 64, 14, 14}, {80, 64, 3, 3}, 0, 0, 0, 0},   // a second, narrow panel of outputs
    {{1, 144, 20, 13}, {48, 144, 3, 3}, 2, 1, 0, 2}, // sums in three parts, padding that differs
    {{1, 256, 12, 12}, {256, 256, 3, 3}, 1, 1, 1, 1},  // threads share one block of tiles
};

TEST(Winograd, AgreesWithSums) {
  for (const Problem& p : kProblems) {
    const Values x = random_values(p.x, 1), weight = random_values(p.weight, 2);
    const Values bias = random_values({p.weight[0]}, 4), cotangent = random_values(p.y(), 3);
    const Values y = summed(p, x, weight, false), x_gradient = summed(p, cotangent, weight, true);
    Values with_bias = y;
    each_element(p.y(), [&](const Shape& at, int64_t i) { with_bias[i] += bias[at[1]]; });
    for (int threads : {1, 2, 4}) {
      ConvolutionGradientAttributes attributes;
      KernelRequest request = request_of(p, attributes, threads);
      const std::string what = p.text() + " threads " + std::to_string(threads);
      expect_close(run_kernel(backend::kernel_convolution_winograd, request, {x, weight}), y,
                   kBound, what);
      request.inputs.push_back(row_major({p.weight[0]}));
      expect_close(run_kernel(backend::kernel_convolution_winograd, request, {x, weight, bias}),
                   with_bias, kBound, what + " bias");
      request.attributes = &attributes;
      request.inputs = {row_major(p.y()), request.inputs[1]};
      request.outputs = {row_major(p.x)};
      expect_close(run_kernel(backend::kernel_convolution_input_gradient_winograd, request,
                              {cotangent, weight}),
                   x_gradient, kBound, what + " input gradient");
    }
  }
}

KernelRequest gradient_request(const Problem& p, ConvolutionGradientAttributes& attributes,
                               int threads) {
  KernelRequest request = request_of(p, attributes, threads);
  attributes.shape = {3, 3};
  request.attributes = &attributes;
  request.inputs = {row_major(p.x), row_major(p.y())};
  request.outputs = {row_major(p.weight)};
  return request;
}

TEST(Winograd, SumsGradientsOfWeights) {
  for (const Problem& p : {Problem{{8, 64, 17, 19}, {64, 64, 3, 3}, 1, 1, 1, 1},
                           Problem{{9, 32, 14, 14}, {80, 32, 3, 3}, 0, 0, 0, 0},   // half a panel
                           Problem{{5, 48, 20, 13}, {48, 48, 3, 3}, 2, 1, 0, 2},
                           Problem{{16, 32, 16, 16}, {128, 32, 3, 3}, 1, 1, 1, 1},  // several blocks
                           Problem{{20, 144, 12, 12}, {160, 144, 3, 3}, 1, 1, 1, 1}}) {  // together
    const Values x = random_values(p.x, 1), y = random_values(p.y(), 3);
    const Values expected = summed_gradient(p, x, y);
    for (int threads : {1, 2, 4}) {
      ConvolutionGradientAttributes attributes;
      KernelRequest request = gradient_request(p, attributes, threads);
      expect_close(run_kernel(backend::kernel_convolution_weight_gradient_winograd, request, {x, y}),
                   expected, kBound, p.text() + " threads " + std::to_string(threads));
    }
  }
}

TEST(Winograd, LeavesSmallGradientsOfWeights) {
  const Problem p{{1, 16, 8, 8}, {16, 16, 3, 3}, 1, 1, 1, 1};
  ConvolutionGradientAttributes attributes;
  KernelRequest request = gradient_request(p, attributes, 1);
  EXPECT_EQ(backend::kernel_convolution_weight_gradient_winograd.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "does not pay for this shape");
  request = gradient_request(kProblems[0], attributes, 1);
  request.deterministic = true;
  EXPECT_EQ(backend::kernel_convolution_weight_gradient_winograd.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "whether it pays depends on the batch");
}

TEST(Winograd, AppliesStepsInTheirOrder) {
  const Problem& p = kProblems[0];
  const Values x = random_values(p.x, 1), weight = random_values(p.weight, 2);
  const Values scale = random_values({p.weight[0], 1, 1}, 5), other = random_values(p.y(), 6);
  ConvolutionGradientAttributes attributes;
  KernelRequest request = request_of(p, attributes, 2);
  const Spec spec{DType::Float32, p.y()};
  Epilogue epilogue;
  epilogue.own_inputs = 2;
  const auto step = [&](const char* name, int extra) {
    epilogue.steps.push_back({op::find(name), {}, extra, false, spec});
  };
  step("multiply", 0), step("add", 1), step("relu", -1);
  request.epilogue = &epilogue;
  request.inputs.push_back(row_major({p.weight[0], 1, 1}));
  request.inputs.push_back(row_major(p.y()));
  Values expected = summed(p, x, weight, false);
  each_element(p.y(), [&](const Shape& at, int64_t i) {
    expected[i] = std::max(0.0, expected[i] * scale[at[1]] + other[i]);
  });
  expect_close(
      run_kernel(backend::kernel_convolution_winograd, request, {x, weight, scale, other}),
      expected, kBound, "steps");
}

TEST(Winograd, RefusesWhatItIsNotFor) {
  const auto refusal = [](auto&& change) {
    ConvolutionGradientAttributes attributes;
    KernelRequest request = request_of(kProblems[0], attributes, 1);
    change(request, attributes);
    EXPECT_EQ(backend::kernel_convolution_winograd.rule(request), nullptr);
    return request.refusal;
  };
  EXPECT_EQ(refusal([](auto& r, auto&) { r.deterministic = true; }),
            "whether it pays depends on the batch");
  EXPECT_EQ(refusal([](auto&, auto& a) { a.stride = {2, 1}; }),
            "takes no stride, dilation or groups");
  EXPECT_EQ(refusal([](auto& r, auto&) { r.inputs[1].shape = {64, 64, 3, 1}; }),
            "takes 3x3 windows");
  EXPECT_EQ(refusal([](auto& r, auto&) {
              r.inputs[0].shape[1] = r.inputs[1].shape[1] = 60;
            }),
            "takes multiples of 16 channels");
  EXPECT_EQ(refusal([](auto& r, auto&) {
              r.inputs[0].shape = {1, 64, 4, 4}, r.outputs[0].shape = {1, 64, 4, 4};
            }),
            "does not pay for this shape");
}

}  // namespace

}  // namespace lamina::test
