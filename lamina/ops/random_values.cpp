#include "lamina/ops/random_values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "lamina/base/half.h"
#include "lamina/op/reference.h"
#include "lamina/ops/philox.h"

namespace lamina {
namespace {

constexpr int kLanes = 32;  // blocks made at once
constexpr int kBatchWords = 4 * kLanes;

using Batch = uint32_t[4][kLanes];

// Words of the blocks from `block` on, in the order of elements.
void make_words(Generator::State draw, uint64_t block, uint32_t (&words)[kBatchWords]) {
  Batch batch;
  for (int l = 0; l < kLanes; ++l) {
    const uint64_t number = block + static_cast<uint64_t>(l);
    batch[0][l] = static_cast<uint32_t>(number);
    batch[1][l] = static_cast<uint32_t>(number >> 32);
    batch[2][l] = static_cast<uint32_t>(draw.counter);
    batch[3][l] = static_cast<uint32_t>(draw.counter >> 32);
  }
  philox::encrypt(batch,
                  {static_cast<uint32_t>(draw.seed), static_cast<uint32_t>(draw.seed >> 32)});
  for (int l = 0; l < kLanes; ++l) {
    for (int w = 0; w < 4; ++w) words[4 * l + w] = batch[w][l];
  }
}

uint64_t wide(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }

// In [0, 1): as many bits as the type holds exactly, so that nothing rounds up to 1.
template <class T>
T uniform(uint32_t word) {
  constexpr int kBits = std::is_same_v<T, float> ? 24 : std::is_same_v<T, Half> ? 11 : 8;
  return T(static_cast<float>(static_cast<int32_t>(word >> (32 - kBits))) * (1.0f / (1 << kBits)));
}
double uniform(uint32_t low, uint32_t high) {
  return static_cast<double>(wide(low, high) >> 11) * 0x1p-53;
}

// log(u) for u in (0, 1]: the fraction in [sqrt(1/2), sqrt(2)) by the polynomial of Cephes' logf.
// Written without branches and library calls: fast in vectors and the same bits everywhere.
float log_of_uniform(float u) {
  const int32_t bits = std::bit_cast<int32_t>(u) - 0x3f3504f3;
  const int32_t exponent = bits >> 23;
  const float x = std::bit_cast<float>((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  const float z = x * x;
  float p = 7.0376836292e-2f;
  p = p * x - 1.1514610310e-1f;
  p = p * x + 1.1676998740e-1f;
  p = p * x - 1.2420140846e-1f;
  p = p * x + 1.4249322787e-1f;
  p = p * x - 1.6668057665e-1f;
  p = p * x + 2.0000714765e-1f;
  p = p * x - 2.4999993993e-1f;
  p = p * x + 3.3333331174e-1f;
  const float e = static_cast<float>(exponent);
  return x + (x * z * p + e * -2.12194440e-4f - 0.5f * z) + e * 0.693359375f;
}

float with_sign(float x, uint32_t sign) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(x) ^ sign);
}

// cos and sin of 2 pi u for a 32-bit fraction u of the turn, whose quadrants are exact in integers.
void cos_sin_of_turn(uint32_t u, float& cosine, float& sine) {
  const uint32_t quadrant = (u + 0x20000000u) >> 30;
  const auto rest = static_cast<int32_t>(u - (quadrant << 30));  // in [-1/8, 1/8) of a turn
  const float x = static_cast<float>(rest) * static_cast<float>(2 * std::numbers::pi * 0x1p-32);
  const float z = x * x;
  const float s = x + x * z * ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f);
  const float c =
      1.0f - 0.5f * z +
      z * z * ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f);
  // Odd quadrants swap the two; the masks keep the loop free of branches.
  const uint32_t swap = 0u - (quadrant & 1);
  const auto s_bits = std::bit_cast<uint32_t>(s), c_bits = std::bit_cast<uint32_t>(c);
  const float a = std::bit_cast<float>((c_bits & ~swap) | (s_bits & swap));
  const float b = std::bit_cast<float>((s_bits & ~swap) | (c_bits & swap));
  cosine = with_sign(a, ((quadrant + 1) & 2) << 30);
  sine = with_sign(b, (quadrant & 2) << 30);
}

// Pairs of words become pairs of values; cosines and sines lie apart meanwhile, for vectors.
void normal_values(const uint32_t (&words)[kBatchWords], float (&values)[kBatchWords]) {
  constexpr int kPairs = kBatchWords / 2;
  float cosines[kPairs], sines[kPairs];
  for (int i = 0; i < kPairs; ++i) {
    // Signed: vectors have no conversion of unsigned integers before AVX-512.
    const auto fraction = static_cast<int32_t>(words[2 * i] >> 8) + 1;
    const float u = static_cast<float>(fraction) * 0x1p-24f;  // in (0, 1]
    const float radius = std::sqrt(-2.0f * log_of_uniform(u));
    float cosine, sine;
    cos_sin_of_turn(words[2 * i + 1], cosine, sine);
    cosines[i] = radius * cosine, sines[i] = radius * sine;
  }
  for (int i = 0; i < kPairs; ++i) values[2 * i] = cosines[i], values[2 * i + 1] = sines[i];
}

