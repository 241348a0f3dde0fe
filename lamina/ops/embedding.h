// Rows of a table by number, one by one or added up in bags.
#pragma once

#include <optional>

#include "lamina/core/array.h"

namespace lamina {

// weight [V, D], indices [..] -> [.., D]. The row `padding_idx` gets no gradient.
struct EmbeddingOptions {
  std::optional<int64_t> padding_idx = std::nullopt;
};
Array embedding(Array indices, Array weight, EmbeddingOptions options = {});

enum class BagMode : uint8_t { Sum, Mean, Max };

// One row for each bag: the sum, mean or maximum of the rows of weight [V, D] that its indices
// name. indices [B, L] are B bags of L; indices [n] are cut into bags that begin at offsets [B].
// Entries equal to padding_idx are not in the bag; a bag without entries gives zeros.
struct EmbeddingBagOptions {
  Array offsets = {};
  BagMode mode = BagMode::Mean;
  Array per_sample_weights = {};     // as indices; Sum only
  bool include_last_offset = false;  // offsets has one more entry: where the last bag ends
  std::optional<int64_t> padding_idx = std::nullopt;
};
Array embedding_bag(Array indices, Array weight, EmbeddingBagOptions options = {});

// The number of the bag for each of `count` positions: the last whose offset is not after it.
// Offsets start with 0 and never fall; others raise an IndexError when the value is computed.
Array bag_numbers(Array offsets, int64_t count);

// Per bag and column, the position in rows [n, D] of the bag's largest entry, -1 for bags without
// rows: bags [n] -> [count, D]. A row whose bag is -1 is in none.
Array bag_argmax(Array rows, Array bags, int64_t count);

}  // namespace lamina
