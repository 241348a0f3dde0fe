#include "lamina/data/data_loader.h"

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/epoch_order.h"

namespace lamina::data {
namespace {

void check(const DataLoaderOptions& o, int64_t size) {
  const auto expect = [](bool good, const char* what, auto got) {
    if (!good) throw ValueError(text("DataLoader: expected ", what, ", got ", got));
  };
  expect(o.batch_size >= 1, "a batch size of at least 1", o.batch_size);
  expect(o.num_workers >= -1 && o.num_workers <= 1024, "0 to 1024 workers", o.num_workers);
  expect(o.prefetch_factor >= 1 && o.prefetch_factor <= 1 << 20, "a prefetch_factor of at least 1",
         o.prefetch_factor);
  expect(o.num_shards >= 1, "at least 1 shard", o.num_shards);
  expect(o.shard_index >= 0 && o.shard_index < o.num_shards, "a shard_index below num_shards",
         o.shard_index);
  expect(o.num_samples >= -1, "num_samples of at least 0", o.num_samples);
  if (!o.lengths.empty()) {
    expect(static_cast<int64_t>(o.lengths.size()) == size, "a length for each example",
           o.lengths.size());
  }
  if (o.weights.empty()) return;
  expect(static_cast<int64_t>(o.weights.size()) == size, "a weight for each example",
         o.weights.size());
  double sum = 0;
  for (double weight : o.weights) {
    expect(weight >= 0 && std::isfinite(weight), "weights of at least 0", weight);
    sum += weight;
  }
  expect(sum > 0 && std::isfinite(sum), "weights with a sum above 0", sum);
}

}  // namespace

DataLoader::DataLoader(DatasetHandle dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  if (!dataset_) throw StateError("DataLoader: there is no dataset");
  check(options_, dataset_->size());
}

int64_t DataLoader::order_size() const { return epoch_size(dataset_->size(), options_); }

int64_t DataLoader::size() const {
  const int64_t examples = order_size(), full = examples / options_.batch_size;
  return full + (!options_.drop_last && examples % options_.batch_size != 0);
}

int64_t DataLoader::examples() const {
  return std::min(order_size(), size() * options_.batch_size);
}

void DataLoader::restore(LoaderPosition position) {
  if (position.epoch < 0 || position.batch < 0 || position.batch > size()) {
    throw ValueError(text("DataLoader: expected a position within ", size(), " batches, got epoch ",
                          position.epoch, ", batch ", position.batch));
  }
  position_ = position;
  begun_ = false;
}

LoaderState DataLoader::state_dict() const {
  return {position_, order_size(), options_.batch_size, options_.shuffle, options_.seed};
}

void DataLoader::load_state_dict(const LoaderState& state) {
  const LoaderState own = state_dict();
  const auto shown = [](const LoaderState& s) {
    return text(s.examples, " examples, batch_size ", s.batch_size, ", shuffle ", s.shuffle,
                ", seed ", s.seed);
  };
  if (shown(state) != shown(own)) {
    throw ValueError(
        "DataLoader: this position is of a loader over other data, or with other options")
        .detail("saved", shown(state))
        .detail("here", shown(own));
  }
  restore(state.position);
}

int64_t DataLoader::workers() const {
  const int64_t wanted = options_.num_workers < 0 ? dataset_->workers() : options_.num_workers;
  return std::min(wanted, size() - position_.batch);
}

DataLoader::Iterator DataLoader::begin() {
  if (begun_)
    position_ = {position_.epoch + 1, 0};  // the loop before this one was left, or is done
  begun_ = true;
  order_ = std::make_shared<const std::vector<int64_t>>(
      epoch_order(dataset_->size(), options_, position_.epoch));
  return Iterator(*this);
}

std::span<const int64_t> DataLoader::numbers_of(int64_t batch) const {
  const auto first = static_cast<size_t>(batch * options_.batch_size);
  const size_t count = std::min(static_cast<size_t>(options_.batch_size), order_->size() - first);
  return std::span<const int64_t>(*order_).subspan(first, count);
}

std::vector<int64_t> DataLoader::numbers() const {
  if (!order_ || position_.batch == 0) return {};
  std::vector<int64_t> numbers;
  for (int64_t number : numbers_of(position_.batch - 1)) {
    if (!dataset_->left_out(number)) numbers.push_back(number);
  }
  return numbers;
}

Batch DataLoader::make(int64_t number) const {
  return dataset_->draw(numbers_of(number),
                        {options_.seed, static_cast<uint64_t>(position_.epoch)});
}

DataLoader::Iterator::Iterator(DataLoader& loader) : loader_(&loader) {
  if (const int64_t workers = loader.workers(); workers > 0) {
    // A copy, so that the threads do not see the loader's own position move.
    auto copy = std::make_shared<const DataLoader>(loader);
    ahead_ = std::make_shared<Prefetch>(static_cast<int>(workers),
                                        workers * loader.options_.prefetch_factor,
                                        loader.position_.batch, loader.size(),
                                        [copy](int64_t number) { return copy->make(number); });
  }
  ++*this;
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  batch_ = {};  // before the next one is made: two batches need not be in memory at once
  while (loader_ && !batch_.x) {  // batches none of whose examples could be read are left out
    if (loader_->position_.batch >= loader_->size()) {
      loader_ = nullptr;
      ahead_.reset();
      break;
    }
    batch_ = ahead_ ? ahead_->next() : loader_->make(loader_->position_.batch);
    ++loader_->position_.batch;
  }
  return *this;
}

}  // namespace lamina::data
