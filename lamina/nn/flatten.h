#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

// Makes one axis of the axes start_axis to end_axis; by default all but the batch: [N, C, H, W] -> [N, C * H * W].
class Flatten : public Module {
 public:
  explicit Flatten(int start_axis = 1, int end_axis = -1) : start_axis(start_axis), end_axis(end_axis) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  int start_axis, end_axis;
};

// x itself.
class Identity : public Module {
 public:
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
};

}  // namespace lamina::nn
