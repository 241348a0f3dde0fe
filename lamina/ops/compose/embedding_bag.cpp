// embedding_bag: rows of a table, summed, averaged or compared bag by bag. Bags are scatter_add of
// the rows taken, so that the gradient reaches only the rows that were used; a maximum is a take at
// the positions of the largest entries.
#include "lamina/ops/compose/padding_index.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/embedding.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina {
namespace {

constexpr const char* kName = "embedding_bag";

struct Bags {
  Array numbers;  // of the bag of each index
  int64_t count;
};

Bags bags_of(const Array& indices, const EmbeddingBagOptions& options) {
  if (indices.ndim() == 2) {
    if (options.offsets) {
      throw ValueError(
          "embedding_bag: indices [bags, entries] are bags already; offsets are for "
          "indices of one axis");
    }
    const int64_t count = indices.shape(0), length = indices.shape(1);
    Array rows = expand_dims(arange(count), 1);
    return {reshape(broadcast_to(std::move(rows), {count, length}), {count * length}), count};
  }
  if (indices.ndim() != 1) {
    throw ShapeError(
        text("embedding_bag: expected indices [n] or [bags, entries], got ", indices.shape()));
  }
  if (!options.offsets) throw ValueError("embedding_bag: indices of one axis need offsets");
  Array offsets = options.offsets;
  if (offsets.ndim() != 1) {
    throw ShapeError(text("embedding_bag: expected offsets [bags], got ", offsets.shape()));
  }
  if (options.include_last_offset) {
    if (offsets.shape(0) < 1)
      throw ShapeError("embedding_bag: include_last_offset needs one offset or more");
    offsets = slice(std::move(offsets), {0}, {offsets.shape(0) - 1});
  }
  const int64_t count = offsets.shape(0);
  return {bag_numbers(std::move(offsets), indices.shape(0)), count};
}

void check_weights(const Array& indices, const EmbeddingBagOptions& options) {
  if (!options.per_sample_weights) return;
  if (options.mode != BagMode::Sum) {
    throw ValueError("embedding_bag: per_sample_weights are for mode 'sum' only");
  }
  if (!(options.per_sample_weights.shape() == indices.shape())) {
    throw ShapeError(text("embedding_bag: expected per_sample_weights ", indices.shape(),
                          " as the indices, got ", options.per_sample_weights.shape()));
  }
}

Array largest(Array rows, Array bags, int64_t count, const Array& included) {
  if (included) bags = where(included, std::move(bags), -1);
  Array places = bag_argmax(rows, std::move(bags), count);
  Array none = places < 0;
  if (rows.shape(0) == 0) return zeros({count, rows.shape(1)}, rows.dtype());
  return where(none, 0.0, take_along_axis(std::move(rows), where(none, 0, places), 0));
}

}  // namespace

Array embedding_bag(Array indices, Array weight, EmbeddingBagOptions options) {
  check_table(kName, indices, weight);
  check_weights(indices, options);
  Bags bags = bags_of(indices, options);
  const int64_t entries = indices.size();
  indices = reshape(std::move(indices), {entries});
  Array included;  // nothing: all are
  if (options.padding_idx) {
    included = indices != Array(padding_row(kName, *options.padding_idx, weight));
  }
  const DType dtype = weight.dtype();
  Array rows = take(std::move(weight), std::move(indices), 0);
  if (options.mode == BagMode::Max) {
    return largest(std::move(rows), std::move(bags.numbers), bags.count, included);
  }
  if (options.per_sample_weights) {
    Array factors = reshape(astype(options.per_sample_weights, dtype), {entries, 1});
    rows = std::move(rows) * std::move(factors);
  }
  if (included) rows = where(expand_dims(included, 1), std::move(rows), 0.0);
  const int64_t features = rows.shape(1);
  Array sums = scatter_add(zeros({bags.count, features}, dtype), bags.numbers, std::move(rows), 0);
  if (options.mode == BagMode::Sum) return sums;
  Array ones = included ? astype(included, dtype) : lamina::ones({entries}, dtype);
  Array sizes =
      scatter_add(zeros({bags.count}, dtype), std::move(bags.numbers), std::move(ones), 0);
  return std::move(sums) / expand_dims(maximum(std::move(sizes), 1.0), 1);
}

}  // namespace lamina
