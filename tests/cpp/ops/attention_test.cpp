// attention's gradient: float32, for which there is a kernel, against float64, which goes in blocks.
#include "lamina/ops/attention.h"

#include <cstring>

#include "lamina/base/parallel_for.h"
#include "lamina/ops/movement.h"
#include "ops/differences.h"

namespace lamina::differences {
namespace {

struct Case {
  Shape batch;
  int64_t queries, keys, width, value_width;
  Shape mask = {};  // none if empty
  DType mask_type = bool_;
  bool is_causal = false;
  bool of_logsumexp = false;  // the loss depends on it as well
  bool apart = false;         // heads that lie side by side

  std::string name() const {
    return text(queries, " x ", keys, ", ", width, " and ", value_width, ", mask ", mask,
                is_causal ? ", causal" : "");
  }
};

Array drawn(const Case& c, int64_t rows, int64_t columns, unsigned seed, DType dtype) {
  Shape shape = c.batch;
  shape.push_back(rows), shape.push_back(columns);
  if (c.apart) std::swap(shape[1], shape[2]);
  Array x = random_array(shape, seed, dtype);
  x.eval();
  return x;
}

// Of query, key and value, at values that are the same for both types.
std::vector<Array> gradients_of(const Case& c, DType dtype) {
  const auto heads = [&](const Array& x) { return c.apart ? swapaxes(x, 1, 2) : x; };
  const Array g = drawn(c, c.queries, c.value_width, 4, dtype);
  Array mask;
  if (!c.mask.empty()) {
    mask = random_array(c.mask, 5, c.mask_type == bool_ ? float32 : dtype);
    if (c.mask_type == bool_) mask = mask > -0.5;
    mask.eval();
  }
  const auto loss = [&](const std::vector<Array>& x) {
    AttentionResult y = attention(heads(x[0]), heads(x[1]), heads(x[2]), astype(Array(0.5), dtype),
                                  mask, c.is_causal);
    Array result = sum(y.output * heads(g));
    return c.of_logsumexp ? std::move(result) + sum(square(y.logsumexp)) : result;
  };
  std::vector<Array> gradients =
      value_and_grad_of(loss)({drawn(c, c.queries, c.width, 1, dtype),
                               drawn(c, c.keys, c.width, 2, dtype),
                               drawn(c, c.keys, c.value_width, 3, dtype)})
          .second;
  for (Array& x : gradients) x.eval();
  return gradients;
}

void expect_agreement(const Case& c) {
  const std::vector<Array> got = gradients_of(c, float32), expected = gradients_of(c, float64);
  for (size_t k = 0; k < got.size(); ++k) {
    const double error = max(abs(astype(got[k], float64) - expected[k])).item();
    const double largest = max(abs(expected[k])).item();
    // Where slopes cancel, as all do with one key, the rounding of a term for each query is left.
    EXPECT_LE(error, 2e-6 * (1 + largest) + 1e-8 * c.queries) << c.name() << ", input " << k;
  }
}

TEST(AttentionGradient, KernelAgreesWithBlocksOfDoubles) {
  expect_agreement({{2, 3}, 17, 17, 8, 8});
  expect_agreement({{}, 1, 1, 1, 1});
  expect_agreement({{3}, 1, 40, 5, 1});
  expect_agreement({{2}, 193, 5, 33, 70});
  expect_agreement({{2, 2}, 200, 390, 16, 24});
  expect_agreement(
      {.batch = {2, 3}, .queries = 50, .keys = 64, .width = 16, .value_width = 16, .apart = true});
}

TEST(AttentionGradient, KernelHidesWhatMasksHide) {
  for (const DType type : {bool_, float32}) {
    expect_agreement({{2, 3}, 20, 33, 8, 8, {2, 3, 20, 33}, type});
    expect_agreement({{2, 3}, 200, 210, 8, 8, {2, 1, 1, 210}, type});
    expect_agreement({{2, 3}, 7, 9, 8, 8, {1, 3, 7, 1}, type});
    expect_agreement({{2}, 230, 230, 8, 8, {1, 1, 230}, type, true});
  }
}

TEST(AttentionGradient, KernelStopsAtTheDiagonal) {
  for (const int64_t keys : {1, 150, 200, 400, 700})
    expect_agreement({.batch = {2},
                      .queries = 400,
                      .keys = keys,
                      .width = 8,
                      .value_width = 6,
                      .is_causal = true});
}

TEST(AttentionGradient, KernelTakesTheCotangentOfLogsumexp) {
  expect_agreement({.batch = {2},
                    .queries = 20,
                    .keys = 30,
                    .width = 8,
                    .value_width = 8,
                    .of_logsumexp = true});
}

TEST(AttentionGradient, RowsThatSeeNothingGiveZeros) {
  const Array query = random_array({3, 4}, 1, float32), value = random_array({5, 2}, 3, float32);
  const Array mask = array({{1}, {0}, {1}}) > 0.5;
  const auto of = [&](const Array& key) {
    return value_and_grad_of([&](const std::vector<Array>& x) {
             return sum(square(attention(x[0], x[1], x[2], 0.5, mask, false).output));
           })({query, key, value})
        .second;
  };
  const std::vector<double> got = of(random_array({5, 4}, 2, float32))[0].to_vector<double>();
  for (size_t i = 4; i < 8; ++i) EXPECT_EQ(got[i], 0);
  for (size_t i = 0; i < 4; ++i) EXPECT_NE(got[i], 0);
}

// One thread has a matrix of the batch, or several share one and add up their parts.
TEST(AttentionGradient, BitsDoNotDependOnThreads) {
  const int before = thread_count();
  for (const bool is_causal : {false, true}) {
    for (const int64_t batch : {1, 3, 4}) {
      const Case c{.batch = {batch},
                   .queries = 500,
                   .keys = 700,
                   .width = 9,
                   .value_width = 8,
                   .is_causal = is_causal};
      std::vector<std::vector<float>> first;
      for (const int threads : {1, 2, 3, 5}) {
        set_thread_count(threads);
        const std::vector<Array> got = gradients_of(c, float32);
        for (size_t k = 0; k < got.size(); ++k) {
          const std::vector<float> bits = got[k].to_vector<float>();
          if (threads == 1) {
            first.push_back(bits);
          } else {
            EXPECT_EQ(0, std::memcmp(bits.data(), first[k].data(), bits.size() * sizeof(float)))
                << threads << " threads, batch " << batch << ", input " << k;
          }
        }
      }
    }
  }
  set_thread_count(before);
}

}  // namespace
}  // namespace lamina::differences
