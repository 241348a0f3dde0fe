#include "lamina/data/image_folder.h"

#include <algorithm>
#include <filesystem>

#include "lamina/base/error.h"
#include "lamina/data/permutation.h"
#include "lamina/io/errors.h"

namespace lamina::data {

namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;  // links may lead in circles

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->path().filename().string().starts_with('.')) found.push_back(at->path());
  }
  if (failed) throw io::system_error("list", folder.string(), failed.value());
  std::sort(found.begin(), found.end());
  return found;
}

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".webp";
}

void collect(const fs::path& folder, int64_t label, int depth, std::vector<ImageFile>& files) {
  if (depth == kDeepest) return;
  for (const fs::path& path : entries(folder)) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      collect(path, label, depth + 1, files);
    } else if (is_picture(path)) {
      files.push_back({path.string(), label});
    }
  }
}

FileError bad_folder(const std::string& path, std::string got, std::string expected,
                     std::string help) {
  return FileError(text(path, " is not a folder of pictures"))
      .detail("file", path)
      .detail("got", std::move(got))
      .detail("expected", std::move(expected))
      .help(std::move(help));
}

}  // namespace

ImageFolder::ImageFolder(const std::string& path, ImageOptions options)
    : ImageDataset(std::move(options)) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    if (!fs::exists(path, failed)) throw io::system_error("open", path, ENOENT);
    throw bad_folder(path, "a file", "a folder with a sub-folder for each class",
                     "name the folder");
  }
  std::vector<ImageFile> files;
  bool loose = false;
  for (const fs::path& folder : entries(path)) {
    if (!fs::is_directory(folder, failed)) {
      loose = loose || is_picture(folder);
      continue;
    }
    const size_t before = files.size();
    collect(folder, static_cast<int64_t>(classes_.size()), 0, files);
    if (files.size() == before) {
      throw bad_folder(folder.string(), "no picture in it", ".jpg, .jpeg, .png or .webp files",
                       "add pictures of this class, or remove the folder");
    }
    classes_.push_back(folder.filename().string());
  }
  if (classes_.empty()) {
    throw bad_folder(path, loose ? "pictures without sub-folders" : "no sub-folder",
                     "a sub-folder of pictures for each class",
                     text("move the pictures into ", path, "/NAME_OF_THE_CLASS/"));
  }
  files_ = std::make_shared<const std::vector<ImageFile>>(std::move(files));
}

ImageFolder::ImageFolder(std::vector<std::string> classes, std::vector<ImageFile> files,
                         ImageOptions options)
    : ImageDataset(std::move(options)),
      classes_(std::move(classes)),
      files_(std::make_shared<const std::vector<ImageFile>>(std::move(files))) {}

EncodedImage ImageFolder::encoded(int64_t index) const {
  EncodedImage image;
  image.name = file(index).path;
  // Not mapped: a file that another program makes shorter meanwhile would end this one.
  image.owned = io::read_file(image.name);
  if (image.owned.empty()) throw io::empty_file(image.name);
  image.bytes = image.owned;
  return image;
}

std::pair<ImageFolder, ImageFolder> ImageFolder::split(double fraction,
                                                       SplitOptions options) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw ValueError(text("split: expected a fraction between 0 and 1, got ", fraction));
  }
  const auto first = static_cast<size_t>(fraction * static_cast<double>(size()));
  if (first == 0 || first == files_->size()) {
    throw ValueError(text("split: ", fraction, " of ", size(), " examples leaves one part empty"));
  }
  const std::vector<int64_t> order =
      options.shuffle ? permutation(size(), options.seed, 0) : ascending(size());
  std::vector<ImageFile> parts[2];
  for (size_t i = 0; i < order.size(); ++i) parts[i >= first].push_back(file(order[i]));
  return {ImageFolder(classes_, std::move(parts[0]), this->options()),
          ImageFolder(classes_, std::move(parts[1]), this->options())};
}

ImageFolder ImageFolder::with_transforms(Transforms transforms) const {
  ImageOptions changed = options();
  changed.transforms = std::move(transforms);
  return ImageFolder(classes_, *files_, std::move(changed));
}

}  // namespace lamina::data
