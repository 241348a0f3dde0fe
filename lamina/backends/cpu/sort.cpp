// sort and argsort: each line along the axis becomes keys (with the numbers of their elements,
// for argsort), which are sorted: wide keys alone by vectors, others by digits. Lines go to the
// threads; one long line is cut into parts, which are sorted and then merged in stretches.
#include <algorithm>
#include <memory>
#include <vector>

#include "lamina/backends/cpu/radix_sort.h"
#include "lamina/backends/cpu/sort_keys.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/sorting.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 4096;
constexpr int64_t kPart = 64 * 1024;  // at least, of a line that several threads share
constexpr int kFewBits = 22;          // of keys that are sorted by digits in two passes
constexpr int64_t kGroup = 16;        // neighbouring lines that are read together

template <class T, bool kNumbers>
class SortLines final : public Kernel {
 public:
  SortLines(const Operand& x, const SortAttributes& a, int threads)
      : split_(x.shape, static_cast<int>(a.axis)), descending_(a.descending), threads_(threads) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    Result* y = reinterpret_cast<Result*>(operands[1]);
    if (split_.size == 0 || split_.outer * split_.inner == 0) return;
    if (split_.outer * split_.inner == 1 && threads_ > 1 && split_.size >= 2 * kPart)
      return sort_line(x, y);
    const int64_t groups = (split_.inner + kGroup - 1) / kGroup;
    const int64_t width = std::min(kGroup, split_.inner), elements = split_.size * width;
    parallel_for(0, split_.outer * groups, std::max<int64_t>(1, kElementsPerThread / elements),
                 [&](int64_t first, int64_t last) {
                   std::unique_ptr<E[]> buffer(new E[static_cast<size_t>(elements + split_.size)]);
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t column = item % groups * kGroup;
                     const int64_t start = item / groups * split_.size * split_.inner + column;
                     sort_group(x + start, y + start, std::min(kGroup, split_.inner - column),
                                buffer.get());
                   }
                 });
  }

 private:
  using Key = cpu::SortBits<T>;
  using E = std::conditional_t<kNumbers, cpu::Numbered<Key>, Key>;
  using Result = std::conditional_t<kNumbers, int64_t, T>;

  // Descending order is the ascending one of the complements: equal keys keep their places in both.
  E element(T value, int64_t number) const {
    Key key = cpu::to_sort_bits(value);
    if constexpr (kNumbers && !std::is_integral_v<T>) {
      constexpr Key zero = Key(Key{1} << (8 * sizeof(Key) - 1));
      if (key == Key(zero - 1)) key = zero;  // the zeros are equal
    }
    if (descending_) key = static_cast<Key>(~key);
    if constexpr (kNumbers) {
      return {key, static_cast<uint32_t>(number)};
    } else {
      return key;
    }
  }
  Result result(const E& e) const {
    if constexpr (kNumbers) {
      return e.number;
    } else {
      return cpu::from_sort_bits<T>(descending_ ? static_cast<Key>(~e) : e);
    }
  }

  // Sorts n elements; `other` has room for as many. Returns where they are.
  static E* sorted_elements(E* elements, E* other, int64_t n) {
    if constexpr (!kNumbers && sizeof(E) >= 4) {
      if (!std::is_integral_v<T> || cpu::key_range(elements, n).bits > kFewBits) {
        cpu::sort_keys(elements, n);
        return elements;
      }
    }
    return cpu::radix_sort(elements, other, n);
  }

  void sort_group(const T* x, Result* y, int64_t width, E* buffer) const {
    const int64_t n = split_.size, step = split_.inner;
    E* other = buffer + n * width;
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t c = 0; c < width; ++c) buffer[c * n + i] = element(x[i * step + c], i);
    }
    const E* sorted[kGroup];
    for (int64_t c = 0; c < width; ++c) {
      E* line = buffer + c * n;
      const E* where = sorted_elements(line, other, n);
      if (where != line) std::copy(where, where + n, line);
      sorted[c] = line;
    }
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t c = 0; c < width; ++c) y[i * step + c] = result(sorted[c][i]);
    }
  }

  void sort_line(const T* x, Result* y) const {
    const int64_t n = split_.size;
    const int64_t most = std::min<int64_t>(threads_, n / kPart);
    int64_t parts = 1;
    while (parts * 2 <= most) parts *= 2;
    const int64_t length = (n + parts - 1) / parts;
    std::unique_ptr<E[]> first_half(new E[static_cast<size_t>(n)]),
        second(new E[static_cast<size_t>(n)]);
    E *from = first_half.get(), *to = second.get();
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; ++part) {
        const int64_t begin = part * length, end = std::min(n, begin + length);
        for (int64_t i = begin; i < end; ++i) from[i] = element(x[i], i);
        const E* where = sorted_elements(from + begin, to + begin, end - begin);
        if (where != from + begin) std::copy(where, where + (end - begin), from + begin);
      }
    });
    for (int64_t run = length; run < n; run *= 2) {
      parallel_for(0, n, kPart / 2, [&](int64_t first, int64_t last) {
        while (first < last) {  // a stretch of the result may span several pairs
          const int64_t begin = first / (2 * run) * (2 * run);
          const int64_t middle = std::min(n, begin + run), end = std::min(n, middle + run);
          const int64_t stop = std::min(last, end);
          cpu::merge_stretch(from + begin, middle - begin, from + middle, end - middle,
                             first - begin, stop - begin, to + begin);
          first = stop;
        }
      });
      std::swap(from, to);
    }
    parallel_for(0, n, kPart / 2, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) y[i] = result(from[i]);
    });
  }

  AxisSplit split_;
  bool descending_;
  int threads_;
};

template <bool kNumbers>
std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand& x = request.inputs[0];
  const auto& a = *static_cast<const SortAttributes*>(request.attributes);
  if (x.shape[static_cast<size_t>(a.axis)] >= int64_t{1} << 32) {
    request.refusal = "lines of 2^32 elements and more";
    return nullptr;
  }
  x.strides = row_major_strides(x.shape);
  return dispatch(x.dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<SortLines<decltype(zero), kNumbers>>(x, a, request.threads);
  });
}

}  // namespace

LAMINA_KERNEL(sort)
= {"sort", "cpu.sort", 10, rule<false>};
LAMINA_KERNEL(argsort)
= {"argsort", "cpu.argsort", 10, rule<true>};

}  // namespace lamina::backend
