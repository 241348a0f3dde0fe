// random_multinomial(seed, counter, weights [.., K]): numbers of classes [.., count]. With
// replacement each draw is looked up in the running sums of the row. Without, every class gets an
// exponential waiting time divided by its weight, and the first `count` to come are taken: the
// order of Efraimidis and Spirakis (2006), one pass for any count. Weights that are negative or not
// finite, and rows with too few that are not 0, are reported.
#include <algorithm>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/random_rule.h"
#include "lamina/ops/reduction.h"

namespace lamina {
namespace {

struct Row {
  std::vector<double> weights;
  int64_t positive = 0;

  // Reads row `number`; what is wrong is reported and counts as 0.
  void read(const Reference& r, const ReferenceOperand& from, int64_t number) {
    positive = 0;
    for (size_t k = 0; k < weights.size(); ++k) {
      const int64_t size = static_cast<int64_t>(weights.size());
      weights[k] = from.real(number * size + static_cast<int64_t>(k));
      if (!(weights[k] >= 0 && std::isfinite(weights[k]))) {
        r.report(-1, size);
        weights[k] = 0;
      }
      positive += weights[k] > 0;
    }
  }
};

}  // namespace

struct RandomMultinomial {
  static constexpr auto name = "random_multinomial";
  static constexpr const char* inputs[] = {"seed", "counter", "weights"};
  static constexpr bool random = true;
  static constexpr bool checks_values = true;
  static constexpr auto no_gradient = "numbers of classes do not change smoothly";
  struct Attributes {
    int64_t count = 1;
    bool replacement = false;
    template <class V>
    void fields(V&& v) {
      v("count", count), v("replacement", replacement);
    }
  };
  static void infer(Inference& c) {
    const auto& a = c.attributes<Attributes>();
    Shape shape = c.shape(2);
    for (int i = 0; i < 2; ++i) {
      if (c.shape(i).rank() != 0 || c.dtype(i) != int64)
        throw c.error<DTypeError>("seed and counter are int64 numbers");
    }
    if (shape.rank() < 1) throw c.error<ShapeError>("expected weights [.., classes], got ", shape);
    if (!is_floating(c.dtype(2)))
      throw c.error<DTypeError>("expected floating-point weights, got ", c.dtype(2));
    if (a.count < 0) throw c.error<ValueError>("count must not be negative, got ", a.count);
    if (a.count > 0 && (shape.back() == 0 || (!a.replacement && a.count > shape.back()))) {
      throw c.error<ValueError>("cannot draw ", a.count, " numbers of ", shape.back(), " classes",
                                a.replacement ? "" : " without replacement");
    }
    shape.back() = a.count;
    check_shape(shape, sizeof(int64_t), "random_multinomial: result");
    c.output(int64, std::move(shape));
  }
  static void reference(Reference& r) {
    const auto weights = r.input(2), y = r.output();
    const auto& a = r.attributes<Attributes>();
    const Generator::State draw = draw_of(r);
    const int64_t classes = weights.size(weights.rank() - 1);
    if (y.elements() == 0) return;
    Row row{std::vector<double>(static_cast<size_t>(classes))};
    for (int64_t i = 0; i < y.elements() / a.count; ++i) {
      row.read(r, weights, i);
      if (row.positive < (a.replacement ? 1 : a.count)) r.report(row.positive, classes);
      a.replacement ? with(draw, row.weights, y, i, a.count)
                    : without(draw, row.weights, y, i, a.count);
    }
  }
  static void with(Generator::State draw, std::vector<double>& weights, const ReferenceOperand& y,
                   int64_t row, int64_t count) {
    for (size_t k = 1; k < weights.size(); ++k) weights[k] += weights[k - 1];
    const double total = weights.back();
    for (int64_t i = row * count; i < (row + 1) * count; ++i) {
      const double place = RandomStream(draw, i).uniform() * total;
      auto found = std::upper_bound(weights.begin(), weights.end(), place);
      if (found == weights.end()) {  // rounded up to the total
        found = std::lower_bound(weights.begin(), weights.end(), total);
      }
      y.set_integer(i, found - weights.begin());
    }
  }
  static void without(Generator::State draw, const std::vector<double>& weights,
                      const ReferenceOperand& y, int64_t row, int64_t count) {
    std::vector<std::pair<double, int64_t>> times(weights.size());
    for (size_t k = 0; k < weights.size(); ++k) {
      const auto number = static_cast<int64_t>(k);
      RandomStream stream(draw, row * static_cast<int64_t>(weights.size()) + number);
      times[k] = {stream.exponential() / weights[k], number};  // never for weight 0
    }
    std::partial_sort(times.begin(), times.begin() + count, times.end());
    for (int64_t k = 0; k < count; ++k)
      y.set_integer(row * count + k, times[static_cast<size_t>(k)].second);
  }
  static void samples(Samples& s) {
    const SampleInput number = random_number_sample();
    s.call({number, number, SampleInput({4, 5}, float32, 0.1, 1)}, Attributes{3, false});
    s.call({number, number, SampleInput({4, 5}, float32, 0, 1)}, Attributes{9, true});
    s.call({number, number, SampleInput({1}, float64, 1, 2)}, Attributes{1, false});
    s.call({number, number, SampleInput({0, 5})}, Attributes{2, true});
    s.call({number, number, SampleInput({2, 5})}, Attributes{0, true});
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput number = random_number_sample(), row({3}, float32, 0.1, 1);
    s.call({number, number, row}, Attributes{4, false}, "cannot draw 4 numbers of 3 classes");
    s.call({number, number, row}, Attributes{-1, true}, "count must not be negative, got -1");
    s.call({number, number, SampleInput({0})}, Attributes{1, true}, "cannot draw 1 numbers");
    s.call({number, number, SampleInput({3}, int32)}, Attributes{1, true},
           "expected floating-point weights, got int32");
    s.call({number, number, SampleInput({3}, float32, -2, -1)}, Attributes{1, true},
           "out of range");
    s.call({number, number, SampleInput({3}, float32, 0, 0)}, Attributes{1, true}, "out of range");
  }
  static constexpr auto doc =
      "Numbers of classes, drawn with given weights.\n"
      ">>> lm.random.multinomial(lm.array([0.0, 1.0, 0.0]), 1)\n[1]";
};
LAMINA_OP(RandomMultinomial)

Array random_multinomial(Array probabilities, int64_t count, MultinomialOptions options,
                         Generator& generator) {
  require_arrays("random_multinomial", {{"probabilities", probabilities}});
  const Generator::State draw = generator.next();
  return record(ops::op_RandomMultinomial(),
                make_attributes(RandomMultinomial::Attributes{count, options.replacement}),
                make_number(static_cast<int64_t>(draw.seed), int64, false),
                make_number(static_cast<int64_t>(draw.counter), int64, false),
                as_floating(std::move(probabilities)));
}

Array random_categorical(Array logits, IntList shape, Generator& generator) {
  require_arrays("random_categorical", {{"logits", logits}});
  if (logits.ndim() < 1) {
    throw ShapeError("random_categorical: expected logits [.., classes], got a number");
  }
  check_shape(Shape(shape.begin(), shape.end()), sizeof(int64_t), "random_categorical: shape");
  logits = as_floating(std::move(logits));
  const int64_t count = Shape(shape.begin(), shape.end()).elements();
  // The weights' scale does not matter: the largest becomes 1, so that nothing overflows.
  Array weights = exp(logits - max(logits, {.axis = -1, .keepdims = true}));
  Array numbers = random_multinomial(std::move(weights), count, {.replacement = true}, generator);
  IntList result = shape, order{numbers.ndim() - 1};  // [.., count] -> shape + [..]
  for (int i = 0; i + 1 < logits.ndim(); ++i) {
    result.push_back(logits.shape(i));
    order.push_back(i);
  }
  return reshape(transpose(std::move(numbers), std::move(order)), std::move(result));
}

}  // namespace lamina
