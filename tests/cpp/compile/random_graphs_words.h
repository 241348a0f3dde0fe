// The vocabulary of random graphs: calls on the values that there are, and on fresh leaves. Each
// keeps values near 1 and is continuous where it can be, so that rounding stays rounding.
#pragma once

#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"

namespace lamina::random_graphs {

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }

  Array leaf(Shape shape, DType dtype = DType::Float32, std::string prefix = "x");
  Array weight(Shape shape);  // a leaf that gradients are taken of

  Array any();                    // a floating-point value, mostly a recent one
  Array partner(const Array& a);  // one that broadcasts to a's shape
  Array of_rank(int rank);        // one with so many axes: a fresh leaf when there is none
  Array image();                  // [N, C, H, W] with H and W of at least 4

  void keep(Array value) { values_.push_back(std::move(value)); }
  const std::vector<Array>& values() const { return values_; }
  const std::vector<Parameter>& weights() const { return weights_; }
  std::vector<Array>& more_outputs() { return more_outputs_; }  // of calls with side results
  // Sums of two scalars are leaves too: they are computed as they are recorded.
  std::string name_of(const Array& leaf) const {
    auto found = names_.find(leaf.node());
    return found == names_.end() ? text("scalar ", leaf.item()) : found->second;
  }

 private:
  std::mt19937_64 random_;
  std::vector<Array> values_, leaves_, more_outputs_;
  std::vector<Parameter> weights_;
  std::unordered_map<const void*, std::string> names_;
};

struct Word {
  int weight;
  Array (*make)(Maker&);  // empty when it does not apply
};
std::span<const Word> elementwise_words();
std::span<const Word> other_words();

}  // namespace lamina::random_graphs
