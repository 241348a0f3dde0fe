// What lamina train, eval and inspect read: a folder of pictures or a CSV file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lamina/data/dataset.h"
#include "lamina/data/image_folder.h"

namespace cli {

struct DataOptions {
  std::string data,
      validation;  // paths; without a validation set a share of the data is kept for it
  double validation_split = 0.2;
  int64_t image_size = 0, channels = 0;  // 0: as the pictures are
  std::string augment = "shift";
  std::string target, task = "auto";  // of tables
  std::string on_error = "raise";
  uint64_t seed = 0;
};

struct TrainingData {
  lamina::data::DatasetHandle train, validation;
  std::vector<std::string> classes, features;  // no classes: values are predicted
  std::string target;
  bool pictures = false;
  int64_t channels = 0, side = 0;
  std::optional<lamina::data::ImageFolder> train_folder, validation_folder;
};

bool is_table(const std::string& path);  // by its name: .csv, .tsv, .txt
char separator_of(const std::string& path);
TrainingData read_training_data(const DataOptions& options);

std::vector<std::string> augmentations();
// Bytes to what nets trained by this command are given.
lamina::data::Transforms plain_transforms(int64_t side);

}  // namespace cli
