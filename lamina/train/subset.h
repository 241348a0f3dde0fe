// Some of the examples of a dataset; and the parts of a cross-validation.
//
//   for (auto [train, validation] : train::k_fold(data, {.k = 5})) {
//     .. make a fresh model .., trainer.fit(train, {.validation_data = validation});
//   }
#pragma once

#include <vector>

#include "lamina/data/dataset.h"

namespace lamina::train {

class Subset : public data::Dataset {
 public:
  // IndexError for a number outside of the dataset.
  Subset(data::DatasetHandle dataset, std::vector<int64_t> indices);
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  data::Batch get(std::span<const int64_t> indices) const override;
  data::Batch draw(std::span<const int64_t> indices, data::Draw draw) const override;
  bool left_out(int64_t index) const override {
    return dataset_->left_out(indices_.at(static_cast<size_t>(index)));
  }
  int workers() const override { return dataset_->workers(); }
  const std::vector<int64_t>& indices() const { return indices_; }
  const data::DatasetHandle& dataset() const { return dataset_; }

 private:
  std::vector<int64_t> of_dataset(std::span<const int64_t> indices) const;
  data::DatasetHandle dataset_;
  std::vector<int64_t> indices_;
};

struct Fold {
  Subset train, validation;
};

struct KFoldOptions {
  int64_t k = 5;
  bool shuffle = true;
  uint64_t seed = 0;
};

// Each example is in one validation part; the parts' sizes differ by one at most.
std::vector<Fold> k_fold(data::DatasetHandle data, KFoldOptions options = {});

}  // namespace lamina::train
