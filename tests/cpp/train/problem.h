// A small problem for the trainer's tests: points in the plane, classed by the side of a line.
#pragma once

#include "lamina/data/array_dataset.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/sequential.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"

inline lamina::data::ArrayDataset points(int64_t count) {
  std::vector<float> x;
  std::vector<int64_t> y;
  uint32_t state = 12345;
  for (int64_t i = 0; i < count; ++i) {
    float p[2];
    for (float& v : p) {
      state = state * 1664525u + 1013904223u;
      v = static_cast<float>(state >> 8) / (1 << 23) - 1;
    }
    x.insert(x.end(), p, p + 2);
    y.push_back(p[0] + 2 * p[1] > 0.3f);
  }
  return {lamina::from_data(x.data(), {count, 2}, lamina::float32),
          lamina::from_data(y.data(), {count}, lamina::int64)};
}

inline lamina::nn::Sequential small_net(uint64_t seed = 0) {
  lamina::seed(seed);
  return lamina::nn::Sequential{lamina::nn::Linear(2, 16), lamina::nn::ReLU(),
                                lamina::nn::Linear(16, 2)};
}
