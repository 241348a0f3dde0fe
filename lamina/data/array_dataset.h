// ArrayDataset: examples that lie in memory, as two arrays with one row per example.
//
//   data::ArrayDataset all(images, labels);               // float32 [N, 1, 8, 8], int64 [N]
//   auto [train, test] = all.split(0.8, {.seed = 0});     // shuffled once, the same for the same seed
#pragma once

#include <utility>

#include "lamina/data/dataset.h"
#include "lamina/exec/evaluate.h"

namespace lamina::data {

struct SplitOptions {
  uint64_t seed = 0;
  bool shuffle = true;
};

class ArrayDataset : public Dataset {
 public:
  // ShapeError when the first axes differ or one array has none.
  ArrayDataset(Array x, Array y);

  int64_t size() const override { return x_.shape()[0]; }
  Batch get(std::span<const int64_t> indices) const override;

  const Array& x() const { return x_; }
  const Array& y() const { return y_; }

  // The first part has floor(fraction x size) examples. ValueError when a part would be empty.
  std::pair<ArrayDataset, ArrayDataset> split(double fraction, SplitOptions options = {}) const;

 private:
  Array x_, y_;
  HostValue x_rows_, y_rows_;  // the same values, row-major
};

}  // namespace lamina::data
