// put_along_axis: values are combined into their entries in the order of their indices. Threads
// share out the rows or columns of the result, so that each entry is one thread's; a single row is
// one thread's work.
#include <algorithm>
#include <type_traits>

#include "lamina/backends/cpu/index_block.h"
#include "lamina/backends/cpu/strided_copy.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/scatter.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 8 * 1024;
constexpr int64_t kLeastColumns = 16;  // that a thread takes of a row: a cache line

struct Assign {
  template <class T>
  static T combine(T, T next) {
    return next;
  }
};
struct Multiply {
  template <class T>
  static T combine(T old, T next) {
    if constexpr (std::is_same_v<T, bool>) {
      return old && next;
    } else if constexpr (std::is_integral_v<T>) {  // wraps around
      return static_cast<T>(static_cast<uint64_t>(old) * static_cast<uint64_t>(next));
    } else if constexpr (sizeof(T) == 2) {
      return T(static_cast<float>(old) * static_cast<float>(next));
    } else {
      return old * next;
    }
  }
};
template <bool kLargest>
struct Extreme {  // NaN stays
  template <class T>
  static T combine(T old, T next) {
    using Key = std::conditional_t<!std::is_integral_v<T> && sizeof(T) == 2, float, T>;
    const Key a = static_cast<Key>(old), b = static_cast<Key>(next);
    const bool better = (a < b) == kLargest;
    return (a == a) & (better | (b != b)) ? next : old;
  }
};

template <class T, class How>
class PutAlongAxis final : public Kernel {
 public:
  PutAlongAxis(const KernelRequest& request, int axis, bool line)
      : to_(request.outputs[0].shape, axis),
        count_(request.inputs[1].shape[axis]),
        copy_(request.inputs[0].dtype, request.inputs[0].shape, request.inputs[0].strides,
              request.outputs[0].strides, request.threads),
        blocks_(request.inputs[1].dtype, to_.size),
        line_(line),
        threads_(request.threads) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const T* values = reinterpret_cast<const T*>(operands[2]);
    T* y = reinterpret_cast<T*>(operands[3]);
    copy_.run(operands[0], operands[3]);
    const int64_t elements = to_.outer * count_ * to_.inner;
    if (elements == 0) return;
    cpu::IndexBlocks::Errors errors;
    if (to_.size == 0) {  // every index is wrong
      int64_t position = 0;
      blocks_.read(operands[1], 0, 1, &position, errors);
    } else {
      // Columns of the inner axis are cut only as far as there are threads without a row.
      const int64_t wanted = (2 * threads_ + to_.outer - 1) / to_.outer;
      const int64_t parts = std::clamp<int64_t>(to_.inner / kLeastColumns, 1, wanted);
      const int64_t width = (to_.inner + parts - 1) / parts;
      const int64_t each = std::max<int64_t>(1, elements / (to_.outer * parts));
      parallel_for(0, to_.outer * parts, std::max<int64_t>(1, kElementsPerThread / each),
                   [&](int64_t first, int64_t last) {
                     for (int64_t item = first; item < last; ++item) {
                       const int64_t low = item % parts * width;
                       const int64_t high = std::min(to_.inner, low + width);
                       if (low < high) {
                         put(y, values, operands[1], item / parts, low, high, errors);
                       }
                     }
                   });
    }
    blocks_.report(operands[1], errors, context);
  }

 private:
  // Columns low .. high of one entry of the outer axes.
  void put(T* y, const T* values, const std::byte* indices, int64_t outer, int64_t low,
           int64_t high, cpu::IndexBlocks::Errors& errors) const {
    T* entries = y + outer * to_.size * to_.inner;
    if (line_) return put_entries(entries, values, indices, outer, low, high, errors);
    const bool whole = high - low == to_.inner;  // then rows follow each other
    const int64_t rows = whole ? 1 : count_, row = whole ? count_ * to_.inner : high - low;
    int64_t positions[cpu::kIndexBlock];
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t first = (outer * count_ + r) * to_.inner + low;
      for (int64_t begin = 0; begin < row; begin += cpu::kIndexBlock) {
        const int64_t n = std::min(cpu::kIndexBlock, row - begin);
        blocks_.read(indices, first + begin, n, positions, errors);
        const T* from = values + first + begin;
        int64_t k = (low + begin) % to_.inner;
        for (int64_t i = 0; i < n; ++i) {
          T& to = entries[positions[i] * to_.inner + k];
          to = How::combine(to, from[i]);
          if (++k == to_.inner) k = 0;
        }
      }
    }
  }

  void put_entries(T* entries, const T* values, const std::byte* indices, int64_t outer,
                   int64_t low, int64_t high, cpu::IndexBlocks::Errors& errors) const {
    int64_t positions[cpu::kIndexBlock];
    for (int64_t begin = 0; begin < count_; begin += cpu::kIndexBlock) {
      const int64_t n = std::min(cpu::kIndexBlock, count_ - begin);
      blocks_.read(indices, begin, n, positions, errors);
      for (int64_t i = 0; i < n; ++i) {
        T* to = entries + positions[i] * to_.inner;
        const T* from = values + (outer * count_ + begin + i) * to_.inner;
        for (int64_t k = low; k < high; ++k) to[k] = How::combine(to[k], from[k]);
      }
    }
  }

  AxisSplit to_;
  int64_t count_;
  cpu::StridedCopy copy_;
  cpu::IndexBlocks blocks_;
  bool line_;  // one index for a whole entry
  int threads_;
};

template <class How>
std::unique_ptr<Kernel> of_type(const KernelRequest& request, int axis, bool line) {
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<PutAlongAxis<decltype(zero), How>>(request, axis, line);
  });
}

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand &indices = request.inputs[1], &values = request.inputs[2];
  values.strides = row_major_strides(values.shape);
  const auto& a = *static_cast<const PutAttributes*>(request.attributes);
  const int axis = static_cast<int>(a.axis);
  const bool line = cpu::is_one_line(indices, axis);
  if (!line) indices.strides = row_major_strides(indices.shape);
  switch (static_cast<PutReduction>(a.reduction)) {
    case PutReduction::Assign:
      return of_type<Assign>(request, axis, line);
    case PutReduction::Multiply:
      return of_type<Multiply>(request, axis, line);
    case PutReduction::Max:
      return of_type<Extreme<true>>(request, axis, line);
    default:
      return of_type<Extreme<false>>(request, axis, line);
  }
}

}  // namespace

LAMINA_KERNEL(put_along_axis)
= {"put_along_axis", "cpu.put_along_axis", 10, rule};

}  // namespace lamina::backend
