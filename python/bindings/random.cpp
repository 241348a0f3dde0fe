// Random arrays: lamina.random.
#include "lamina/ops/random.h"

#include "bindings.h"
#include "casters.h"

namespace lamina::python {

void bind_random(nb::module_& m) {
  nb::module_ random = m.def_submodule("_random");
  m.def(
      "seed", [](uint64_t value) { seed(value); }, nb::arg("value"),
      "Starts the default generator again: what is drawn next depends on the seed alone.\n"
      ">>> lm.seed(7)");
  m.def("_generator_state", [] {
    Generator::State state = default_generator().state();
    return nb::make_tuple(state.seed, state.counter);
  });
  m.def("_set_generator_state", [](uint64_t seed, uint64_t counter) {
    default_generator().set_state({seed, counter});
  });
  random.def(
      "uniform",
      [](nb::handle shape, Array low, Array high, nb::handle dtype) {
        return random_uniform(to_int_list(shape, "random.uniform: shape"), std::move(low),
                              std::move(high), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("low") = 0.0, nb::arg("high") = 1.0,
      nb::arg("dtype") = nb::none(),
      "Evenly distributed in low <= x < high.\n"
      ">>> lm.random.uniform(3).shape\n"
      "(3,)");
  random.def(
      "normal",
      [](nb::handle shape, Array mean, Array deviation, nb::handle dtype) {
        return random_normal(to_int_list(shape, "random.normal: shape"), std::move(mean),
                             std::move(deviation), to_dtype(dtype, float32));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("mean") = 0.0, nb::arg("deviation") = 1.0,
      nb::arg("dtype") = nb::none(),
      "Normally distributed.\n"
      ">>> lm.random.normal((2, 3)).shape\n"
      "(2, 3)");
  random.def(
      "integers",
      [](nb::handle shape, int64_t low, int64_t high, nb::handle dtype) {
        return random_integers(to_int_list(shape, "random.integers: shape"), low, high,
                               to_dtype(dtype, int64));
      },
      nb::arg("shape"), nb::arg("low"), nb::arg("high"), nb::arg("dtype") = nb::none(),
      "Integers in low <= x < high.\n"
      ">>> lm.random.integers(3, 0, 10).shape\n"
      "(3,)");
  random.attr("randint") = random.attr("integers");
  random.def(
      "bernoulli",
      [](nb::handle shape, Array probability) {
        return bernoulli(to_int_list(shape, "random.bernoulli: shape"), std::move(probability));
      },
      nb::arg("shape") = nb::tuple(), nb::arg("probability") = 0.5,
      "True with this probability.\n"
      "Dtypes: `probability` floating point -> bool\n"
      ">>> lm.random.bernoulli(3).shape\n"
      "(3,)");
  random.def(
      "permutation", [](int64_t count) { return random_permutation(count); }, nb::arg("count"),
      "0 .. count - 1 in random order.\n"
      ">>> lm.random.permutation(4).shape\n"
      "(4,)");
  bind_distributions(random);
}

}  // namespace lamina::python
