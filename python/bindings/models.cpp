// lamina.models: networks, ready to train.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/models/bert.h"
#include "lamina/models/densenet.h"
#include "lamina/models/mlp.h"
#include "lamina/models/resnet.h"
#include "layer.h"

namespace lamina::python {
namespace {

using Sizes = std::vector<int64_t>;

models::ResNetBlock to_block(const std::string& name) {
  if (name == "basic") return models::ResNetBlock::Basic;
  if (name == "bottleneck") return models::ResNetBlock::Bottleneck;
  throw ValueError(text("ResNet: block must be \"basic\" or \"bottleneck\", got \"", name, "\""));
}

void bind_resnet(nb::module_& m) {
  layer<models::ResNet>(
      m, "ResNet",
      "Convolution net whose blocks add to their input (He et al. 2016), with torchvision's "
      "names.\n"
      "block is \"basic\" or \"bottleneck\"; blocks: how many each stage has. small_images: the "
      "stem\n"
      "keeps their size.\n"
      ">>> net = lm.models.ResNet(\"basic\", [1, 1], num_classes=7, width=8, small_images=True)\n"
      ">>> net(lm.ones((2, 3, 8, 8))).shape\n"
      "(2, 7)")
      .def(
          "__init__",
          [](models::ResNet* self, const std::string& block, Sizes blocks, int64_t num_classes,
             int64_t in_channels, int64_t width, bool small_images) {
            new (self) models::ResNet(to_block(block), std::move(blocks),
                                      {num_classes, in_channels, width, small_images});
          },
          nb::arg("block"), nb::arg("blocks"), nb::arg("num_classes") = 1000,
          nb::arg("in_channels") = 3, nb::arg("width") = 64, nb::arg("small_images") = false);
  auto net = [&](const char* name, models::ResNet (*make)(models::NetOptions), int64_t classes,
                 const char* doc) {
    m.def(
        name,
        [make](int64_t num_classes, int64_t in_channels) {
          return std::make_shared<models::ResNet>(make({num_classes, in_channels}));
        },
        nb::arg("num_classes") = classes, nb::arg("in_channels") = 3, doc);
  };
  net("resnet18", models::resnet18, 1000,
      "ResNet of 18 layers, for photographs.\n"
      ">>> lm.models.resnet18().parameter_count()\n11689512");
  net("resnet34", models::resnet34, 1000,
      "ResNet of 34 layers, for photographs.\n"
      ">>> lm.models.resnet34().parameter_count()\n21797672");
  net("resnet50", models::resnet50, 1000,
      "ResNet of 50 layers with bottlenecks, for photographs (torchvision's form, v1.5).\n"
      ">>> lm.models.resnet50().parameter_count()\n25557032");
  net("resnet20", models::resnet20, 10,
      "ResNet of 20 layers, for images of 32x32.\n"
      ">>> lm.models.resnet20()(lm.ones((2, 3, 32, 32))).shape\n(2, 10)");
}

void bind_densenet(nb::module_& m) {
  layer<models::DenseNet>(
      m, "DenseNet",
      "Convolution net whose layers see all outputs before them in their block (Huang et al. "
      "2017),\n"
      "with torchvision's names. blocks: how many layers each has; bottleneck=0: no 1x1 "
      "convolutions\n"
      "before the 3x3; compress: transitions halve the channels.\n"
      ">>> net = lm.models.DenseNet(4, [2, 2], num_classes=7, small_images=True)\n"
      ">>> net(lm.ones((2, 3, 8, 8))).shape\n"
      "(2, 7)")
      .def(
          "__init__",
          [](models::DenseNet* self, int64_t growth_rate, Sizes blocks, int64_t num_classes,
             int64_t in_channels, bool small_images, int64_t init_features, int64_t bottleneck,
             bool compress, double dropout) {
            new (self) models::DenseNet(growth_rate, std::move(blocks),
                                        {num_classes, in_channels, small_images, init_features,
                                         bottleneck, compress, dropout});
          },
          nb::arg("growth_rate"), nb::arg("blocks"), nb::arg("num_classes") = 1000,
          nb::arg("in_channels") = 3, nb::arg("small_images") = false,
          nb::arg("init_features") = 64, nb::arg("bottleneck") = 4, nb::arg("compress") = true,
          nb::arg("dropout") = 0.0);
  m.def(
      "densenet121",
      [](int64_t num_classes, int64_t in_channels, bool small_images) {
        return std::make_shared<models::DenseNet>(
            models::densenet121({num_classes, in_channels, small_images}));
      },
      nb::arg("num_classes") = 1000, nb::arg("in_channels") = 3, nb::arg("small_images") = false,
      "DenseNet of 121 layers; small_images: for 32x32, say, the stem keeps their size.\n"
      ">>> lm.models.densenet121().parameter_count()\n7978856");
  m.def(
      "densenet40",
      [](int64_t num_classes, int64_t in_channels) {
        return std::make_shared<models::DenseNet>(models::densenet40({num_classes, in_channels}));
      },
      nb::arg("num_classes") = 10, nb::arg("in_channels") = 3,
      "DenseNet of 40 layers that add 12 channels each, for images of 32x32.\n"
      ">>> lm.models.densenet40()(lm.ones((2, 3, 32, 32))).shape\n(2, 10)");
}

models::Activation to_activation(const std::string& name) {
  if (name == "relu") return models::Activation::ReLU;
  if (name == "sigmoid") return models::Activation::Sigmoid;
  if (name == "tanh") return models::Activation::Tanh;
  if (name == "gelu") return models::Activation::GELU;
  throw ValueError(text(
      "MLP: activation must be \"relu\", \"sigmoid\", \"tanh\" or \"gelu\", got \"", name, "\""));
}

void bind_mlp(nb::module_& m) {
  layer<models::MLP>(
      m, "MLP",
      "Fully connected layers with an activation between them: \"relu\", \"sigmoid\", \"tanh\" or\n"
      "\"gelu\". Names are those of the same net written with Sequential.\n"
      ">>> lm.models.MLP([4, 8, 3])(lm.ones((2, 4))).shape\n"
      "(2, 3)")
      .def(
          "__init__",
          [](models::MLP* self, Sizes sizes, const std::string& activation, bool bias) {
            new (self) models::MLP(std::move(sizes), {to_activation(activation), bias});
          },
          nb::arg("sizes"), nb::arg("activation") = "relu", nb::arg("bias") = true);
  m.def(
      "fcn5", [] { return std::make_shared<models::MLP>(models::fcn5()); },
      "784-2048-4096-1024-10 with sigmoids, the net for digits of speed surveys (Shi et al. "
      "2016).\n"
      ">>> lm.models.fcn5().parameter_count()\n14205962");
  m.def(
      "fcn_wide", [] { return std::make_shared<models::MLP>(models::fcn_wide()); },
      "26752-2048-2048-2048-26752 with sigmoids: 118 million weights (Shi et al. 2016).\n"
      ">>> lm.models.fcn_wide().parameter_count()\n117997696");
}

void bind_bert(nb::module_& m) {
  layer<models::BertEncoder>(
      m, "BertEncoder",
      "The layers of BERT: of x [N, L, hidden_size], and perhaps a mask of its scores "
      "[N, heads, L, L].\n"
      ">>> lm.models.BertEncoder(8, 2, 2, 16)(lm.ones((1, 3, 8))).shape\n"
      "(1, 3, 8)")
      .def(
          "__init__",
          [](models::BertEncoder* self, int64_t hidden_size, int64_t num_hidden_layers,
             int64_t num_attention_heads, int64_t intermediate_size, double dropout) {
            new (self) models::BertEncoder(
                {hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, dropout});
          },
          nb::arg("hidden_size") = 768, nb::arg("num_hidden_layers") = 12,
          nb::arg("num_attention_heads") = 12, nb::arg("intermediate_size") = 3072,
          nb::arg("dropout") = 0.1);
  layer<models::Bert>(
      m, "Bert",
      "BERT (Devlin et al. 2019), with the names of transformers' BertModel. Called with tokens\n"
      "[N, L], perhaps a mask [N, L] (0: padding) and the kinds of segments [N, L]; several "
      "inputs\n"
      "give the states [N, L, hidden_size] and one vector for the whole [N, hidden_size].\n"
      ">>> net = lm.models.Bert(100, 8, 2, 2, 16, dropout=0)\n"
      ">>> net(lm.array([[7, 5, 3]])).shape\n"
      "(1, 3, 8)\n"
      ">>> [y.shape for y in net(lm.array([[7, 5, 3]]), lm.array([[1, 1, 0]]))]\n"
      "[(1, 3, 8), (1, 8)]")
      .def(
          "__init__",
          [](models::Bert* self, int64_t vocab_size, int64_t hidden_size, int64_t num_hidden_layers,
             int64_t num_attention_heads, int64_t intermediate_size,
             int64_t max_position_embeddings, int64_t type_vocab_size, double dropout) {
            new (self) models::Bert({vocab_size, hidden_size, num_hidden_layers,
                                     num_attention_heads, intermediate_size,
                                     max_position_embeddings, type_vocab_size, dropout});
          },
          nb::arg("vocab_size") = 30522, nb::arg("hidden_size") = 768,
          nb::arg("num_hidden_layers") = 12, nb::arg("num_attention_heads") = 12,
          nb::arg("intermediate_size") = 3072, nb::arg("max_position_embeddings") = 512,
          nb::arg("type_vocab_size") = 2, nb::arg("dropout") = 0.1);
  m.def(
      "minilm",
      [](int64_t vocab_size, double dropout) {
        return std::make_shared<models::Bert>(models::minilm({vocab_size, dropout}));
      },
      nb::arg("vocab_size") = 30522, nb::arg("dropout") = 0.1,
      "BERT of 6 layers, width 384 and 12 heads, the size of MiniLM (Wang et al. 2020).\n"
      ">>> lm.models.minilm().parameter_count()\n22713216");
}

}  // namespace

void bind_models(nb::module_& m) {
  bind_resnet(m);
  bind_densenet(m);
  bind_mlp(m);
  bind_bert(m);
}

}  // namespace lamina::python
