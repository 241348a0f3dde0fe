#include "lamina/optim/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/optim/limits.h"
#include "lamina/optim/wolfe.h"

namespace lamina::optim {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double largest(const std::vector<double>& a) {
  double most = 0;
  for (double v : a) most = std::max(most, std::abs(v));
  return most;
}

// y += factor * x
void add_scaled(std::vector<double>& y, double factor, const std::vector<double>& x) {
  for (size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

}  // namespace

LBFGS::LBFGS(Parameters parameters, LBFGSOptions options)
    : Optimizer(std::move(parameters), options.lr, {}), options_(std::move(options)) {
  check_number("LBFGS", "max_iter", static_cast<double>(options_.max_iter), 1);
  check_number("LBFGS", "max_eval", static_cast<double>(options_.max_eval), 0);
  check_number("LBFGS", "history_size", static_cast<double>(options_.history_size), 1);
  check_number("LBFGS", "tolerance_grad", options_.tolerance_grad, 0);
  check_number("LBFGS", "tolerance_change", options_.tolerance_change, 0);
  if (options_.max_eval == 0) options_.max_eval = options_.max_iter * 5 / 4;
}

Array LBFGS::update(Array, Array, std::vector<Array>&, int64_t) {
  throw StateError("LBFGS: step needs the function that it minimises")
      .help("optimizer.step([&] { return loss(model(x), y); })");
}

LBFGS::Vector LBFGS::place_of() const {
  Vector all;
  for (const Parameter& parameter : parameters()) {
    const Vector part = parameter.value().to_vector<double>();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void LBFGS::place(const Vector& at) {
  size_t first = 0;
  for (const Parameter& parameter : parameters()) {
    Array part = from_data(at.data() + first, parameter.shape(), float64);
    first += static_cast<size_t>(parameter.value().size());
    parameter->set_value(astype(std::move(part), parameter.dtype()).eval());
  }
}

LBFGS::Point LBFGS::evaluate(const std::function<Array()>& loss, const Vector& at) {
  place(at);
  zero_grad();
  const WithGrad with_grad;
  Array value = loss();
  value.backward();
  Point point;
  point.loss = value.item();
  for (const Parameter& parameter : parameters()) {
    const Vector part = parameter.grad()
                            ? parameter.grad().to_vector<double>()
                            : Vector(static_cast<size_t>(parameter.value().size()), 0.0);
    point.gradient.insert(point.gradient.end(), part.begin(), part.end());
  }
  zero_grad();
  return point;
}

// What the last move taught of the curvature.
void LBFGS::remember(const Vector& gradient) {
  Vector slope = gradient, change = direction_;
  add_scaled(slope, -1, previous_);
  for (double& v : change) v *= length_;
  const double product = dot(slope, change);
  if (!(product > 1e-10)) return;
  if (pairs_.size() == static_cast<size_t>(options_.history_size)) pairs_.pop_front();
  scale_ = product / dot(slope, slope);
  pairs_.push_back({std::move(change), std::move(slope), 1 / product});
}

LBFGS::Vector LBFGS::direction(const Vector& gradient) const {
  Vector q = gradient, shares(pairs_.size());
  for (double& v : q) v = -v;
  for (size_t i = pairs_.size(); i-- > 0;) {
    shares[i] = dot(pairs_[i].change, q) * pairs_[i].inverse;
    add_scaled(q, -shares[i], pairs_[i].slope);
  }
  for (double& v : q) v *= scale_;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    add_scaled(q, shares[i] - dot(pairs_[i].slope, q) * pairs_[i].inverse, pairs_[i].change);
  }
  return q;
}

double LBFGS::step(const std::function<Array()>& loss) {
  if (!is_bound()) throw StateError("LBFGS: step without parameters");
  const Vector before = place_of();
  try {
    return search(loss, before);
  } catch (...) {
    place(before);
    zero_grad();
    throw;
  }
}

double LBFGS::search(const std::function<Array()>& loss, Vector at) {
  Point now = evaluate(loss, at);
  const double first_loss = now.loss;
  int64_t evaluations = 1;
  for (int64_t round = 1; largest(now.gradient) > options_.tolerance_grad; ++round) {
    const double rate = lr();
    ++iterations_;
    if (iterations_ > 1) remember(now.gradient);
    direction_ = direction(now.gradient);
    previous_ = now.gradient;
    const double loss_before = now.loss;
    double total = 0;
    for (double v : now.gradient) total += std::abs(v);
    length_ = iterations_ == 1 ? std::min(1.0, 1 / total) * rate : rate;
    const double slope = dot(now.gradient, direction_);
    if (!(slope <= -options_.tolerance_change)) break;

    auto moved = [&](double length) {
      Vector there = at;
      add_scaled(there, length, direction_);
      return there;
    };
    if (options_.line_search) {
      const LinePoint start{0, now.loss, slope, now.gradient};
      auto try_length = [&](double length) {
        Point point = evaluate(loss, moved(length));
        return LinePoint{length, point.loss, dot(point.gradient, direction_), point.gradient};
      };
      WolfeResult found = strong_wolfe(start, length_, try_length,
                                       {.tolerance_change = options_.tolerance_change,
                                        .longest = largest(direction_),
                                        .evaluations = options_.max_eval - evaluations});
      length_ = found.point.step;
      now = {found.point.loss, std::move(found.point.gradient)};
      evaluations += found.evaluations;
      at = moved(length_);
    } else {
      at = moved(length_);
      if (round != options_.max_iter) {
        now = evaluate(loss, at);
        ++evaluations;
      }
    }
    if (round == options_.max_iter || evaluations >= options_.max_eval) break;
    if (largest(direction_) * std::abs(length_) <= options_.tolerance_change) break;
    if (std::abs(now.loss - loss_before) < options_.tolerance_change) break;
  }
  place(at);
  count_step();
  return first_loss;
}

}  // namespace lamina::optim
