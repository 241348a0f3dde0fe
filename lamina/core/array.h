// Array: a handle on a value that has been, or will be, computed.
//
//   Array x = array({{1.f, 2.f}, {3.f, 4.f}});
//   Array y = softmax(matmul(x, transpose(x)), {.axis = -1});  // checked here, recorded, not
//   computed yet
//   std::cout << y;                                            // computed here
//
// Values are immutable; handles are not: `x = x + 1` and `x += 1` make the handle name a new value.
// Copying an Array copies the handle. Functions take `Array` by value and move it into the recorded
// graph, so that temporaries of an expression are never kept in memory.
//
// Any number of threads may read, copy and evaluate arrays at the same time. One handle must not be
// changed by two threads at once, as with any C++ object.
#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/device.h"
#include "lamina/core/dtype.h"
#include "lamina/core/shape.h"

namespace lamina {

struct Node;

// Handles count in the upper half, edges of the recorded graph in the lower half of one number: a
// value that only the graph refers to need not be kept when the graph has run.
struct NodeHead {
  static constexpr uint64_t kHandle = uint64_t{1} << 32;
  static constexpr uint64_t kEdge = 1;
  std::atomic<uint64_t> count{0};
};

void destroy_node(Node* node) noexcept;

class Array {
 public:
  Array() = default;  // names no value; using it is a StateError

  // A number that takes the element type of what it meets: float32 or the default integer type on
  // its own.
  Array(double value);
  Array(float value) : Array(static_cast<double>(value)) {}
  Array(int64_t value);
  Array(int value) : Array(static_cast<int64_t>(value)) {}
  Array(bool value);

  Array(const Array& other) : node_(other.node_) {
    if (node_) head()->count.fetch_add(NodeHead::kHandle, std::memory_order_relaxed);
  }
  Array(Array&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Array& operator=(const Array& other) {
    Array(other).swap(*this);
    return *this;
  }
  Array& operator=(Array&& other) noexcept {
    Array(std::move(other)).swap(*this);
    return *this;
  }
  ~Array() { reset(); }

  void swap(Array& other) noexcept { std::swap(node_, other.node_); }
  void reset() noexcept {
    if (!node_) return;
    Node* node = std::exchange(node_, nullptr);
    auto* count = &reinterpret_cast<NodeHead*>(node)->count;
    if (count->fetch_sub(NodeHead::kHandle, std::memory_order_acq_rel) == NodeHead::kHandle)
      destroy_node(node);
  }
  explicit operator bool() const { return node_ != nullptr; }

  DType dtype() const;
  const Shape& shape() const;
  int64_t shape(int axis) const;  // negative axes count from the end
  int ndim() const { return shape().rank(); }
  int64_t size() const { return shape().elements(); }
  Device device() const { return {}; }
  bool requires_grad() const;
  bool is_ready() const;  // whether the value is in memory already

  // Computes the value now, if it has not been. Errors found in data (labels out of range) are
  // raised here.
  const Array& eval() const;

  // The one element as T; ShapeError when there are more or fewer.
  template <class T = double>
  T item() const;

  // All elements, row-major, converted to T.
  template <class T>
  std::vector<T> to_vector() const;

  // Adds the gradient of this one-element array to the `grad` of every parameter that it depends
  // on, and ends the tape: a second call raises StaleTape unless retain_graph was set.
  void backward(bool retain_graph = false) const;

  // For the library: takes over one handle that `node` already counts; gives up the handle without
  // counting.
  static Array adopt(Node* node) {
    Array array;
    array.node_ = node;
    return array;
  }
  static Array share(Node* node);
  Node* node() const { return node_; }
  Node* release() { return std::exchange(node_, nullptr); }

 private:
  NodeHead* head() const { return reinterpret_cast<NodeHead*>(node_); }
  Node* node_ = nullptr;
};

// Element-wise operators, as in NumPy; comparisons give arrays of bool.
Array operator+(Array a, Array b);
Array operator-(Array a, Array b);
Array operator*(Array a, Array b);
Array operator/(Array a, Array b);
Array operator%(Array a, Array b);
Array operator-(Array a);
Array operator&(Array a, Array b);  // bits of integers; and, or, xor, not of bool
Array operator|(Array a, Array b);
Array operator^(Array a, Array b);
Array operator~(Array a);
Array operator<<(Array a, Array b);
Array operator>>(Array a, Array b);
Array operator==(Array a, Array b);
Array operator!=(Array a, Array b);
Array operator<(Array a, Array b);
Array operator<=(Array a, Array b);
Array operator>(Array a, Array b);
Array operator>=(Array a, Array b);
Array& operator+=(Array& a, Array b);
Array& operator-=(Array& a, Array b);
Array& operator*=(Array& a, Array b);
Array& operator/=(Array& a, Array b);
Array& operator&=(Array& a, Array b);
Array& operator|=(Array& a, Array b);
Array& operator^=(Array& a, Array b);

// Evaluates several arrays as one program.
void eval(std::span<const Array> arrays);
inline void eval(std::initializer_list<Array> arrays) {
  eval(std::span(arrays.begin(), arrays.size()));
}

// The value as nested lists, shortened in the middle when it is long; evaluates it.
std::string to_string(const Array& array);
std::ostream& operator<<(std::ostream& out, const Array& array);

// "float32 [64, 256]": for messages.
std::string describe(const Array& array);

}  // namespace lamina
