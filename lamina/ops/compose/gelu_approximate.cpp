// gelu(x, approximate): the choice that torch and Keras name by a string.
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/activations.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

Array gelu(Array x, std::string_view approximate) {
  if (approximate == "none") return gelu(std::move(x));
  if (approximate == "tanh") return gelu_tanh(std::move(x));
  throw ValueError(
      text("gelu: expected approximate to be 'none' or 'tanh', got '", approximate, "'"));
}

}  // namespace lamina
