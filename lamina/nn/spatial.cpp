#include "lamina/nn/spatial.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::nn {

const char* pad_kind(PadRule rule) {
  switch (rule) {
    case PadRule::Zero:
      return "ZeroPad";
    case PadRule::Constant:
      return "ConstantPad";
    case PadRule::Reflection:
      return "ReflectionPad";
    case PadRule::Replication:
      return "ReplicationPad";
    default:
      return "CircularPad";
  }
}

const char* pad_mode(PadRule rule) {
  switch (rule) {
    case PadRule::Reflection:
      return "reflect";
    case PadRule::Replication:
      return "replicate";
    case PadRule::Circular:
      return "circular";
    default:
      return "constant";
  }
}

PadLayer::PadLayer(std::string kind, const char* mode, int axes, IntList given, double value)
    : padding(std::move(given)), value(value), kind_(std::move(kind)), mode_(mode), axes_(axes) {
  if (padding.size() == 1) padding = IntList(static_cast<size_t>(2 * axes), padding[0]);
  if (static_cast<int>(padding.size()) != 2 * axes) {
    throw ValueError(text(kind_, ": padding ", padding, ": expected one number or ", 2 * axes));
  }
  for (int64_t n : padding) {
    if (n < 0) throw ValueError(text(kind_, ": padding must not be negative, got ", padding));
  }
}

Array PadLayer::forward(Array x) {
  if (x.ndim() != axes_ + 2) {
    throw ShapeError(text("expected x [N, C, spatial..] of ", axes_ + 2, " axes, got ", x.shape()))
        .detail("input", describe_input(x));
  }
  IntList low(static_cast<size_t>(axes_) + 2, 0), high = low;
  for (int i = 0; i < axes_; ++i) {
    low[axes_ + 1 - i] = padding[2 * i], high[axes_ + 1 - i] = padding[2 * i + 1];
  }
  return pad(std::move(x), low, high, PadOptions{mode_, value});
}

}  // namespace lamina::nn
