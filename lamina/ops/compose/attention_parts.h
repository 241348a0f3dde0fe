// What attention and its gradient share: the arguments' rules, blocks of queries, and the scores and
// weights of a block.
#pragma once

#include "lamina/op/op.h"

namespace lamina {

// Throws unless inputs 0 to 3 are query, key, value and scale of attention and input `mask`, where
// the call has so many, is a mask for them.
void check_attention(const Inference& c, int mask);

struct AttentionProblem {
  Array query, key, value, scale, mask;  // mask may be empty
  bool is_causal;

  int64_t queries() const { return query.shape(-2); }
  // As many queries as make a block of about a million scores. Not fewer than a sixteenth of them:
  // a block is a dozen instructions.
  int64_t block_rows() const;

  // Of queries first .. last - 1: scores without the scale, and with scale and masks.
  Array products(int64_t first, int64_t last) const;
  Array scores(Array products, int64_t first, int64_t last) const;
};

// Queries first .. last - 1 of [.., L, X].
Array query_rows(const Array& x, int64_t first, int64_t last);

Array matrix_transposed(Array x);

}  // namespace lamina
