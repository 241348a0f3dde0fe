// ctc_losses_gradient: minus the probability of each label at each step, given that the targets are
// spelled, times the cotangent of the entry's loss. (torch's gradient has e^log_probs added, which
// cancels behind log_softmax only.)
#include <algorithm>
#include <cmath>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/ops/ctc.h"
#include "lamina/ops/ctc_rule.h"

namespace lamina {

struct CtcLossesGradient {
  static constexpr auto name = "ctc_losses_gradient";
  static constexpr const char* inputs[] = {"log_probs", "targets", "input_lengths",
                                           "target_lengths", "cotangent"};
  static constexpr bool checks_values = true;
  using Attributes = CtcAttributes;
  static void infer(Inference& c) {
    infer_ctc(c);
    if (!(c.shape(4) == Shape{c.shape(0)[1]}) || c.dtype(4) != c.dtype(0)) {
      throw c.error<ShapeError>("expected cotangent ", c.dtype(0), " [", c.shape(0)[1], "], got ",
                                c.input(4));
    }
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context&) {
    throw GradientError("ctc_losses: second derivatives are not available");
  }
  static void reference(Reference& r) {
    const auto cotangent = r.input(4), y = r.output();
    const int64_t batch = y.size(1), classes = y.size(2);
    for (int64_t i = 0; i < y.elements(); ++i) y.set_real(i, 0);
    int64_t target = 0;
    std::vector<double> row(static_cast<size_t>(classes));
    for (int64_t n = 0; n < batch; ++n) {
      const CtcLattice lattice(r, n, target, r.attributes<Attributes>().blank);
      target = next_target(r, n, target);
      if (!lattice.valid()) continue;
      const std::vector<double> alpha = lattice.forward(), beta = lattice.backward();
      const double total = lattice.total(alpha), g = cotangent.real(n);
      if (std::isinf(total)) continue;
      for (int64_t t = 0; t < lattice.steps(); ++t) {
        std::fill(row.begin(), row.end(), 0.0);
        for (int64_t s = 0; s < lattice.states(); ++s) {
          const auto at = static_cast<size_t>(t * lattice.states() + s);
          row[static_cast<size_t>(lattice.label(s))] += std::exp(alpha[at] + beta[at] - total);
        }
        for (int64_t k = 0; k < classes; ++k)
          y.set_real((t * batch + n) * classes + k, -g * row[static_cast<size_t>(k)]);
      }
    }
  }
  static void samples(Samples& s) {
    std::vector<std::vector<SampleInput>> calls;
    ctc_samples(calls);
    for (auto& call : calls) {
      call.push_back(SampleInput(Shape{call[0].shape[1]}, float32));
      s.call(std::move(call), Attributes{});
    }
    s.first_order_only();
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput labels({2, 3}, int64, 1, 3), six({2}, int64, 6, 6), three({2}, int64, 3, 3);
    s.call({{6, 2, 4}, labels, six, three, {3}}, Attributes{}, "expected cotangent float32 [2]");
  }
  static constexpr auto doc = "The gradient of ctc_losses with respect to log_probs.";
};
LAMINA_OP(CtcLossesGradient)

}  // namespace lamina
