#include "lamina/ops/quantized_rule.h"

#include "lamina/base/error.h"

namespace lamina {

void check_quantized(const Inference& c, int64_t outputs) {
  if (c.dtype(0) != int8 && c.dtype(0) != uint8)
    throw c.error<DTypeError>("expected x of int8 or uint8, got ", c.dtype(0));
  if (c.dtype(1) != int8) throw c.error<DTypeError>("expected a weight of int8, got ", c.dtype(1));
  if (!is_floating(c.dtype(2)))
    throw c.error<DTypeError>("expected scale of floating-point numbers, got ", c.dtype(2));
  for (int i = 2; i < c.input_count(); ++i) {
    const char* const what = i == 2 ? "scale" : "bias";
    if (c.dtype(i) != c.dtype(2))
      throw c.error<DTypeError>("expected bias of ", c.dtype(2), " as scale, got ", c.dtype(i));
    if (!(c.shape(i) == Shape{outputs}))
      throw c.error<ShapeError>("expected ", what, " [", outputs, "], got ", c.shape(i));
  }
}

}  // namespace lamina
