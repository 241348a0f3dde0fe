// What lamina train writes into a model file for lamina predict and eval, beside the net itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cli {

struct ModelNotes {
  std::string kind;                   // "pictures" or "table"
  std::vector<std::string> features;  // of a table: "weight", "colour=red"
  std::string target;                 // .. and the column that is predicted
};

void write_notes(const std::string& path, const ModelNotes& notes);  // of an existing model file
std::optional<ModelNotes> read_notes(const std::string& path);       // nothing: of another origin

}  // namespace cli
