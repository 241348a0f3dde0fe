#include "lamina/check/sweep.h"

#include "lamina/base/error.h"
#include "lamina/check/modes.h"
#include "lamina/exec/cache.h"

namespace lamina {

LAMINA_USE_OP(Output)
LAMINA_USE_OP(Placeholder)

SweepMode sweep_mode(std::string_view name) {
  if (name == "test") return SweepMode::Test;
  if (name == "grad") return SweepMode::Grad;
  if (name == "bad") return SweepMode::Bad;
  throw ValueError(text("check: no mode '", name, "'")).help("one of test, grad, bad, perf, support");
}

SweepReport& SweepReport::operator+=(const SweepReport& other) {
  cases += other.cases;
  comparisons += other.comparisons;
  refused += other.refused;
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
  return *this;
}

bool is_internal(const Op& op) {
  return &op == &ops::op_Output() || &op == &ops::op_Placeholder();
}

SweepReport sweep(const Op& op, SweepMode mode, uint32_t seed, Extent extent) {
  SweepReport report;
  if (is_internal(op)) return report;
  if (!op.samples) {
    report.failures.push_back(text(op.name, ": has no samples, so nothing tests it"));
    return report;
  }
  program_cache().clear();
  if (mode == SweepMode::Test) check::sweep_forward(op, seed, extent, report);
  if (mode == SweepMode::Grad) check::sweep_gradients(op, seed, extent, report);
  if (mode == SweepMode::Bad) check::sweep_bad_calls(op, report);
  return report;
}

}  // namespace lamina
