// cumulative_sum, _prod, _max and _min: x is seen as [outer, size, inner]. Columns go side by
// side; rows are cut into blocks of one length, whatever the number of threads: the total of each
// block, what stands before each block, then all blocks, four at a time, so that their additions
// overlap.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kBlock = 2048, kTogether = 4, kColumns = 256;
constexpr int64_t kElementsPerThread = 16 * 1024;

// What comes before the first entry, and how an entry is added to what came before. Sums and
// products of floats are double, those of integers wrap.
struct Sums {
  template <class Out>
  using Value = std::conditional_t<std::is_integral_v<Out>, uint64_t, double>;
  template <class V>
  static constexpr V initial = V(0);
  template <class V>
  static V combine(V a, V b) {
    return a + b;
  }
};
struct Products : Sums {
  template <class V>
  static constexpr V initial = V(1);
  template <class V>
  static V combine(V a, V b) {
    return a * b;
  }
};
// The first of equal values stays, and a NaN stays for good.
template <bool kLargest>
struct Extremes {
  template <class Out>
  using Value = std::conditional_t<
      std::is_same_v<Out, bool>, uint8_t,
      std::conditional_t<sizeof(Out) == 2 && !std::is_integral_v<Out>, float, Out>>;
  template <class V>
  static constexpr V worst() {
    using Limits = std::numeric_limits<V>;
    if (Limits::has_infinity) return kLargest ? -Limits::infinity() : Limits::infinity();
    return kLargest ? Limits::lowest() : Limits::max();
  }
  template <class V>
  static constexpr V initial = worst<V>();
  template <class V>
  static V combine(V a, V b) {
    const bool better = kLargest ? a < b : b < a;
    return (better | (b != b)) & (a == a) ? b : a;
  }
};

