#include "cli/model_notes.h"

#include "lamina/train/array_file.h"

namespace cli {
namespace {

using lamina::io::Json;
namespace train = lamina::train;

constexpr const char* kFormat = "lamina-model";
constexpr const char* kKey = "command";

}  // namespace

void write_notes(const std::string& path, const ModelNotes& notes) {
  train::ArrayFile file = train::read_array_file(path, kFormat);
  Json features{Json::Array{}}, json;
  for (const std::string& name : notes.features) features.push_back(name);
  json.set("kind", notes.kind).set("features", std::move(features)).set("target", notes.target);
  lamina::io::Metadata metadata;
  for (auto& entry : file.metadata) {
    if (entry.first != "format" && entry.first != "version" && entry.first != "header_crc32c" &&
        entry.first != kKey)
      metadata.push_back(entry);
  }
  metadata.emplace_back(kKey, json.dump());
  train::write_array_file(path, kFormat, file.arrays, std::move(metadata));
}

std::optional<ModelNotes> read_notes(const std::string& path) {
  const train::ArrayFile file = train::read_array_file(path, kFormat);
  bool there = false;
  for (const auto& entry : file.metadata) there = there || entry.first == kKey;
  if (!there) return std::nullopt;
  const Json json = train::read_json(file, kKey, path);
  return train::reading(path, [&] {
    ModelNotes notes{json.at("kind").as_string(), {}, json.at("target").as_string()};
    for (const Json& name : json.at("features").as_array())
      notes.features.push_back(name.as_string());
    return notes;
  });
}

}  // namespace cli
