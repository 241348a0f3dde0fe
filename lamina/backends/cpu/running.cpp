// cummax, cummin and logcumsumexp: x is seen as [outer, size, inner]. Columns go side by side; rows
// are cut into blocks of one length, whatever the number of threads: the state after each block,
// the state before each block, then all blocks.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kBlock = 2048, kColumns = 128;
constexpr int64_t kElementsPerThread = 8 * 1024;

template <class T>
constexpr bool kShortReal = !std::is_integral_v<T> && sizeof(T) == 2;

// The greatest or least value so far and its place: the last of equal ones, the last NaN.
template <class T, bool kLargest>
struct Extreme {
  using Element = T;
  using Key = std::conditional_t<std::is_same_v<T, bool>, uint8_t,
                                 std::conditional_t<kShortReal<T>, float, T>>;
  struct State {
    Key best{};
    int64_t place = -1;  // nothing yet
  };
  static bool stays(Key best, Key next) {
    return (next == next) & ((best != best) | (kLargest ? next < best : best < next));
  }
  static void step(State& state, T value, int64_t place) {
    const Key key = static_cast<Key>(value);
    if (state.place < 0 || !stays(state.best, key)) state = {key, place};
  }
  static State combined(const State& before, const State& next) {
    return before.place >= 0 && stays(before.best, next.best) ? before : next;
  }
  static void store(const State& state, std::byte* const* outputs, int64_t i) {
    reinterpret_cast<T*>(outputs[0])[i] = static_cast<T>(state.best);
    reinterpret_cast<int64_t*>(outputs[1])[i] = state.place;
  }
};

// rest * e^most: the greatest term is taken out, so that nothing overflows.
template <class T>
struct LogSum {
  using Element = T;
  static constexpr double kNothing = -std::numeric_limits<double>::infinity();
  struct State {
    double most = kNothing, rest = 0;
  };
  static void step(State& state, T value, int64_t) {
    add(state, static_cast<double>(static_cast<std::conditional_t<kShortReal<T>, float, T>>(value)),
        1);
  }
  static State combined(State before, const State& next) {
    add(before, next.most, next.rest);
    return before;
  }
  static void store(const State& state, std::byte* const* outputs, int64_t i) {
    const double y = state.most + std::log(state.rest);
    reinterpret_cast<T*>(outputs[0])[i] = static_cast<T>(y);
  }

 private:
  static void add(State& state, double most, double rest) {
    if (most == kNothing) {
      if (rest != rest) state.rest = rest;  // only a NaN before counts
    } else if (most > state.most) {
      const double scale = state.most == kNothing ? 1 : std::exp(state.most - most);
      state = {most, state.rest * scale + rest};
    } else {
      state.rest += most == state.most ? rest : rest * std::exp(most - state.most);
    }
  }
};

template <class How>
class Running final : public Kernel {
 public:
  explicit Running(const AxisSplit& split) : split_(split) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    if (split_.outer * split_.size * split_.inner == 0) return;
    split_.inner == 1 ? run_rows(x, operands + 1) : run_columns(x, operands + 1);
  }

 private:
  using T = typename How::Element;
  using State = typename How::State;

  void run_rows(const T* x, std::byte* const* outputs) const {
    const int64_t blocks = (split_.size + kBlock - 1) / kBlock, items = split_.outer * blocks;
    const int64_t grain = std::max<int64_t>(1, kElementsPerThread / std::min(kBlock, split_.size));
    std::vector<State> before(static_cast<size_t>(items));
    auto each_block = [&](auto&& f) {
      parallel_for(0, items, grain, [&](int64_t first, int64_t last) {
        for (int64_t item = first; item < last; ++item) {
          const int64_t begin = item % blocks * kBlock, end = std::min(split_.size, begin + kBlock);
          f(before[static_cast<size_t>(item)], item / blocks * split_.size, begin, end);
        }
      });
    };
    if (blocks > 1) {
      each_block([&](State& state, int64_t row, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) How::step(state, x[row + i], i);
      });
      for (int64_t row = 0; row < split_.outer; ++row) {
        State sum;
        for (int64_t k = row * blocks; k < (row + 1) * blocks; ++k) {
          State& block = before[static_cast<size_t>(k)];
          const State next = How::combined(sum, block);
          block = std::exchange(sum, next);
        }
      }
    }
    each_block([&](const State& from, int64_t row, int64_t begin, int64_t end) {
      State state = from;
      for (int64_t i = begin; i < end; ++i) {
        How::step(state, x[row + i], i);
        How::store(state, outputs, row + i);
      }
    });
  }

  void run_columns(const T* x, std::byte* const* outputs) const {
    const int64_t groups = (split_.inner + kColumns - 1) / kColumns;
    const int64_t elements = split_.size * std::min(kColumns, split_.inner);
    parallel_for(0, split_.outer * groups, std::max<int64_t>(1, kElementsPerThread / elements),
                 [&](int64_t first, int64_t last) {
                   for (int64_t item = first; item < last; ++item) {
                     State states[kColumns];
                     const int64_t column = item % groups * kColumns;
                     const int64_t n = std::min(kColumns, split_.inner - column);
                     int64_t at = item / groups * split_.size * split_.inner + column;
                     for (int64_t i = 0; i < split_.size; ++i, at += split_.inner) {
                       for (int64_t k = 0; k < n; ++k) {
                         How::step(states[k], x[at + k], i);
                         How::store(states[k], outputs, at + k);
                       }
                     }
                   }
                 });
  }

  AxisSplit split_;
};

AxisSplit split_of(KernelRequest& request) {
  Operand& x = request.inputs[0];
  x.strides = row_major_strides(x.shape);
  const auto& a = *static_cast<const AxisAttributes*>(request.attributes);
  return {x.shape, static_cast<int>(a.axis)};
}

template <bool kLargest>
std::unique_ptr<Kernel> extreme_rule(KernelRequest& request) {
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<Running<Extreme<decltype(zero), kLargest>>>(split_of(request));
  });
}

std::unique_ptr<Kernel> log_sum_rule(KernelRequest& request) {
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>) {
      request.refusal = "not floating-point numbers";
      return nullptr;
    } else {
      return std::make_unique<Running<LogSum<T>>>(split_of(request));
    }
  });
}

}  // namespace

LAMINA_KERNEL(cummax)
= {"cummax", "cpu.cummax", 10, extreme_rule<true>};
LAMINA_KERNEL(cummin)
= {"cummin", "cpu.cummin", 10, extreme_rule<false>};
LAMINA_KERNEL(logcumsumexp)
= {"logcumsumexp", "cpu.logcumsumexp", 10, log_sum_rule};

}  // namespace lamina::backend
