// searchsorted: among many values that are spread evenly by their buckets, else by bisection without
// branches, several values at a time, so that their cache misses overlap.
#include <algorithm>

#include "lamina/backends/cpu/even_buckets.h"
#include "lamina/backends/cpu/order_key.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"
#include "lamina/ops/sorting.h"

namespace lamina::backend {

namespace {

constexpr int64_t kTogether = 8;
constexpr int64_t kValuesPerThread = 1024;
constexpr int64_t kWorthBuckets = 8;  // times as many to be searched for

template <class T>
class SearchSorted final : public Kernel {
 public:
  SearchSorted(int64_t size, int64_t values, bool right)
      : size_(size), values_(values), right_(right) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* sorted = reinterpret_cast<const T*>(operands[0]);
    const T* wanted = reinterpret_cast<const T*>(operands[1]);
    auto* places = reinterpret_cast<int64_t*>(operands[2]);
    cpu::EvenBuckets<T> buckets;
    if (values_ >= kWorthBuckets * size_ && buckets.prepare(sorted, size_)) {
      return parallel_for(0, values_, kValuesPerThread, [&](int64_t first, int64_t last) {
        right_ ? buckets.template places<true>(wanted + first, last - first, places + first)
               : buckets.template places<false>(wanted + first, last - first, places + first);
      });
    }
    parallel_for(0, values_, kValuesPerThread, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i += kTogether) {
        const int64_t n = std::min(kTogether, last - i);
        right_ ? search<true>(sorted, wanted + i, places + i, n)
               : search<false>(sorted, wanted + i, places + i, n);
      }
    });
  }

 private:
  using Key = cpu::OrderKey<T>;

  template <bool kRight>
  static bool before(Key element, Key key) {
    return kRight ? !(key < element) : element < key;
  }

  template <bool kRight>
  void search(const T* sorted, const T* wanted, int64_t* places, int64_t n) const {
    Key keys[kTogether];
    int64_t base[kTogether] = {};
    for (int64_t k = 0; k < kTogether; ++k) keys[k] = cpu::order_key(wanted[k < n ? k : 0]);
    int64_t length = size_;
    for (; length > 1; length -= length / 2) {
      const int64_t half = length / 2;
      for (int64_t k = 0; k < kTogether; ++k) {
        const bool later = before<kRight>(cpu::order_key(sorted[base[k] + half - 1]), keys[k]);
        base[k] += later ? half : 0;
      }
    }
    for (int64_t k = 0; k < n; ++k) {
      const bool behind = length == 1 && before<kRight>(cpu::order_key(sorted[base[k]]), keys[k]);
      places[k] = base[k] + behind;
    }
  }

  int64_t size_, values_;
  bool right_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const bool right = static_cast<const SearchSortedAttributes*>(request.attributes)->right;
  const int64_t size = request.inputs[0].shape[0], values = request.inputs[1].shape.elements();
  return dispatch(request.inputs[0].dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<SearchSorted<decltype(zero)>>(size, values, right);
  });
}

}  // namespace

LAMINA_KERNEL(searchsorted)
= {"searchsorted", "cpu.searchsorted", 10, rule};

}  // namespace lamina::backend
