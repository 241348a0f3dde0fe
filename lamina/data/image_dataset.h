// ImageDataset: pictures that are decoded and transformed when they are asked for. Its subclasses say
// where the files' bytes come from: image_folder.h, image_records.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lamina/data/dataset.h"
#include "lamina/data/transform.h"
#include "lamina/io/file.h"

namespace lamina::data {

struct ImageOptions {
  Transforms transforms = {};
  int64_t channels = 3;            // 1: grey
  std::string on_error = "raise";  // "skip" leaves out pictures that cannot be read, and notes them
  bool cache = false;  // keeps decoded pictures in memory, before the first random transform
  int64_t max_pixels = 1 << 26;
  // A JPEG that is going to be made smaller is decoded at a half, quarter or eighth of its size, as long
  // as that is this many times what is kept of it (Pillow's reducing_gap); 0: never.
  double reducing_gap = 2;
  // Bytes that `cache` may take; -1: half of what arrays may (core/allocator.h). Pictures beyond them are
  // decoded each time.
  int64_t cache_bytes = -1;
};

// A picture that was left out.
struct SkippedExample {
  int64_t index = 0;
  std::string name, reason;
};

// A file's bytes, and what keeps them in memory.
struct EncodedImage {
  std::span<const std::byte> bytes;
  std::optional<io::MappedFile> file;
  std::vector<std::byte> owned;
  std::optional<io::Picture> picture;  // of a record that holds plain pixels
  std::string name;
};

class ImageDataset : public Dataset {
 public:
  // x: uint8 [N, channels, height, width], float32 after ToFloat or Normalize; y: int64 [N].
  Batch get(std::span<const int64_t> indices) const override { return draw(indices, {}); }
  Batch draw(std::span<const int64_t> indices, Draw draw) const override;
  bool left_out(int64_t index) const override;
  int workers() const override;

  virtual std::string name(
      int64_t index) const = 0;  // of the picture: its path, or file and record
  virtual int64_t label(int64_t index) const = 0;
  const Transforms& transforms() const { return options_.transforms; }
  std::vector<SkippedExample> skipped() const;  // so far, in the order of their numbers
  int64_t cached_bytes() const;                 // that kept pictures take

 protected:
  explicit ImageDataset(ImageOptions options);
  virtual EncodedImage encoded(int64_t index) const = 0;
  const ImageOptions& options() const { return options_; }

 private:
  struct Memory;
  bool read(int64_t index, Draw draw, Sample& sample) const;
  void load(int64_t index, RandomChoices& random, Sample& sample) const;
  void load_fixed(int64_t index, Sample& sample) const;
  std::shared_ptr<const Sample> kept(int64_t index) const;
  void keep(int64_t index, const Sample& sample) const;
  size_t decode(const EncodedImage& image, RandomChoices& random, Sample& sample) const;

  ImageOptions options_;
  size_t fixed_ = 0;  // transforms before the first random one
  std::shared_ptr<Memory> memory_;
};

}  // namespace lamina::data
