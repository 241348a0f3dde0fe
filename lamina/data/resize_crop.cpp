#include <algorithm>
#include <cmath>
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/transforms.h"

namespace lamina::data {

namespace {

constexpr int64_t kLongest = 1 << 16;

ImageSize checked(ImageSize size, const char* name) {
  if (size.height < 1 || size.width < 1 || size.height > kLongest || size.width > kLongest) {
    throw ValueError(text(name, ": expected a size of 1 to ", kLongest, " pixels, got ",
                          size.height, size.is_pair ? text(" x ", size.width) : std::string()));
  }
  return size;
}

std::string size_text(const ImageSize& size) {
  return size.is_pair ? text("(", size.height, ", ", size.width, ")") : text(size.height);
}

Range checked_range(Range range, double least, const char* what) {
  if (!(range.first > least && range.first <= range.second && std::isfinite(range.second))) {
    throw ValueError(text("RandomResizedCrop: expected ", what, " as two numbers above ", least,
                          ", the smaller one first, got (", range.first, ", ", range.second, ")"));
  }
  return range;
}

io::Picture padded(const io::Picture& in, int64_t top, int64_t left, int64_t height,
                   int64_t width) {
  io::Picture out{width, height, in.channels, {}};
  out.pixels.resize(static_cast<size_t>(width * height * in.channels));
  const auto row = static_cast<size_t>(in.width * in.channels);
  for (int64_t y = 0; y < in.height; ++y) {
    std::memcpy(&out.pixels[static_cast<size_t>(((y + top) * width + left) * in.channels)],
                &in.pixels[static_cast<size_t>(y) * row], row);
  }
  return out;
}

}  // namespace

Resize::Resize(ImageSize size, std::string_view interpolation)
    : size_(checked(size, "Resize")), interpolation_(data::interpolation(interpolation)) {}

std::optional<Window> Resize::window(int64_t height, int64_t width, RandomChoices&) const {
  Window window{0, 0, height, width, size_.height, size_.width, interpolation_};
  if (!size_.is_pair) {
    const auto longer = [&](int64_t other, int64_t shorter) {
      return std::clamp<int64_t>(
          static_cast<int64_t>(static_cast<double>(size_.height) * static_cast<double>(other) /
                               static_cast<double>(shorter)),
          1, kLongest);
    };
    if (width <= height) {
      window.out_height = longer(height, width);
    } else {
      window.out_width = longer(width, height);
    }
  }
  return window;
}

void Resize::apply(Sample& sample, RandomChoices& random) const {
  sample.picture =
      through(sample.picture, *window(sample.picture.height, sample.picture.width, random));
}

std::string Resize::description() const { return text("Resize(", size_text(size_), ")"); }

CenterCrop::CenterCrop(ImageSize size) : size_(checked(size, "CenterCrop")) {}

std::optional<Window> CenterCrop::window(int64_t height, int64_t width, RandomChoices&) const {
  if (size_.height > height || size_.width > width) return std::nullopt;
  const auto half = [](int64_t space) {  // as Python rounds: halves to the even number
    return static_cast<int64_t>(std::nearbyint(static_cast<double>(space) / 2));
  };
  return Window{half(height - size_.height),
                half(width - size_.width),
                size_.height,
                size_.width,
                size_.height,
                size_.width};
}

void CenterCrop::apply(Sample& sample, RandomChoices& random) const {
  io::Picture& p = sample.picture;
  const int64_t height = std::max(p.height, size_.height), width = std::max(p.width, size_.width);
  if (height != p.height || width != p.width) {
    p = padded(p, (height - p.height) / 2, (width - p.width) / 2, height, width);
  }
  p = through(p, *window(p.height, p.width, random));
}

std::string CenterCrop::description() const { return text("CenterCrop(", size_text(size_), ")"); }

RandomCrop::RandomCrop(ImageSize size, RandomCropOptions options)
    : size_(checked(size, "RandomCrop")), options_(options) {
  if (options_.padding < 0 || options_.padding > kLongest) {
    throw ValueError(
        text("RandomCrop: expected padding of 0 to ", kLongest, ", got ", options_.padding));
  }
}

// Without padding it is one window, and the rest of the picture need not be decoded.
std::optional<Window> RandomCrop::window(int64_t height, int64_t width,
                                         RandomChoices& random) const {
  if (options_.padding > 0 || height < size_.height || width < size_.width) return std::nullopt;
  Window window;
  window.top = random.below(height - size_.height + 1);
  window.left = random.below(width - size_.width + 1);
  window.height = window.out_height = size_.height;
  window.width = window.out_width = size_.width;
  return window;
}

void RandomCrop::apply(Sample& sample, RandomChoices& random) const {
  io::Picture& p = sample.picture;
  int64_t top = options_.padding, left = options_.padding;
  int64_t height = p.height + 2 * top, width = p.width + 2 * left;
  if (options_.pad_if_needed && height < size_.height) {
    top += size_.height - height, height += 2 * (size_.height - height);
  }
  if (options_.pad_if_needed && width < size_.width) {
    left += size_.width - width, width += 2 * (size_.width - width);
  }
  if (height < size_.height || width < size_.width) {
    throw ValueError(text("RandomCrop: expected a picture of at least ", size_.height, " x ",
                          size_.width, " pixels, got ", p.height, " x ", p.width))
        .help("resize it before, or pad_if_needed = true");
  }
  if (height != p.height || width != p.width) p = padded(p, top, left, height, width);
  const int64_t y = random.below(height - size_.height + 1),
                x = random.below(width - size_.width + 1);
  p = cropped(p, y, x, size_.height, size_.width);
}

std::string RandomCrop::description() const {
  return text("RandomCrop(", size_text(size_), ", padding=", options_.padding, ")");
}

RandomResizedCrop::RandomResizedCrop(ImageSize size, RandomResizedCropOptions options)
    : size_(checked(size, "RandomResizedCrop")),
      options_(std::move(options)),
      interpolation_(data::interpolation(options_.interpolation)) {
  checked_range(options_.scale, 0, "scale");
  checked_range(options_.ratio, 0, "ratio");
}

// Ten tries; then the largest part of the middle whose proportion is within the range.
std::optional<Window> RandomResizedCrop::window(int64_t height, int64_t width,
                                                RandomChoices& random) const {
  const auto area = static_cast<double>(height) * static_cast<double>(width);
  Window window{0, 0, height, width, size_.height, size_.width, interpolation_};
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double target = area * random.uniform(options_.scale.first, options_.scale.second);
    const double ratio =
        std::exp(random.uniform(std::log(options_.ratio.first), std::log(options_.ratio.second)));
    const double w = std::nearbyint(std::sqrt(target * ratio)),
                 h = std::nearbyint(std::sqrt(target / ratio));
    if (w < 1 || h < 1 || w > static_cast<double>(width) || h > static_cast<double>(height))
      continue;
    window.width = static_cast<int64_t>(w), window.height = static_cast<int64_t>(h);
    window.top = random.below(height - window.height + 1);
    window.left = random.below(width - window.width + 1);
    return window;
  }
  const double ratio = static_cast<double>(width) / static_cast<double>(height);
  if (ratio < options_.ratio.first) {
    window.height =
        static_cast<int64_t>(std::nearbyint(static_cast<double>(width) / options_.ratio.first));
  } else if (ratio > options_.ratio.second) {
    window.width =
        static_cast<int64_t>(std::nearbyint(static_cast<double>(height) * options_.ratio.second));
  }
  window.height = std::clamp<int64_t>(window.height, 1, height);
  window.width = std::clamp<int64_t>(window.width, 1, width);
  window.top = (height - window.height) / 2;
  window.left = (width - window.width) / 2;
  return window;
}

void RandomResizedCrop::apply(Sample& sample, RandomChoices& random) const {
  sample.picture =
      through(sample.picture, *window(sample.picture.height, sample.picture.width, random));
}

std::string RandomResizedCrop::description() const {
  return text("RandomResizedCrop(", size_text(size_), ")");
}

}  // namespace lamina::data
