#include "lamina/transform/scan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lamina/lamina.h"
#include "lamina/op/graph_scope.h"

namespace lamina {
namespace {

using Arrays = std::vector<Array>;

// h' = tanh(h w + x)
ScanStep rnn(const Arrays& carry, const Arrays& x, const Array& w) {
  Array h = tanh(matmul(carry[0], w) + x[0]);
  return {{h}, {h}};
}

Array plain_rnn(Array h, const Array& xs, const Array& w) {
  Arrays outputs;
  for (int64_t t = 0; t < xs.shape(0); ++t) {
    h = tanh(matmul(h, w) + squeeze(slice(xs, {t, 0, 0}, {t + 1, xs.shape(1), xs.shape(2)}), {0}));
    outputs.push_back(h);
  }
  return stack(outputs, 0);
}

Array ramp(IntList shape, double scale) {
  int64_t size = 1;
  for (int64_t s : shape) size *= s;
  return reshape(sin(astype(arange(0, size), float64) * scale), shape).eval();
}

TEST(Scan, SumsStepByStep) {
  ScanStep r = scan([](const Arrays& c, const Arrays& x) {
    Array s = c[0] + x[0];
    return ScanStep{{s}, {s}};
  }, {array({0.0, 0.0}, float64)}, {reshape(arange(0.0, 6.0, 1.0, float64), {3, 2})});
  EXPECT_EQ(r.carry[0].to_vector<double>(), (std::vector<double>{6, 9}));
  EXPECT_EQ(r.outputs[0].to_vector<double>(), (std::vector<double>{0, 1, 2, 4, 6, 9}));
}

TEST(Scan, IsThePlainLoop) {
  const Array h = ramp({2, 3}, 0.3), xs = ramp({5, 2, 3}, 0.7), w = ramp({3, 3}, 1.1);
  ScanStep r = scan([&](const Arrays& c, const Arrays& x) { return rnn(c, x, w); }, {h}, {xs});
  const Array expected = plain_rnn(h, xs, w);
  EXPECT_LT(max(absolute(r.outputs[0] - expected)).item(), 1e-14);
}

TEST(Scan, HasTheGradientsOfThePlainLoop) {
  const Array h = ramp({2, 3}, 0.3), xs = ramp({5, 2, 3}, 0.7), w = ramp({3, 3}, 1.1);
  auto loss = [&](bool loop) {
    return [=](const Arrays& v) {
      Array y = loop ? scan([&](const Arrays& c, const Arrays& x) { return rnn(c, x, v[2]); },
                            {v[0]}, {v[1]}).outputs[0]
                     : plain_rnn(v[0], v[1], v[2]);
      return sum(square(y) * ramp({5, 2, 3}, 2.0));
    };
  };
  auto a = value_and_grad_of(loss(true))({h, xs, w});
  auto b = value_and_grad_of(loss(false))({h, xs, w});
  EXPECT_NEAR(a.first.item(), b.first.item(), 1e-12);
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(max(absolute(a.second[i] - b.second[i])).item(), 1e-13) << i;
  }
}

TEST(Scan, HasSecondOrderGradients) {
  const Array h = ramp({2, 3}, 0.3), xs = ramp({4, 2, 3}, 0.7), w = ramp({3, 3}, 1.1);
  auto penalty = [&](bool loop) {
    return [=](const Array& w) {
      auto inner = [=](const Array& u) {
        Array y = loop ? scan([&](const Arrays& c, const Arrays& x) { return rnn(c, x, u); }, {h},
                              {xs}).outputs[0]
                       : plain_rnn(h, xs, u);
        return sum(square(y));
      };
      return sum(square(grad(inner)(w)));
    };
  };
  const Array a = grad(penalty(true))(w), b = grad(penalty(false))(w);
  EXPECT_LT(max(absolute(a - b)).item(), 1e-11);
}

TEST(Scan, GoesBackwardAndStopsGradients) {
  const Array xs = ramp({5, 3}, 0.7);
  auto f = [&](const Array& xs) {
    ScanStep r = scan([](const Arrays& c, const Arrays& x) {
      Array s = stop_gradient(c[0]) * 0.5 + c[0] * x[0];
      return ScanStep{{s}, {x[0] * c[0]}};
    }, {ones({3}, float64)}, {xs}, {.reverse = true});
    return sum(r.carry[0]) + sum(r.outputs[0] * ramp({5, 3}, 1.3));
  };
  auto plain = [&](const Array& xs) {
    Array c = ones({3}, float64), total = zeros({}, float64);
    const Array scale = ramp({5, 3}, 1.3);
    for (int64_t t = 4; t >= 0; --t) {
      Array x = squeeze(slice(xs, {t, 0}, {t + 1, 3}), {0});
      total = total + sum(x * c * squeeze(slice(scale, {t, 0}, {t + 1, 3}), {0}));
      c = stop_gradient(c) * 0.5 + c * x;
    }
    return total + sum(c);
  };
  EXPECT_NEAR(f(xs).item(), plain(xs).item(), 1e-13);
  EXPECT_LT(max(absolute(grad(f)(xs) - grad(plain)(xs))).item(), 1e-13);
}

TEST(Scan, CarriesMayTradePlaces) {
  ScanStep r = scan([](const Arrays& c, const Arrays& x) {
    return ScanStep{{c[1], c[0] + c[1], c[0]}, {c[2], x[0]}};
  }, {array({0.0}, float64), array({1.0}, float64), array({7.0}, float64)},
     {reshape(arange(0.0, 5.0, 1.0, float64), {5, 1})});
  EXPECT_EQ(r.carry[0].item(), 5);
  EXPECT_EQ(r.carry[1].item(), 8);
  EXPECT_EQ(r.carry[2].item(), 3);
  EXPECT_EQ(r.outputs[0].to_vector<double>(), (std::vector<double>{7, 0, 1, 1, 2}));
  EXPECT_EQ(r.outputs[1].to_vector<double>(), (std::vector<double>{0, 1, 2, 3, 4}));
}

TEST(Scan, DrawsDifferFromStepToStepAndLoopToLoop) {
  seed(1);
  ScanStep outer = scan([](const Arrays&, const Arrays&) {
    ScanStep inner = scan([](const Arrays&, const Arrays&) {
      return ScanStep{{}, {random_uniform({}, 0.0, 1.0, float64)}};
    }, {}, {}, {.length = 4});
    return ScanStep{{}, {inner.outputs[0]}};
  }, {}, {}, {.length = 3});
  std::vector<double> drawn = outer.outputs[0].to_vector<double>();
  std::sort(drawn.begin(), drawn.end());
  EXPECT_EQ(std::unique(drawn.begin(), drawn.end()) - drawn.begin(), 12);
}

TEST(Scan, ZeroStepsGiveTheFirstCarry) {
  ScanStep r = scan([](const Arrays& c, const Arrays& x) {
    return ScanStep{{c[0] + x[0]}, {c[0]}};
  }, {array({3.0}, float64)}, {zeros({0, 1}, float64)});
  EXPECT_EQ(r.carry[0].item(), 3);
  EXPECT_EQ(r.outputs[0].shape(), (Shape{0, 1}));
}

TEST(Scan, SequencesEndAtTheirLengths) {
  const Array w = ramp({3, 3}, 1.1), xs = ramp({7, 2, 3}, 0.7), h = ramp({2, 3}, 0.3);
  for (bool reverse : {false, true}) {
    auto run = [&](const Array& first, const Array& x, Array lengths) {
      return scan([&](const Arrays& c, const Arrays& x) { return rnn(c, x, w); }, {first}, {x},
                  {.reverse = reverse, .lengths = std::move(lengths)});
    };
    ScanStep both = run(h, xs, array({2, 5}, int64));
    EXPECT_EQ(both.outputs[0].shape(), (Shape{7, 2, 3}));
    for (int64_t b = 0; b < 2; ++b) {
      const int64_t length = b == 0 ? 2 : 5;
      ScanStep one = run(slice(h, {b, 0}, {b + 1, 3}), slice(xs, {0, b, 0}, {length, b + 1, 3}), {});
      const Array row = slice(both.outputs[0], {0, b, 0}, {7, b + 1, 3});
      EXPECT_LT(max(absolute(slice(row, {0, 0, 0}, {length, 1, 3}) - one.outputs[0])).item(), 1e-15);
      EXPECT_EQ(max(absolute(slice(row, {length, 0, 0}, {7, 1, 3}))).item(), 0);
      EXPECT_LT(max(absolute(slice(both.carry[0], {b, 0}, {b + 1, 3}) - one.carry[0])).item(), 1e-15);
    }
  }
}

TEST(Scan, PlaceholdersHaveNoValues) {
  Array kept;
  auto asks = [](const Arrays& c, const Arrays&) {
    return ScanStep{{c[0].item() > 0 ? c[0] : -c[0]}, {}};
  };
  try {
    scan(asks, {array({3.0})}, {}, {.length = 2, .where = "model.py:7"});
    FAIL();
  } catch (const StateError& e) {
    EXPECT_NE(e.message().find("scan at model.py:7: its function asks for the value"),
              std::string::npos) << e.message();
  }
  scan([&](const Arrays& c, const Arrays&) {
    kept = c[0] * 2;
    return ScanStep{{c[0]}, {}};
  }, {array({3.0})}, {}, {.length = 2});
  try {
    kept.item();
    FAIL();
  } catch (const StateError& e) {
    EXPECT_NE(e.message().find("was kept and used afterwards"), std::string::npos) << e.message();
  }
}

TEST(Scan, SaysWhatIsWrong) {
  auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const Error& e) {
      return e.message();
    }
    return "";
  };
  auto wider = [](const Arrays& c, const Arrays&) { return ScanStep{{expand_dims(c[0], {0})}, {}}; };
  EXPECT_NE(message([&] { scan(wider, {array({1.0})}, {}, {.length = 2}); }).find("changes its shape"),
            std::string::npos);
  auto same = [](const Arrays& c, const Arrays&) { return ScanStep{{c[0]}, {}}; };
  EXPECT_NE(message([&] { scan(same, {array({1.0})}, {}); }).find("how many steps"), std::string::npos);
  EXPECT_NE(message([&] { scan(same, {array({1.0})}, {ones({2}), ones({3})}); })
                .find("sequence 1 has 3 steps, expected 2"), std::string::npos);
  EXPECT_NE(message([&] { scan(same, {array({1.0})}, {}, {.length = -1}); }).find("negative"),
            std::string::npos);
}

}  // namespace
}  // namespace lamina
