#include "lamina/data/colours.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lamina::data {

namespace {

// Pillow cuts the fraction off here.
uint8_t blend(double from, double to, double factor) {
  return static_cast<uint8_t>(std::clamp(from + factor * (to - from), 0.0, 255.0));
}

int grey(const uint8_t* p, size_t channels) {
  if (channels < 3) return p[0];
  return static_cast<int>((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16);
}

using Table = std::array<uint8_t, 256>;

void map_all(io::Picture& picture, const Table& table) {
  for (uint8_t& value : picture.pixels) value = table[value];
}

// A table for each channel, made from its histogram.
template <class Make>
void map_channels(io::Picture& picture, Make make) {
  const auto channels = static_cast<size_t>(picture.channels);
  for (size_t c = 0; c < channels; ++c) {
    std::array<int64_t, 256> histogram = {};
    for (size_t i = c; i < picture.pixels.size(); i += channels) ++histogram[picture.pixels[i]];
    const Table table = make(histogram);
    for (size_t i = c; i < picture.pixels.size(); i += channels) {
      picture.pixels[i] = table[picture.pixels[i]];
    }
  }
}

void blend_with(io::Picture& picture, double from, double factor) {
  Table table;
  for (size_t v = 0; v < 256; ++v) table[v] = blend(from, static_cast<double>(v), factor);
  map_all(picture, table);
}

}  // namespace

void adjust_brightness(io::Picture& picture, double factor) { blend_with(picture, 0, factor); }

void adjust_contrast(io::Picture& picture, double factor) {
  const auto channels = static_cast<size_t>(picture.channels);
  double sum = 0;
  for (size_t i = 0; i < picture.pixels.size(); i += channels)
    sum += grey(&picture.pixels[i], channels);
  const auto count = static_cast<double>(picture.width * picture.height);
  blend_with(picture, std::floor(sum / count + 0.5), factor);
}

void adjust_saturation(io::Picture& picture, double factor) {
  const auto channels = static_cast<size_t>(picture.channels);
  if (channels < 3) return;
  for (size_t i = 0; i < picture.pixels.size(); i += channels) {
    uint8_t* p = &picture.pixels[i];
    const double level = grey(p, channels);
    for (size_t c = 0; c < 3; ++c) p[c] = blend(level, p[c], factor);
  }
}

// Pillow's SMOOTH: 1 1 1, 1 5 1, 1 1 1 over 13; the border stays.
void adjust_sharpness(io::Picture& picture, double factor) {
  const int64_t row = picture.width * picture.channels, channels = picture.channels;
  const std::vector<uint8_t> from = picture.pixels;
  for (int64_t y = 1; y + 1 < picture.height; ++y) {
    for (int64_t i = channels; i < row - channels; ++i) {
      const auto at = [&](int64_t dy, int64_t dx) {
        return static_cast<int>(from[static_cast<size_t>((y + dy) * row + i + dx * channels)]);
      };
      int sum = 4 * at(0, 0);
      for (int64_t dy = -1; dy <= 1; ++dy) sum += at(dy, -1) + at(dy, 0) + at(dy, 1);
      const double smooth = std::floor(sum / 13.0 + 0.5);
      picture.pixels[static_cast<size_t>(y * row + i)] = blend(smooth, at(0, 0), factor);
    }
  }
}

// Through hue, saturation, value (Smith 1978): the hue turns, the others stay.
void adjust_hue(io::Picture& picture, double turn) {
  const auto channels = static_cast<size_t>(picture.channels);
  if (channels < 3 || turn == 0) return;
  for (size_t i = 0; i < picture.pixels.size(); i += channels) {
    uint8_t* p = &picture.pixels[i];
    const double r = p[0], g = p[1], b = p[2];
    const double most = std::max({r, g, b}), least = std::min({r, g, b}), span = most - least;
    if (span == 0) continue;
    double hue = most == r ? (g - b) / span : most == g ? 2 + (b - r) / span : 4 + (r - g) / span;
    hue = hue / 6 + turn;
    hue = 6 * (hue - std::floor(hue));
    const auto value = [&](double shift) {
      const double k = std::fmod(shift + hue, 6.0);
      return most - span * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
    };
    p[0] = static_cast<uint8_t>(value(5) + 0.5);
    p[1] = static_cast<uint8_t>(value(3) + 0.5);
    p[2] = static_cast<uint8_t>(value(1) + 0.5);
  }
}

void posterize(io::Picture& picture, int bits) {
  const auto mask = static_cast<uint8_t>(0xff << (8 - std::clamp(bits, 0, 8)));
  for (uint8_t& value : picture.pixels) value &= mask;
}

void solarize(io::Picture& picture, int threshold) {
  Table table;
  for (int v = 0; v < 256; ++v) {
    table[static_cast<size_t>(v)] = static_cast<uint8_t>(v < threshold ? v : 255 - v);
  }
  map_all(picture, table);
}

void autocontrast(io::Picture& picture) {
  map_channels(picture, [](const std::array<int64_t, 256>& histogram) {
    int low = 0, high = 255;
    while (low < 255 && histogram[static_cast<size_t>(low)] == 0) ++low;
    while (high > 0 && histogram[static_cast<size_t>(high)] == 0) --high;
    Table table;
    const double scale = high > low ? 255.0 / (high - low) : 1,
                 shift = high > low ? -low * scale : 0;
    for (int v = 0; v < 256; ++v) {
      table[static_cast<size_t>(v)] =
          static_cast<uint8_t>(std::clamp(static_cast<int>(v * scale + shift), 0, 255));
    }
    return table;
  });
}

void equalize(io::Picture& picture) {
  map_channels(picture, [](const std::array<int64_t, 256>& histogram) {
    Table table;
    int64_t total = 0, last = 0, levels = 0;
    for (size_t v = 0; v < 256; ++v) {
      table[v] = static_cast<uint8_t>(v);
      if (histogram[v] == 0) continue;
      total += histogram[v], last = histogram[v], ++levels;
    }
    const int64_t step = (total - last) / 255;
    if (levels <= 1 || step == 0) return table;
    int64_t n = step / 2;
    for (size_t v = 0; v < 256; ++v) {
      table[v] = static_cast<uint8_t>(std::min<int64_t>(n / step, 255));
      n += histogram[v];
    }
    return table;
  });
}

}  // namespace lamina::data
