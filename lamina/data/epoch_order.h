// Internal: the order of the examples in an epoch.
#pragma once

#include <vector>

#include "lamina/data/data_loader.h"

namespace lamina::data {

// The numbers that this shard's batches are made of, batch_size by batch_size.
std::vector<int64_t> epoch_order(int64_t size, const DataLoaderOptions& options, int64_t epoch);

// How many numbers that are.
int64_t epoch_size(int64_t size, const DataLoaderOptions& options);

}  // namespace lamina::data
