// pixel_shuffle, pixel_unshuffle, channel_shuffle: a reshape, an exchange of axes and a reshape.
#include "lamina/base/error.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/resize.h"

namespace lamina {

namespace {

int spatial_axes(const char* name, const Array& x) {
  if (!x) throw StateError(text(name, ": x is an empty Array"));
  if (x.ndim() < 3) {
    throw ShapeError(text(name, ": expected x [N, C, spatial..], got ", describe(x)));
  }
  return x.ndim() - 2;
}

void check_factor(const char* name, int64_t factor) {
  if (factor < 1 || factor > kMaxWindow) {
    throw ValueError(text(name, ": factor must be 1 or more, got ", factor));
  }
}

// factor^axes; 0 when it is over `most`.
int64_t pixels_of(int64_t factor, int axes, int64_t most) {
  int64_t pixels = 1;
  for (int i = 0; i < axes; ++i) {
    if (__builtin_mul_overflow(pixels, factor, &pixels) || pixels > most) return 0;
  }
  return pixels;
}

}  // namespace

Array pixel_shuffle(Array x, int64_t factor) {
  const int axes = spatial_axes("pixel_shuffle", x);
  check_factor("pixel_shuffle", factor);
  const int64_t pixels = pixels_of(factor, axes, x.shape(1));
  if (x.shape(1) > 0 && (pixels == 0 || x.shape(1) % pixels != 0)) {
    throw ShapeError(text("pixel_shuffle: ", x.shape(1), " channels do not divide by factor ",
                          factor, " to the power ", axes));
  }
  const int64_t channels = pixels == 0 ? 0 : x.shape(1) / pixels;
  // [N, C, r.., s..] -> [N, C, s1, r1, s2, r2, ..] -> [N, C, s1 r1, ..].
  IntList apart{x.shape(0), channels}, order{0, 1}, joined{x.shape(0), channels};
  for (int i = 0; i < axes; ++i) apart.push_back(factor);
  for (int i = 0; i < axes; ++i) {
    apart.push_back(x.shape(i + 2));
    order.push_back(2 + axes + i), order.push_back(2 + i);
    joined.push_back(x.shape(i + 2) * factor);
  }
  return reshape(transpose(reshape(std::move(x), apart), order), joined);
}

Array pixel_unshuffle(Array x, int64_t factor) {
  const int axes = spatial_axes("pixel_unshuffle", x);
  check_factor("pixel_unshuffle", factor);
  IntList apart{x.shape(0), x.shape(1)}, order{0, 1}, joined{x.shape(0), x.shape(1)};
  for (int i = 0; i < axes; ++i) {
    if (x.shape(i + 2) % factor != 0) {
      throw ShapeError(text("pixel_unshuffle: factor ", factor, " does not divide axis ", i + 2,
                            " of ", describe(x)));
    }
    apart.push_back(x.shape(i + 2) / factor), apart.push_back(factor);
    joined[1] *= factor;
    joined.push_back(x.shape(i + 2) / factor);
  }
  for (int i = 0; i < axes; ++i) order.push_back(3 + 2 * i);
  for (int i = 0; i < axes; ++i) order.push_back(2 + 2 * i);
  return reshape(transpose(reshape(std::move(x), apart), order), joined);
}

Array channel_shuffle(Array x, int64_t groups) {
  const int axes = spatial_axes("channel_shuffle", x);
  if (groups < 1 || x.shape(1) % groups != 0) {
    throw ShapeError(text("channel_shuffle: the ", x.shape(1), " channels do not divide into ",
                          groups, " groups"));
  }
  const Shape shape = x.shape();
  IntList apart{shape[0], groups, shape[1] / groups}, order{0, 2, 1};
  for (int i = 0; i < axes; ++i) apart.push_back(shape[i + 2]), order.push_back(i + 3);
  return reshape(transpose(reshape(std::move(x), apart), order),
                 IntList(shape.begin(), shape.end()));
}

}  // namespace lamina
