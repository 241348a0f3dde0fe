// lamina.nn.init: initial values of parameters.
#include "lamina/nn/init.h"

#include "bindings.h"
#include "casters.h"
#include "convert.h"

namespace lamina::python {

namespace init = nn::init;

void bind_initialisers(nb::module_& m) {
  auto shape_of = [](nb::handle shape) { return to_int_list(shape, "init: shape"); };
  m.def(
      "zeros",
      [=](nb::handle shape, nb::handle dtype) {
        return init::zeros(shape_of(shape), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("dtype") = nb::none(),
      "Zeros.\n>>> lm.nn.init.zeros((2,))\n[0, 0]");
  m.def(
      "ones",
      [=](nb::handle shape, nb::handle dtype) {
        return init::ones(shape_of(shape), to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("dtype") = nb::none(), "Ones.\n>>> lm.nn.init.ones((2,))\n[1, 1]");
  m.def(
      "constant",
      [=](nb::handle shape, double value, nb::handle dtype) {
        return init::constant(shape_of(shape), value, to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("value"), nb::arg("dtype") = nb::none(),
      "One value everywhere.\n>>> lm.nn.init.constant((2,), 0.5)\n[0.5, 0.5]");
  m.def(
      "uniform",
      [=](nb::handle shape, double low, double high, nb::handle dtype) {
        return init::uniform(shape_of(shape), low, high, to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("low") = 0.0, nb::arg("high") = 1.0, nb::arg("dtype") = nb::none(),
      "Uniform in [low, high), drawn from the default generator (lm.seed).\n"
      ">>> lm.nn.init.uniform((2, 3)).shape\n(2, 3)");
  m.def(
      "normal",
      [=](nb::handle shape, double mean, double deviation, nb::handle dtype) {
        return init::normal(shape_of(shape), mean, deviation, to_dtype(dtype, float32));
      },
      nb::arg("shape"), nb::arg("mean") = 0.0, nb::arg("deviation") = 1.0,
      nb::arg("dtype") = nb::none(),
      "Normally distributed.\n>>> lm.nn.init.normal((2, 3)).shape\n(2, 3)");
  using Kaiming = Array (*)(IntList, init::KaimingOptions);
  auto bind_kaiming = [&](const char* name, Kaiming function, const char* doc) {
    m.def(
        name,
        [=](nb::handle shape, double a, bool fan_out, nb::handle dtype) {
          return function(shape_of(shape), {a, fan_out, to_dtype(dtype, float32)});
        },
        nb::arg("shape"), nb::arg("a") = 0.0, nb::arg("fan_out") = false,
        nb::arg("dtype") = nb::none(), doc);
  };
  bind_kaiming("kaiming_uniform", init::kaiming_uniform,
               "Uniform, keeping the variance through layers with (leaky) relu of slope `a` (He et "
               "al. 2015). shape: [out, in, kernel..].\n"
               ">>> lm.nn.init.kaiming_uniform((4, 2)).shape\n(4, 2)");
  bind_kaiming("kaiming_normal", init::kaiming_normal,
               "The same with a normal distribution.\n"
               ">>> lm.nn.init.kaiming_normal((4, 2)).shape\n(4, 2)");
  using Xavier = Array (*)(IntList, double, DType);
  auto bind_xavier = [&](const char* name, Xavier function, const char* doc) {
    m.def(
        name,
        [=](nb::handle shape, double gain, nb::handle dtype) {
          return function(shape_of(shape), gain, to_dtype(dtype, float32));
        },
        nb::arg("shape"), nb::arg("gain") = 1.0, nb::arg("dtype") = nb::none(), doc);
  };
  bind_xavier("xavier_uniform", init::xavier_uniform,
              "Uniform, between keeping the variance of values and that of gradients (Glorot and "
              "Bengio 2010).\n>>> lm.nn.init.xavier_uniform((4, 2)).shape\n(4, 2)");
  bind_xavier("xavier_normal", init::xavier_normal,
              "The same with a normal distribution.\n"
              ">>> lm.nn.init.xavier_normal((4, 2)).shape\n(4, 2)");
}

}  // namespace lamina::python
