// Random draws: Philox against the known answers of its authors, the moments of distributions, and
// what bits may depend on.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/philox.h"
#include "lamina/ops/random.h"
#include "ops/check.h"

namespace lamina {
namespace {

using test::Values;

// philox4x32 10 of kat_vectors in Random123 1.09: counter, key, result.
TEST(Philox, KnownAnswers) {
  struct Answer {
    uint32_t counter[4], key[2], result[4];
  };
  const Answer answers[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Answer& a : answers) {
    uint32_t words[4][1];
    for (int w = 0; w < 4; ++w) words[w][0] = a.counter[w];
    philox::encrypt(words, {a.key[0], a.key[1]});
    for (int w = 0; w < 4; ++w) EXPECT_EQ(words[w][0], a.result[w]);
  }
}

TEST(Random, BitsAreTheWordsOfTheirBlocks) {
  Generator generator(0);
  EXPECT_EQ(random_bits({4}, uint32, generator).to_vector<uint32_t>(),
            (std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  generator.set_state({0x299f31d0a4093822, 0x0370734413198a2e});
  Array x = random_bits({2}, uint64, generator);  // block 0 of that counter
  uint32_t words[4][1] = {{0}, {0}, {0x13198a2e}, {0x03707344}};
  philox::encrypt(words, {0xa4093822, 0x299f31d0});
  EXPECT_EQ(x.to_vector<uint64_t>(),
            (std::vector<uint64_t>{uint64_t{words[1][0]} << 32 | words[0][0],
                                   uint64_t{words[3][0]} << 32 | words[2][0]}));
}

void expect_moments(const Values& x, double mean, double variance) {
  const double n = static_cast<double>(x.size());
  const double m = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double v = 0;
  for (double value : x) v += (value - m) * (value - m);
  v /= n;
  EXPECT_NEAR(m, mean, 5 * std::sqrt(variance / n));  // five standard errors
  EXPECT_NEAR(v, variance, 5 * variance * std::sqrt(2 / n));
}

TEST(Random, Moments) {
  Generator generator(7);
  for (DType dtype : {float32, float64}) {
    expect_moments(random_uniform({200000}, 0.0, 1.0, dtype, generator).to_vector<double>(), 0.5,
                   1.0 / 12);
    expect_moments(random_uniform({200000}, -3.0, 1.0, dtype, generator).to_vector<double>(), -1,
                   16.0 / 12);
    expect_moments(random_normal({200000}, 0.0, 1.0, dtype, generator).to_vector<double>(), 0, 1);
    expect_moments(random_normal({200000}, 5.0, 0.5, dtype, generator).to_vector<double>(), 5,
                   0.25);
  }
  expect_moments(astype(bernoulli({200000}, 0.3, generator), float64).to_vector<double>(), 0.3,
                 0.21);
  expect_moments(random_integers({200000}, -2, 3, int64, generator).to_vector<double>(), 0, 2);
}

// The distribution, not only its moments: the share of values within 1, 2 and 3 deviations, and no
// correlation inside the pairs that Box and Muller's method makes.
TEST(Random, NormalDistribution) {
  Generator generator(11);
  const int64_t n = 1 << 20;
  for (DType dtype : {float32, float64}) {
    const Values x = random_normal({n}, 0.0, 1.0, dtype, generator).to_vector<double>();
    for (double limit : {0.1, 1.0, 2.0, 3.0}) {
      const auto within = std::ranges::count_if(x, [&](double v) { return std::fabs(v) < limit; });
      const double expected = std::erf(limit / std::sqrt(2));
      EXPECT_NEAR(static_cast<double>(within) / n, expected,
                  5 * std::sqrt(expected * (1 - expected) / n));
    }
    double product = 0, of_squares = 0;
    for (int64_t i = 0; i < n; i += 2) {
      product += x[i] * x[i + 1];
      of_squares += (x[i] * x[i] - 1) * (x[i + 1] * x[i + 1] - 1);
    }
    EXPECT_NEAR(product / (n / 2), 0, 5 / std::sqrt(n / 2.0));
    EXPECT_NEAR(of_squares / (n / 2), 0, 5 * 2 / std::sqrt(n / 2.0));
    EXPECT_GT(*std::ranges::max_element(x), 4);
    EXPECT_TRUE(std::ranges::all_of(x, [](double v) { return std::isfinite(v); }));
  }
}

// Box and Muller's method in double from the same words.
TEST(Random, NormalValuesAgreeWithLibm) {
  Generator bits(3), normal(3);
  const auto words = random_bits({4096}, uint32, bits).to_vector<uint32_t>();
  const Values x = random_normal({4096}, 0.0, 1.0, float32, normal).to_vector<double>();
  for (size_t i = 0; i < words.size(); i += 2) {
    const double u = ((words[i] >> 8) + 1) * 0x1p-24, angle = 2 * M_PI * (words[i + 1] * 0x1p-32);
    const double radius = std::sqrt(-2 * std::log(u));
    ASSERT_NEAR(x[i], radius * std::cos(angle), 2e-6) << i;
    ASSERT_NEAR(x[i + 1], radius * std::sin(angle), 2e-6) << i;
  }
}

TEST(Random, SixteenBitValuesStayBelowOne) {
  Generator generator(5);
  for (DType dtype : {float16, bfloat16}) {
    const Values x = random_uniform({100000}, 0.0, 1.0, dtype, generator).to_vector<double>();
    EXPECT_LT(*std::ranges::max_element(x), 1);
    EXPECT_EQ(*std::ranges::min_element(x), 0);
  }
}

TEST(Random, ElementsDependOnSeedCounterAndPositionAlone) {
  for (DType dtype : {float32, float64, float16}) {
    Generator a(9), b(9);
    const Values large = random_normal({3, 1001}, 0.0, 1.0, dtype, a).to_vector<double>();
    const Values small = random_normal({130}, 0.0, 1.0, dtype, b).to_vector<double>();
    EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
  }
}

TEST(Random, OrderOfEvaluationAndThreadsDoNotMatter) {
  const int threads = thread_count();
  auto draw = [](bool reversed) {
    Generator generator(21);
    Array x = random_uniform({50000}, 0.0, 1.0, float32, generator);
    Array y = random_normal({50000}, 0.0, 1.0, float32, generator);
    if (reversed) y.eval();
    return std::pair(x.to_vector<float>(), y.to_vector<float>());
  };
  const auto first = draw(false);
  EXPECT_EQ(first, draw(true));
  set_thread_count(threads == 1 ? 2 : 1);
  EXPECT_EQ(first, draw(false));
  set_thread_count(threads);
  EXPECT_NE(first.first, first.second);
}

TEST(Random, TwoDrawsOfOneProgramDiffer) {
  Generator generator(1);
  Array x = random_uniform({100}, 0.0, 1.0, float32, generator);
  Array y = random_uniform({100}, 0.0, 1.0, float32, generator);
  EXPECT_GT(sum(absolute(x - y)).item(), 1);
  for (int run = 0; run < 3; ++run) {  // the same program again and again
    Array again = random_uniform({100}, 0.0, 1.0, float32, generator);
    EXPECT_GT(sum(absolute(again - x)).item(), 1);
  }
}

TEST(Random, SeedsRepeat) {
  seed(42);
  const auto first = random_uniform({8}).to_vector<float>(),
             second = random_uniform({8}).to_vector<float>();
  EXPECT_NE(first, second);
  seed(42);
  EXPECT_EQ(first, random_uniform({8}).to_vector<float>());
  const Generator::State state = default_generator().state();
  EXPECT_EQ(second, random_uniform({8}).to_vector<float>());
  default_generator().set_state(state);
  EXPECT_EQ(second, random_uniform({8}).to_vector<float>());
}

TEST(Random, GeneratorsCountFromManyThreads) {
  Generator generator(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) generator.next();
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(generator.state().counter, 4000u);
}

TEST(Random, Permutations) {
  Generator generator(2);
  const auto order = random_permutation(1000, generator).to_vector<int64_t>();
  auto sorted = order;
  std::ranges::sort(sorted);
  for (int64_t i = 0; i < 1000; ++i) EXPECT_EQ(sorted[i], i);
  EXPECT_NE(order, sorted);
  EXPECT_NE(order, random_permutation(1000, generator).to_vector<int64_t>());
  EXPECT_EQ(random_permutation(0, generator).size(), 0);
}

TEST(Random, Dropout) {
  Generator generator(4);
  const Array x = ones({100000});
  const Values y = dropout(x, 0.2, true, generator).to_vector<double>();
  EXPECT_NEAR(static_cast<double>(std::ranges::count(y, 0.0)) / 1e5, 0.2, 0.01);
  for (double v : y) ASSERT_TRUE(v == 0 || v == 1.25f);
  EXPECT_EQ(dropout(x, 0.2, false).node(), x.node());
  EXPECT_EQ(sum(dropout(x, 1, true)).item(), 0);
  EXPECT_THROW(dropout(x, 1.5, true), ValueError);
  // The gradient drops what the value dropped.
  Array mask;
  Array g = grad([&](const Array& v) {
    mask = dropout(v, 0.5, true, generator);
    return sum(mask);
  })(x);
  EXPECT_EQ(g.to_vector<float>(), mask.to_vector<float>());
}

TEST(Random, WrongCalls) {
  EXPECT_THROW(random_uniform({2}, 0.0, 1.0, int32), DTypeError);
  EXPECT_THROW(random_bits({2}, int64), DTypeError);
  EXPECT_THROW(random_normal({-1}), ShapeError);
  EXPECT_THROW(random_integers({2}, 3, 3), ValueError);
  EXPECT_THROW(random_permutation(-1), ValueError);
}

}  // namespace
}  // namespace lamina