void normal_pair(const uint32_t* words, double& first, double& second) {
  const double u = static_cast<double>((wide(words[0], words[1]) >> 11) + 1) * 0x1p-53;
  const double radius = std::sqrt(-2 * std::log(u));
  const double angle = 2 * std::numbers::pi * uniform(words[2], words[3]);
  first = radius * std::cos(angle), second = radius * std::sin(angle);
}

// A batch of words as elements of T.
template <class T>
void convert(RandomKind kind, const uint32_t (&words)[kBatchWords], T* out) {
  if constexpr (std::is_integral_v<T>) {
    std::memcpy(out, words, sizeof words);  // a uint64 is its two words, low first
    static_assert(std::endian::native == std::endian::little);
  } else if constexpr (std::is_same_v<T, double>) {
    if (kind == RandomKind::Uniform) {
      for (int i = 0; i < kBatchWords / 2; ++i) out[i] = uniform(words[2 * i], words[2 * i + 1]);
    } else {
      for (int i = 0; i < kBatchWords / 2; i += 2) normal_pair(words + 2 * i, out[i], out[i + 1]);
    }
  } else if (kind == RandomKind::Uniform) {
    for (int i = 0; i < kBatchWords; ++i) out[i] = uniform<T>(words[i]);
  } else {
    float values[kBatchWords];
    normal_values(words, values);
    for (int i = 0; i < kBatchWords; ++i) out[i] = T(values[i]);
  }
}

}  // namespace

void random_values(RandomKind kind, DType dtype, Generator::State draw, int64_t first, int64_t last,
                   std::byte* out) {
  dispatch(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_integral_v<T> || std::is_same_v<T, uint32_t> ||
                  std::is_same_v<T, uint64_t>) {
      constexpr int64_t kPerBlock = 16 / static_cast<int64_t>(std::max(sizeof(T), size_t{4}));
      constexpr int64_t kPerBatch = kPerBlock * kLanes;
      uint32_t words[kBatchWords];
      T values[kPerBatch];
      for (int64_t i = first; i < last; i += kPerBatch) {
        make_words(draw, static_cast<uint64_t>(i / kPerBlock), words);
        convert(kind, words, values);
        const auto count = static_cast<size_t>(std::min(kPerBatch, last - i));
        std::memcpy(out + (i - first) * static_cast<int64_t>(sizeof(T)), values, count * sizeof(T));
      }
    }
  });
}

Array record_random(const Op& op, IntList shape, DType dtype, Generator& generator) {
  const Generator::State draw = generator.next();
  return record(op, make_attributes(RandomAttributes{std::move(shape), dtype}),
                make_number(static_cast<int64_t>(draw.seed), int64, false),
                make_number(static_cast<int64_t>(draw.counter), int64, false));
}

void infer_random(Inference& c, RandomKind kind) {
  const auto& a = c.attributes<RandomAttributes>();
  const bool bits = a.dtype == uint32 || a.dtype == uint64;
  if (kind == RandomKind::Bits ? !bits : !is_floating(a.dtype)) {
    throw DTypeError(text(c.op.name, ": expected dtype ",
                          kind == RandomKind::Bits ? "uint32 or uint64" : "of floating point",
                          ", got ", a.dtype));
  }
  for (int i = 0; i < 2; ++i) {
    if (c.shape(i).rank() != 0 || c.dtype(i) != int64)
      throw c.error<DTypeError>("seed and counter are int64 numbers");
  }
  Shape shape(a.shape.begin(), a.shape.end());
  check_shape(shape, size_of(a.dtype), text(c.op.name, ": shape"));
  c.output(a.dtype, std::move(shape));
}

void reference_random(Reference& r, RandomKind kind) {
  const ReferenceOperand out = r.output();
  const Generator::State draw{static_cast<uint64_t>(r.input(0).integer(0)),
                              static_cast<uint64_t>(r.input(1).integer(0))};
  constexpr int64_t kStretch = 128;
  alignas(8) std::byte values[kStretch * 8];
  const size_t item = out.item_bytes();
  for (int64_t i = 0; i < out.elements(); i += kStretch) {
    const int64_t last = std::min(i + kStretch, out.elements());
    random_values(kind, out.dtype(), draw, i, last, values);
    for (int64_t k = i; k < last; ++k)
      std::memcpy(out.at(k), values + (k - i) * static_cast<int64_t>(item), item);
  }
}

}  // namespace lamina
