// The loops that people write, and what is expected of them: no new program after the second epoch.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "lamina/data/array_dataset.h"
#include "lamina/data/data_loader.h"
#include "lamina/exec/profile.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"

namespace lamina {

inline constexpr int kEpochs = 6;

// 70 examples in batches of 16: four whole ones and a smaller one.
inline data::ArrayDataset examples(int64_t count = 70) {
  seed(7);
  return data::ArrayDataset(random_normal({count, 8}).eval(),
                            random_integers({count}, 0, 4).eval());
}

inline nn::Sequential plain() { return {nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 4)}; }

// Runs `epoch` kEpochs times and expects no new program from the third on.
inline void expect_stable(const std::function<void()>& epoch) {
  for (int e = 0; e < 2; ++e) epoch();
  for (int e = 2; e < kEpochs; ++e) {
    int64_t before = execution_counters().new_programs;
    epoch();
    ASSERT_EQ(execution_counters().new_programs, before)
        << "epoch " << e + 1 << ": " << last_miss();
  }
}

// The plain loop; `step` is called with each loss before the optimizer steps.
template <class Model, class Optimizer>
std::function<void()> loop(Model& model, Optimizer& optimizer, const data::ArrayDataset& data,
                           std::function<void(Array&)> before = {},
                           std::function<void(Array&)> after = {}) {
  return [&model, &optimizer, &data, before, after] {
    for (auto [x, y] : data::DataLoader(data, {.batch_size = 16, .shuffle = true, .seed = 0})) {
      Array loss = nn::cross_entropy(model(x), y);
      if (before) before(loss);
      loss.backward();
      optimizer.step();
      if (after) after(loss);
    }
  };
}

}  // namespace lamina
