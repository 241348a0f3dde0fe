#include "lamina/train/event_hparams.h"

#include <chrono>

namespace lamina::train {
namespace {

using io::ProtoMessage;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// HParamsPluginData: the version, and one of three messages.
ProtoMessage plugin_data(uint32_t field, const ProtoMessage& content) {
  ProtoMessage data;
  data.message(field, content);
  return data;
}

int64_t data_type(const HParam& value) {  // of api.proto: 1 a string, 2 a bool, 3 a number
  return std::holds_alternative<double>(value) ? 3 : std::holds_alternative<bool>(value) ? 2 : 1;
}

ProtoMessage protobuf_value(const HParam& value) {  // google/protobuf/struct.proto
  ProtoMessage out;
  if (const double* number = std::get_if<double>(&value)) out.float64(2, *number);
  if (const bool* yes = std::get_if<bool>(&value)) out.integer(4, *yes);
  if (const std::string* text = std::get_if<std::string>(&value)) out.text(3, *text);
  return out;
}

}  // namespace

ProtoMessage hparams_experiment(const HParams& hparams, const std::vector<std::string>& metrics) {
  ProtoMessage experiment;
  experiment.float64(3, seconds_now());
  for (const auto& [name, value] : hparams) {
    experiment.message(4, ProtoMessage().text(1, name).integer(4, data_type(value)));
  }
  for (const std::string& tag : metrics) {
    experiment.message(5, ProtoMessage().message(1, ProtoMessage().text(2, tag)));
  }
  return plugin_data(2, experiment);
}

ProtoMessage hparams_start(const HParams& hparams) {
  ProtoMessage start;
  for (const auto& [name, value] : hparams) {
    start.message(1, ProtoMessage().text(1, name).message(2, protobuf_value(value)));
  }
  start.float64(5, seconds_now());
  return plugin_data(3, start);
}

ProtoMessage hparams_end(bool success) {
  ProtoMessage end;
  end.integer(1, success ? 1 : 2).float64(2, seconds_now());
  return plugin_data(4, end);
}

}  // namespace lamina::train
