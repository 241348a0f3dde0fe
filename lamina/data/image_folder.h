// ImageFolder: a folder with one sub-folder of pictures for each class.
//
//   flowers/daisy/1.jpg  flowers/daisy/2.png  flowers/rose/1.jpg ..
//
//   data::ImageFolder all("flowers", {.transforms = {data::Resize({64, 64}), data::ToFloat()}});
//   auto [train, test] = all.split(0.8, {.seed = 0});
//   all.classes();   // {"daisy", "rose"}: sorted; a label is the place in this list
//
// JPEG, PNG and WebP are read, in sub-folders too. A transform that keeps a part of a picture, or makes it
// smaller, saves decoding the rest.
#pragma once

#include <utility>

#include "lamina/data/array_dataset.h"
#include "lamina/data/image_dataset.h"

namespace lamina::data {

struct ImageFile {
  std::string path;
  int64_t label = 0;
};

class ImageFolder : public ImageDataset {
 public:
  // FileError where there is no folder, no sub-folder, or one without pictures.
  explicit ImageFolder(const std::string& path, ImageOptions options = {});

  int64_t size() const override { return static_cast<int64_t>(files_->size()); }
  std::string name(int64_t index) const override { return file(index).path; }
  int64_t label(int64_t index) const override { return file(index).label; }
  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<ImageFile>& files() const { return *files_; }

  // The first part has floor(fraction x size) examples. ValueError when a part would be empty.
  std::pair<ImageFolder, ImageFolder> split(double fraction, SplitOptions options = {}) const;
  ImageFolder with_transforms(Transforms transforms) const;  // the same pictures, treated otherwise

 protected:
  EncodedImage encoded(int64_t index) const override;

 private:
  ImageFolder(std::vector<std::string> classes, std::vector<ImageFile> files, ImageOptions options);
  const ImageFile& file(int64_t index) const { return files_->at(static_cast<size_t>(index)); }

  std::vector<std::string> classes_;
  std::shared_ptr<const std::vector<ImageFile>> files_;
};

}  // namespace lamina::data
