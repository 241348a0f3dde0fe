#include "lamina/data/transform.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"

namespace lamina::data {

void check_order(const Transforms& transforms) {
  const Transform* made = nullptr;
  for (const AnyTransform& transform : transforms) {
    if (made && !transform->takes_floats()) {
      throw ValueError(text("transforms: ", transform->description(), " works on bytes, but ",
                            made->description(), " before it has made floats"))
          .help(text("put it before ", made->description()));
    }
    if (transform->makes_floats()) made = &*transform;
  }
}

Array Transform::operator()(const Array& pixels, uint64_t seed) const {
  if (pixels.dtype() != uint8 || pixels.ndim() != 3 || pixels.size() == 0 ||
      (pixels.shape(2) != 1 && pixels.shape(2) != 3)) {
    throw ShapeError(text(description(), ": expected pixels uint8 [height, width, 1 or 3], got ",
                          describe(pixels)));
  }
  Sample sample;
  sample.picture = {pixels.shape(1), pixels.shape(0), pixels.shape(2), pixels.to_vector<uint8_t>()};
  RandomChoices random(seed, 0, 0);
  apply(sample, random);
  const io::Picture& p = sample.picture;
  if (sample.is_float)
    return from_data(sample.values.data(), {p.channels, p.height, p.width}, float32);
  return from_data(p.pixels.data(), {p.height, p.width, p.channels}, uint8);
}

io::Picture through(const io::Picture& picture, const Window& w) {
  if (w.out_height == w.height && w.out_width == w.width) {
    return cropped(picture, w.top, w.left, w.height, w.width);
  }
  if (w.height == picture.height && w.width == picture.width) {
    const Box all{0, 0, static_cast<double>(w.width), static_cast<double>(w.height)};
    return resample(picture, all, w.out_height, w.out_width, w.interpolation);
  }
  const io::Picture part = cropped(picture, w.top, w.left, w.height, w.width);
  const Box all{0, 0, static_cast<double>(w.width), static_cast<double>(w.height)};
  return resample(part, all, w.out_height, w.out_width, w.interpolation);
}

}  // namespace lamina::data
