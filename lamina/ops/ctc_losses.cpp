// ctc_losses: connectionist temporal classification (Graves et al. 2006). Sums over all alignments
// run step by step in logarithms, in double. Steps too few for the labels give inf, with gradient
// 0.
#include "lamina/base/error.h"
#include "lamina/ops/ctc.h"
#include "lamina/ops/ctc_rule.h"

namespace lamina {

LAMINA_USE_OP(CtcLossesGradient)

struct CtcLosses {
  static constexpr auto name = "ctc_losses";
  static constexpr const char* inputs[] = {"log_probs", "targets", "input_lengths",
                                           "target_lengths"};
  static constexpr bool checks_values = true;
  using Attributes = CtcAttributes;
  static void infer(Inference& c) {
    infer_ctc(c);
    c.output(c.dtype(0), {c.shape(0)[1]});
  }
  static void gradient(Context& c) {
    c.give(0, record(ops::op_CtcLossesGradient(), c.attributes_ref(), c.input(0), c.input(1),
                     c.input(2), c.input(3), c.cotangent()));
  }
  static void reference(Reference& r) {
    const auto y = r.output();
    int64_t target = 0;
    for (int64_t n = 0; n < y.elements(); ++n) {
      const CtcLattice lattice(r, n, target, r.attributes<Attributes>().blank);
      target = next_target(r, n, target);
      y.set_real(n, lattice.valid() ? -lattice.total(lattice.forward()) : 0);
    }
  }
  static void samples(Samples& s) {
    std::vector<std::vector<SampleInput>> calls;
    ctc_samples(calls);
    for (auto& call : calls) s.call(std::move(call), Attributes{});
    s.first_order_only();
  }
  static void bad_samples(BadSamples& s) {
    const SampleInput steps({6, 2, 4}), labels({2, 3}, int64, 1, 3), six({2}, int64, 6, 6),
        three({2}, int64, 3, 3), seven({2}, int64, 7, 7);
    s.call({{6, 4}, labels, six, three}, Attributes{},
           "expected log_probs [steps, batch, classes]");
    s.call({steps, SampleInput({3, 3}, int64), six, three}, Attributes{},
           "expected targets [2, labels]");
    s.call({steps, labels, SampleInput({3}, int64), three}, Attributes{},
           "expected input_lengths [2]");
    s.call({steps, {2, 3}, six, three}, Attributes{}, "expected targets of an integer type");
    s.call({steps, labels, six, three}, Attributes{4}, "blank 4 is not one of the 4 classes");
    s.call({steps, labels, seven, three}, Attributes{}, "value 7 is out of range");
    s.call({steps, labels, six, seven}, Attributes{}, "value 7 is out of range");
    s.call({steps, SampleInput({2, 3}, int64, 4, 9), six, three}, Attributes{}, "out of range");
    s.call({steps, SampleInput({2, 3}, int64, 0, 0), six, three}, Attributes{}, "out of range");
  }
  static constexpr auto doc =
      "-log of the probability that the steps spell the targets, for each entry.\n"
      ">>> steps = lm.log(lm.full((2, 1, 2), 0.5))\n"
      ">>> lm.ctc_losses(steps, lm.array([[1]]), lm.array([2]), lm.array([1]))\n[0.287682]";
};
LAMINA_OP(CtcLosses)

Array ctc_losses(Array log_probs, Array targets, Array input_lengths, Array target_lengths,
                 int64_t blank) {
  return record(ops::op_CtcLosses(), make_attributes(CtcAttributes{blank}), std::move(log_probs),
                std::move(targets), std::move(input_lengths), std::move(target_lengths));
}

}  // namespace lamina
