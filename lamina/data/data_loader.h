// DataLoader: a dataset as batches, one epoch per loop over it.
//
//   data::DataLoader loader(train, {.batch_size = 64, .shuffle = true, .seed = 0});
//   for (int epoch = 0; epoch < 10; ++epoch) {
//     for (auto [x, y] : loader) ..             // another order in every epoch, the same in every run
//   }
//
// The order follows from the seed and the number of the epoch. position() says how far the loader is;
// a loader over the same data that is restored to it gives the batches that would have come next.
#pragma once

#include <iterator>
#include <vector>

#include "lamina/data/dataset.h"

namespace lamina::data {

struct DataLoaderOptions {
  int64_t batch_size = 1;
  bool shuffle = false;
  uint64_t seed = 0;
  bool drop_last = false;  // whether a last batch that is not full is left out
};

struct LoaderPosition {
  int64_t epoch = 0;  // loops begun before this one
  int64_t batch = 0;  // batches of this epoch that have been handed out
  friend bool operator==(const LoaderPosition&, const LoaderPosition&) = default;
};

class DataLoader {
 public:
  DataLoader(DatasetHandle dataset, DataLoaderOptions options = {});

  int64_t size() const;      // batches in an epoch
  int64_t examples() const;  // .. and examples
  const DataLoaderOptions& options() const { return options_; }

  LoaderPosition position() const { return position_; }
  // The next loop continues there instead of beginning an epoch. ValueError when there is no such batch.
  void restore(LoaderPosition position);

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Batch operator*() { return std::move(batch_); }  // once per batch
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) { return i.loader_ == nullptr; }

   private:
    friend class DataLoader;
    explicit Iterator(DataLoader& loader) : loader_(&loader) { ++*this; }
    DataLoader* loader_ = nullptr;
    Batch batch_;
  };
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  bool next(Batch& batch);

  DatasetHandle dataset_;
  DataLoaderOptions options_;
  LoaderPosition position_;
  bool begun_ = false;    // whether a loop has taken batches of position_.epoch
  std::vector<int64_t> order_;
};

}  // namespace lamina::data
