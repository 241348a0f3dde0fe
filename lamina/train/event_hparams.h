// Hyper-parameters in event files: what TensorBoard's HPARAMS page compares runs by.
//
//   events.add_hparams({{"lr", 1e-3}, {"net", "resnet18"}, {"augment", true}}, {"val_accuracy"});
//   .. a training that writes the scalar "val_accuracy" ..
//   events.end_hparams();
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lamina/io/protobuf.h"

namespace lamina::train {

struct HParam : std::variant<double, bool, std::string> {
  HParam(double number) : variant(number) {}
  HParam(int number) : variant(static_cast<double>(number)) {}
  HParam(bool yes) : variant(yes) {}
  HParam(std::string text) : variant(std::move(text)) {}
  HParam(const char* text) : variant(std::string(text)) {}
};
using HParams = std::vector<std::pair<std::string, HParam>>;

// Internal: the messages of tensorboard/plugins/hparams/plugin_data.proto.
io::ProtoMessage hparams_experiment(const HParams& hparams,
                                    const std::vector<std::string>& metrics);
io::ProtoMessage hparams_start(const HParams& hparams);
io::ProtoMessage hparams_end(bool success);

}  // namespace lamina::train
