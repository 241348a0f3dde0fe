// scatter_add and add_along_axis: updates are added to each entry in the order of their indices,
// for any number of threads. Threads therefore share out the entries, never the updates: rows or
// columns of the result where there are enough of them, else ranges of the axis, each thread
// passing over the updates of the others. Sums of integers do not depend on the order: counts
// into few entries are made in parts.
#include <algorithm>
#include <memory>

#include "lamina/backends/cpu/index_block.h"
#include "lamina/backends/cpu/strided_copy.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 8 * 1024;
constexpr int64_t kWorthTallies = 4;   // updates for each entry
constexpr int kWorthRanges = 4;        // threads, for all to read all indices
constexpr int64_t kLeastColumns = 16;  // that a thread takes of a row: a cache line

template <class T>
T sum_of(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a || b;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else if constexpr (sizeof(T) == 2) {
    return T(static_cast<float>(a) + static_cast<float>(b));
  } else {
    return a + b;
  }
}

// How the two ops number their updates, and which entry each goes to. Both are seen as
// [outer, count, inner]; add_along_axis has an index for each of them, scatter_add one for each of
// `count`.
struct Scatter {
  int64_t outer, size, inner, count;
  bool along;
};

// Broadcast to all places, and read where it is: a count adds ones.
bool is_one_number(const Operand& x) {
  return x.shape.rank() == 1 && x.shape[0] > 1 && x.strides[0] == 0;
}

