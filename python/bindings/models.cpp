// lamina.models: networks, ready to train.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/models/densenet.h"
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

}  // namespace

void bind_models(nb::module_& m) {
  bind_resnet(m);
  bind_densenet(m);
}

}  // namespace lamina::python
