// Attention.
#include "lamina/ops/attention.h"

#include "bindings.h"
#include "casters.h"
#include "loss_options.h"

namespace lamina::python {

void bind_attention(nb::module_& m) {
  m.def(
      "scaled_dot_product_attention",
      [](Array query, Array key, Array value, std::optional<Array> mask, double dropout,
         bool is_causal, std::optional<double> scale, bool enable_gqa) {
        return scaled_dot_product_attention(
            std::move(query), std::move(key), std::move(value),
            {array_or_empty(std::move(mask)), dropout, is_causal, scale, enable_gqa});
      },
      nb::arg("query"), nb::arg("key"), nb::arg("value"), nb::arg("mask") = nb::none(),
      nb::arg("dropout") = 0.0, nb::arg("is_causal") = false, nb::arg("scale") = nb::none(),
      nb::arg("enable_gqa") = false,
      "softmax(query key^T scale + mask) value: query [.., L, E], key [.., S, E], value [.., S, "
      "V].\n"
      "mask is bool (true: may look) or is added to the scores. scale is 1 / sqrt(E) if left out.\n"
      ">>> q, k = lm.array([[0.0]]), lm.array([[1.0], [2.0]])\n"
      ">>> lm.scaled_dot_product_attention(q, k, lm.array([[1.0], [3.0]]))\n[[2]]");
}

}  // namespace lamina::python
