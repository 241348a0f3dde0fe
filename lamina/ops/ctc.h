// Connectionist temporal classification.
#pragma once

#include "lamina/core/array.h"

namespace lamina {

// -log of the probability that steps log_probs [T, N, C] spell the targets, over all ways to repeat
// labels and put blanks between them: [N]. targets [N, S], or all of them in one row [sum]; labels
// are not the blank. Lengths [N] count the steps and the labels of each entry.
Array ctc_losses(Array log_probs, Array targets, Array input_lengths, Array target_lengths,
                 int64_t blank = 0);

struct CtcAttributes {
  int64_t blank = 0;
  template <class V>
  void fields(V&& v) {
    v("blank", blank);
  }
};

}  // namespace lamina
