// What an Array says of its node.
#include "lamina/core/array.h"

#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina {
namespace {

const Node& checked(const Node* node) {
  if (!node) throw StateError("this Array is empty: it names no value").help("assign a value first");
  return *node;
}

}  // namespace

Array::Array(double value) : Array(make_number(value, DType::Float32, true)) {}
Array::Array(int64_t value) : Array(make_number(value, DType::Int64, true)) {}
Array::Array(bool value) : Array(make_number(int64_t{value}, DType::Bool, true)) {}

Array Array::share(Node* node) {
  node->count.fetch_add(NodeHead::kHandle, std::memory_order_relaxed);
  return adopt(node);
}

DType Array::dtype() const { return checked(node_).spec.dtype; }
const Shape& Array::shape() const { return checked(node_).spec.shape; }
int64_t Array::shape(int axis) const {
  return shape()[normalize_axis(axis, ndim(), "shape: axis")];
}
bool Array::requires_grad() const { return checked(node_).has(kRequiresGrad) && !node_->has(kStale); }
bool Array::is_ready() const { return checked(node_).is_ready(); }

std::string describe(const Array& array) {
  return array ? text(array.dtype(), " ", array.shape()) : std::string("an empty Array");
}

}  // namespace lamina
