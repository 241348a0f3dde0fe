// The modules that Lamina brings: lamina.nn.Linear, Conv2d, ..
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/layer_norm.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/sequential.h"
#include "layer.h"
#include "windows.h"

namespace lamina::python {
namespace {

using nn::Module;

template <class Convolution>
void bind_convolution(nb::module_& m, const char* name, const char* doc) {
  layer<Convolution>(m, name, doc)
      .def(
          "__init__",
          [](Convolution* self, int64_t in_channels, int64_t out_channels, nb::handle kernel_size,
             nb::handle stride, nb::handle padding, nb::handle dilation, int64_t groups, bool bias,
             nb::handle dtype) {
            ConvOptions options = to_conv_options(stride, padding, dilation, groups);
            new (self) Convolution(in_channels, out_channels,
                                   to_per_axis(kernel_size, "conv: kernel_size"),
                                   {options.stride, options.padding, options.dilation, groups, bias,
                                    to_dtype(dtype, float32)});
          },
          nb::arg("in_channels"), nb::arg("out_channels"), nb::arg("kernel_size"),
          nb::arg("stride") = 1, nb::arg("padding") = 0, nb::arg("dilation") = 1,
          nb::arg("groups") = 1, nb::arg("bias") = true, nb::arg("dtype") = nb::none())
      .def_ro("in_channels", &Convolution::in_channels)
      .def_ro("out_channels", &Convolution::out_channels);
}

template <class Norm>
void bind_batch_norm(nb::module_& m, const char* name, const char* doc) {
  layer<Norm>(m, name, doc)
      .def(
          "__init__",
          [](Norm* self, int64_t num_features, double eps, double momentum, bool affine, bool track,
             nb::handle dtype) {
            new (self) Norm(num_features, {eps, momentum, affine, track, to_dtype(dtype, float32)});
          },
          nb::arg("num_features"), nb::arg("eps") = 1e-5, nb::arg("momentum") = 0.1,
          nb::arg("affine") = true, nb::arg("track_running_stats") = true,
          nb::arg("dtype") = nb::none())
      .def_ro("num_features", &Norm::num_features);
}

void bind_linear(nb::module_& m) {
  layer<nn::Linear>(m, "Linear",
                    "x [.., in] -> x @ weight.T + bias [.., out].\n"
                    ">>> lm.nn.Linear(2, 3)(lm.ones((4, 2))).shape\n"
                    "(4, 3)")
      .def(
          "__init__",
          [](nn::Linear* self, int64_t in_features, int64_t out_features, bool bias,
             nb::handle dtype) {
            new (self) nn::Linear(in_features, out_features, {bias, to_dtype(dtype, float32)});
          },
          nb::arg("in_features"), nb::arg("out_features"), nb::arg("bias") = true,
          nb::arg("dtype") = nb::none())
      .def_ro("in_features", &nn::Linear::in_features)
      .def_ro("out_features", &nn::Linear::out_features);
}

void bind_activations(nb::module_& m) {
  layer<nn::ReLU>(m, "ReLU",
                  "max(x, 0).\n"
                  ">>> lm.nn.ReLU()(lm.array([-1.0, 2.0]))\n"
                  "[0, 2]")
      .def(nb::init<>());
  layer<nn::SiLU>(m, "SiLU",
                  "x * sigmoid(x).\n"
                  ">>> lm.nn.SiLU()(lm.array([-1.0, 2.0]))\n"
                  "[-0.268941, 1.76159]")
      .def(nb::init<>());
  layer<nn::GELU>(m, "GELU",
                  "x times the normal distribution at x.\n"
                  ">>> lm.nn.GELU()(lm.array([-1.0, 2.0]))\n"
                  "[-0.158655, 1.9545]")
      .def(nb::init<std::string>(), nb::arg("approximate") = "none");
  layer<nn::Sigmoid>(m, "Sigmoid",
                     "1 / (1 + e^-x).\n"
                     ">>> lm.nn.Sigmoid()(lm.array([-1.0, 2.0]))\n"
                     "[0.268941, 0.880797]")
      .def(nb::init<>());
  layer<nn::Tanh>(m, "Tanh",
                  "The hyperbolic tangent.\n"
                  ">>> lm.nn.Tanh()(lm.array([-1.0, 2.0]))\n"
                  "[-0.761594, 0.964028]")
      .def(nb::init<>());
  layer<nn::LeakyReLU>(m, "LeakyReLU",
                       "x for x > 0, slope * x below.\n"
                       ">>> lm.nn.LeakyReLU()(lm.array([-1.0, 2.0]))\n"
                       "[-0.01, 2]")
      .def(nb::init<double>(), nb::arg("slope") = 0.01);
  layer<nn::Softmax>(m, "Softmax",
                     "e^x / sum(e^x) along an axis.\n"
                     ">>> lm.nn.Softmax()(lm.array([-1.0, 2.0]))\n"
                     "[0.0474259, 0.952574]")
      .def(nb::init<int>(), nb::arg("axis") = -1);
  layer<nn::LogSoftmax>(m, "LogSoftmax",
                        "The logarithm of softmax.\n"
                        ">>> lm.nn.LogSoftmax()(lm.array([-1.0, 2.0]))\n"
                        "[-3.04859, -0.0485873]")
      .def(nb::init<int>(), nb::arg("axis") = -1);
  layer<nn::Identity>(m, "Identity",
                      "x itself.\n"
                      ">>> lm.nn.Identity()(lm.array([-1.0, 2.0]))\n"
                      "[-1, 2]")
      .def(nb::init<>());
  layer<nn::Flatten>(m, "Flatten",
                     "Makes one axis of several; by default of all but the batch.\n"
                     ">>> lm.nn.Flatten()(lm.ones((4, 3, 2))).shape\n"
                     "(4, 6)")
      .def(nb::init<int, int>(), nb::arg("start_axis") = 1, nb::arg("end_axis") = -1);
  layer<nn::Dropout>(m, "Dropout",
                     "In training sets elements to 0 with probability p.\n"
                     ">>> lm.nn.Dropout(0.1)(lm.ones((2, 3))).shape\n"
                     "(2, 3)")
      .def(nb::init<double>(), nb::arg("p") = 0.5)
      .def_ro("p", &nn::Dropout::p);
}

void bind_layer_norm(nb::module_& m) {
  layer<nn::LayerNorm>(m, "LayerNorm",
                       "Normalised over the last axes, which have sizes normalized_shape.\n"
                       ">>> lm.nn.LayerNorm(3)(lm.ones((4, 3))).shape\n"
                       "(4, 3)")
      .def(
          "__init__",
          [](nn::LayerNorm* self, nb::handle shape, double eps, bool affine, bool bias,
             nb::handle dtype) {
            new (self) nn::LayerNorm(to_int_list(shape, "LayerNorm: normalized_shape"),
                                     {eps, affine, bias, to_dtype(dtype, float32)});
          },
          nb::arg("normalized_shape"), nb::arg("eps") = 1e-5, nb::arg("elementwise_affine") = true,
          nb::arg("bias") = true, nb::arg("dtype") = nb::none());
}

void bind_sequential(nb::module_& m) {
  layer<nn::Sequential>(
      m, "Sequential",
      "Modules one after the other.\n"
      ">>> lm.nn.Sequential(lm.nn.Linear(2, 3), lm.nn.ReLU())(lm.ones((4, 2))).shape\n"
      "(4, 3)")
      .def("__init__",
           [](nn::Sequential* self, const nb::args& modules) {
             new (self) nn::Sequential();
             for (nb::handle module : modules) {
               if (!nb::isinstance<Module>(module)) {
                 throw DTypeError(
                     text("Sequential: expected modules, got ", Py_TYPE(module.ptr())->tp_name));
               }
               self->append(nb::cast<std::shared_ptr<Module>>(module));
             }
           })
      .def(
          "append",
          [](nn::Sequential& self, std::shared_ptr<Module> module) {
            self.append(std::move(module));
          },
          nb::arg("module"))
      .def("__len__", &nn::Sequential::size)
      .def(
          "__getitem__", [](nn::Sequential& self, int64_t index) -> Module& { return self[index]; },
          nb::arg("index"), nb::rv_policy::reference_internal);
}

}  // namespace

void bind_layers(nb::module_& m) {
  bind_linear(m);
  bind_convolution<nn::Conv1d>(m, "Conv1d",
                               "x [N, in, length] -> [N, out, positions].\n"
                               ">>> lm.nn.Conv1d(2, 3, 3)(lm.ones((1, 2, 8))).shape\n"
                               "(1, 3, 6)");
  bind_convolution<nn::Conv2d>(m, "Conv2d",
                               "x [N, in, height, width] -> [N, out, ..].\n"
                               ">>> lm.nn.Conv2d(2, 3, 3)(lm.ones((1, 2, 8, 8))).shape\n"
                               "(1, 3, 6, 6)");
  bind_convolution<nn::Conv3d>(m, "Conv3d",
                               "x [N, in, depth, height, width] -> [N, out, ..].\n"
                               ">>> lm.nn.Conv3d(2, 3, 3)(lm.ones((1, 2, 4, 4, 4))).shape\n"
                               "(1, 3, 2, 2, 2)");
  bind_batch_norm<nn::BatchNorm1d>(m, "BatchNorm1d",
                                   "Batch norm of x [N, C] or [N, C, length].\n"
                                   ">>> lm.nn.BatchNorm1d(3)(lm.ones((4, 3))).shape\n"
                                   "(4, 3)");
  bind_batch_norm<nn::BatchNorm2d>(m, "BatchNorm2d",
                                   "Batch norm of x [N, C, height, width].\n"
                                   ">>> lm.nn.BatchNorm2d(3)(lm.ones((4, 3, 2, 2))).shape\n"
                                   "(4, 3, 2, 2)");
  bind_batch_norm<nn::BatchNorm3d>(m, "BatchNorm3d",
                                   "Batch norm of x [N, C, depth, height, width].\n"
                                   ">>> lm.nn.BatchNorm3d(3)(lm.ones((2, 3, 2, 2, 2))).shape\n"
                                   "(2, 3, 2, 2, 2)");
  bind_layer_norm(m);
  bind_activations(m);
  bind_sequential(m);
}

}  // namespace lamina::python
