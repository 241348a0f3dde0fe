// Draws from distributions: lamina.random.
#include "lamina/ops/distributions.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/op/op.h"

namespace lamina::python {
namespace {

void bind_continuous(nb::module_& random) {
  random.def(
      "exponential",
      [](nb::handle shape, Array scale, nb::handle dtype) {
        return random_exponential(to_int_list(shape, "random.exponential: shape"), std::move(scale),
                                  to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("scale") = 1.0, nb::arg("dtype") = nb::none(),
      "Exponentially distributed with this mean.\n"
      ">>> lm.random.exponential(3).shape\n"
      "(3,)");
  random.def(
      "laplace",
      [](nb::handle shape, Array location, Array scale, nb::handle dtype) {
        return random_laplace(to_int_list(shape, "random.laplace: shape"), std::move(location),
                              std::move(scale), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("location") = 0.0, nb::arg("scale") = 1.0,
      nb::arg("dtype") = nb::none(),
      "The distribution of Laplace: exponential to both sides.\n"
      ">>> lm.random.laplace(3).shape\n"
      "(3,)");
  random.def(
      "gumbel",
      [](nb::handle shape, Array location, Array scale, nb::handle dtype) {
        return random_gumbel(to_int_list(shape, "random.gumbel: shape"), std::move(location),
                             std::move(scale), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("location") = 0.0, nb::arg("scale") = 1.0,
      nb::arg("dtype") = nb::none(),
      "The distribution of Gumbel: largest of many.\n"
      ">>> lm.random.gumbel(3).shape\n"
      "(3,)");
  random.def(
      "logistic",
      [](nb::handle shape, Array location, Array scale, nb::handle dtype) {
        return random_logistic(to_int_list(shape, "random.logistic: shape"), std::move(location),
                               std::move(scale), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("location") = 0.0, nb::arg("scale") = 1.0,
      nb::arg("dtype") = nb::none(),
      "The logistic distribution.\n"
      ">>> lm.random.logistic(3).shape\n"
      "(3,)");
  random.def(
      "cauchy",
      [](nb::handle shape, Array location, Array scale, nb::handle dtype) {
        return random_cauchy(to_int_list(shape, "random.cauchy: shape"), std::move(location),
                             std::move(scale), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("location") = 0.0, nb::arg("scale") = 1.0,
      nb::arg("dtype") = nb::none(),
      "The distribution of Cauchy.\n"
      ">>> lm.random.cauchy(3).shape\n"
      "(3,)");
  random.def(
      "lognormal",
      [](nb::handle shape, Array mean, Array deviation, nb::handle dtype) {
        return random_lognormal(to_int_list(shape, "random.lognormal: shape"), std::move(mean),
                                std::move(deviation), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("mean") = 0.0, nb::arg("deviation") = 1.0,
      nb::arg("dtype") = nb::none(),
      "e^x of a normal x with this mean and deviation.\n"
      ">>> lm.random.lognormal(3).shape\n"
      "(3,)");
  random.def(
      "truncated_normal",
      [](nb::handle shape, Array low, Array high, Array mean, Array deviation, nb::handle dtype) {
        return random_truncated_normal(to_int_list(shape, "random.truncated_normal: shape"),
                                       std::move(low), std::move(high), std::move(mean),
                                       std::move(deviation), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("low") = -2.0, nb::arg("high") = 2.0,
      nb::arg("mean") = 0.0, nb::arg("deviation") = 1.0, nb::arg("dtype") = nb::none(),
      "The normal distribution between two limits, which count in deviations from the mean.\n"
      ">>> lm.random.truncated_normal(3).shape\n"
      "(3,)");
  random.def(
      "gamma",
      [](nb::handle shape, Array concentration, Array scale, nb::handle dtype) {
        return random_gamma(to_int_list(shape, "random.gamma: shape"), std::move(concentration),
                            std::move(scale), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("concentration"), nb::arg("scale") = 1.0,
      nb::arg("dtype") = nb::none(),
      "The gamma distribution with a concentration (shape) and a scale.\n"
      ">>> lm.random.gamma(3, 2.0).shape\n"
      "(3,)");
  random.def(
      "beta",
      [](nb::handle shape, Array a, Array b, nb::handle dtype) {
        return random_beta(to_int_list(shape, "random.beta: shape"), std::move(a), std::move(b),
                           to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("a"), nb::arg("b"), nb::arg("dtype") = nb::none(),
      "The beta distribution, in 0 .. 1.\n"
      ">>> lm.random.beta(3, 1.0, 2.0).shape\n"
      "(3,)");
  random.def(
      "dirichlet",
      [](nb::handle shape, Array concentration, nb::handle dtype) {
        return random_dirichlet(to_int_list(shape, "random.dirichlet: shape"),
                                std::move(concentration), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("concentration"), nb::arg("dtype") = nb::none(),
      "Shares [.., K] that add up to 1, for concentration [.., K].\n"
      ">>> lm.random.dirichlet(2, lm.ones(3)).shape\n"
      "(2, 3)");
  random.def(
      "chi_square",
      [](nb::handle shape, Array degrees, nb::handle dtype) {
        return random_chi_square(to_int_list(shape, "random.chi_square: shape"), std::move(degrees),
                                 to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("degrees"), nb::arg("dtype") = nb::none(),
      "The sum of this many squares of normal draws.\n"
      ">>> lm.random.chi_square(3, 2.0).shape\n"
      "(3,)");
  random.def(
      "student_t",
      [](nb::handle shape, Array degrees, nb::handle dtype) {
        return random_student_t(to_int_list(shape, "random.student_t: shape"), std::move(degrees),
                                to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("degrees"), nb::arg("dtype") = nb::none(),
      "Student's distribution.\n"
      ">>> lm.random.student_t(3, 2.0).shape\n"
      "(3,)");
}

void bind_counts(nb::module_& random) {
  random.def(
      "poisson",
      [](nb::handle shape, Array rate, nb::handle dtype) {
        return random_poisson(to_int_list(shape, "random.poisson: shape"), std::move(rate),
                              to_dtype(dtype, int64));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("rate") = 1.0, nb::arg("dtype") = nb::none(),
      "Counts of events that come at a rate.\n"
      ">>> lm.random.poisson(3).shape\n"
      "(3,)");
  random.def(
      "binomial",
      [](nb::handle shape, Array count, Array probability, nb::handle dtype) {
        return random_binomial(to_int_list(shape, "random.binomial: shape"), std::move(count),
                               std::move(probability), to_dtype(dtype, int64));
      },
      nb::arg("shape"), nb::arg("count"), nb::arg("probability"), nb::arg("dtype") = nb::none(),
      "Successes of `count` trials that succeed with a probability.\n"
      ">>> lm.random.binomial(3, 10, 0.5).shape\n"
      "(3,)");
  random.def(
      "geometric",
      [](nb::handle shape, Array probability, nb::handle dtype) {
        return random_geometric(to_int_list(shape, "random.geometric: shape"),
                                std::move(probability), to_dtype(dtype, int64));
      },
      nb::arg("shape"), nb::arg("probability"), nb::arg("dtype") = nb::none(),
      "Trials up to and with the first success.\n"
      ">>> lm.random.geometric(3, 0.5).shape\n"
      "(3,)");
}

}  // namespace

void bind_distributions(nb::module_& random) {
  bind_continuous(random);
  bind_counts(random);
  random.def(
      "categorical",
      [](Array logits, nb::handle shape) {
        return random_categorical(std::move(logits),
                                  to_int_list(shape, "random.categorical: shape"));
      },
      nb::arg("logits"), nb::arg("shape") = nb::tuple(),
      "Class numbers from logits [.., K]: shape + the axes before the last.\n"
      ">>> lm.random.categorical(lm.zeros(4), 3).shape\n"
      "(3,)");
  random.def(
      "multinomial",
      [](Array probabilities, int64_t count, bool replacement) {
        return random_multinomial(std::move(probabilities), count, {replacement});
      },
      nb::arg("probabilities"), nb::arg("count"), nb::arg("replacement") = false,
      op::find("random_multinomial")->doc);
  random.def(
      "shuffle", [](Array x, int axis) { return shuffle(std::move(x), axis); }, nb::arg("x"),
      nb::arg("axis") = 0,
      "x with its entries along the axis in random order.\n"
      ">>> lm.random.shuffle(lm.arange(5)).shape\n"
      "(5,)");
}

}  // namespace lamina::python
