// Dataset: examples by number. A subclass says how many there are and how a batch is put together; loaders,
// trainers and splits do the rest.
//
//   struct Squares : data::Dataset {
//     int64_t size() const override { return 100; }
//     data::Batch get(std::span<const int64_t> indices) const override { .. }
//   };
//
// A loader with workers calls it from several threads at once.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "lamina/core/array.h"

namespace lamina::data {

// What a model gets and what it should answer; the first axis of both counts the examples. Without an x:
// none of the examples could be read, and the dataset leaves such out.
struct Batch {
  Array x, y;
};

// What random changes of an example follow from, beside its number.
struct Draw {
  uint64_t seed = 0, epoch = 0;
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  // The examples with these numbers (0 <= number < size()), in this order.
  virtual Batch get(std::span<const int64_t> indices) const = 0;
  // The same, of datasets that change their examples at random, for one loop of a loader.
  virtual Batch draw(std::span<const int64_t> indices, Draw) const { return get(indices); }
  // Whether this example was left out of its batch, since it could not be read.
  virtual bool left_out(int64_t /*index*/) const { return false; }
  // How many threads of a loader are worth their while here when nobody says a number.
  virtual int workers() const { return 0; }
};

// A dataset as an argument: takes one by value (a moved or cheap copy) or shares one, so it never dangles.
class DatasetHandle {
 public:
  DatasetHandle() = default;
  DatasetHandle(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}
  template <std::derived_from<Dataset> D>
  DatasetHandle(std::shared_ptr<D> dataset) : dataset_(std::move(dataset)) {}
  template <std::derived_from<Dataset> D>
  DatasetHandle(D dataset) : dataset_(std::make_shared<const D>(std::move(dataset))) {}

  const Dataset& operator*() const { return *dataset_; }
  const Dataset* operator->() const { return dataset_.get(); }
  explicit operator bool() const { return dataset_ != nullptr; }

 private:
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace lamina::data
