// linear_recurrence: a and b are seen as [outer, size, inner]. Each line is one thread's, from its
// beginning to its end; lines go side by side, so that their steps overlap.
#include <algorithm>
#include <type_traits>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/cumulative.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kColumns = 256, kRows = 4;
constexpr int64_t kElementsPerThread = 16 * 1024;

template <class T>
class LinearRecurrence final : public Kernel {
 public:
  LinearRecurrence(const AxisSplit& split, bool reverse) : split_(split), reverse_(reverse) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* a = reinterpret_cast<const T*>(operands[0]);
    const T* b = reinterpret_cast<const T*>(operands[1]);
    T* y = reinterpret_cast<T*>(operands[2]);
    if (split_.outer * split_.size * split_.inner == 0) return;
    // Rows follow each other by `size`, columns by 1.
    const bool rows = split_.inner == 1;
    const int64_t lines = rows ? split_.outer : split_.inner, most = rows ? kRows : kColumns;
    const int64_t groups = (lines + most - 1) / most, outer = rows ? 1 : split_.outer;
    const int64_t elements = split_.size * std::min(most, lines);
    parallel_for(0, outer * groups, std::max<int64_t>(1, kElementsPerThread / elements),
                 [&](int64_t first, int64_t last) {
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t line = item % groups * most, n = std::min(most, lines - line);
                     if (rows && n == kRows) {
                       run_rows(a, b, y, line * split_.size);
                     } else if (rows) {
                       for (int64_t k = line; k < line + n; ++k) {
                         run_lines(a, b, y, k * split_.size, 1);
                       }
                     } else {
                       const int64_t start = item / groups * split_.size * split_.inner + line;
                       run_lines(a, b, y, start, n);
                     }
                   }
                 });
  }

 private:
  using Value = std::conditional_t<sizeof(T) == 2, float, T>;
  static double next(T a, double value, T b) {
    return static_cast<double>(static_cast<Value>(a)) * value +
           static_cast<double>(static_cast<Value>(b));
  }
  static double first(T b) { return static_cast<double>(static_cast<Value>(b)); }

  // n lines that stand next to each other.
  void run_lines(const T* a, const T* b, T* y, int64_t start, int64_t n) const {
    double values[kColumns];
    for (int64_t step = 0; step < split_.size; ++step) {
      const int64_t i = reverse_ ? split_.size - 1 - step : step;
      const int64_t at = start + i * split_.inner;
      for (int64_t k = 0; k < n; ++k) {
        values[k] = step == 0 ? first(b[at + k]) : next(a[at + k], values[k], b[at + k]);
        y[at + k] = static_cast<T>(values[k]);
      }
    }
  }

  // kRows lines one behind the other.
  void run_rows(const T* a, const T* b, T* y, int64_t start) const {
    double values[kRows];
    for (int64_t step = 0; step < split_.size; ++step) {
      int64_t at = start + (reverse_ ? split_.size - 1 - step : step);
      for (int64_t k = 0; k < kRows; ++k, at += split_.size) {
        values[k] = step == 0 ? first(b[at]) : next(a[at], values[k], b[at]);
        y[at] = static_cast<T>(values[k]);
      }
    }
  }

  AxisSplit split_;
  bool reverse_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const auto& a = *static_cast<const RecurrenceAttributes*>(request.attributes);
  const AxisSplit split(request.inputs[0].shape, static_cast<int>(a.axis));
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    if constexpr (std::is_integral_v<decltype(zero)>) {
      request.refusal = "not floating-point numbers";
      return nullptr;
    } else {
      return std::make_unique<LinearRecurrence<decltype(zero)>>(split, a.reverse);
    }
  });
}

}  // namespace

LAMINA_KERNEL(linear_recurrence)
= {"linear_recurrence", "cpu.linear_recurrence", 10, rule};

}  // namespace lamina::backend
