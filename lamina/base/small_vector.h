// A vector whose first N elements live inside it: shapes, strides and axes rarely have more than six
// entries, and a node must not pay an allocation for them. For trivially copyable elements only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

template <class T, uint32_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  SmallVector() = default;
  explicit SmallVector(size_t count, T value = T{}) { resize(count, value); }
  SmallVector(std::initializer_list<T> items) { assign(items.begin(), items.end()); }
  SmallVector(std::span<const T> items) { assign(items.begin(), items.end()); }
  SmallVector(const std::vector<T>& items) { assign(items.begin(), items.end()); }
  template <std::forward_iterator Iterator>
  SmallVector(Iterator first, Iterator last) { assign(first, last); }
  SmallVector(const SmallVector& other) { copy(other); }
  SmallVector(SmallVector&& other) noexcept { steal(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) copy(other);
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      release();
      steal(other);
    }
    return *this;
  }
  ~SmallVector() { release(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return capacity_ > N ? heap_ : inline_; }
  const T* data() const { return capacity_ > N ? heap_ : inline_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  T& front() { return data()[0]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  template <class Iterator>
  void assign(Iterator first, Iterator last) {
    size_t count = static_cast<size_t>(std::distance(first, last));
    reserve(count);
    std::copy(first, last, data());
    size_ = static_cast<uint32_t>(count);
  }
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    size_t grown = std::max<size_t>(capacity, 2 * size_t{capacity_});
    T* fresh = new T[grown];
    std::copy(begin(), end(), fresh);
    if (capacity_ > N) delete[] heap_;
    heap_ = fresh;
    capacity_ = static_cast<uint32_t>(grown);
  }
  void resize(size_t count, T value = T{}) {
    reserve(count);
    if (count > size_) std::fill(data() + size_, data() + count, value);
    size_ = static_cast<uint32_t>(count);
  }
  void push_back(T value) {
    if (size_ == capacity_) reserve(size_ + 1);
    data()[size_++] = value;
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void insert(size_t position, T value) {
    push_back(value);
    std::rotate(begin() + position, end() - 1, end());
  }
  void erase(size_t position) {
    std::copy(begin() + position + 1, end(), begin() + position);
    --size_;
  }

  operator std::span<const T>() const { return {data(), size_}; }
  std::vector<T> to_vector() const { return {begin(), end()}; }

  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    if (a.size_ != b.size_) return false;
    const T *x = a.data(), *y = b.data();
    for (uint32_t i = 0; i < a.size_; ++i) {
      if (!(x[i] == y[i])) return false;
    }
    return true;
  }

 private:
// The unused tail of the inline storage is copied too; g++ cannot know that nobody reads it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
  // Whole inline storage at once: a copy of fixed size is a few moves, a loop over size_ is not.
  void copy(const SmallVector& other) {
    if (other.capacity_ == N && capacity_ == N) {
      std::memcpy(static_cast<void*>(inline_), other.inline_, sizeof inline_);
      size_ = other.size_;
    } else {
      assign(other.begin(), other.end());
    }
  }
  void release() {
    if (capacity_ > N) delete[] heap_;
    capacity_ = N;
    size_ = 0;
  }
  void steal(SmallVector& other) noexcept {
    size_ = other.size_;
    capacity_ = other.capacity_;
    if (capacity_ > N) {
      heap_ = other.heap_;
    } else {
      std::memcpy(static_cast<void*>(inline_), other.inline_, sizeof inline_);
    }
    other.capacity_ = N;
    other.size_ = 0;
  }

#pragma GCC diagnostic pop

  uint32_t size_ = 0, capacity_ = N;
  union {
    T inline_[N];
    T* heap_;
  };
};

}  // namespace lamina
