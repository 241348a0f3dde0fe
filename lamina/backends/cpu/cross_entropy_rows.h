// The vector code of softmax_cross_entropy and its gradient, per instruction set.
#pragma once

#include <cstdint>

namespace lamina::cpu {

// Of rows of `columns` contiguous logits; a label that is no column is -1: it adds nothing.
struct CrossEntropyRows {
  void (*forward)(const float* logits, const int32_t* labels, float* loss, float* logsumexp,
                  int64_t rows, int64_t columns);
  // The result may be the logits' memory.
  void (*gradient)(const float* logits, const int32_t* labels, const float* logsumexp,
                   const float* cotangent, float* result, int64_t rows, int64_t columns);
};
CrossEntropyRows cross_entropy_rows();

}  // namespace lamina::cpu
