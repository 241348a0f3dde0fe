#include "lamina/data/image_dataset.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "lamina/base/cpu_count.h"
#include "lamina/base/error.h"
#include "lamina/core/allocator.h"
#include "lamina/data/rows.h"
#include "lamina/data/stopping.h"
#include "lamina/io/jpeg.h"

namespace lamina::data {

// Shared by copies of a dataset: what was skipped, and the pictures that are kept.
struct ImageDataset::Memory {
  std::mutex mutex;
  std::map<int64_t, SkippedExample> skipped;
  std::map<int64_t, std::shared_ptr<const Sample>> kept;
  uint64_t kept_bytes = 0, most_bytes = 0;
};

ImageDataset::ImageDataset(ImageOptions options)
    : options_(std::move(options)), memory_(std::make_shared<Memory>()) {
  if (options_.channels != 1 && options_.channels != 3) {
    throw ValueError(text("expected pictures with 1 or 3 channels, got ", options_.channels));
  }
  if (options_.on_error != "raise" && options_.on_error != "skip") {
    throw ValueError(
        text("on_error: expected \"raise\" or \"skip\", got \"", options_.on_error, "\""));
  }
  if (!(options_.reducing_gap == 0 || options_.reducing_gap >= 1)) {
    throw ValueError(text("reducing_gap: expected 0 or at least 1, got ", options_.reducing_gap));
  }
  if (options_.max_pixels < 1) {
    throw ValueError(text("max_pixels: expected at least 1, got ", options_.max_pixels));
  }
  if (options_.cache_bytes < -1) {
    throw ValueError(text("cache_bytes: expected 0 or more, or -1, got ", options_.cache_bytes));
  }
  memory_->most_bytes = options_.cache_bytes >= 0 ? static_cast<uint64_t>(options_.cache_bytes)
                                                  : memory_statistics().limit / 2;
  check_order(options_.transforms);
  while (fixed_ < options_.transforms.size() && !options_.transforms[fixed_]->is_random()) ++fixed_;
}

int ImageDataset::workers() const { return available_processors(); }

bool ImageDataset::left_out(int64_t index) const {
  if (options_.on_error == "raise") return false;
  const std::lock_guard lock(memory_->mutex);
  return memory_->skipped.contains(index);
}

std::vector<SkippedExample> ImageDataset::skipped() const {
  const std::lock_guard lock(memory_->mutex);
  std::vector<SkippedExample> out;
  for (const auto& [index, example] : memory_->skipped) out.push_back(example);
  return out;
}

namespace {

// The greatest reduction that keeps `gap` times the pixels that are asked for.
int reduction(const Window& window, double gap) {
  if (gap == 0) return 1;
  for (int factor : {8, 4, 2}) {
    const double wide = factor * gap;
    if (static_cast<double>(window.width) >= wide * static_cast<double>(window.out_width) &&
        static_cast<double>(window.height) >= wide * static_cast<double>(window.out_height)) {
      return factor;
    }
  }
  return 1;
}

// Decodes no more of a JPEG than the window and the size that it is going to have.
io::Picture decode_window(io::JpegReader& image, const Window& window, double gap) {
  const io::PictureSize size = image.size();
  const int factor = reduction(window, gap);
  const auto down = [&](int64_t v) { return v / factor; };
  const auto up = [&](int64_t v) { return (v + factor - 1) / factor; };
  io::PictureRegion region{down(window.left), down(window.top), 0, 0};
  region.width = std::min(up(size.width), up(window.left + window.width)) - region.x;
  region.height = std::min(up(size.height), up(window.top + window.height)) - region.y;
  io::Picture part = image.read(factor, region);
  if (window.out_height == window.height && window.out_width == window.width) return part;
  const double f = factor;
  const Box box{static_cast<double>(window.left) / f - static_cast<double>(region.x),
                static_cast<double>(window.top) / f - static_cast<double>(region.y),
                std::min(static_cast<double>(window.width) / f, static_cast<double>(part.width)),
                std::min(static_cast<double>(window.height) / f, static_cast<double>(part.height))};
  return resample(part, box, window.out_height, window.out_width, window.interpolation);
}

}  // namespace

// Returns how many transforms are done with it.
size_t ImageDataset::decode(const EncodedImage& image, RandomChoices& random,
                            Sample& sample) const {
  const io::PictureLimits limits{static_cast<uint64_t>(options_.max_pixels)};
  size_t done = 0;
  if (image.picture) {
    sample.picture = *image.picture;
  } else if (io::picture_kind(image.bytes) == io::PictureKind::kJpeg &&
             !options_.transforms.empty()) {
    io::JpegReader jpeg(image.bytes, image.name, limits);
    const io::PictureSize size = jpeg.size();
    const auto window = options_.transforms[0]->window(size.height, size.width, random);
    done = window.has_value();
    sample.picture = window ? decode_window(jpeg, *window, options_.reducing_gap) : jpeg.read();
  } else {
    sample.picture = io::parse_picture(image.bytes, image.name, limits);
  }
  sample.picture = io::with_channels(std::move(sample.picture), options_.channels);
  return done;
}

void ImageDataset::load(int64_t index, RandomChoices& random, Sample& sample) const {
  const Transforms& transforms = options_.transforms;
  if (!options_.cache) {
    size_t done = decode(encoded(index), random, sample);
    for (; done < transforms.size(); ++done) transforms[done]->apply(sample, random);
    return;
  }
  if (const auto before = kept(index)) {
    sample = *before;
  } else {
    load_fixed(index, sample);
    keep(index, sample);
  }
  for (size_t i = fixed_; i < transforms.size(); ++i) transforms[i]->apply(sample, random);
}

// As it is before the first random transform.
void ImageDataset::load_fixed(int64_t index, Sample& sample) const {
  RandomChoices none(0, 0, 0);
  size_t done = 0;
  if (fixed_ > 0) {
    done = decode(encoded(index), none, sample);
  } else {
    const EncodedImage image = encoded(index);
    sample.picture = image.picture
                         ? *image.picture
                         : io::parse_picture(image.bytes, image.name,
                                             {static_cast<uint64_t>(options_.max_pixels)});
    sample.picture = io::with_channels(std::move(sample.picture), options_.channels);
  }
  for (; done < fixed_; ++done) options_.transforms[done]->apply(sample, none);
}

std::shared_ptr<const Sample> ImageDataset::kept(int64_t index) const {
  const std::lock_guard lock(memory_->mutex);
  const auto found = memory_->kept.find(index);
  return found == memory_->kept.end() ? nullptr : found->second;
}

// As long as there is room: a picture that is not kept is decoded again.
void ImageDataset::keep(int64_t index, const Sample& sample) const {
  const uint64_t bytes = sizeof(Sample) + sample.picture.pixels.size() +
                         sample.values.size() * sizeof(sample.values[0]);
  {
    const std::lock_guard lock(memory_->mutex);
    if (memory_->kept_bytes + bytes > memory_->most_bytes) return;
    memory_->kept_bytes += bytes;
  }
  try {
    auto copy = std::make_shared<const Sample>(sample);
    const std::lock_guard lock(memory_->mutex);
    if (memory_->kept.emplace(index, std::move(copy)).second) return;
  } catch (const std::bad_alloc&) {
  }
  const std::lock_guard lock(memory_->mutex);  // another thread was first, or memory ran out
  memory_->kept_bytes -= bytes;
}

int64_t ImageDataset::cached_bytes() const {
  const std::lock_guard lock(memory_->mutex);
  return static_cast<int64_t>(memory_->kept_bytes);
}

// False where the picture cannot be read and such are left out.
bool ImageDataset::read(int64_t index, Draw draw, Sample& sample) const {
  if (left_out(index)) return false;
  RandomChoices random(draw.seed, draw.epoch, static_cast<uint64_t>(index));
  try {
    load(index, random, sample);
    return true;
  } catch (const FileError& error) {
    if (options_.on_error == "raise") throw;
    const std::lock_guard lock(memory_->mutex);
    memory_->skipped.try_emplace(index, SkippedExample{index, name(index), error.message()});
    return false;
  }
}

Batch ImageDataset::draw(std::span<const int64_t> indices, Draw draw) const {
  std::optional<NewArray> x;
  std::vector<int64_t> labels, from;
  size_t bytes = 0;
  Sample first, sample;  // the memory of one serves the next
  for (int64_t index : indices) {
    check_stop();
    if (index < 0 || index >= size()) {
      throw IndexError(text("expected numbers of examples in [0, ", size(), "), got ", index));
    }
    sample.is_float = false;
    if (!read(index, draw, sample)) continue;
    const io::Picture& p = sample.picture;
    if (!x) {
      const DType dtype = sample.is_float ? float32 : uint8;
      x.emplace(dtype, Shape{static_cast<int64_t>(indices.size()), p.channels, p.height, p.width});
      bytes = static_cast<size_t>(p.channels * p.height * p.width) * size_of(dtype);
      first.picture.height = p.height, first.picture.width = p.width,
      first.picture.channels = p.channels;
    } else if (p.height != first.picture.height || p.width != first.picture.width ||
               p.channels != first.picture.channels) {
      throw ShapeError("expected pictures of one size in a batch")
          .detail(name(from[0]), text(first.picture.height, " x ", first.picture.width))
          .detail(name(index), text(p.height, " x ", p.width))
          .help("add Resize((height, width)), CenterCrop or RandomResizedCrop to transforms");
    }
    std::byte* row = x->data() + labels.size() * bytes;
    if (sample.is_float) {
      std::memcpy(row, sample.values.data(), bytes);
    } else {
      auto* out = reinterpret_cast<uint8_t*>(row);
      const auto channels = static_cast<size_t>(p.channels), count = p.pixels.size() / channels;
      for (size_t c = 0; c < channels; ++c) {
        for (size_t i = 0; i < count; ++i) out[c * count + i] = p.pixels[i * channels + c];
      }
    }
    labels.push_back(label(index));
    from.push_back(index);
  }
  if (labels.empty()) return {};
  x->shape[0] = static_cast<int64_t>(labels.size());  // the rest of the memory stays unused
  NewArray y(int64, Shape{static_cast<int64_t>(labels.size())});
  std::memcpy(y.data(), labels.data(), labels.size() * sizeof(int64_t));
  return {std::move(*x).done(), std::move(y).done()};
}

}  // namespace lamina::data
