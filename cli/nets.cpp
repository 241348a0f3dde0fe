#include "cli/nets.h"

#include <fmt/format.h>

#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/models/densenet.h"
#include "lamina/models/resnet.h"
#include "lamina/nn/modules.h"
#include "lamina/nn/sequential.h"

namespace cli {
namespace {

namespace nn = lamina::nn;
namespace models = lamina::models;

// Three stages of two convolutions: good for small pictures, and quick.
nn::Sequential small_net(int64_t channels, int64_t side, int64_t outputs) {
  const auto block = [](int64_t from, int64_t to) {
    return nn::Sequential{
        nn::Conv2d(from, to, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(to), nn::ReLU(),
        nn::Conv2d(to, to, 3, {.padding = 1, .bias = false}),   nn::BatchNorm2d(to), nn::ReLU()};
  };
  const int64_t last = side >= 64 ? 8 : 1;  // large pictures are made smaller at once
  if (last == 8) {
    return nn::Sequential{nn::Conv2d(channels, 32, 5, {.stride = 2, .padding = 2}),
                          nn::ReLU(),
                          nn::MaxPool2d(2),
                          block(32, 32),
                          nn::MaxPool2d(2),
                          block(32, 64),
                          nn::MaxPool2d(2),
                          block(64, 128),
                          nn::AdaptiveAvgPool2d(1),
                          nn::Flatten(),
                          nn::Linear(128, outputs)};
  }
  return nn::Sequential{block(channels, 32), nn::MaxPool2d(2),        block(32, 64),
                        nn::MaxPool2d(2),    block(64, 128),          nn::AdaptiveAvgPool2d(1),
                        nn::Flatten(),       nn::Linear(128, outputs)};
}

template <class Net>
std::unique_ptr<nn::Module> owned(Net net) {
  return std::make_unique<Net>(std::move(net));
}

}  // namespace

std::vector<std::string> net_names() {
  return {"small",    "mlp",      "resnet20",   "resnet18",
          "resnet34", "resnet50", "densenet40", "densenet121"};
}

std::unique_ptr<nn::Module> make_picture_net(const std::string& name, int64_t channels,
                                             int64_t side, int64_t outputs) {
  if (name == "small") return owned(small_net(channels, side, outputs));
  if (name == "mlp") {
    return owned(nn::Sequential{nn::Flatten(), nn::Linear(channels * side * side, 256), nn::ReLU(),
                                nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, outputs)});
  }
  if (name == "resnet20") return owned(models::resnet20({outputs, channels}));
  if (name == "resnet18") return owned(models::resnet18({outputs, channels}));
  if (name == "resnet34") return owned(models::resnet34({outputs, channels}));
  if (name == "resnet50") return owned(models::resnet50({outputs, channels}));
  if (name == "densenet40") return owned(models::densenet40({outputs, channels}));
  if (name == "densenet121") return owned(models::densenet121({outputs, channels, side < 64}));
  const std::vector<std::string> names = net_names();
  throw lamina::ValueError(
      fmt::format("there is no net '{}'{}", name, lamina::did_you_mean(name, names)))
      .detail("nets", fmt::format("{}", fmt::join(names, ", ")));
}

std::unique_ptr<nn::Module> make_table_net(int64_t features, int64_t outputs) {
  // The first layer brings the columns to a common scale; what it learns of them is saved with the net.
  return owned(nn::Sequential{nn::BatchNorm1d(features), nn::Linear(features, 64), nn::ReLU(),
                              nn::Linear(64, 64), nn::ReLU(), nn::Linear(64, outputs)});
}

}  // namespace cli
