#include "cli/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "lamina/base/error.h"
#include "lamina/data/readers.h"
#include "lamina/data/transforms.h"
#include "lamina/io/picture.h"

namespace cli {
namespace {

namespace data = lamina::data;
namespace io = lamina::io;

data::Transforms with_augmentation(const std::string& name, int64_t side) {
  data::Transforms list;
  const int64_t shift = std::max<int64_t>(1, side / 8);
  if (name == "none") return plain_transforms(side);
  if (name == "crop") {
    list.push_back(data::RandomResizedCrop({side, side}, {.scale = {0.25, 1.0}}));
  } else {
    list.push_back(data::Resize({side, side}));
    list.push_back(data::RandomCrop(static_cast<int>(side), {.padding = shift}));
  }
  if (name == "flip" || name == "crop" || name == "strong")
    list.push_back(data::RandomHorizontalFlip());
  if (name == "strong") list.push_back(data::RandAugment());
  list.push_back(data::ToFloat());
  return list;
}

// The median of the shorter sides of the first pictures, as a multiple of 8 within 16 and 224; and whether
// all of them are grey.
void look(const data::ImageFolder& folder, DataOptions& options) {
  std::vector<int64_t> sides;
  bool grey = true;
  for (const data::ImageFile& file : folder.files()) {
    if (sides.size() == 20) break;
    try {
      const io::Picture picture = io::read_picture(file.path);
      sides.push_back(std::min(picture.width, picture.height));
      grey = grey && picture.channels == 1;
    } catch (const lamina::FileError&) {
      if (options.on_error == "raise") throw;
    }
  }
  if (sides.empty())
    throw lamina::FileError(
        fmt::format("{}: none of the first pictures can be read", options.data));
  std::sort(sides.begin(), sides.end());
  const int64_t side = sides[sides.size() / 2];
  if (options.image_size == 0)
    options.image_size = std::clamp<int64_t>((side + 4) / 8 * 8, 16, 224);
  if (options.channels == 0) options.channels = grey ? 1 : 3;
}

TrainingData read_pictures(DataOptions options) {
  data::ImageFolder all(options.data, {.on_error = options.on_error});
  if (all.classes().size() < 2) {
    throw lamina::FileError(
        fmt::format("{}: expected pictures of at least two classes, got '{}' alone", options.data,
                    all.classes()[0]))
        .detail("file", options.data)
        .help("add a sub-folder with pictures of another class");
  }
  look(all, options);
  const int64_t side = options.image_size;
  // What is kept are resized pictures, at most as floats; random crops need the whole ones.
  const int64_t kept = all.size() * side * side * options.channels * 4;
  const bool cache = options.augment != "crop" && kept <= int64_t{1} << 30;
  const data::ImageOptions image{.transforms = with_augmentation(options.augment, side),
                                 .channels = options.channels,
                                 .on_error = options.on_error,
                                 .cache = cache};
  all = data::ImageFolder(options.data, image);
  TrainingData out;
  out.classes = all.classes();
  out.pictures = true, out.channels = options.channels, out.side = side;
  if (options.validation.empty()) {
    auto [train, rest] = all.split(1 - options.validation_split, {.seed = options.seed});
    out.train_folder = std::move(train);
    out.validation_folder = rest.with_transforms(plain_transforms(side));
  } else {
    out.train_folder = all;
    out.validation_folder = data::ImageFolder(
        options.validation, {plain_transforms(side), options.channels, options.on_error, cache});
    if (out.validation_folder->classes() != out.classes) {
      throw lamina::FileError(
          fmt::format("{} has other classes than {}", options.validation, options.data))
          .detail(options.data, fmt::format("{}", fmt::join(out.classes, ", ")))
          .detail(options.validation,
                  fmt::format("{}", fmt::join(out.validation_folder->classes(), ", ")));
    }
  }
  out.train = data::DatasetHandle(*out.train_folder);
  out.validation = data::DatasetHandle(*out.validation_folder);
  return out;
}

TrainingData read_table(const DataOptions& options) {
  const auto open = [&](const std::string& path, const std::string& task) {
    return data::CsvDataset(path, {options.target, separator_of(path), task});
  };
  const data::CsvDataset all = open(options.data, options.task);
  TrainingData out;
  if (all.classes().size() == 1) {
    throw lamina::FileError(fmt::format("{}: expected rows of at least two classes, got '{}' alone",
                                        options.data, all.classes()[0]))
        .detail("file", options.data)
        .detail("target", all.target())
        .help("add rows of another class, or name another column with --target");
  }
  out.classes = all.classes(), out.features = all.features(), out.target = all.target();
  if (options.validation.empty()) {
    auto [train, rest] = all.rows().split(1 - options.validation_split, {.seed = options.seed});
    out.train = data::DatasetHandle(std::move(train));
    out.validation = data::DatasetHandle(std::move(rest));
    return out;
  }
  const data::CsvDataset other =
      open(options.validation, all.classes().empty() ? "regression" : "classification");
  if (other.features() != all.features() || other.classes() != all.classes()) {
    throw lamina::FileError(
        fmt::format("{} has other columns or words than {}", options.validation, options.data))
        .detail(options.data, fmt::format("{}", fmt::join(all.features(), ", ")))
        .detail(options.validation, fmt::format("{}", fmt::join(other.features(), ", ")));
  }
  out.train = data::DatasetHandle(all.rows());
  out.validation = data::DatasetHandle(other.rows());
  return out;
}

}  // namespace

bool is_table(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  std::error_code ignored;
  return (ending == ".csv" || ending == ".tsv" || ending == ".txt") &&
         !std::filesystem::is_directory(path, ignored);
}

char separator_of(const std::string& path) { return path.ends_with(".tsv") ? '\t' : ','; }

std::vector<std::string> augmentations() { return {"none", "shift", "flip", "crop", "strong"}; }

data::Transforms plain_transforms(int64_t side) {
  return {data::Resize({side, side}), data::ToFloat()};
}

TrainingData read_training_data(const DataOptions& options) {
  if (!is_table(options.data)) return read_pictures(options);
  TrainingData table = read_table(options);
  if (table.train->size() < 2) {
    throw lamina::FileError(options.data + ": one example is too few to learn from")
        .detail("file", options.data)
        .help("add rows");
  }
  return table;
}

}  // namespace cli
