// Embeddings, and products with weights.
#include "lamina/ops/embedding.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/ops/ctc.h"
#include "lamina/ops/linear.h"
#include "loss_options.h"

namespace lamina::python {
namespace {

BagMode to_mode(const std::string& name) {
  if (name == "sum") return BagMode::Sum;
  if (name == "mean") return BagMode::Mean;
  if (name == "max") return BagMode::Max;
  throw ValueError(
      text("embedding_bag: expected the mode 'sum', 'mean' or 'max', got '", name, "'"));
}

using Optional = std::optional<Array>;

}  // namespace

void bind_embedding(nb::module_& m) {
  m.def(
      "embedding",
      [](Array indices, Array weight, std::optional<int64_t> padding_idx) {
        return embedding(std::move(indices), std::move(weight), {padding_idx});
      },
      nb::arg("indices"), nb::arg("weight"), nb::arg("padding_idx") = nb::none(),
      "Rows of weight [V, D] by number: [..] -> [.., D]. The row padding_idx gets no gradient.\n"
      ">>> lm.embedding(lm.array([1, 0]), lm.array([[1.0], [2.0]]))\n[[2],\n [1]]");
  m.def(
      "embedding_bag",
      [](Array indices, Array weight, Optional offsets, const std::string& mode,
         Optional per_sample_weights, bool include_last_offset,
         std::optional<int64_t> padding_idx) {
        return embedding_bag(
            std::move(indices), std::move(weight),
            {array_or_empty(std::move(offsets)), to_mode(mode),
             array_or_empty(std::move(per_sample_weights)), include_last_offset, padding_idx});
      },
      nb::arg("indices"), nb::arg("weight"), nb::arg("offsets") = nb::none(),
      nb::arg("mode") = "mean", nb::arg("per_sample_weights") = nb::none(),
      nb::arg("include_last_offset") = false, nb::arg("padding_idx") = nb::none(),
      "The sum, mean or maximum of the rows of weight that each bag of indices names. Bags are "
      "the\n"
      "rows of indices [B, L], or begin at offsets [B] of indices [n].\n"
      ">>> table = lm.array([[1.0], [2.0], [4.0]])\n"
      ">>> lm.embedding_bag(lm.array([0, 1, 2]), table, lm.array([0, 2]), mode='sum')\n"
      "[[3],\n [4]]");
  m.def("bag_numbers", &bag_numbers, nb::arg("offsets"), nb::arg("count"),
        op::find("bag_numbers")->doc);
  m.def("bag_argmax", &bag_argmax, nb::arg("rows"), nb::arg("bags"), nb::arg("count"),
        op::find("bag_argmax")->doc);
  m.def("ctc_losses", &ctc_losses, nb::arg("log_probs"), nb::arg("targets"),
        nb::arg("input_lengths"), nb::arg("target_lengths"), nb::arg("blank") = 0,
        op::find("ctc_losses")->doc);
  m.def(
      "linear",
      [](Array x, Array weight, Optional bias) {
        return linear(std::move(x), std::move(weight), array_or_empty(std::move(bias)));
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("bias") = nb::none(),
      "x [.., in] @ weight [out, in].T + bias [out].\n"
      ">>> lm.linear(lm.array([1.0, 2.0]), lm.array([[1.0, 2.0], [3.0, 4.0]]))\n"
      "[5, 11]");
  m.def(
      "bilinear",
      [](Array x1, Array x2, Array weight, Optional bias) {
        return bilinear(std::move(x1), std::move(x2), std::move(weight),
                        array_or_empty(std::move(bias)));
      },
      nb::arg("x1"), nb::arg("x2"), nb::arg("weight"), nb::arg("bias") = nb::none(),
      "x1^T weight[o] x2 + bias[o] for x1 [.., I], x2 [.., J], weight [out, I, J]: [.., out].\n"
      ">>> lm.bilinear(lm.ones(2), lm.ones(3), lm.ones((1, 2, 3)))\n"
      "[6]");
}

}  // namespace lamina::python
