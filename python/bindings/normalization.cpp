// Norms of arrays, and distances.
#include "lamina/ops/normalization.h"

#include "bindings.h"
#include "casters.h"
#include "lamina/ops/distance.h"
#include "loss_options.h"

namespace lamina::python {
namespace {

using Optional = std::optional<Array>;

void bind_norms(nb::module_& m) {
  m.def(
      "batch_norm",
      [](Array x, Array mean, Array var, Optional weight, Optional bias, Array epsilon) {
        return batch_norm(std::move(x), {std::move(mean), std::move(var)},
                          array_or_empty(std::move(weight)), array_or_empty(std::move(bias)),
                          std::move(epsilon));
      },
      nb::arg("x"), nb::arg("mean"), nb::arg("var"), nb::arg("weight") = nb::none(),
      nb::arg("bias") = nb::none(), nb::arg("epsilon") = 1e-5,
      "(x - mean) / sqrt(var + epsilon) * weight + bias for each channel of x [N, C, ..].\n"
      ">>> lm.batch_norm(lm.array([[1.0], [3.0]]), lm.array([2.0]), lm.array([1.0]), epsilon=0.0)\n"
      "[[-1],\n"
      " [1]]");
  m.def(
      "group_norm",
      [](Array x, int64_t groups, Optional weight, Optional bias, Array epsilon) {
        return group_norm(std::move(x), groups, array_or_empty(std::move(weight)),
                          array_or_empty(std::move(bias)), std::move(epsilon));
      },
      nb::arg("x"), nb::arg("groups"), nb::arg("weight") = nb::none(), nb::arg("bias") = nb::none(),
      nb::arg("epsilon") = 1e-5,
      "x [N, C, ..] normalised over groups of channels, then scaled for each channel.\n"
      ">>> lm.group_norm(lm.array([[1.0, 3.0]]), 1, epsilon=0.0)\n"
      "[[-1, 1]]");
  m.def(
      "instance_norm",
      [](Array x, Optional weight, Optional bias, Array epsilon) {
        return instance_norm(std::move(x), array_or_empty(std::move(weight)),
                             array_or_empty(std::move(bias)), std::move(epsilon));
      },
      nb::arg("x"), nb::arg("weight") = nb::none(), nb::arg("bias") = nb::none(),
      nb::arg("epsilon") = 1e-5,
      "x [N, C, ..] normalised over its spatial axes.\n"
      ">>> lm.instance_norm(lm.array([[[1.0, 3.0]]]), epsilon=0.0)\n"
      "[[[-1, 1]]]");
  m.def(
      "rms_norm",
      [](Array x, Optional weight, Array epsilon, int axes) {
        return rms_norm(std::move(x), array_or_empty(std::move(weight)), std::move(epsilon), axes);
      },
      nb::arg("x"), nb::arg("weight") = nb::none(), nb::arg("epsilon") = 1e-6, nb::arg("axes") = 1,
      "x / sqrt(mean(x^2) + epsilon) over the last axes: as many as weight has, or `axes`.\n"
      ">>> lm.rms_norm(lm.array([1.0, 7.0]), epsilon=0.0)\n[0.2, 1.4]");
  m.def(
      "local_response_norm",
      [](Array x, int64_t size, double alpha, double beta, double k) {
        return local_response_norm(std::move(x), size, {alpha, beta, k});
      },
      nb::arg("x"), nb::arg("size"), nb::arg("alpha") = 1e-4, nb::arg("beta") = 0.75,
      nb::arg("k") = 1.0,
      "x [N, C, ..] divided by a power of the mean square of `size` neighbouring channels.\n"
      ">>> lm.local_response_norm(lm.array([[1.0, 2.0]]), 2, alpha=0.0, k=4.0, beta=0.5)\n"
      "[[0.5, 1]]");
}

void bind_distances(nb::module_& m) {
  m.def(
      "normalize",
      [](Array x, double p, int axis, double epsilon) {
        return normalize(std::move(x), {p, axis, epsilon});
      },
      nb::arg("x"), nb::arg("p") = 2.0, nb::arg("axis") = -1, nb::arg("epsilon") = 1e-12,
      "x divided by its p-norm along the axis.\n"
      ">>> lm.normalize(lm.array([3.0, 4.0]))\n[0.6, 0.8]");
  m.def(
      "cosine_similarity",
      [](Array x, Array y, int axis, double epsilon) {
        return cosine_similarity(std::move(x), std::move(y), {axis, epsilon});
      },
      nb::arg("x"), nb::arg("y"), nb::arg("axis") = -1, nb::arg("epsilon") = 1e-8,
      "The cosine of the angle between x and y along an axis.\n"
      ">>> lm.cosine_similarity(lm.array([1.0, 0.0]), lm.array([3.0, 4.0]))\n0.6");
  m.def(
      "pairwise_distance",
      [](Array x, Array y, double p, double epsilon, bool keepdims) {
        return pairwise_distance(std::move(x), std::move(y), {p, epsilon, keepdims});
      },
      nb::arg("x"), nb::arg("y"), nb::arg("p") = 2.0, nb::arg("epsilon") = 1e-6,
      nb::arg("keepdims") = false,
      "The p-norm of x - y + epsilon along the last axis.\n"
      ">>> lm.pairwise_distance(lm.array([[0.0, 0.0]]), lm.array([[3.0, 4.0]]), epsilon=0.0)\n"
      "[5]");
  m.def("cdist", &cdist, nb::arg("x"), nb::arg("y"), nb::arg("p") = 2.0,
        "Distances of every row of x [.., P, M] from every row of y [.., R, M]: [.., P, R].\n"
        ">>> lm.cdist(lm.array([[0.0, 0.0]]), lm.array([[3.0, 4.0]]))\n[[5]]");
  m.def("squared_distances", &squared_distances, nb::arg("x"), nb::arg("y"),
        "cdist(x, y) ** 2, without roots: every row of x [.., P, M] with every row of\n"
        "y [.., R, M]: [.., P, R].\n"
        ">>> lm.squared_distances(lm.array([[0.0, 0.0]]), lm.array([[3.0, 4.0]]))\n[[25]]");
  m.def("pdist", &pdist, nb::arg("x"), nb::arg("p") = 2.0,
        "Distances between the rows of x [N, M], each pair once.\n"
        ">>> lm.pdist(lm.array([[0.0, 0.0], [3.0, 4.0]]))\n"
        "[5]");
}

}  // namespace

void bind_normalization(nb::module_& m) {
  bind_norms(m);
  bind_distances(m);
}

}  // namespace lamina::python
