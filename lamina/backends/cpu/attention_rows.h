// The vector code of attention's gradient, per instruction set.
#pragma once

#include <cstdint>

namespace lamina::cpu {

struct AttentionRows {
  // sums[i] = the products of row i of a and of b, added up.
  void (*row_products)(const float* a, int64_t a_row, const float* b, int64_t b_row, int64_t rows,
                       int64_t columns, float* sums);
  // scores and slopes are [keys, queries], rows `row` apart: a multiple of 16, and what lies between
  // may be changed. Scores become weights e^(score - logsumexp[query]); slopes, if any, become
  // weight * (slope - sums[query]) * scale.
  void (*weights)(float* scores, float* slopes, int64_t row, int64_t keys, int64_t queries,
                  const float* logsumexp, const float* sums, float scale);
};
const AttentionRows& attention_rows();

}  // namespace lamina::cpu
