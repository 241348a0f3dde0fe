// DataLoader: a dataset as batches, one epoch per loop over it.
//
//   data::DataLoader loader(train, {.batch_size = 64, .shuffle = true, .seed = 0});
//   for (int epoch = 0; epoch < 10; ++epoch) {
//     for (auto [x, y] : loader) ..             // another order in every epoch, the same in every run
//   }
//
// Workers are threads that make the next batches while the last one is used. The order, and every random
// change of an example, follow from the seed, the number of the epoch and the number of the example: they
// do not depend on how many workers there are. position() says how far the loader is; a loader over the
// same data that is restored to it gives the batches that would have come next.
#pragma once

#include <iterator>
#include <memory>
#include <vector>

#include "lamina/data/dataset.h"
#include "lamina/data/prefetch.h"

namespace lamina::data {

struct DataLoaderOptions {
  int64_t batch_size = 1;
  bool shuffle = false;
  uint64_t seed = 0;
  bool drop_last = false;       // whether a last batch that is not full is left out
  int64_t num_workers = -1;     // 0: batches are made when asked for; -1: what the dataset is worth
  int64_t prefetch_factor = 2;  // batches that each worker is ahead
  int64_t num_shards =
      1;  // of several processes each takes every num_shards-th example of the order
  int64_t shard_index =
      0;  // .. from this one on; the order begins again where the last are too few
  std::vector<double> weights = {};   // examples are drawn, with replacement, in proportion to them
  int64_t num_samples = -1;           // .. this many in an epoch; -1: as many as there are
  std::vector<int64_t> lengths = {};  // batches are made of examples of similar length
};

struct LoaderPosition {
  int64_t epoch = 0;  // loops begun before this one
  int64_t batch = 0;  // batches of this epoch that have been handed out
  friend bool operator==(const LoaderPosition&, const LoaderPosition&) = default;
};

// What a checkpoint keeps of a loader.
struct LoaderState {
  LoaderPosition position;
  int64_t examples = 0, batch_size = 1;
  bool shuffle = false;
  uint64_t seed = 0;
};

class DataLoader {
 public:
  DataLoader(DatasetHandle dataset, DataLoaderOptions options = {});
  const DatasetHandle& dataset() const { return dataset_; }

  int64_t size() const;      // batches in an epoch
  int64_t examples() const;  // .. and examples
  const DataLoaderOptions& options() const { return options_; }

  LoaderPosition position() const { return position_; }
  // Of the examples of the batch handed out last; those that were left out are not among them.
  std::vector<int64_t> numbers() const;
  // The next loop continues there instead of beginning an epoch. ValueError when there is no such batch.
  void restore(LoaderPosition position);

  LoaderState state_dict() const;
  // Restores the position. ValueError where the data or the options that the order follows from differ.
  void load_state_dict(const LoaderState& state);

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Batch operator*() { return std::move(batch_); }  // once per batch
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) {
      return i.loader_ == nullptr;
    }

   private:
    friend class DataLoader;
    explicit Iterator(DataLoader& loader);
    DataLoader* loader_ = nullptr;
    std::shared_ptr<Prefetch> ahead_;
    Batch batch_;
  };
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  int64_t order_size() const;
  std::span<const int64_t> numbers_of(int64_t batch) const;
  Batch make(int64_t number) const;
  int64_t workers() const;

  DatasetHandle dataset_;
  DataLoaderOptions options_;
  LoaderPosition position_;
  bool begun_ = false;  // whether a loop has taken batches of position_.epoch
  std::shared_ptr<const std::vector<int64_t>> order_;
};

}  // namespace lamina::data