template <class T>
class ScatterAdd final : public Kernel {
 public:
  ScatterAdd(const Scatter& scatter, const KernelRequest& request)
      : s_(scatter),
        copy_(request.inputs[0].dtype, request.inputs[0].shape, request.inputs[0].strides,
              request.outputs[0].strides, request.threads),
        blocks_(request.inputs[1].dtype, scatter.size),
        step_(is_one_number(request.inputs[2]) ? 0 : 1),
        threads_(request.threads) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const std::byte* indices = operands[1];
    const T* updates = reinterpret_cast<const T*>(operands[2]);
    T* y = reinterpret_cast<T*>(operands[3]);
    copy_.run(operands[0], operands[3]);
    cpu::IndexBlocks::Errors errors;
    const int64_t elements = s_.outer * s_.count * s_.inner;
    if (elements == 0) return;
    if (s_.size == 0) {  // every index is wrong
      int64_t position = 0;
      blocks_.read(indices, 0, 1, &position, errors);
    } else if (tallies()) {
      add_tallies(y, updates, indices, errors);
    } else if (s_.outer * s_.inner == 1 && (threads_ < kWorthRanges || s_.size < threads_)) {
      add_all(y, updates, indices, errors);
    } else if (s_.outer * s_.inner == 1) {
      const int64_t parts = std::clamp<int64_t>(elements / kElementsPerThread, 1, threads_);
      const int64_t range = (s_.size + parts - 1) / parts;
      parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
        for (int64_t part = first; part < last; ++part) {
          const int64_t low = part * range, high = std::min(s_.size, low + range);
          if (low < high) add_in_range(y, updates, indices, low, high, errors);
        }
      });
    } else {
      // Columns of the inner axis are cut only as far as there are threads without a row.
      const int64_t wanted = (2 * threads_ + s_.outer - 1) / s_.outer;
      const int64_t parts = std::clamp<int64_t>(s_.inner / kLeastColumns, 1, wanted);
      const int64_t width = (s_.inner + parts - 1) / parts;
      const int64_t grain = std::max<int64_t>(
          1, kElementsPerThread / std::max<int64_t>(1, elements / (s_.outer * parts)));
      parallel_for(0, s_.outer * parts, grain, [&](int64_t first, int64_t last) {
        for (int64_t item = first; item < last; ++item) {
          const int64_t low = item % parts * width, high = std::min(s_.inner, low + width);
          if (low < high) add_columns(y, updates, indices, item / parts, low, high, errors);
        }
      });
    }
    blocks_.report(indices, errors, context);
  }

 private:
  bool tallies() const {
    return std::is_integral_v<T> && s_.outer * s_.inner == 1 &&
           s_.count >= kWorthTallies * s_.size && s_.count >= kElementsPerThread;
  }

  // Each thread adds its part of the updates to cells of its own: several for an entry, in turn, so
  // that equal indices in a row need not wait for each other.
  void add_tallies(T* y, const T* updates, const std::byte* indices,
                   cpu::IndexBlocks::Errors& errors) const {
    constexpr int64_t kTurns = 4;
    const int64_t parts = std::clamp<int64_t>(s_.count / kElementsPerThread, 1, threads_);
    const int64_t length = (s_.count + parts - 1) / parts;
    const auto cells = static_cast<size_t>(s_.size * kTurns);
    std::unique_ptr<T[]> sums(new T[static_cast<size_t>(parts) * cells]());
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      int64_t positions[cpu::kIndexBlock];
      for (int64_t part = first; part < last; ++part) {
        T* own = sums.get() + static_cast<size_t>(part) * cells;
        const int64_t end = std::min(s_.count, (part + 1) * length);
        for (int64_t begin = part * length; begin < end; begin += cpu::kIndexBlock) {
          const int64_t n = std::min(cpu::kIndexBlock, end - begin);
          blocks_.read(indices, begin, n, positions, errors);
          const T* terms = updates + begin * step_;
          for (int64_t i = 0; i < n; ++i) {
            T& to = own[positions[i] * kTurns + i % kTurns];
            to = sum_of(to, terms[i * step_]);
          }
        }
      }
    });
    for (size_t k = 0; k < static_cast<size_t>(parts) * cells; ++k) {
      T& to = y[k % cells / kTurns];
      to = sum_of(to, sums[k]);
    }
  }

  void add_all(T* y, const T* updates, const std::byte* indices,
               cpu::IndexBlocks::Errors& errors) const {
    int64_t positions[cpu::kIndexBlock];
    for (int64_t begin = 0; begin < s_.count; begin += cpu::kIndexBlock) {
      const int64_t n = std::min(cpu::kIndexBlock, s_.count - begin);
      blocks_.read(indices, begin, n, positions, errors);
      const T* terms = updates + begin * step_;
      for (int64_t i = 0; i < n; ++i) y[positions[i]] = sum_of(y[positions[i]], terms[i * step_]);
    }
  }

  // Entries low .. high of the one axis. What belongs to others is added to cells behind them,
  // which costs less than a branch that is taken at random.
  void add_in_range(T* y, const T* updates, const std::byte* indices, int64_t low, int64_t high,
                    cpu::IndexBlocks::Errors& errors) const {
    constexpr int64_t kElsewhere = 16;
    const auto range = static_cast<uint64_t>(high - low);
    std::unique_ptr<T[]> sums(new T[range + kElsewhere]());
    std::copy(y + low, y + high, sums.get());
    int64_t positions[cpu::kIndexBlock];
    for (int64_t begin = 0; begin < s_.count; begin += cpu::kIndexBlock) {
      const int64_t n = std::min(cpu::kIndexBlock, s_.count - begin);
      blocks_.read(indices, begin, n, positions, errors);
      const T* terms = updates + begin * step_;
      for (int64_t i = 0; i < n; ++i) {
        const auto inside = static_cast<uint64_t>(positions[i] - low);
        const uint64_t elsewhere = range + static_cast<uint64_t>(i % kElsewhere);
        T& to = sums[inside < range ? inside : elsewhere];
        to = sum_of(to, terms[i * step_]);
      }
    }
    std::copy(sums.get(), sums.get() + range, y + low);
  }

  void add_columns(T* y, const T* updates, const std::byte* indices, int64_t outer, int64_t low,
                   int64_t high, cpu::IndexBlocks::Errors& errors) const {
    int64_t positions[cpu::kIndexBlock];
    const T* terms = updates + outer * s_.count * s_.inner;
    T* sums = y + outer * s_.size * s_.inner;
    if (!s_.along) {
      for (int64_t begin = 0; begin < s_.count; begin += cpu::kIndexBlock) {
        const int64_t n = std::min(cpu::kIndexBlock, s_.count - begin);
        blocks_.read(indices, begin, n, positions, errors);
        for (int64_t i = 0; i < n; ++i) {
          T* to = sums + positions[i] * s_.inner;
          const T* from = terms + (begin + i) * s_.inner;
          for (int64_t k = low; k < high; ++k) to[k] = sum_of(to[k], from[k]);
        }
      }
      return;
    }
    const bool whole = high - low == s_.inner;  // then rows follow each other
    const int64_t rows = whole ? 1 : s_.count, row = whole ? s_.count * s_.inner : high - low;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t first = (outer * s_.count + r) * s_.inner + low;
      for (int64_t begin = 0; begin < row; begin += cpu::kIndexBlock) {
        const int64_t n = std::min(cpu::kIndexBlock, row - begin);
        blocks_.read(indices, first + begin, n, positions, errors);
        const T* from = updates + first + begin;
        int64_t k = (low + begin) % s_.inner;
        for (int64_t i = 0; i < n; ++i) {
          T& to = sums[positions[i] * s_.inner + k];
          to = sum_of(to, from[i]);
          if (++k == s_.inner) k = 0;
        }
      }
    }
  }

  Scatter s_;
  cpu::StridedCopy copy_;
  cpu::IndexBlocks blocks_;
  int64_t step_;  // of the updates, where outer and inner are 1
  int threads_;
};

std::unique_ptr<Kernel> prepare(KernelRequest& request, bool along) {
  Operand &indices = request.inputs[1], &updates = request.inputs[2];
  const int axis = static_cast<int>(static_cast<const AxisAttributes*>(request.attributes)->axis);
  const bool line = along && cpu::is_one_line(indices, axis);
  if (!line) indices.strides = row_major_strides(indices.shape);
  const AxisSplit split(request.inputs[0].shape, axis);
  if (split.outer * split.inner != 1 || !is_one_number(updates))
    updates.strides = row_major_strides(updates.shape);
  const int64_t count = along ? indices.shape[axis] : indices.shape.elements();
  const Scatter scatter{split.outer, split.size, split.inner, count, along && !line};
  return dispatch(updates.dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<ScatterAdd<decltype(zero)>>(scatter, request);
  });
}

std::unique_ptr<Kernel> scatter_rule(KernelRequest& request) { return prepare(request, false); }
std::unique_ptr<Kernel> along_rule(KernelRequest& request) { return prepare(request, true); }

}  // namespace

LAMINA_KERNEL(scatter_add)
= {"scatter_add", "cpu.scatter_add", 10, scatter_rule};
LAMINA_KERNEL(add_along_axis)
= {"add_along_axis", "cpu.add_along_axis", 10, along_rule};

}  // namespace lamina::backend
