// scaled_dot_product_attention: attention with the arguments of a layer: masks that broadcast,
// grouped heads (Ainslie et al. 2023) and dropout. Groups of query heads that share a key become an
// axis of their own, so that keys and values are not repeated in memory. With dropout the weights
// are needed themselves, and are kept for the gradient.
#include <cmath>

#include "lamina/ops/attention.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/number.h"

namespace lamina {
namespace {

constexpr const char* kName = "scaled_dot_product_attention";

// mask as an array of the scores' rank, whose axes are 1 or the scores'.
Array full_rank(Array mask, const IntList& scores) {
  if (mask.ndim() > static_cast<int>(scores.size())) {
    throw ShapeError(
        text(kName, ": the mask ", mask.shape(), " has more axes than the scores ", scores));
  }
  IntList shape(scores.size() - static_cast<size_t>(mask.ndim()), 1);
  for (int64_t size : mask.shape()) shape.push_back(size);
  return reshape(std::move(mask), std::move(shape));
}

// [.., H, A, B] as [.., heads, H / heads, A, B]; one head as [.., 1, 1, A, B].
Array in_groups(Array x, int64_t heads) {
  IntList shape = sizes_of(x);
  const size_t place = shape.size() - 3;
  const int64_t here = shape[place];
  shape[place] = here == 1 ? 1 : heads;
  IntList result(shape.begin(), shape.end() - 2);
  result.push_back(here == 1 ? 1 : here / heads);
  result.push_back(shape[shape.size() - 2]);
  result.push_back(shape.back());
  return reshape(std::move(x), std::move(result));
}

Array broadcast_batch(Array x, const Shape& batch) {
  IntList shape(batch.begin(), batch.end());
  shape.push_back(x.shape(-2));
  shape.push_back(x.shape(-1));
  return Shape(shape.begin(), shape.end()) == x.shape() ? std::move(x)
                                                        : broadcast_to(std::move(x), shape);
}

// The batch axes that query, key and value broadcast to.
Shape batch_shape(const Array& query, const Array& key, const Array& value) {
  auto batch = [](const Array& x) { return Shape(x.shape().begin(), x.shape().end() - 2); };
  return broadcast_shapes(broadcast_shapes(batch(query), batch(key), kName), batch(value), kName);
}

}  // namespace

Array scaled_dot_product_attention(Array query, Array key, Array value, AttentionOptions options,
                                   Generator& generator) {
  require_arrays(kName, {{"query", query}, {"key", key}, {"value", value}});
  check_rate(kName, "dropout", options.dropout);
  for (const Array* x : {&query, &key, &value}) {
    if (x->ndim() >= 2) continue;
    throw ShapeError(text(kName,
                          ": expected query [.., L, E], key [.., S, E] and value [.., S, V], got ",
                          query.shape(), ", ", key.shape(), " and ", value.shape()));
  }
  query = as_floating(std::move(query));
  key = astype(std::move(key), query.dtype()), value = astype(std::move(value), query.dtype());
  const double width = static_cast<double>(query.shape(-1));
  Array scale = typed(options.scale ? *options.scale : 1 / std::sqrt(width), query.dtype());
  Array mask = std::move(options.mask);
  if (mask && mask.dtype() != bool_) mask = astype(std::move(mask), query.dtype());

  const IntList before = sizes_of(query);
  bool grouped = false;
  if (options.enable_gqa) {
    if (query.ndim() < 3 || key.ndim() < 3 || value.ndim() < 3) {
      throw ShapeError(
          text(kName, ": enable_gqa needs heads on axis -3, got query ", query.shape()));
    }
    const int64_t heads = query.shape(-3), shared = key.shape(-3);
    if (shared == 0 || heads % shared != 0 || value.shape(-3) != shared) {
      throw ShapeError(text(kName, ": ", heads, " heads of query do not divide into groups for ",
                            shared, " heads of key and ", value.shape(-3), " of value"));
    }
    grouped = shared != heads;
    if (grouped) {
      if (mask) {
        IntList scores = before;
        scores.back() = key.shape(-2);
        mask = in_groups(full_rank(std::move(mask), scores), shared);
      }
      query = in_groups(std::move(query), shared);
      key = expand_dims(std::move(key), -3), value = expand_dims(std::move(value), -3);
    }
  }
  const Shape batch = batch_shape(query, key, value);
  query = broadcast_batch(std::move(query), batch);
  key = broadcast_batch(std::move(key), batch), value = broadcast_batch(std::move(value), batch);
  if (mask && !grouped) {
    IntList scores = sizes_of(query);
    scores.back() = key.shape(-2);
    mask = full_rank(std::move(mask), scores);
  }
  Array result;
  if (options.dropout > 0) {
    Array weights = attention_weights(std::move(query), std::move(key), std::move(scale),
                                      std::move(mask), options.is_causal);
    result = matmul(dropout(std::move(weights), options.dropout, true, generator), value);
  } else {
    result = attention(std::move(query), std::move(key), value, std::move(scale), std::move(mask),
                       options.is_causal)
                 .output;
  }
  if (!grouped) return result;
  IntList shape = before;
  shape.back() = result.shape(-1);
  return reshape(std::move(result), std::move(shape));
}

}  // namespace lamina
