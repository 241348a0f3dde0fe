// Writing a model file.
#include "lamina/op/graph_text.h"
#include "lamina/train/array_file.h"
#include "lamina/train/model_file.h"
#include "lamina/train/recorded_model.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

io::Json to_json(const InputSpec& input) {
  io::Json shape{io::Json::Array{}};
  for (int64_t size : input.shape) shape.push_back(size == -1 ? io::Json() : io::Json(size));
  io::Json json;
  json.set("dtype", name(input.dtype)).set("shape", std::move(shape));
  return json;
}

}  // namespace

void save_model(nn::Module& module, const InputSpec& input, const std::string& path,
                SaveOptions options) {
  const RecordedModel recorded = record_model(module, input, "save_model");
  nn::StateDict state = module.state_dict();
  io::Json buffers{io::Json::Array{}}, classes{io::Json::Array{}};
  for (const auto& [name, buffer] : module.named_buffers()) buffers.push_back(name);
  for (const std::string& name : options.classes) classes.push_back(name);
  for (const auto& constant : recorded.constants) state.push_back(constant);
  write_array_file(path, "lamina-model", state,
                   {{"graph", to_text(recorded.graph)},
                    {"input", to_json(recorded.input).dump()},
                    {"buffers", buffers.dump()},
                    {"classes", classes.dump()}});
}

}  // namespace lamina::train
