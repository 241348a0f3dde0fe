// Gradients: along random directions, the recorded gradient against central differences in float64, then
// the gradient of the gradient in the same way. Ops with a gradient of their own that also decompose are
// checked against the gradient of the decomposition.
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/check/cases.h"
#include "lamina/check/modes.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/reduction.h"

namespace lamina::check {
namespace {

constexpr double kFirst = 1e-6, kSecond = 1e-6, kDecomposition = 1e-8;  // relative
constexpr double kStep = 1e-3;
constexpr int kDirections = 2;
constexpr double kSmooth = 1e-2;  // more than this between differences of two widths is no error of theirs

using Function = std::function<Array(const std::vector<Array>&)>;  // to one element

Block random_block(const Shape& shape, std::mt19937_64& random) {
  Block block(float64, shape);
  std::uniform_real_distribution<double> real(-1, 1);
  for (int64_t i = 0; i < block.elements(); ++i) block.values().set_real(i, real(random));
  return block;
}

// The sum of the floating outputs, each weighted by fixed numbers.
Array weighted(const std::vector<Array>& outputs, uint32_t seed) {
  std::mt19937_64 random(seed);
  Array total;
  for (const Array& output : outputs) {
    Block weights = random_block(output.shape(), random);
    if (!is_floating(output.dtype())) continue;
    Array part = sum(astype(output, float64) * weights.array());
    total = total ? total + part : part;
  }
  return total;
}

struct Point {
  std::vector<Block> values;  // of the floating inputs

  std::vector<Array> arrays() const {
    std::vector<Array> result;
    for (const Block& b : values) result.push_back(b.array());
    return result;
  }
  Point moved(const Point& direction, double step) const {
    Point result{values};
    for (size_t k = 0; k < values.size(); ++k) {
      auto to = result.values[k].values();
      for (int64_t i = 0; i < values[k].elements(); ++i) {
        to.set_real(i, to.real(i) + step * direction.values[k].values().real(i));
      }
    }
    return result;
  }
};

double value_at(const Function& f, const Point& x) { return f(x.arrays()).item<double>(); }

// The derivative along a direction, by central differences of two widths (the error's first term cancels).
// Nothing where they disagree: the function has a kink or a jump there, as remainder() has many.
std::optional<double> slope(const Function& f, const Point& x, const Point& direction) {
  auto central = [&](double h) {
    return (value_at(f, x.moved(direction, h)) - value_at(f, x.moved(direction, -h))) / (2 * h);
  };
  double wide = central(kStep), narrow = central(kStep / 2);
  if (std::abs(wide - narrow) > kSmooth * std::max({1.0, std::abs(wide), std::abs(narrow)})) {
    return std::nullopt;
  }
  return (4 * narrow - wide) / 3;
}

std::string number_text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

// Empty when the gradient of f at x is right along a few directions.
std::string check_gradient(const Function& f, const Point& x, double bound, std::mt19937_64& random,
                           int64_t& compared) {
  auto gradients = value_and_grad_of(f)(x.arrays()).second;
  std::vector<Block> got;
  for (const Array& g : gradients) got.emplace_back(g);
  for (size_t k = 0; k < got.size(); ++k) {
    if (!(got[k].shape() == x.values[k].shape())) {
      return text("gradient ", k, " has shape ", got[k].shape(), ", its input ", x.values[k].shape());
    }
  }
  for (int d = 0; d < kDirections; ++d) {
    Point direction;
    for (const Block& b : x.values) direction.values.push_back(random_block(b.shape(), random));
    double along = 0, scale = 1e-3;
    for (size_t k = 0; k < got.size(); ++k) {
      for (int64_t i = 0; i < got[k].elements(); ++i) {
        double term = got[k].values().real(i) * direction.values[k].values().real(i);
        along += term;
        scale += 0.01 * std::abs(term);
      }
    }
    std::optional<double> measured = slope(f, x, direction);
    if (!measured) continue;
    ++compared;
    scale = std::max({scale, std::abs(along), std::abs(*measured)});
    if (!(std::abs(along - *measured) <= bound * scale)) {
      return text("gives ", number_text(along), " along a direction, differences give ",
                  number_text(*measured));
    }
  }
  return {};
}

class Problem {
 public:
  explicit Problem(const Case& c) : case_(c), inputs_(c.draw()) {
    for (size_t k = 0; k < inputs_.size(); ++k) {
      if (!is_floating(inputs_[k].dtype())) continue;
      varied_.push_back(k);
      at.values.push_back(inputs_[k]);
    }
  }

