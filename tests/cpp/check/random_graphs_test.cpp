// Random graphs: each is run node by node, compiled, and with every step evaluated as it is
// recorded; the three must agree. A graph is a recipe whose every part is a recipe too, so a
// failing one shrinks by leaving steps out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/exec/cache.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

using check::Block;

constexpr int kGraphs = 2000;
constexpr int64_t kMostElements = 4096;

struct Step {
  int what;       // modulo the vocabulary
  unsigned a, b;  // operands, modulo the values so far
  unsigned axis;
};

struct Recipe {
  DType dtype;
  uint32_t seed;
  std::vector<Step> steps;
};

bool broadcasts(const Array& a, const Array& b) {
  int rank = std::min(a.ndim(), b.ndim());
  for (int i = 1; i <= rank; ++i) {
    int64_t m = a.shape()[a.ndim() - i], n = b.shape()[b.ndim() - i];
    if (m != n && m != 1 && n != 1) return false;
  }
  return true;
}

// Every entry keeps values small and is continuous, so that rounding stays rounding.
struct Word {
  const char* name;
  Array (*make)(const Array& a, const Array& b, int axis);
};
const Word kVocabulary[] = {
    {"tanh", [](const Array& a, const Array&, int) { return tanh(a); }},
    {"sin", [](const Array& a, const Array&, int) { return sin(a); }},
    {"sigmoid", [](const Array& a, const Array&, int) { return sigmoid(a); }},
    {"relu", [](const Array& a, const Array&, int) { return relu(a); }},
    {"absolute", [](const Array& a, const Array&, int) { return absolute(a); }},
    {"negative", [](const Array& a, const Array&, int) { return -a; }},
    {"affine", [](const Array& a, const Array&, int) { return a * 0.7 + 0.3; }},
    {"exp", [](const Array& a, const Array&, int) { return exp(minimum(a, 1.0)) * 0.3; }},
    {"square", [](const Array& a, const Array&, int) { return square(sin(a)); }},
    {"add",
     [](const Array& a, const Array& b, int) { return broadcasts(a, b) ? (a + b) * 0.5 : a; }},
    {"subtract",
     [](const Array& a, const Array& b, int) { return broadcasts(a, b) ? (a - b) * 0.5 : a; }},
    {"multiply",
     [](const Array& a, const Array& b, int) { return broadcasts(a, b) ? sin(a) * b : a; }},
    {"divide", [](const Array& a, const Array& b,
                  int) { return broadcasts(a, b) ? a / (absolute(b) + 1.0) : a; }},
    {"maximum",
     [](const Array& a, const Array& b, int) { return broadcasts(a, b) ? maximum(a, b) : a; }},
    {"where",
     [](const Array& a, const Array& b, int) {  // continuous: both are equal where the choice turns
       return broadcasts(a, b) ? where(a < b, a, b) : a;
     }},
    {"sum",
     [](const Array& a, const Array&, int axis) {
       if (a.ndim() == 0) return a;
       return sum(a, {.axis = axis % a.ndim()}) *
              (1.0 / static_cast<double>(std::max<int64_t>(a.size(), 1)));
     }},
    {"mean of all", [](const Array& a, const Array&,
                       int) { return a.size() ? sum(a) / static_cast<double>(a.size()) : a; }},
    {"max",
     [](const Array& a, const Array&, int axis) {
       return a.ndim() && a.size() ? max(a, {.axis = axis % a.ndim(), .keepdims = true}) : a;
     }},
    {"normalise",
     [](const Array& a, const Array&, int axis) {
       if (a.ndim() == 0 || a.size() == 0) return a;
       Array e = exp(a - max(a, {.axis = axis % a.ndim(), .keepdims = true}));
       return e / sum(e, {.axis = axis % a.ndim(), .keepdims = true});
     }},
    {"transpose", [](const Array& a, const Array&, int) { return transpose(a); }},
    {"swapaxes",
     [](const Array& a, const Array&, int axis) {
       return a.ndim() > 1 ? swapaxes(a, axis % a.ndim(), (axis + 1) % a.ndim()) : a;
     }},
    {"flatten", [](const Array& a, const Array&, int) { return reshape(a, {a.size()}); }},
    {"new axis",
     [](const Array& a, const Array&, int axis) {
       IntList shape(a.shape().begin(), a.shape().end());
       if (shape.size() >= 4) return a;
       IntList longer;
       size_t at = static_cast<size_t>(axis) % (shape.size() + 1);
       for (size_t i = 0; i <= shape.size(); ++i) {
         if (i == at) longer.push_back(1);
         if (i < shape.size()) longer.push_back(shape[i]);
       }
       return reshape(a, longer);
     }},
    {"repeat",
     [](const Array& a, const Array&, int) {
       IntList shape{2};
       for (int64_t size : a.shape()) shape.push_back(size);
       return a.ndim() < 4 && a.size() < 1000 ? broadcast_to(a, shape) : a;
     }},
    {"matmul",
     [](const Array& a, const Array& b, int) {
       bool fits = a.ndim() == 2 && b.ndim() == 2 && a.shape()[1] == b.shape()[0];
       return fits ? matmul(a, b) * 0.2 : a.ndim() == 2 ? matmul(a, transpose(a)) * 0.2 : a;
     }},
};
constexpr int kWords = static_cast<int>(std::size(kVocabulary));

