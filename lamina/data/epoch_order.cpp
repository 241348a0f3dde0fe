#include "lamina/data/epoch_order.h"

#include <algorithm>
#include <span>

#include "lamina/data/permutation.h"
#include "lamina/data/random_choices.h"

namespace lamina::data {
namespace {

std::vector<int64_t> weighted(const DataLoaderOptions& options, int64_t count, int64_t epoch) {
  std::vector<double> sums;
  double sum = 0;
  for (double weight : options.weights) sums.push_back(sum += weight);
  RandomChoices random(options.seed, static_cast<uint64_t>(epoch), ~uint64_t{0});
  std::vector<int64_t> order;
  for (int64_t i = 0; i < count; ++i) {
    const auto at = std::upper_bound(sums.begin(), sums.end(), random.uniform() * sum);
    order.push_back(std::min<int64_t>(at - sums.begin(), static_cast<int64_t>(sums.size()) - 1));
  }
  return order;
}

// Sorts by length within 50 batches at a time, so that batches hold examples of similar length and epochs
// still differ; then puts the full batches into random order.
void bucket(std::vector<int64_t>& order, const DataLoaderOptions& options, int64_t epoch) {
  const auto batch = static_cast<size_t>(options.batch_size), full = order.size() / batch;
  const size_t chunk = options.shuffle ? std::min(50 * batch, order.size()) : order.size();
  for (size_t at = 0; at < order.size(); at += chunk) {
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(at + chunk, order.size()));
    std::stable_sort(begin, end, [&](int64_t a, int64_t b) {
      return options.lengths[static_cast<size_t>(a)] < options.lengths[static_cast<size_t>(b)];
    });
  }
  if (!options.shuffle) return;
  const std::vector<int64_t> sorted = order;
  const std::vector<int64_t> places =
      permutation(static_cast<int64_t>(full), ~options.seed, static_cast<uint64_t>(epoch));
  for (size_t i = 0; i < full; ++i) {
    std::copy_n(sorted.begin() + places[i] * options.batch_size, batch,
                order.begin() + static_cast<std::ptrdiff_t>(i * batch));
  }
}

int64_t before_shards(int64_t size, const DataLoaderOptions& options) {
  return options.weights.empty() || options.num_samples < 0 ? size : options.num_samples;
}

}  // namespace

int64_t epoch_size(int64_t size, const DataLoaderOptions& options) {
  const int64_t all = before_shards(size, options);
  if (options.num_shards == 1) return all;
  return all == 0 ? 0 : (all + options.num_shards - 1) / options.num_shards;
}

std::vector<int64_t> epoch_order(int64_t size, const DataLoaderOptions& options, int64_t epoch) {
  const int64_t all = before_shards(size, options);
  std::vector<int64_t> order = !options.weights.empty() ? weighted(options, all, epoch)
                               : options.shuffle
                                   ? permutation(all, options.seed, static_cast<uint64_t>(epoch))
                                   : ascending(all);
  if (options.num_shards > 1) {
    std::vector<int64_t> shard;
    const int64_t count = epoch_size(size, options);
    for (int64_t i = 0; i < count; ++i) {
      shard.push_back(
          order[static_cast<size_t>((i * options.num_shards + options.shard_index) % all)]);
    }
    order = std::move(shard);
  }
  if (!options.lengths.empty()) bucket(order, options, epoch);
  return order;
}

}  // namespace lamina::data
