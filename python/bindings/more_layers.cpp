// More modules: activations with options, norms, embeddings, dropout of channels.
#include <nanobind/stl/shared_ptr.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/nn/bilinear.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/embedding.h"
#include "lamina/nn/group_norm.h"
#include "lamina/nn/more_activations.h"
#include "lamina/nn/multihead_attention.h"
#include "lamina/nn/rms_norm.h"
#include "layer.h"

namespace lamina::python {
namespace {

void bind_more_activations(nb::module_& m) {
  layer<nn::ReLU6>(m, "ReLU6",
                   "min(max(x, 0), 6).\n"
                   ">>> lm.nn.ReLU6()(lm.array([-1.0, 2.0]))\n"
                   "[0, 2]")
      .def(nb::init<>());
  layer<nn::Hardsigmoid>(m, "Hardsigmoid",
                         "min(max(x + 3, 0), 6) / 6.\n"
                         ">>> lm.nn.Hardsigmoid()(lm.array([-1.0, 2.0]))\n"
                         "[0.333333, 0.833333]")
      .def(nb::init<>());
  layer<nn::Hardswish>(m, "Hardswish",
                       "x hardsigmoid(x).\n"
                       ">>> lm.nn.Hardswish()(lm.array([-1.0, 2.0]))\n"
                       "[-0.333333, 1.66667]")
      .def(nb::init<>());
  layer<nn::SELU>(m, "SELU",
                  "Scaled exponential linear unit.\n"
                  ">>> lm.nn.SELU()(lm.array([-1.0, 2.0]))\n"
                  "[-1.11133, 2.1014]")
      .def(nb::init<>());
  layer<nn::Mish>(m, "Mish",
                  "x tanh(softplus(x)).\n"
                  ">>> lm.nn.Mish()(lm.array([-1.0, 2.0]))\n"
                  "[-0.303401, 1.94396]")
      .def(nb::init<>());
  layer<nn::Softplus>(m, "Softplus",
                      "log(1 + e^(beta x)) / beta, and x itself where beta x > threshold.\n"
                      ">>> lm.nn.Softplus()(lm.array([-1.0, 2.0]))\n"
                      "[0.313262, 2.12693]")
      .def(nb::init<double, double>(), nb::arg("beta") = 1.0, nb::arg("threshold") = 20.0);
  layer<nn::Softsign>(m, "Softsign",
                      "x / (1 + |x|).\n"
                      ">>> lm.nn.Softsign()(lm.array([-1.0, 2.0]))\n"
                      "[-0.5, 0.666667]")
      .def(nb::init<>());
  layer<nn::Tanhshrink>(m, "Tanhshrink",
                        "x - tanh(x).\n"
                        ">>> lm.nn.Tanhshrink()(lm.array([-1.0, 2.0]))\n"
                        "[-0.238406, 1.03597]")
      .def(nb::init<>());
  layer<nn::LogSigmoid>(m, "LogSigmoid",
                        "log(sigmoid(x)).\n"
                        ">>> lm.nn.LogSigmoid()(lm.array([-1.0, 2.0]))\n"
                        "[-1.31326, -0.126928]")
      .def(nb::init<>());
  layer<nn::ELU>(m, "ELU",
                 "x above 0, alpha (e^x - 1) below.\n"
                 ">>> lm.nn.ELU()(lm.array([-1.0, 2.0]))\n"
                 "[-0.632121, 2]")
      .def(nb::init<double>(), nb::arg("alpha") = 1.0);
  layer<nn::CELU>(m, "CELU",
                  "x above 0, alpha (e^(x / alpha) - 1) below.\n"
                  ">>> lm.nn.CELU()(lm.array([-1.0, 2.0]))\n"
                  "[-0.632121, 2]")
      .def(nb::init<double>(), nb::arg("alpha") = 1.0);
  layer<nn::Hardshrink>(m, "Hardshrink",
                        "0 for |x| <= threshold, x elsewhere.\n"
                        ">>> lm.nn.Hardshrink()(lm.array([-1.0, 2.0]))\n"
                        "[-1, 2]")
      .def(nb::init<double>(), nb::arg("threshold") = 0.5);
  layer<nn::Softshrink>(m, "Softshrink",
                        "x moved towards 0 by the threshold.\n"
                        ">>> lm.nn.Softshrink()(lm.array([-1.0, 2.0]))\n"
                        "[-0.5, 1.5]")
      .def(nb::init<double>(), nb::arg("threshold") = 0.5);
  layer<nn::GLU>(m, "GLU",
                 "The first half of x along the axis times the sigmoid of the second.\n"
                 ">>> lm.nn.GLU()(lm.array([-1.0, 2.0]))\n"
                 "[-0.880797]")
      .def(nb::init<int>(), nb::arg("axis") = -1);
  layer<nn::Softmin>(m, "Softmin",
                     "softmax(-x).\n"
                     ">>> lm.nn.Softmin()(lm.array([-1.0, 2.0]))\n"
                     "[0.952574, 0.0474259]")
      .def(nb::init<int>(), nb::arg("axis") = -1);
  layer<nn::Hardtanh>(m, "Hardtanh",
                      "min(max(x, min_val), max_val).\n"
                      ">>> lm.nn.Hardtanh()(lm.array([-1.0, 2.0]))\n"
                      "[-1, 1]")
      .def(nb::init<double, double>(), nb::arg("min_val") = -1.0, nb::arg("max_val") = 1.0);
  layer<nn::Threshold>(m, "Threshold",
                       "x above the threshold, value elsewhere.\n"
                       ">>> lm.nn.Threshold(0.0, 5.0)(lm.array([-1.0, 2.0]))\n"
                       "[5, 2]")
      .def(nb::init<double, double>(), nb::arg("threshold"), nb::arg("value"));
  layer<nn::PReLU>(m, "PReLU",
                   "leaky_relu with trained slopes: one, or one for each channel.\n"
                   ">>> lm.nn.PReLU()(lm.array([-1.0, 2.0]))\n"
                   "[-0.25, 2]")
      .def(nb::init<int64_t, double>(), nb::arg("num_parameters") = 1, nb::arg("init") = 0.25);
  layer<nn::RReLU>(m, "RReLU",
                   "leaky_relu whose slope is drawn in training.\n"
                   ">>> lm.nn.RReLU(0.5, 0.5)(lm.array([-1.0, 2.0]))\n"
                   "[-0.5, 2]")
      .def(nb::init<double, double>(), nb::arg("lower") = 1.0 / 8, nb::arg("upper") = 1.0 / 3);
}

template <class Dropout>
void bind_dropout_layer(nb::module_& m, const char* name, const char* doc) {
  layer<Dropout>(m, name, doc).def(nb::init<double>(), nb::arg("p") = 0.5).def_ro("p", &Dropout::p);
}

template <class Dropout>
void bind_channel_dropout(nb::module_& m, const char* name, const char* sizes) {
  const std::string doc =
      text("In training sets whole channels to 0 with probability p.\n>>> lm.nn.", name,
           "()(lm.ones(", sizes, ")).shape\n", sizes);
  bind_dropout_layer<Dropout>(m, name, doc.c_str());
}

template <class Norm>
void bind_instance_norm(nb::module_& m, const char* name, const char* doc) {
  layer<Norm>(m, name, doc)
      .def(
          "__init__",
          [](Norm* self, int64_t num_features, double eps, bool affine, nb::handle dtype) {
            new (self) Norm(num_features, {eps, affine, to_dtype(dtype, float32)});
          },
          nb::arg("num_features"), nb::arg("eps") = 1e-5, nb::arg("affine") = false,
          nb::arg("dtype") = nb::none());
}

void bind_norm_layers(nb::module_& m) {
  layer<nn::GroupNorm>(m, "GroupNorm",
                       "x [N, C, ..] normalised over groups of channels.\n"
                       ">>> lm.nn.GroupNorm(1, 2)(lm.ones((4, 2))).shape\n"
                       "(4, 2)")
      .def(
          "__init__",
          [](nn::GroupNorm* self, int64_t num_groups, int64_t num_channels, double eps, bool affine,
             nb::handle dtype) {
            new (self)
                nn::GroupNorm(num_groups, num_channels, {eps, affine, to_dtype(dtype, float32)});
          },
          nb::arg("num_groups"), nb::arg("num_channels"), nb::arg("eps") = 1e-5,
          nb::arg("affine") = true, nb::arg("dtype") = nb::none());
  bind_instance_norm<nn::InstanceNorm1d>(m, "InstanceNorm1d",
                                         "Each channel of x [N, C, length] normalised.\n"
                                         ">>> lm.nn.InstanceNorm1d(2)(lm.ones((1, 2, 3))).shape\n"
                                         "(1, 2, 3)");
  bind_instance_norm<nn::InstanceNorm2d>(
      m, "InstanceNorm2d",
      "Each channel of x [N, C, height, width] normalised.\n"
      ">>> lm.nn.InstanceNorm2d(2)(lm.ones((1, 2, 3, 3))).shape\n"
      "(1, 2, 3, 3)");
  bind_instance_norm<nn::InstanceNorm3d>(
      m, "InstanceNorm3d",
      "Each channel of x [N, C, depth, height, width] normalised.\n"
      ">>> lm.nn.InstanceNorm3d(2)(lm.ones((1, 2, 3, 3, 3))).shape\n"
      "(1, 2, 3, 3, 3)");
  layer<nn::RMSNorm>(m, "RMSNorm",
                     "x / sqrt(mean(x^2) + eps) * weight over the last axes.\n"
                     ">>> lm.nn.RMSNorm(3)(lm.ones((4, 3))).shape\n"
                     "(4, 3)")
      .def(
          "__init__",
          [](nn::RMSNorm* self, nb::handle shape, double eps, bool affine, nb::handle dtype) {
            new (self) nn::RMSNorm(to_int_list(shape, "RMSNorm: normalized_shape"),
                                   {eps, affine, to_dtype(dtype, float32)});
          },
          nb::arg("normalized_shape"), nb::arg("eps") = 1e-6, nb::arg("elementwise_affine") = true,
          nb::arg("dtype") = nb::none());
  layer<nn::LocalResponseNorm>(
      m, "LocalResponseNorm",
      "x divided by a power of the mean square over neighbouring channels.\n"
      ">>> lm.nn.LocalResponseNorm(2)(lm.ones((1, 4, 3))).shape\n"
      "(1, 4, 3)")
      .def(nb::init<int64_t, double, double, double>(), nb::arg("size"), nb::arg("alpha") = 1e-4,
           nb::arg("beta") = 0.75, nb::arg("k") = 1.0);
}

BagMode to_bag_mode(const std::string& name) {
  if (name == "sum") return BagMode::Sum;
  if (name == "mean") return BagMode::Mean;
  if (name == "max") return BagMode::Max;
  throw ValueError(
      text("EmbeddingBag: expected the mode 'sum', 'mean' or 'max', got '", name, "'"));
}

void bind_tables(nb::module_& m) {
  layer<nn::Embedding>(m, "Embedding",
                       "Rows of a trained table by number.\n"
                       ">>> lm.nn.Embedding(10, 3)(lm.array([1, 4])).shape\n"
                       "(2, 3)")
      .def(
          "__init__",
          [](nn::Embedding* self, int64_t rows, int64_t columns, std::optional<int64_t> padding,
             nb::handle dtype) {
            new (self) nn::Embedding(rows, columns, {padding, to_dtype(dtype, float32)});
          },
          nb::arg("num_embeddings"), nb::arg("embedding_dim"), nb::arg("padding_idx") = nb::none(),
          nb::arg("dtype") = nb::none())
      .def_ro("num_embeddings", &nn::Embedding::num_embeddings)
      .def_ro("embedding_dim", &nn::Embedding::embedding_dim);
  layer<nn::EmbeddingBag>(m, "EmbeddingBag",
                          "Sums, means or maxima of rows of a trained table.\n"
                          ">>> lm.nn.EmbeddingBag(10, 3)(lm.array([[1, 2], [4, 5]])).shape\n"
                          "(2, 3)")
      .def(
          "__init__",
          [](nn::EmbeddingBag* self, int64_t rows, int64_t columns, const std::string& mode,
             bool include_last_offset, std::optional<int64_t> padding, nb::handle dtype) {
            new (self) nn::EmbeddingBag(
                rows, columns,
                {to_bag_mode(mode), include_last_offset, padding, to_dtype(dtype, float32)});
          },
          nb::arg("num_embeddings"), nb::arg("embedding_dim"), nb::arg("mode") = "mean",
          nb::arg("include_last_offset") = false, nb::arg("padding_idx") = nb::none(),
          nb::arg("dtype") = nb::none());
  layer<nn::Bilinear>(m, "Bilinear",
                      "x1^T weight[o] x2 + bias[o].\n"
                      ">>> lm.nn.Bilinear(2, 3, 4)(lm.ones((1, 2)), lm.ones((1, 3))).shape\n"
                      "(1, 4)")
      .def(
          "__init__",
          [](nn::Bilinear* self, int64_t in1, int64_t in2, int64_t out, bool bias,
             nb::handle dtype) {
            new (self) nn::Bilinear(in1, in2, out, {bias, to_dtype(dtype, float32)});
          },
          nb::arg("in1_features"), nb::arg("in2_features"), nb::arg("out_features"),
          nb::arg("bias") = true, nb::arg("dtype") = nb::none());
}

void bind_multihead_attention(nb::module_& m) {
  using nn::MultiheadAttention;
  layer<MultiheadAttention>(
      m, "MultiheadAttention",
      "Attention of several heads: of x, or of query, key, value and perhaps a mask.\n"
      ">>> lm.nn.MultiheadAttention(8, 2, batch_first=True)(lm.ones((1, 3, 8))).shape\n"
      "(1, 3, 8)")
      .def(
          "__init__",
          [](MultiheadAttention* self, int64_t embed_dim, int64_t num_heads, double dropout,
             bool bias, bool batch_first, bool is_causal, std::optional<int64_t> kdim,
             std::optional<int64_t> vdim, bool need_weights, bool average_attn_weights,
             nb::handle dtype) {
            new (self) MultiheadAttention(
                embed_dim, num_heads,
                {dropout, bias, batch_first, is_causal, kdim.value_or(0), vdim.value_or(0),
                 need_weights, average_attn_weights, to_dtype(dtype, float32)});
          },
          nb::arg("embed_dim"), nb::arg("num_heads"), nb::arg("dropout") = 0.0,
          nb::arg("bias") = true, nb::arg("batch_first") = false, nb::arg("is_causal") = false,
          nb::arg("kdim") = nb::none(), nb::arg("vdim") = nb::none(),
          nb::arg("need_weights") = false, nb::arg("average_attn_weights") = true,
          nb::arg("dtype") = nb::none())
      .def_ro("embed_dim", &MultiheadAttention::embed_dim)
      .def_ro("num_heads", &MultiheadAttention::num_heads);
}

}  // namespace

void bind_more_layers(nb::module_& m) {
  bind_more_activations(m);
  bind_norm_layers(m);
  bind_tables(m);
  bind_multihead_attention(m);
  bind_channel_dropout<nn::Dropout1d>(m, "Dropout1d", "(2, 3, 4)");
  bind_channel_dropout<nn::Dropout2d>(m, "Dropout2d", "(2, 3, 4, 4)");
  bind_channel_dropout<nn::Dropout3d>(m, "Dropout3d", "(2, 3, 4, 4, 4)");
  bind_dropout_layer<nn::AlphaDropout>(m, "AlphaDropout",
                                       "Dropout for nets of selu.\n"
                                       ">>> lm.nn.AlphaDropout()(lm.ones((2, 3))).shape\n"
                                       "(2, 3)");
  bind_dropout_layer<nn::FeatureAlphaDropout>(
      m, "FeatureAlphaDropout",
      "AlphaDropout of whole channels.\n"
      ">>> lm.nn.FeatureAlphaDropout()(lm.ones((2, 3))).shape\n"
      "(2, 3)");
}

}  // namespace lamina::python