std::vector<Array> leaves_of(const Recipe& recipe) {
  std::mt19937_64 random(recipe.seed);
  std::uniform_real_distribution<double> real(-1, 1);
  const Shape shapes[] = {{5, 7}, {7, 5}, {7}, {5, 1}, {33, 40}, {}, {3, 5, 7}, {0, 7}};
  std::vector<Array> leaves;
  for (int k = 0; k < 3; ++k) {
    size_t known = std::size(shapes) - (random() % 8 ? 1 : 0);  // empty arrays now and then
    Block block(recipe.dtype, shapes[random() % known]);
    for (int64_t i = 0; i < block.elements(); ++i) block.values().set_real(i, real(random));
    leaves.push_back(block.array());
  }
  return leaves;
}

// The last value and two others, so that some are outputs and parts of larger clusters at once.
std::vector<Block> run(const Recipe& recipe, bool eager) {
  std::vector<Array> values = leaves_of(recipe);
  for (const Step& s : recipe.steps) {
    const Array& a = values[s.a % values.size()];
    const Array& b = values[s.b % values.size()];
    Array made = kVocabulary[s.what % kWords].make(a, b, static_cast<int>(s.axis % 8));
    if (made.size() > kMostElements) continue;
    if (eager) made.eval();
    values.push_back(std::move(made));
  }
  std::vector<Array> kept = {values.back(), values[values.size() / 2],
                             values[values.size() * 3 / 4]};
  values.clear();
  eval(kept);
  return {Block(kept[0]), Block(kept[1]), Block(kept[2])};
}

std::string difference(const std::vector<Block>& got, const std::vector<Block>& expected,
                       double bound) {
  for (size_t k = 0; k < got.size(); ++k) {
    if (!(got[k].shape() == expected[k].shape())) return "shapes differ";
    for (int64_t i = 0; i < got[k].elements(); ++i) {
      double a = got[k].values().real(i), e = expected[k].values().real(i);
      if (!(std::abs(a - e) <= bound * std::max(1.0, std::abs(e)))) {
        return text("output ", k, ", element ", i, ": ", a, " and ", e);
      }
    }
  }
  return {};
}

std::string failure(const Recipe& recipe) {
  double bound = recipe.dtype == float64 ? 1e-11 : 1e-4;
  try {
    program_cache().clear();
    auto eager = run(recipe, true);
    program_cache().clear();
    std::string wrong = difference(run(recipe, false), eager, bound);
    if (!wrong.empty()) return "node by node and eager: " + wrong;
    wrong = difference(run(recipe, false), eager, bound);
    if (!wrong.empty()) return "compiled and eager: " + wrong;
  } catch (const std::exception& e) {
    return text("throws ", e.what());
  }
  return {};
}

Recipe shrunk(Recipe recipe) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t i = recipe.steps.size(); i-- > 0;) {
      Recipe without = recipe;
      without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(i));
      if (failure(without).empty()) continue;
      recipe = std::move(without);
      smaller = true;
    }
  }
  return recipe;
}

std::string printed(const Recipe& recipe) {
  std::string out = text(recipe.dtype, " leaves of seed ", recipe.seed, ":");
  for (const Array& leaf : leaves_of(recipe)) out += text(" ", leaf.shape());
  size_t count = 3;
  for (const Step& s : recipe.steps) {
    out += text("\n  ", kVocabulary[s.what % kWords].name, " of values ", s.a % count, ", ",
                s.b % count, ", axis ", s.axis % 8);
    ++count;
  }
  return out;
}

Recipe random_recipe(uint32_t seed) {
  std::mt19937 random(seed);
  Recipe recipe{seed % 2 ? float32 : float64, seed, {}};
  size_t count = 3 + random() % 28;
  for (size_t i = 0; i < count; ++i) {
    // Operands are mostly recent values: deep graphs rather than wide ones.
    unsigned newest = static_cast<unsigned>(3 + i);
    auto pick = [&] {
      return random() % 3 ? newest - 1 - random() % std::min(newest, 4u) : random() % newest;
    };
    recipe.steps.push_back(
        {static_cast<int>(random() % kWords), pick(), pick(), static_cast<unsigned>(random() % 8)});
  }
  return recipe;
}

TEST(RandomGraphs, TiersAgree) {
  for (uint32_t seed = 0; seed < kGraphs; ++seed) {
    Recipe recipe = random_recipe(seed);
    std::string wrong = failure(recipe);
    if (wrong.empty()) continue;
    Recipe small = shrunk(recipe);
    ADD_FAILURE() << failure(small) << "\n" << printed(small);
    if (testing::Test::HasFailure()) break;  // one at a time: the next is often the same
  }
}

}  // namespace
}  // namespace lamina
