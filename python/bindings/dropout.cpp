// Dropout.
#include "lamina/ops/dropout.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/text.h"

namespace lamina::python {
namespace {

void bind(nb::module_& m, const char* name, Array (*function)(Array, double, bool, Generator&),
          const char* doc) {
  m.def(
      name,
      [=](Array x, double rate, bool training) {
        return function(std::move(x), rate, training, default_generator());
      },
      nb::arg("x"), nb::arg("rate") = 0.5, nb::arg("training") = true, doc);
}

}  // namespace

void bind_dropout(nb::module_& m) {
  auto channels = [](const char* name, const char* sizes) {
    return text(
        "In training, sets whole channels of x [N, C, ..] or [C, ..] to 0 with probability "
        "`rate` and\ndivides the others by 1 - rate.\n>>> lm.",
        name, "(lm.ones(", sizes, "), 1.0)\n");
  };
  bind(m, "dropout", &dropout,
       "In training, sets elements to 0 with probability `rate` and divides the others by 1 - "
       "rate.\n"
       ">>> lm.dropout(lm.ones(2), training=False)\n"
       "[1, 1]");
  bind(m, "dropout1d", &dropout1d, (channels("dropout1d", "(1, 1, 2)") + "[[[0, 0]]]").c_str());
  bind(m, "dropout2d", &dropout2d,
       (channels("dropout2d", "(1, 1, 1, 2)") + "[[[[0, 0]]]]").c_str());
  bind(m, "dropout3d", &dropout3d,
       (channels("dropout3d", "(1, 1, 1, 1, 2)") + "[[[[[0, 0]]]]]").c_str());
  bind(m, "alpha_dropout", &alpha_dropout,
       "Dropout for nets of selu: keeps mean 0 and variance 1.\n"
       ">>> lm.alpha_dropout(lm.ones(2), training=False)\n"
       "[1, 1]");
  bind(m, "feature_alpha_dropout", &feature_alpha_dropout,
       "alpha_dropout of whole channels of x [N, C, ..].\n"
       ">>> lm.feature_alpha_dropout(lm.ones((1, 2)), training=False)\n"
       "[[1, 1]]");
}

}  // namespace lamina::python
