#include "lamina/data/pixel_kernels.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/data/pixel_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's own order: its header comes after the loop over targets.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lamina::data::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

const hn::ScalableTag<float> kFloats;
const hn::Rebind<int32_t, decltype(kFloats)> kIntegers;
const hn::Rebind<uint8_t, decltype(kFloats)> kBytes;

template <class V>
HWY_INLINE auto to_floats(V bytes) {
  return hn::ConvertTo(kFloats, hn::PromoteTo(kIntegers, bytes));
}

uint8_t rounded(float value) {
  return static_cast<uint8_t>(value <= 0 ? 0.0f : value >= 255 ? 255.0f : value + 0.5f);
}

void WeightedRows(const uint8_t* rows, size_t stride, const float* weights, size_t count,
                  size_t size, float* out) {
  const size_t lanes = hn::Lanes(kFloats);
  size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    auto sum = hn::Zero(kFloats);
    for (size_t k = 0; k < count; ++k) {
      sum = hn::MulAdd(to_floats(hn::LoadU(kBytes, rows + k * stride + i)),
                       hn::Set(kFloats, weights[k]), sum);
    }
    hn::StoreU(sum, kFloats, out + i);
  }
  for (; i < size; ++i) {
    float sum = 0;
    for (size_t k = 0; k < count; ++k) sum += static_cast<float>(rows[k * stride + i]) * weights[k];
    out[i] = sum;
  }
}

void WeightedColumns(const float* in, size_t channels, const int32_t* starts, const float* weights,
                     const int32_t* counts, size_t taps, size_t width, uint8_t* out) {
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> pixel;
  const hn::Rebind<int32_t, decltype(pixel)> integers;
  const hn::Rebind<uint8_t, decltype(pixel)> bytes;
#endif
  for (size_t x = 0; x < width; ++x) {
    const float* from = in + static_cast<size_t>(starts[x]) * channels;
    const float* w = weights + x * taps;
    const auto count = static_cast<size_t>(counts[x]);
    if (channels == 1 || HWY_TARGET == HWY_SCALAR) {
      for (size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (size_t k = 0; k < count; ++k) sum += from[k * channels + c] * w[k];
        out[x * channels + c] = rounded(sum);
      }
      continue;
    }
#if HWY_TARGET != HWY_SCALAR
    auto sum = hn::Zero(pixel);
    for (size_t k = 0; k < count; ++k) {
      sum = hn::MulAdd(hn::LoadU(pixel, from + k * channels), hn::Set(pixel, w[k]), sum);
    }
    sum =
        hn::Add(hn::Min(hn::Max(sum, hn::Zero(pixel)), hn::Set(pixel, 255)), hn::Set(pixel, 0.5f));
    HWY_ALIGN uint8_t values[4];
    hn::Store(hn::DemoteTo(bytes, hn::ConvertTo(integers, sum)), bytes, values);
    // Four at once where that stays in the line: the next pixel overwrites what is too much.
    std::memcpy(out + x * channels, values, x + 1 < width ? 4 : channels);
#endif
  }
}

void PlanesFromPixels(const uint8_t* pixels, size_t count, size_t channels, const float* scale,
                      const float* shift, float* out) {
  size_t i = 0;
  const size_t lanes = hn::Lanes(kFloats);
  if (channels == 3) {
    const auto s0 = hn::Set(kFloats, scale[0]), s1 = hn::Set(kFloats, scale[1]),
               s2 = hn::Set(kFloats, scale[2]);
    const auto t0 = hn::Set(kFloats, shift[0]), t1 = hn::Set(kFloats, shift[1]),
               t2 = hn::Set(kFloats, shift[2]);
    for (; i + lanes <= count; i += lanes) {
      hn::Vec<decltype(kBytes)> red, green, blue;
      hn::LoadInterleaved3(kBytes, pixels + 3 * i, red, green, blue);
      hn::StoreU(hn::MulAdd(to_floats(red), s0, t0), kFloats, out + i);
      hn::StoreU(hn::MulAdd(to_floats(green), s1, t1), kFloats, out + count + i);
      hn::StoreU(hn::MulAdd(to_floats(blue), s2, t2), kFloats, out + 2 * count + i);
    }
  }
  for (; i < count; ++i) {
    for (size_t c = 0; c < channels; ++c) {
      out[c * count + i] = static_cast<float>(pixels[i * channels + c]) * scale[c] + shift[c];
    }
  }
}

}  // namespace lamina::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::data {

HWY_EXPORT(WeightedRows);
HWY_EXPORT(WeightedColumns);
HWY_EXPORT(PlanesFromPixels);

void weighted_rows(const uint8_t* rows, size_t stride, const float* weights, size_t count,
                   size_t size, float* out) {
  HWY_DYNAMIC_DISPATCH(WeightedRows)(rows, stride, weights, count, size, out);
}

void weighted_columns(const float* in, size_t channels, const int32_t* starts, const float* weights,
                      const int32_t* counts, size_t taps, size_t width, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(WeightedColumns)(in, channels, starts, weights, counts, taps, width, out);
}

void planes_from_pixels(const uint8_t* pixels, size_t count, size_t channels, const float* scale,
                        const float* shift, float* out) {
  HWY_DYNAMIC_DISPATCH(PlanesFromPixels)(pixels, count, channels, scale, shift, out);
}

}  // namespace lamina::data
#endif  // HWY_ONCE
