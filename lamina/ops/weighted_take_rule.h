// What the three ops of weighted_take.h share: checks, and the loop over all terms.
#pragma once

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference_values.h"
#include "lamina/ops/weighted_take.h"

namespace lamina {

// Throws unless indices are integers [B, P, K] for an array [B, ..] of rank 4.
void check_weighted_indices(const Inference& c, const Shape& x);
void check_weighted_float(const Inference& c, int input);

// Calls f(x, w, y) with row-major numbers of elements for every term of the sum. x is [B, C, S, I],
// y is [B, C, P, I].
template <class F>
void each_weighted_term(const Reference& r, const ReferenceOperand& indices, const Shape& x,
                        const Shape& y, F&& f) {
  const int64_t batch = x[0], channels = x[1], size = x[2], inner = x[3];
  const int64_t points = y[2], taps = indices.size(2);
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t p = 0; p < points; ++p) {
      for (int64_t k = 0; k < taps; ++k) {
        const int64_t w = (b * points + p) * taps + k;
        const int64_t index = indices.integer(w);
        if (index < 0) continue;
        if (index >= size) {
          r.report(index, size);
          continue;
        }
        for (int64_t c = 0; c < channels; ++c) {
          const int64_t from = ((b * channels + c) * size + index) * inner;
          const int64_t to = ((b * channels + c) * points + p) * inner;
          for (int64_t i = 0; i < inner; ++i) f(from + i, w, to + i);
        }
      }
    }
  }
}

}  // namespace lamina
