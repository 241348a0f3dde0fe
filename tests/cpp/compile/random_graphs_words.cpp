#include "tests/cpp/compile/random_graphs_words.h"

#include "lamina/ops/ops.h"
#include "tests/cpp/compile/random_graphs_problem.h"

namespace lamina::random_graphs {

Array Maker::leaf(Shape shape, DType dtype, std::string prefix) {
  const std::string name = text(prefix, " ", names_.size(), ".", below(1000));
  Array array = draw(name, {dtype, std::move(shape)}).array();
  names_[array.node()] = name;
  leaves_.push_back(array);
  return array;
}

Array Maker::weight(Shape shape) {
  weights_.emplace_back(leaf(std::move(shape), float32, "w"));
  return weights_.back();
}

Array Maker::any() {
  if (values_.empty()) keep(leaf({1 + below(4), 2 + below(6)}));
  const int64_t n = static_cast<int64_t>(values_.size());
  return values_[static_cast<size_t>(chance(65) ? n - 1 - below(std::min<int64_t>(n, 3))
                                                : below(n))];
}

Array Maker::partner(const Array& a) {
  for (int tries = 0; tries < 4; ++tries) {
    const Array b = any();
    bool fits = b.ndim() <= a.ndim();
    for (int i = 1; fits && i <= b.ndim(); ++i) {
      const int64_t size = b.shape(-i);
      fits = size == 1 || size == a.shape(-i);
    }
    if (fits) return b;
  }
  // A bias along the last axis or along channels, one number for each row, or the whole shape.
  Shape shape = a.shape();
  const int64_t form = below(5);
  if (form == 0 && a.ndim() >= 1) shape = {a.shape(-1)};
  if (form == 1 && a.ndim() >= 1) shape[a.ndim() - 1] = 1;
  if (form == 2 && a.ndim() == 4) shape = {a.shape(1), 1, 1};
  if (form == 3) shape = {};
  return chance(50) ? weight(shape) : leaf(shape);
}

Array Maker::of_rank(int rank) {
  for (int tries = 0; tries < 4; ++tries) {
    const Array a = any();
    if (a.ndim() == rank && a.size() > 0) return a;
  }
  Shape shape;
  for (int i = 0; i < rank; ++i) shape.push_back(2 + below(6));
  return leaf(shape);
}

Array Maker::image() {
  for (int tries = 0; tries < 6; ++tries) {
    const Array a = any();
    if (a.ndim() == 4 && a.shape(2) >= 4 && a.shape(3) >= 4) return a;
  }
  return leaf({1 + below(3), 1 + below(6), 4 + below(5), 4 + below(5)});
}

namespace {

// Numbers that are part of a program's key, and numbers that are not.
double some_number(Maker& m) {
  const double numbers[] = {0.5, -1, 0.7, 0.3, 1.1, -0.4};
  return numbers[m.below(6)];
}

const Word kElementwise[] = {
    {3, [](Maker& m) { return tanh(m.any()); }},
    {2, [](Maker& m) { return sigmoid(m.any()); }},
    {4, [](Maker& m) { return relu(m.any()); }},
    {2, [](Maker& m) { return sin(m.any()); }},
    {2, [](Maker& m) { return exp(minimum(m.any(), 1.0)) * 0.3; }},
    {2, [](Maker& m) { return square(m.any()) * 0.5; }},
    {1, [](Maker& m) { return absolute(m.any()); }},
    {1, [](Maker& m) { return -m.any(); }},
    {1, [](Maker& m) { return gelu(m.any()); }},
    {1, [](Maker& m) { return silu(m.any()); }},
    {1, [](Maker& m) { return softplus(m.any()); }},
    {1, [](Maker& m) { return leaky_relu(m.any(), 0.1); }},
    {1, [](Maker& m) { return elu(m.any()); }},
    {1, [](Maker& m) { return sqrt(square(m.any()) + 0.5); }},
    {1, [](Maker& m) { return rsqrt(square(m.any()) + 1.0); }},
    {1, [](Maker& m) { return log1p(absolute(m.any())); }},
    {1, [](Maker& m) { return clip(m.any(), -0.75, 0.75); }},
    {2, [](Maker& m) { return m.any() * some_number(m); }},
    {2, [](Maker& m) { return m.any() + some_number(m); }},
    {6,
     [](Maker& m) {
       Array a = m.any();
       return (a + m.partner(a)) * 0.5;
     }},
    {4,
     [](Maker& m) {
       Array a = m.any();
       return (m.partner(a) - a) * 0.5;
     }},
    {5,
     [](Maker& m) {
       Array a = m.any();
       return sin(a) * m.partner(a);
     }},
    {2,
     [](Maker& m) {
       Array a = m.any();
       return a / (absolute(m.partner(a)) + 1.0);
     }},
    {1,
     [](Maker& m) {
       Array a = m.any();
       return maximum(a, m.partner(a));
     }},
    {1,
     [](Maker& m) {
       Array a = m.any(), b = m.partner(a);
       return where(a < b, a, b);
     }},
    {2,
     [](Maker& m) {
       Array a = m.any(), mask = m.leaf(a.shape(), bool_, "mask");
       return where(std::move(mask), a, m.partner(a));
     }},
    {1,
     [](Maker& m) {
       Array a = m.any();
       return a * astype(m.partner(a) > 0.0, float32);
     }},
    {1,
     [](Maker& m) {
       Array a = m.any(), n = m.leaf(a.shape(), m.chance(50) ? int32 : uint8, "below 5");
       return a * 0.5 + astype(n + 1, float32) * 0.1;
     }},
};

}  // namespace

std::span<const Word> elementwise_words() { return kElementwise; }

}  // namespace lamina::random_graphs