// In: what is read; Out: what is written.
template <class How, class In, class Out>
class Cumulative final : public Kernel {
 public:
  explicit Cumulative(const AxisSplit& split) : split_(split) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const In* x = reinterpret_cast<const In*>(operands[0]);
    Out* y = reinterpret_cast<Out*>(operands[1]);
    if (split_.outer * split_.size * split_.inner == 0) return;
    split_.inner == 1 ? run_rows(x, y) : run_columns(x, y);
  }

 private:
  using Value = typename How::template Value<Out>;
  static constexpr Value kInitial = How::template initial<Value>;
  static Value value_of(In v) {
    if constexpr (sizeof(In) == 2 && !std::is_integral_v<In>) {
      return static_cast<Value>(static_cast<float>(v));
    } else {
      return static_cast<Value>(v);
    }
  }
  static Out stored(Value v) {
    if constexpr (sizeof(Out) == 2 && !std::is_integral_v<Out>) {
      return Out(static_cast<float>(v));
    } else {
      return static_cast<Out>(v);
    }
  }

  void run_rows(const In* x, Out* y) const {
    const int64_t blocks = (split_.size + kBlock - 1) / kBlock, items = split_.outer * blocks;
    const int64_t grain = std::max<int64_t>(
        1, kElementsPerThread / std::min(kBlock, std::max<int64_t>(1, split_.size)));
    std::vector<Value> before(static_cast<size_t>(items), kInitial);
    auto start = [&](int64_t item) { return item / blocks * split_.size + item % blocks * kBlock; };
    auto length = [&](int64_t item) {
      return std::min(kBlock, split_.size - item % blocks * kBlock);
    };
    if (blocks > 1) {
      parallel_for(0, items, grain, [&](int64_t first, int64_t last) {
        for (int64_t item = first; item < last; ++item)
          before[static_cast<size_t>(item)] = total(x + start(item), length(item));
      });
      for (int64_t row = 0; row < split_.outer; ++row) {
        Value sum = kInitial;
        for (int64_t k = row * blocks; k < (row + 1) * blocks; ++k)
          sum = How::combine(std::exchange(before[static_cast<size_t>(k)], sum), sum);
      }
    }
    parallel_for(0, items, grain, [&](int64_t first, int64_t last) {
      for (int64_t item = first; item < last;) {
        const int64_t n = length(item);
        bool together = item + kTogether <= last;
        for (int64_t k = 1; together && k < kTogether; ++k) together = length(item + k) == n;
        if (together) {
          const In* from[kTogether];
          Out* to[kTogether];
          for (int64_t k = 0; k < kTogether; ++k)
            from[k] = x + start(item + k), to[k] = y + start(item + k);
          scan_together(from, to, n, before.data() + item);
          item += kTogether;
        } else {
          scan(x + start(item), y + start(item), n, before[static_cast<size_t>(item)]);
          ++item;
        }
      }
    });
  }

  static Value total(const In* x, int64_t n) {
    Value part[8];
    std::fill(part, part + 8, kInitial);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (int64_t k = 0; k < 8; ++k) part[k] = How::combine(part[k], value_of(x[i + k]));
    }
    for (; i < n; ++i) part[0] = How::combine(part[0], value_of(x[i]));
    for (int64_t half = 4; half > 0; half /= 2) {
      for (int64_t k = 0; k < half; ++k) part[k] = How::combine(part[k], part[k + half]);
    }
    return part[0];
  }
  static void scan(const In* x, Out* y, int64_t n, Value sum) {
    for (int64_t i = 0; i < n; ++i) {
      sum = How::combine(sum, value_of(x[i]));
      y[i] = stored(sum);
    }
  }
  static void scan_together(const In* const* x, Out* const* y, int64_t n, const Value* before) {
    const In *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
    Out *y0 = y[0], *y1 = y[1], *y2 = y[2], *y3 = y[3];
    Value a = before[0], b = before[1], c = before[2], d = before[3];
    for (int64_t i = 0; i < n; ++i) {
      a = How::combine(a, value_of(x0[i])), b = How::combine(b, value_of(x1[i]));
      c = How::combine(c, value_of(x2[i])), d = How::combine(d, value_of(x3[i]));
      y0[i] = stored(a), y1[i] = stored(b), y2[i] = stored(c), y3[i] = stored(d);
    }
  }

  void run_columns(const In* x, Out* y) const {
    const int64_t groups = (split_.inner + kColumns - 1) / kColumns;
    const int64_t elements = split_.size * std::min(kColumns, split_.inner);
    parallel_for(0, split_.outer * groups, std::max<int64_t>(1, kElementsPerThread / elements),
                 [&](int64_t first, int64_t last) {
                   Value sums[kColumns];
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t column = item % groups * kColumns;
                     const int64_t n = std::min(kColumns, split_.inner - column);
                     const int64_t start = item / groups * split_.size * split_.inner + column;
                     std::fill(sums, sums + n, kInitial);
                     for (int64_t i = 0; i < split_.size; ++i) {
                       const In* from = x + start + i * split_.inner;
                       Out* to = y + start + i * split_.inner;
                       for (int64_t k = 0; k < n; ++k) {
                         sums[k] = How::combine(sums[k], value_of(from[k]));
                         to[k] = stored(sums[k]);
                       }
                     }
                   }
                 });
  }

  AxisSplit split_;
};

template <class How, bool kWidens>
std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand& x = request.inputs[0];
  x.strides = row_major_strides(x.shape);
  const auto& a = *static_cast<const AxisAttributes*>(request.attributes);
  const AxisSplit split(x.shape, static_cast<int>(a.axis));
  return dispatch(x.dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    using In = decltype(zero);
    using Out = std::conditional_t < !kWidens || !std::is_integral_v<In>, In,
          std::conditional_t < std::is_signed_v<In> || std::is_same_v<In, bool>, int64_t,
          uint64_t >>
        ;
    return std::make_unique<Cumulative<How, In, Out>>(split);
  });
}

}  // namespace

LAMINA_KERNEL(cumulative_sum)
= {"cumulative_sum", "cpu.cumulative_sum", 10, rule<Sums, true>};
LAMINA_KERNEL(cumulative_prod)
= {"cumulative_prod", "cpu.cumulative_prod", 10, rule<Products, true>};

LAMINA_KERNEL(cumulative_max)
= {"cumulative_max", "cpu.cumulative_max", 10, rule<Extremes<true>, false>};
LAMINA_KERNEL(cumulative_min)
= {"cumulative_min", "cpu.cumulative_min", 10, rule<Extremes<false>, false>};

}  // namespace lamina::backend
