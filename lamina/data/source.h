// Source: what can be trained on and measured with, as an argument: a dataset, a loader with options of its
// own (workers, weights, shards, buckets), or a stream. A loader is copied: the caller's stays where it is.
#pragma once

#include <memory>
#include <utility>

#include "lamina/data/data_loader.h"
#include "lamina/data/stream.h"

namespace lamina::data {

class Source {
 public:
  Source() = default;
  template <std::derived_from<Dataset> D>
  Source(D dataset) : dataset_(std::move(dataset)) {}
  template <std::derived_from<Dataset> D>
  Source(std::shared_ptr<D> dataset) : dataset_(std::move(dataset)) {}
  Source(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}
  Source(DatasetHandle dataset) : dataset_(std::move(dataset)) {}
  Source(const DataLoader& loader) : loader_(std::make_shared<const DataLoader>(loader)) {}
  Source(StreamHandle stream) : stream_(std::move(stream)) {}
  template <std::derived_from<Stream> S>
  Source(S stream) : stream_(std::move(stream)) {}

  const DatasetHandle& dataset() const { return dataset_; }  // empty where it is another kind
  const DataLoader* loader() const { return loader_.get(); }
  const StreamHandle& stream() const { return stream_; }
  explicit operator bool() const { return dataset_ || loader_ || stream_; }

 private:
  DatasetHandle dataset_;
  std::shared_ptr<const DataLoader> loader_;
  StreamHandle stream_;
};

}  // namespace lamina::data
