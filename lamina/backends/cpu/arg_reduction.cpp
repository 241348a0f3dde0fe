// argmax and argmin: x is seen as [outer, length, inner]. Rows, or groups of columns, go to the
// threads; one long row is cut into parts, of which the first with the extreme value wins.
#include <algorithm>
#include <vector>

#include "lamina/backends/cpu/arg_extreme.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/arg_reduction.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 32 * 1024;

class ArgReductionKernel final : public Kernel {
 public:
  ArgReductionKernel(const Operand& x, int axis, bool largest)
      : split_(x.shape, axis),
        item_(static_cast<int64_t>(size_of(x.dtype))),
        find_(cpu::arg_extreme(x.dtype, largest)) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const std::byte* x = operands[0];
    auto* positions = reinterpret_cast<int64_t*>(operands[1]);
    if (split_.inner == 1 && split_.outer == 1) {
      *positions = in_one_row(x);
    } else if (split_.inner == 1) {
      const int64_t grain = std::max<int64_t>(1, kElementsPerThread / split_.size);
      parallel_for(0, split_.outer, grain, [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row)
          positions[row] = find_.in_run(x + row * split_.size * item_, split_.size);
      });
    } else {
      in_columns(x, positions);
    }
  }

 private:
  int64_t in_one_row(const std::byte* x) const {
    const int64_t parts = (split_.size + kElementsPerThread - 1) / kElementsPerThread;
    if (parts == 1) return find_.in_run(x, split_.size);
    std::vector<int64_t> found(static_cast<size_t>(parts));
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; ++part) {
        const int64_t begin = part * kElementsPerThread;
        const int64_t n = std::min(kElementsPerThread, split_.size - begin);
        found[static_cast<size_t>(part)] = begin + find_.in_run(x + begin * item_, n);
      }
    });
    int64_t best = found[0];
    for (int64_t position : found) best = find_.beats(x, position, best) ? position : best;
    return best;
  }

  void in_columns(const std::byte* x, int64_t* positions) const {
    const int64_t groups = (split_.inner + cpu::kArgColumns - 1) / cpu::kArgColumns;
    const int64_t elements = split_.size * std::min(split_.inner, cpu::kArgColumns);
    const int64_t grain = std::max<int64_t>(1, kElementsPerThread / std::max<int64_t>(1, elements));
    parallel_for(0, split_.outer * groups, grain, [&](int64_t first, int64_t last) {
      for (int64_t item = first; item < last; ++item) {
        const int64_t outer = item / groups, column = item % groups * cpu::kArgColumns;
        const int64_t n = std::min(cpu::kArgColumns, split_.inner - column);
        find_.in_columns(x + (outer * split_.size * split_.inner + column) * item_, split_.size,
                         split_.inner * item_, n, positions + outer * split_.inner + column);
      }
    });
  }

  AxisSplit split_;
  int64_t item_;
  cpu::ArgExtreme find_;
};

std::unique_ptr<Kernel> prepare(KernelRequest& request, bool largest) {
  Operand& x = request.inputs[0];
  const auto axis = static_cast<int>(static_cast<const ArgAttributes*>(request.attributes)->axis);
  if (x.shape[axis] >= cpu::kArgRows && axis + 1 < x.shape.rank()) {
    request.refusal = "columns of 2^31 elements and more";
    return nullptr;
  }
  x.strides = row_major_strides(x.shape);
  return std::make_unique<ArgReductionKernel>(x, axis, largest);
}

std::unique_ptr<Kernel> argmax_rule(KernelRequest& request) { return prepare(request, true); }
std::unique_ptr<Kernel> argmin_rule(KernelRequest& request) { return prepare(request, false); }

}  // namespace

LAMINA_KERNEL(argmax)
= {"argmax", "cpu.argmax", 10, argmax_rule};
LAMINA_KERNEL(argmin)
= {"argmin", "cpu.argmin", 10, argmin_rule};

}  // namespace lamina::backend
