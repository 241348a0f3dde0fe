// Each optimizer over 20 steps against PyTorch's recurrence, written out on the host.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lamina/base/error.h"
#include "lamina/optim/optimizers.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

// f(p) = sum(a * p^2 / 2 + cos(p)); df/dp = a * p - sin(p), for a = 1, 2, 3.
constexpr int kSize = 3;
double slope(int i, double p) { return (i + 1) * p - std::sin(p); }

// One scalar's whole life: step(p, gradient, t) gives the next p.
using Recurrence = std::function<std::function<double(double p, double g, int t)>()>;

void compare(optim::Optimizer& optimizer, const Parameter& parameter, const Recurrence& recurrence) {
  double p[kSize] = {1.5, -0.7, 0.2};
  std::vector<std::function<double(double, double, int)>> steps;
  for (int i = 0; i < kSize; ++i) steps.push_back(recurrence());
  Array a = array({1, 2, 3}, float64);
  for (int t = 1; t <= 20; ++t) {
    Array x = parameter;
    Array loss = sum(a * square(x) / 2.0 + cos(x));
    x.reset();
    loss.backward();
    optimizer.step();
    EXPECT_FALSE(parameter.grad());
    std::vector<double> got = parameter.value().to_vector<double>();
    for (int i = 0; i < kSize; ++i) {
      p[i] = steps[i](p[i], slope(i, p[i]), t);
      ASSERT_NEAR(got[i], p[i], 1e-12) << "step " << t << ", element " << i;
    }
  }
}

Parameter start() { return Parameter(array({1.5, -0.7, 0.2}, float64)); }

TEST(SGD, Plain) {
  Parameter p = start();
  optim::SGD optimizer({p}, {.lr = 0.1, .weight_decay = 0.01});
  compare(optimizer, p, [] { return [](double p, double g, int) { return p - 0.1 * (g + 0.01 * p); }; });
}

TEST(SGD, MomentumDampeningAndNesterov) {
  for (bool nesterov : {false, true}) {
    Parameter p = start();
    double dampening = nesterov ? 0 : 0.3;
    optim::SGD optimizer(
        {p}, {.lr = 0.05, .momentum = 0.9, .dampening = dampening, .weight_decay = 0.01, .nesterov = nesterov});
    compare(optimizer, p, [=] {
      return [=, b = 0.0](double p, double g, int t) mutable {
        g += 0.01 * p;
        b = t == 1 ? g : 0.9 * b + (1 - dampening) * g;
        return p - 0.05 * (nesterov ? g + 0.9 * b : b);
      };
    });
  }
}

TEST(Adam, WithDecayInTheGradientOrDecoupled) {
  for (bool decoupled : {false, true}) {
    Parameter p = start();
    std::unique_ptr<optim::Optimizer> optimizer;
    if (decoupled) {
      optimizer = std::make_unique<optim::AdamW>(std::vector{p}, optim::AdamWOptions{.lr = 0.02});
    } else {
      optimizer = std::make_unique<optim::Adam>(
          std::vector{p}, optim::AdamOptions{.lr = 0.02, .betas = {0.8, 0.95}, .weight_decay = 0.01});
    }
    double beta1 = decoupled ? 0.9 : 0.8, beta2 = decoupled ? 0.999 : 0.95;
    compare(*optimizer, p, [=] {
      return [=, m = 0.0, v = 0.0](double p, double g, int t) mutable {
        if (decoupled) {
          p *= 1 - 0.02 * 0.01;
        } else {
          g += 0.01 * p;
        }
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        double denominator = std::sqrt(v) / std::sqrt(1 - std::pow(beta2, t)) + 1e-8;
        return p - 0.02 / (1 - std::pow(beta1, t)) * m / denominator;
      };
    });
  }
}

TEST(RMSprop, PlainAndCenteredWithMomentum) {
  for (bool centered : {false, true}) {
    Parameter p = start();
    double momentum = centered ? 0.9 : 0;
    optim::RMSprop optimizer({p}, {.lr = 0.01, .alpha = 0.9, .momentum = momentum, .centered = centered});
    compare(optimizer, p, [=] {
      return [=, v = 0.0, a = 0.0, b = 0.0](double p, double g, int) mutable {
        v = 0.9 * v + 0.1 * g * g;
        a = 0.9 * a + 0.1 * g;
        double d = std::sqrt(centered ? v - a * a : v) + 1e-8;
        b = momentum * b + g / d;
        return p - 0.01 * b;
      };
    });
  }
}

TEST(Schedules, AreFunctionsOfTheStep) {
  optim::CosineSchedule cosine{.lr = 0.2, .steps = 110, .end = 0.02, .warmup = 10};
  EXPECT_DOUBLE_EQ(cosine(0), 0.02);
  EXPECT_DOUBLE_EQ(cosine(9), 0.2);
  EXPECT_DOUBLE_EQ(cosine(60), 0.11);
  EXPECT_NEAR(cosine(110), 0.02, 1e-15);
  EXPECT_NEAR(cosine(500), 0.02, 1e-15);
  optim::StepSchedule step{.lr = 1, .every = 30, .factor = 0.1};
  EXPECT_DOUBLE_EQ(step(29), 1);
  EXPECT_DOUBLE_EQ(step(60), 0.01);

  Parameter p = start();
  optim::SGD optimizer({p}, {.lr = cosine});
  compare(optimizer, p, [=] { return [=](double p, double g, int t) { return p - cosine(t - 1) * g; }; });
}

TEST(Clip, NormAndValue) {
  Parameter p(array({1, 2}, float64)), q(array({3}, float64)), unused(array({7}, float64));
  p->set_grad(array({3, 0}, float64));
  q->set_grad(array({-4}, float64));
  Array norm = optim::clip_grad_norm({p, q, unused}, 1.0);
  EXPECT_NEAR(norm.item(), 5, 1e-12);
  EXPECT_NEAR(p.grad().to_vector<double>()[0], 0.6, 1e-6);
  EXPECT_NEAR(q.grad().item(), -0.8, 1e-6);
  optim::clip_grad_norm({p, q}, 100.0);
  EXPECT_NEAR(q.grad().item(), -0.8, 1e-6) << "short enough already";
  optim::clip_grad_value({p, q}, 0.5);
  EXPECT_NEAR(q.grad().item(), -0.5, 1e-12);
  EXPECT_FALSE(unused.grad());
  EXPECT_THROW(optim::clip_grad_norm({p}, -1), ValueError);
}

}  // namespace
}  // namespace lamina
