// Searching among sorted values that are spread evenly, as the edges of a histogram: equal buckets
// between the first and the last one tell nearly where a value goes, and the few values of a bucket
// are compared. Bucket numbers grow with the values, also rounded, so that places are exact.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lamina/backends/cpu/order_key.h"

namespace lamina::cpu {

template <class T>
class EvenBuckets {
 public:
  using Key = OrderKey<T>;
  static constexpr int64_t kMostValues = 1 << 16;

  // Whether the values are even enough; else nothing may be asked.
  bool prepare(const T* sorted, int64_t size) {
    if (size < 2 || size > kMostValues) return false;
    const double high = number(sorted[size - 1]);
    low_ = number(sorted[0]);
    buckets_ = 2 * size;
    scale_ = static_cast<double>(buckets_) / (high - low_);
    if (!std::isfinite(high - low_) || !std::isfinite(scale_) || !(scale_ > 0)) return false;
    std::vector<int32_t> count(static_cast<size_t>(buckets_), 0);
    for (int64_t i = 0; i < size; ++i) ++count[static_cast<size_t>(bucket(sorted[i]))];
    most_ = *std::max_element(count.begin(), count.end());
    if (most_ > kMostInBucket) return false;
    start_.resize(count.size());
    int32_t before = 0;
    for (size_t b = 0; b < count.size(); ++b) {
      start_[b] = before;
      before += count[b];
    }
    size_ = size;
    keys_.assign(static_cast<size_t>(size + kMostInBucket), order_key(sorted[size - 1]));
    for (int64_t i = 0; i < size; ++i) keys_[static_cast<size_t>(i)] = order_key(sorted[i]);
    return true;
  }

  // For each x how many values come before it, those equal to it among them if kRight.
  template <bool kRight>
  void places(const T* x, int64_t n, int64_t* to) const {
    most_ == 1   ? places_of<kRight, 1>(x, n, to)
    : most_ == 2 ? places_of<kRight, 2>(x, n, to)
                 : places_of<kRight, kMostInBucket>(x, n, to);
  }

 private:
  static constexpr int kMostInBucket = 4;

  // What stands behind a bucket is larger.
  template <bool kRight, int kInBucket>
  void places_of(const T* x, int64_t n, int64_t* to) const {
    for (int64_t i = 0; i < n; ++i) {
      const Key key = order_key(x[i]);
      const int64_t start = start_[static_cast<size_t>(bucket(x[i]))];
      const Key* near = keys_.data() + start;
      int64_t before = start;
      for (int k = 0; k < kInBucket; ++k) before += kRight ? !(key < near[k]) : near[k] < key;
      to[i] = std::min(before, size_);
    }
  }

  static double number(T value) {
    if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
      return static_cast<double>(static_cast<float>(value));
    } else {
      return static_cast<double>(value);
    }
  }
  // NaN is larger than any number.
  int64_t bucket(T x) const {
    const double at = (number(x) - low_) * scale_;
    if (!(at < static_cast<double>(buckets_))) return buckets_ - 1;
    return at > 0 ? static_cast<int64_t>(at) : 0;
  }

  double low_ = 0, scale_ = 0;
  int64_t buckets_ = 0, size_ = 0;
  int most_ = 0;
  std::vector<int32_t> start_;  // values before each bucket
  std::vector<Key> keys_;       // and some behind the last
};

}  // namespace lamina::cpu
