#include "lamina/data/data_loader.h"

#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/permutation.h"

namespace lamina::data {

DataLoader::DataLoader(DatasetHandle dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(options) {
  if (!dataset_) throw StateError("DataLoader: there is no dataset");
  if (options_.batch_size < 1) {
    throw ValueError(text("DataLoader: expected a batch size of at least 1, got ", options_.batch_size));
  }
}

int64_t DataLoader::size() const {
  const int64_t examples = dataset_->size(), full = examples / options_.batch_size;
  return full + (!options_.drop_last && examples % options_.batch_size != 0);
}

int64_t DataLoader::examples() const {
  return std::min(dataset_->size(), size() * options_.batch_size);
}

void DataLoader::restore(LoaderPosition position) {
  if (position.epoch < 0 || position.batch < 0 || position.batch > size()) {
    throw ValueError(text("DataLoader: expected a position within ", size(), " batches, got epoch ",
                          position.epoch, ", batch ", position.batch));
  }
  position_ = position;
  begun_ = false;
}

DataLoader::Iterator DataLoader::begin() {
  if (begun_) position_ = {position_.epoch + 1, 0};  // the loop before this one was left, or is done
  begun_ = true;
  const auto epoch = static_cast<uint64_t>(position_.epoch);
  order_ = options_.shuffle ? permutation(dataset_->size(), options_.seed, epoch)
                            : ascending(dataset_->size());
  return Iterator(*this);
}

bool DataLoader::next(Batch& batch) {
  if (position_.batch >= size()) return false;
  const size_t first = static_cast<size_t>(position_.batch * options_.batch_size);
  const size_t count = std::min(static_cast<size_t>(options_.batch_size), order_.size() - first);
  batch = dataset_->get(std::span<const int64_t>(order_).subspan(first, count));
  ++position_.batch;
  return true;
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  batch_ = {};  // before the next one is made: two batches need not be in memory at once
  if (!loader_->next(batch_)) loader_ = nullptr;
  return *this;
}

}  // namespace lamina::data
