// The rest of the vocabulary: reductions, products, windows, normalisation, movement.
#include "lamina/ops/ops.h"
#include "tests/cpp/compile/random_graphs_words.h"

namespace lamina::random_graphs {
namespace {

int some_axis(Maker& m, const Array& a) { return static_cast<int>(m.below(a.ndim())); }

ReduceOptions some_axes(Maker& m, const Array& a) {
  ReduceOptions options{.keepdims = m.chance(50)};
  if (m.chance(15)) return options;  // all
  if (a.ndim() == 4 && m.chance(50))
    options.axis = m.chance(50) ? IntList{0, 2, 3} : IntList{2, 3};
  else
    options.axis = some_axis(m, a);
  return options;
}

Array reduced(Maker& m, Array (*reduce)(Array, ReduceOptions)) {
  Array a = m.any();
  if (a.ndim() == 0) return {};
  return reduce(a, some_axes(m, a));
}

Array convolved(Maker& m) {
  Array x = m.image();
  const int64_t channels = x.shape(1), sizes[] = {1, 2, 3, 3};
  const int64_t kernel = sizes[m.below(4)];
  ConvOptions options;
  options.stride = 1 + m.below(2);
  if (kernel == 3) options.padding = m.below(3);
  if (kernel == 2) options.dilation = 1 + m.below(2);
  if (m.chance(20)) options.groups = channels;
  const int64_t out = options.groups == 1 ? 1 + m.below(8) : channels;
  Array weight = m.weight({out, channels / options.groups, kernel, kernel});
  Array y = m.chance(50) ? conv2d(x, weight, m.weight({out}), options) : conv2d(x, weight, options);
  return y * 0.3;
}

Array normalised_batch(Maker& m) {
  Array x = m.chance(70) ? m.image() : m.of_rank(2);
  const int64_t channels = x.shape(1);
  if (x.size() / channels < 8) return {};
  Array scale = m.weight({channels}), shift = m.weight({channels});
  if (m.chance(30)) {  // inference
    return batch_norm(x, {m.leaf({channels}), m.leaf({channels}, float32, "positive")}, scale,
                      shift);
  }
  Moments moments = channel_moments(x);
  if (m.chance(50)) {
    m.more_outputs().push_back(m.leaf({channels}) * 0.9 + moments.mean * 0.1);
    m.more_outputs().push_back(m.leaf({channels}, float32, "positive") * 0.9 + moments.var * 0.1);
  }
  return batch_norm(x, moments, scale, shift) * 0.5;
}

Array normalised_rows(Maker& m) {
  Array x = m.any();
  if (x.ndim() < 1 || x.shape(-1) < 4) return {};
  Array scale = m.weight({x.shape(-1)});
  return m.chance(70) ? layer_norm(x, scale, m.weight({x.shape(-1)})) * 0.5
                      : rms_norm(x, scale) * 0.5;
}

Array multiplied(Maker& m) {
  Array a = m.of_rank(m.chance(70) ? 2 : 3);
  const int64_t inner = a.shape(-1), out = 1 + m.below(8);
  switch (m.below(5)) {
    case 0:
      return matmul(a, swapaxes(a, -1, -2)) * 0.2;
    case 1:
      return linear(a, m.weight({out, inner}), m.weight({out})) * 0.4;
    case 2:
      return matmul(transpose(m.weight({out, inner})), m.weight({out, 3})) * 0.3;
    case 3:
      return a.ndim() == 2 ? matmul(swapaxes(a, 0, 1), m.weight({a.shape(0), out})) * 0.4 : Array();
    default:
      return matmul(a, m.weight({inner, out})) * 0.4;
  }
}

Array pooled(Maker& m) {
  Array x = m.image();
  const int64_t window = 2 + m.below(2);
  PoolOptions options;
  if (m.chance(50)) options.stride = 1 + m.below(2);
  if (window == 3 && m.chance(40)) options.padding = 1;
  if (m.chance(50)) return max_pool2d(x, window, options);
  options.count_padding = m.chance(50);
  return m.chance(80) ? avg_pool2d(x, window, options) : adaptive_avg_pool2d(x, 1);
}

Array classified(Maker& m) {
  Array logits = m.of_rank(2);
  const int64_t classes = logits.shape(1);
  if (classes < 2) return {};
  Array labels = m.leaf({logits.shape(0)}, int64, text("below ", classes));
  return cross_entropy(logits, labels) * 0.5;
}

Array taken(Maker& m) {
  Array x = m.any();
  if (x.ndim() < 1) return {};
  const int axis = some_axis(m, x);
  return take(x, m.leaf({1 + m.below(6)}, int64, text("below ", x.shape(axis))), axis);
}

Array joined(Maker& m) {
  Array a = m.any();
  if (a.ndim() == 0) return {};
  const int axis = a.ndim() == 4 ? 1 : some_axis(m, a);
  Array b = tanh(m.partner(a));
  if (!(b.shape() == a.shape())) b = a * b;
  return m.chance(80) ? concatenate(std::vector<Array>{a, b}, axis)
                      : stack(std::vector<Array>{a, b}, axis);
}

Array sliced(Maker& m) {
  Array a = m.any();
  IntList start, stop, step;
  for (int64_t size : a.shape()) {
    start.push_back(size > 2 ? m.below(2) : 0);
    stop.push_back(size > 3 ? size - m.below(2) : size);
    step.push_back(size > 3 ? 1 + m.below(2) : 1);
  }
  return a.ndim() ? slice(a, start, stop, step) : Array();
}

Array reshaped(Maker& m) {
  Array a = m.any();
  switch (m.below(4)) {
    case 0:
      return reshape(a, {a.size()});
    case 1:
      return a.size() % 2 == 0 ? reshape(a, {2, -1}) : Array();
    case 2:
      return a.ndim() >= 2 ? flatten(a, 1) : Array();
    default:
      return a.ndim() < 4 ? expand_dims(a, static_cast<int>(m.below(a.ndim() + 1))) : Array();
  }
}

Array permuted(Maker& m) {
  Array a = m.any();
  if (a.ndim() < 2) return {};
  if (a.ndim() == 4 && m.chance(50)) return transpose(a, {0, 2, 3, 1});
  return m.chance(50) ? transpose(a) : swapaxes(a, -1, -2);
}

Array repeated(Maker& m) {
  Array a = m.any();
  if (a.ndim() > 3 || a.size() > 500) return {};
  IntList shape(a.shape().begin(), a.shape().end());
  const int64_t times = 2 + m.below(2);
  shape.insert(0, times);
  return broadcast_to(a, shape);
}

Array padded(Maker& m) {
  Array a = m.any();
  IntList low, high;
  for (int i = 0; i < a.ndim(); ++i) low.push_back(m.below(2)), high.push_back(m.below(2));
  return a.ndim() ? pad(a, low, high, m.chance(50) ? 0.0 : 0.25) : Array();
}

const Word kOthers[] = {
    {2, [](Maker& m) { return reduced(m, mean); }},
    {2,
     [](Maker& m) {
       Array s = reduced(m, sum);
       return s ? s * 0.1 : s;
     }},
    {1, [](Maker& m) { return reduced(m, max); }},
    {1, [](Maker& m) { return reduced(m, logsumexp); }},
    {2,
     [](Maker& m) {
       Array a = m.any();
       return a.ndim() ? softmax(a, {.axis = some_axis(m, a)}) : Array();
     }},
    {1,
     [](Maker& m) {
       Array a = m.any();
       return a.ndim() ? log_softmax(a) * 0.3 : Array();
     }},
    {1,
     [](Maker& m) {
       Array a = m.any();
       return a.ndim() ? cumulative_sum(a, {.axis = some_axis(m, a)}) * 0.2 : Array();
     }},
    {5, convolved},
    {3, normalised_batch},
    {2, normalised_rows},
    {6, multiplied},
    {3, pooled},
    {1, classified},
    {1, taken},
    {3, joined},
    {2, sliced},
    {3, reshaped},
    {3, permuted},
    {2, repeated},
    {1, padded},
    {1, [](Maker& m) { return flip(m.of_rank(2), {-1}); }},
};

}  // namespace

std::span<const Word> other_words() { return kOthers; }

}  // namespace lamina::random_graphs
