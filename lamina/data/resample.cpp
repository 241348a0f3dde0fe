// The filters, their placement and the order of the two passes are those of Pillow's Resample.c,
// which rounds between the passes. The filters that have no negative weights combine rows first here,
// into floats that are not rounded, which is faster: the two may then differ by one level. Of the
// others Pillow also cuts off what lies outside of 0 .. 255, so they go in its order and in its
// integers: to the bit.
#include "lamina/data/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/pixel_kernels.h"

namespace lamina::data {

namespace {

double bilinear(double x) { return std::max(0.0, 1 - std::abs(x)); }

double bicubic(double x) {  // Keys 1981, a = -1/2
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}
double lanczos(double x) { return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

struct Filter {
  double (*weight)(double);
  double support;
};
Filter filter_of(Interpolation kind) {
  switch (kind) {
    case Interpolation::kBicubic:
      return {bicubic, 2};
    case Interpolation::kLanczos:
      return {lanczos, 3};
    default:
      return {bilinear, 1};
  }
}

constexpr int kFixedBits = 22;

// For each output: where its inputs begin, how many there are, and what each counts.
struct Taps {
  std::vector<int32_t> starts, counts;
  std::vector<float> weights;
  std::vector<int32_t> fixed;  // the same as integers, times 2^22
  size_t most = 0;
};

Taps nearest_taps(int64_t in, double from, double size, int64_t out) {
  Taps taps;
  taps.most = 1;
  // Added up like this, the same of two equally near pixels is taken.
  const double scale = size / static_cast<double>(out);
  double at = from + scale * 0.5;
  for (int64_t i = 0; i < out; ++i, at += scale) {
    taps.starts.push_back(
        static_cast<int32_t>(std::clamp<int64_t>(static_cast<int64_t>(at), 0, in - 1)));
    taps.counts.push_back(1);
    taps.weights.push_back(1);
  }
  return taps;
}

Taps make_taps(int64_t in, double from, double size, int64_t out, Interpolation kind) {
  if (kind == Interpolation::kNearest) return nearest_taps(in, from, size, out);
  const Filter filter = filter_of(kind);
  const double scale = size / static_cast<double>(out), wide = std::max(scale, 1.0);
  const double support = filter.support * wide;
  Taps taps;
  taps.most = static_cast<size_t>(std::ceil(support)) * 2 + 1;
  taps.weights.resize(static_cast<size_t>(out) * taps.most);
  taps.fixed.resize(taps.weights.size());
  std::vector<double> row(taps.most);
  for (int64_t i = 0; i < out; ++i) {
    const double centre = from + (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(centre - support + 0.5));
    const auto last = std::min<int64_t>(in, static_cast<int64_t>(centre + support + 0.5));
    const auto count = static_cast<size_t>(std::max<int64_t>(last - first, 1));
    double sum = 0;
    for (size_t k = 0; k < count; ++k) {
      row[k] = filter.weight((static_cast<double>(first) + static_cast<double>(k) - centre + 0.5) /
                             wide);
      sum += row[k];
    }
    for (size_t k = 0; k < count; ++k) {
      const double weight = sum == 0 ? 1.0 / static_cast<double>(count) : row[k] * (1 / sum);
      const size_t at = static_cast<size_t>(i) * taps.most + k;
      taps.weights[at] = static_cast<float>(weight);
      taps.fixed[at] = static_cast<int32_t>(std::lround(weight * (1 << kFixedBits)));
    }
    taps.starts.push_back(static_cast<int32_t>(std::min(first, in - static_cast<int64_t>(count))));
    taps.counts.push_back(static_cast<int32_t>(count));
  }
  return taps;
}

struct Lines {
  explicit Lines(const io::Picture& picture)
      : channels(static_cast<size_t>(picture.channels)),
        width(static_cast<size_t>(picture.width)),
        size(width * channels) {}
  size_t channels, width, size;
};

void combine_columns(const float* in, const Lines& out, const Taps& taps, uint8_t* to) {
  weighted_columns(in, out.channels, taps.starts.data(), taps.weights.data(), taps.counts.data(),
                   taps.most, out.width, to);
}

io::Picture empty_picture(int64_t width, int64_t height, int64_t channels) {
  io::Picture out{width, height, channels, {}};
  out.pixels.resize(static_cast<size_t>(width * height * channels));
  return out;
}

io::Picture in_floats(const io::Picture& picture, const Taps& rows, const Taps& columns,
                      int64_t height, int64_t width) {
  io::Picture out = empty_picture(width, height, picture.channels);
  const Lines from(picture), to(out);
  std::vector<float> between(from.size + 4);
  for (size_t y = 0; y < static_cast<size_t>(height); ++y) {
    weighted_rows(&picture.pixels[static_cast<size_t>(rows.starts[y]) * from.size], from.size,
                  &rows.weights[y * rows.most], static_cast<size_t>(rows.counts[y]), from.size,
                  between.data());
    combine_columns(between.data(), to, columns, &out.pixels[y * to.size]);
  }
  return out;
}

uint8_t from_fixed(int32_t sum) {
  return static_cast<uint8_t>(std::clamp((sum + (1 << (kFixedBits - 1))) >> kFixedBits, 0, 255));
}

io::Picture combined_columns(const io::Picture& picture, const Taps& columns, int64_t width) {
  io::Picture out = empty_picture(width, picture.height, picture.channels);
  const Lines from(picture), to(out);
  for (size_t y = 0; y < static_cast<size_t>(picture.height); ++y) {
    for (size_t x = 0; x < to.width; ++x) {
      const auto first = static_cast<size_t>(columns.starts[x]);
      const uint8_t* in = &picture.pixels[y * from.size + first * from.channels];
      for (size_t c = 0; c < to.channels; ++c) {
        int32_t sum = 0;
        for (size_t k = 0; k < static_cast<size_t>(columns.counts[x]); ++k) {
          sum += in[k * to.channels + c] * columns.fixed[x * columns.most + k];
        }
        out.pixels[y * to.size + x * to.channels + c] = from_fixed(sum);
      }
    }
  }
  return out;
}

io::Picture combined_rows(const io::Picture& picture, const Taps& rows, int64_t height) {
  io::Picture out = empty_picture(picture.width, height, picture.channels);
  const Lines lines(picture);
  std::vector<int32_t> line(lines.size);
  for (size_t y = 0; y < static_cast<size_t>(height); ++y) {
    std::fill(line.begin(), line.end(), 0);
    for (size_t k = 0; k < static_cast<size_t>(rows.counts[y]); ++k) {
      const uint8_t* in = &picture.pixels[(static_cast<size_t>(rows.starts[y]) + k) * lines.size];
      const int32_t weight = rows.fixed[y * rows.most + k];
      for (size_t i = 0; i < lines.size; ++i) line[i] += in[i] * weight;
    }
    for (size_t i = 0; i < lines.size; ++i) out.pixels[y * lines.size + i] = from_fixed(line[i]);
  }
  return out;
}

io::Picture in_integers(const io::Picture& picture, const Taps& rows, const Taps& columns,
                        int64_t height, int64_t width) {
  // Pillow 13 combines rows first where these make more of the picture go away.
  const int64_t fewer_rows = picture.height - height, fewer_columns = picture.width - width;
  if (fewer_rows > 0 && fewer_rows > 2 * fewer_columns) {
    return combined_columns(combined_rows(picture, rows, height), columns, width);
  }
  return combined_rows(combined_columns(picture, columns, width), rows, height);
}

}  // namespace

Interpolation interpolation(std::string_view name) {
  if (name == "nearest") return Interpolation::kNearest;
  if (name == "bilinear") return Interpolation::kBilinear;
  if (name == "bicubic") return Interpolation::kBicubic;
  if (name == "lanczos") return Interpolation::kLanczos;
  throw ValueError(
      text("expected an interpolation of \"nearest\", \"bilinear\", \"bicubic\" or "
           "\"lanczos\", got \"",
           name, "\""));
}

io::Picture resample(const io::Picture& picture, const Box& box, int64_t height, int64_t width,
                     Interpolation filter) {
  const auto in_width = static_cast<double>(picture.width),
             in_height = static_cast<double>(picture.height);
  const bool whole = box.x == 0 && box.y == 0 && box.width == in_width && box.height == in_height;
  if (whole && height == picture.height && width == picture.width) return picture;
  const Taps rows = make_taps(picture.height, box.y, box.height, height, filter);
  const Taps columns = make_taps(picture.width, box.x, box.width, width, filter);
  const bool overshoots = filter == Interpolation::kBicubic || filter == Interpolation::kLanczos;
  return overshoots ? in_integers(picture, rows, columns, height, width)
                    : in_floats(picture, rows, columns, height, width);
}

io::Picture cropped(const io::Picture& picture, int64_t top, int64_t left, int64_t height,
                    int64_t width) {
  if (top == 0 && left == 0 && height == picture.height && width == picture.width) return picture;
  io::Picture out{width, height, picture.channels, {}};
  const auto row = static_cast<size_t>(width * picture.channels);
  out.pixels.resize(row * static_cast<size_t>(height));
  for (int64_t y = 0; y < height; ++y) {
    std::memcpy(
        &out.pixels[static_cast<size_t>(y) * row],
        &picture.pixels[static_cast<size_t>(((top + y) * picture.width + left) * picture.channels)],
        row);
  }
  return out;
}

io::Picture warped(const io::Picture& picture, const Affine& affine, Interpolation filter,
                   uint8_t fill) {
  io::Picture out{picture.width, picture.height, picture.channels, {}};
  out.pixels.resize(picture.pixels.size(), fill);
  const auto channels = static_cast<size_t>(picture.channels);
  const auto pixel = [&](int64_t x, int64_t y, size_t c) {
    return static_cast<double>(
        picture.pixels[static_cast<size_t>(y * picture.width + x) * channels + c]);
  };
  uint8_t* target = out.pixels.data();
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x, target += channels) {
      const double cx = static_cast<double>(x) + 0.5, cy = static_cast<double>(y) + 0.5;
      const double u = affine.a * cx + affine.b * cy + affine.c;
      const double v = affine.d * cx + affine.e * cy + affine.f;
      if (!(u >= 0 && v >= 0 && u < static_cast<double>(picture.width) &&
            v < static_cast<double>(picture.height))) {
        continue;
      }
      if (filter == Interpolation::kNearest) {
        for (size_t c = 0; c < channels; ++c) {
          target[c] =
              static_cast<uint8_t>(pixel(static_cast<int64_t>(u), static_cast<int64_t>(v), c));
        }
        continue;
      }
      const double su = std::max(u - 0.5, 0.0), sv = std::max(v - 0.5, 0.0);
      const auto x0 = static_cast<int64_t>(su), y0 = static_cast<int64_t>(sv);
      const int64_t x1 = std::min(x0 + 1, picture.width - 1),
                    y1 = std::min(y0 + 1, picture.height - 1);
      const double fu = su - static_cast<double>(x0), fv = sv - static_cast<double>(y0);
      for (size_t c = 0; c < channels; ++c) {
        const double above = pixel(x0, y0, c) * (1 - fu) + pixel(x1, y0, c) * fu;
        const double below = pixel(x0, y1, c) * (1 - fu) + pixel(x1, y1, c) * fu;
        target[c] = static_cast<uint8_t>(above * (1 - fv) + below * fv + 0.5);
      }
    }
  }
  return out;
}

}  // namespace lamina::data
