// embedding(indices, weight) = the rows of weight; its gradient adds to each row what its uses get.
// The row of padding_idx is a constant of the gradient.
#include "lamina/ops/embedding.h"
#include "lamina/ops/compose/arguments.h"
#include "lamina/ops/compose/padding_index.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"

namespace lamina {

Array stop_gradient(Array x);  // autograd/vjp.h, below this folder

Array embedding(Array indices, Array weight, EmbeddingOptions options) {
  check_table("embedding", indices, weight);
  if (!options.padding_idx) return take(std::move(weight), std::move(indices), 0);
  const int64_t padding = padding_row("embedding", *options.padding_idx, weight);
  Array is_padding = expand_dims(indices == Array(padding), -1);
  Array rows = take(std::move(weight), std::move(indices), 0);
  return where(std::move(is_padding), stop_gradient(rows), rows);
}

}  // namespace lamina
