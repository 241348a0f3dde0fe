#include "lamina/train/batch_mix.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/distributions.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/random.h"
#include "lamina/ops/softmax.h"

namespace lamina::train {
namespace {

void check(const char* owner, const MixOptions& options) {
  if (options.alpha > 0 && options.classes >= 0) return;
  throw ValueError(text(owner, ": expected an alpha over 0 and classes of 0 or more, got ",
                        options.alpha, " and ", options.classes));
}

Array targets(const char* owner, const MixOptions& options, const Array& y) {
  if (is_floating(y.dtype())) return y;
  if (options.classes == 0) {
    throw ValueError(text(owner, ": integer targets need the number of classes"))
        .detail("target", describe(y))
        .help("Mixup({.classes = 10})");
  }
  return one_hot(y, options.classes);
}

// [N, 1, ..] of as many axes as x has.
Array column(const Array& share, const Array& x) {
  IntList shape{share.shape(0)};
  for (int i = 1; i < x.ndim(); ++i) shape.push_back(1);
  return reshape(share, shape);
}

Array mixed(const Array& share, const Array& a, const Array& b) {
  const Array weight = column(share, a);
  return a * weight + b * (1.0 - weight);
}

}  // namespace

Mixup::Mixup(MixOptions options) : options_(options) { check("Mixup", options_); }

data::Batch Mixup::operator()(data::Batch batch) const {
  const NoGrad no_grad;
  const int64_t count = batch.x.shape(0);
  const Array share = random_beta({count}, options_.alpha, options_.alpha);
  const Array other = random_permutation(count), y = targets("Mixup", options_, batch.y);
  data::Batch mix{mixed(share, batch.x, take(batch.x, other, 0)),
                  mixed(share, y, take(y, other, 0))};
  eval({mix.x, mix.y});
  return mix;
}

CutMix::CutMix(MixOptions options) : options_(options) { check("CutMix", options_); }

data::Batch CutMix::operator()(data::Batch batch) const {
  const NoGrad no_grad;
  if (batch.x.ndim() != 4) {
    throw ShapeError("CutMix: expected pictures [N, channels, height, width]")
        .detail("x", describe(batch.x));
  }
  const int64_t count = batch.x.shape(0), height = batch.x.shape(2), width = batch.x.shape(3);
  const Array other = random_permutation(count), y = targets("CutMix", options_, batch.y);
  const double share = random_beta({}, options_.alpha, options_.alpha).item();
  const std::vector<double> centre = random_uniform({2}).to_vector<double>();
  // A rectangle of the share's area around a place; less where it leaves the picture.
  auto range = [&](double place, int64_t size) {
    const double half = std::sqrt(1 - share) * static_cast<double>(size) / 2;
    const double middle = place * static_cast<double>(size);
    const auto from = static_cast<int64_t>(std::lround(std::max(middle - half, 0.0)));
    return std::pair(from, std::min(static_cast<int64_t>(std::lround(middle + half)), size));
  };
  const auto [top, bottom] = range(centre[0], height);
  const auto [left, right] = range(centre[1], width);
  const double cut =
      static_cast<double>((bottom - top) * (right - left)) / static_cast<double>(height * width);
  const Array part =
      slice(take(batch.x, other, 0), {0, 0, top, left}, {count, batch.x.shape(1), bottom, right});
  data::Batch mix{
      slice_update(batch.x, part, {0, 0, top, left}, {count, batch.x.shape(1), bottom, right}),
      y * (1 - cut) + take(y, other, 0) * cut};
  eval({mix.x, mix.y});
  return mix;
}

}  // namespace lamina::train