  // The call as a function of its floating inputs, through the op or its decomposition.
  Function function(bool decomposed) const {
    return [this, decomposed](const std::vector<Array>& floats) {
      std::vector<Array> inputs;
      for (size_t k = 0, next = 0; k < inputs_.size(); ++k) {
        bool varied = next < varied_.size() && varied_[next] == k;
        inputs.push_back(varied ? floats[next++] : inputs_[k].array());
      }
      if (!decomposed) return weighted(call(*case_.op, inputs, case_.attributes), case_.seed);
      Context context(*case_.op, std::move(inputs), attributes_for(*case_.op, case_.attributes));
      return weighted(case_.op->decompose(context), case_.seed);
    };
  }

  Point at;

 private:
  const Case& case_;
  std::vector<Block> inputs_;
  std::vector<size_t> varied_;
};

std::string check_against_decomposition(const Problem& problem) {
  auto own = value_and_grad_of(problem.function(false))(problem.at.arrays()).second;
  auto other = value_and_grad_of(problem.function(true))(problem.at.arrays()).second;
  for (size_t k = 0; k < own.size(); ++k) {
    Block a(own[k]), b(other[k]);
    for (int64_t i = 0; i < a.elements(); ++i) {
      double x = a.values().real(i), y = b.values().real(i);
      if (!(std::abs(x - y) <= kDecomposition * std::max(1.0, std::abs(y)))) {
        return text("gradient ", k, ", element ", i, " is ", number_text(x), ", that of the decomposition ",
                    number_text(y));
      }
    }
  }
  return {};
}

// x -> <gradient of f at x, fixed random numbers>.
Function gradient_product(Function f, uint32_t seed) {
  return [both = value_and_grad_of(std::move(f)), seed](const std::vector<Array>& x) {
    return weighted(both(x).second, seed + 1);
  };
}

bool is_first_order_only(const Op& op) {
  Samples samples;
  if (op.samples) op.samples(samples);
  return samples.is_first_order_only();
}

// `compared` counts the directions in which there was a derivative, or nothing to differentiate.
std::string check_case(const Case& c, int64_t& compared) {
  Problem problem(c);
  if (problem.at.values.empty()) return ++compared, std::string();
  Function f = problem.function(false);
  {
    NoGrad no_grad;
    if (!f(problem.at.arrays())) return ++compared, std::string();  // no floating output
  }
  std::mt19937_64 random(c.seed);
  std::string wrong = check_gradient(f, problem.at, kFirst, random, compared);
  if (!wrong.empty()) return "first order " + wrong;
  if (c.op->gradient && c.op->decompose) {
    wrong = check_against_decomposition(problem);
    if (!wrong.empty()) return wrong;
  }
  if (is_first_order_only(*c.op)) return {};
  wrong = check_gradient(gradient_product(f, c.seed), problem.at, kSecond, random,
                         compared);
  return wrong.empty() ? wrong : "second order " + wrong;
}

}  // namespace

void sweep_gradients(const Op& op, uint32_t seed, Extent extent, SweepReport& report) {
  if (op.no_gradient) return;
  int64_t compared = 0;
  for (const Case& c : gradient_cases(op, seed, extent)) {
    ++report.cases;
    std::string wrong;
    try {
      wrong = check_case(c, compared);
    } catch (const GradientError& e) {  // refused, and said so: better than a wrong value
      is_first_order_only(op) ? void(++compared) : void(wrong = text("throws ", e.what()));
    } catch (const std::exception& e) {
      wrong = text("throws ", e.what());
    }
    if (!wrong.empty()) report.failures.push_back(text(c.to_string(), ": ", wrong));
  }
  report.comparisons += compared;
  if (report.cases > 0 && compared == 0 && report.failures.empty()) {
    report.failures.push_back(text(op.name, ": no sample has a point where it is smooth"));
  }
}

}  // namespace lamina::check
