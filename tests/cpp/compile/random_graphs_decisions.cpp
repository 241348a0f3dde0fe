#include "tests/cpp/compile/random_graphs_decisions.h"

#include <algorithm>
#include <cmath>

#include "lamina/ops/pooling.h"

namespace lamina::random_graphs {
namespace {

using check::Block;

constexpr double kMargin = 2e-5;  // of the largest operand: many roundings of float32

double magnitude(const Block& block) {
  double largest = 0;
  for (int64_t i = 0; i < block.elements(); ++i) {
    largest = std::max(largest, std::abs(block.values().real(i)));
  }
  return largest;
}

bool near(double a, double b, double scale) { return a != b && std::abs(a - b) < kMargin * scale; }

// Operands that broadcast: b's elements are walked as those of a row-major array of a's shape.
bool any_near(const Block& a, const Block& b) {
  if (a.elements() < b.elements()) return any_near(b, a);
  const double scale = std::max(magnitude(a), magnitude(b));
  const Strides own = row_major_strides(b.shape());
  const int rank = a.shape().rank(), added = rank - b.shape().rank();
  for (int64_t i = 0; i < a.elements(); ++i) {
    int64_t element = 0, rest = i;
    for (int axis = rank; axis-- > 0; rest /= a.shape()[axis]) {
      if (axis < added || b.shape()[axis - added] == 1) continue;
      element += rest % a.shape()[axis] * own[axis - added];
    }
    if (near(a.values().real(i), b.values().real(element), scale)) return true;
  }
  return false;
}

// Two values near each other within one window of [N, C, H, W].
bool any_near_in_windows(const Block& x, const PoolingAttributes& a) {
  const double scale = magnitude(x);
  const int64_t height = x.shape()[2], width = x.shape()[3];
  for (int64_t plane = 0; plane < x.shape()[0] * x.shape()[1]; ++plane) {
    auto value = [&](int64_t y, int64_t z) {
      return x.values().real((plane * height + y) * width + z);
    };
    for (int64_t i = 0; i < height * width; ++i) {
      for (int64_t dy = 0; dy < a.window[0]; ++dy) {
        for (int64_t dx = 1 - a.window[1]; dx < a.window[1]; ++dx) {
          const int64_t y = i / width + dy, z = i % width + dx;
          if (y >= height || z < 0 || z >= width) continue;
          if (near(value(i / width, i % width), value(y, z), scale)) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace

std::string doubtful_decision(const Op& op, const std::vector<Block>& inputs,
                              const AttributesRef& attributes) {
  const std::string name = op.name;
  auto is_real = [&](size_t k) { return is_floating(inputs[k].dtype()); };
  const Block zero(float64, {});
  if (op.types == Types::Predicate && op.elementwise && inputs.size() == 2 && is_real(0)) {
    return any_near(inputs[0], inputs[1]) ? text(name, ": operands are nearly equal") : "";
  }
  if (name == "relu" || name == "sign" || name == "absolute") {
    return is_real(0) && any_near(inputs[0], zero) ? text(name, ": near 0") : "";
  }
  if (name == "max_pool_gradient" || name == "max_pool_select") {
    const auto& a = attributes->as<PoolingAttributes>();
    return any_near_in_windows(inputs[0], a) ? text(name, ": a tie in a window") : "";
  }
  return "";
}

}  // namespace lamina::random_graphs
