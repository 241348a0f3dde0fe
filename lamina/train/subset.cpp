#include "lamina/train/subset.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/permutation.h"

namespace lamina::train {

Subset::Subset(data::DatasetHandle dataset, std::vector<int64_t> indices)
    : dataset_(std::move(dataset)), indices_(std::move(indices)) {
  if (!dataset_) throw StateError("Subset: there is no dataset");
  for (int64_t index : indices_) {
    if (index >= 0 && index < dataset_->size()) continue;
    throw IndexError(text("Subset: expected numbers below ", dataset_->size(), ", got ", index));
  }
}

std::vector<int64_t> Subset::of_dataset(std::span<const int64_t> indices) const {
  std::vector<int64_t> there;
  for (int64_t index : indices) there.push_back(indices_.at(static_cast<size_t>(index)));
  return there;
}

data::Batch Subset::get(std::span<const int64_t> indices) const {
  return dataset_->get(of_dataset(indices));
}

data::Batch Subset::draw(std::span<const int64_t> indices, data::Draw draw) const {
  return dataset_->draw(of_dataset(indices), draw);
}

std::vector<Fold> k_fold(data::DatasetHandle data, KFoldOptions options) {
  if (!data) throw StateError("k_fold: there is no dataset");
  const int64_t count = data->size();
  if (options.k < 2 || options.k > count) {
    throw ValueError(
        text("k_fold: expected k between 2 and the ", count, " examples, got ", options.k));
  }
  const std::vector<int64_t> order =
      options.shuffle ? data::permutation(count, options.seed, 0) : data::ascending(count);
  std::vector<Fold> folds;
  int64_t first = 0;
  for (int64_t fold = 0; fold < options.k; ++fold) {
    const int64_t last = first + count / options.k + (fold < count % options.k);
    std::vector<int64_t> train, validation;
    for (int64_t i = 0; i < count; ++i) {
      (i >= first && i < last ? validation : train).push_back(order[static_cast<size_t>(i)]);
    }
    folds.push_back({Subset(data, std::move(train)), Subset(data, std::move(validation))});
    first = last;
  }
  return folds;
}

}  // namespace lamina::train
