#include "lamina/nn/recurrent_lengths.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

Array mask_of_lengths(const Array& lengths, int64_t time, int64_t batch) {
  if (!is_integer(lengths.dtype())) {
    throw DTypeError(text("expected lengths as integers, got ", describe(lengths)));
  }
  if (lengths.ndim() != 1 || lengths.shape(0) != batch) {
    throw ShapeError(text("expected the lengths of ", batch, " sequences, got ", describe(lengths)));
  }
  const std::vector<int64_t> values = lengths.to_vector<int64_t>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 1 && values[i] <= time) continue;
    throw ValueError(text("length ", values[i], " of sequence ", i, " is not 1 to ", time,
                          ", the steps that the input has"));
  }
  const Array steps = reshape(arange(time), {time, 1, 1});
  return steps < reshape(astype(lengths, int64), {1, batch, 1});
}

}  // namespace lamina::nn
