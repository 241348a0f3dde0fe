// What an op's `reference` works on: strided operands, read and written one element at a time as double or
// int64. It is the definition of the op and the kernel of last resort; speed comes from backends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lamina/op/backend.h"
#include "lamina/op/op.h"

namespace lamina {

class ReferenceOperand {
 public:
  ReferenceOperand(std::byte* data, const Operand& operand) : data_(data), operand_(operand) {}

  DType dtype() const { return operand_.dtype; }
  const Shape& shape() const { return operand_.shape; }
  const Strides& strides() const { return operand_.strides; }
  std::byte* data() const { return data_; }
  int rank() const { return operand_.shape.rank(); }
  int64_t size(int axis) const { return operand_.shape[axis]; }
  int64_t elements() const { return operand_.shape.elements(); }

  // Elements by row-major number, or by index.
  int64_t offset(int64_t element) const;
  int64_t offset(std::span<const int64_t> index) const;
  double real(int64_t element) const;
  int64_t integer(int64_t element) const;
  void set_real(int64_t element, double value) const;
  void set_integer(int64_t element, int64_t value) const;
  std::byte* at(int64_t element) const { return data_ + offset(element) * item_bytes(); }
  size_t item_bytes() const { return size_of(operand_.dtype); }

 private:
  std::byte* data_;
  const Operand& operand_;
};

class Reference {
 public:
  Reference(const KernelRequest& request, std::byte* const* operands, RunContext& context)
      : request_(request), context_(context), operands_(operands) {}

  int input_count() const { return static_cast<int>(request_.inputs.size()); }
  ReferenceOperand input(int i) const { return {operands_[i], request_.inputs[i]}; }
  ReferenceOperand output(int k = 0) const {
    return {operands_[request_.inputs.size() + k], request_.outputs[k]};
  }
  template <class A>
  const A& attributes() const {
    return *static_cast<const A*>(request_.attributes);
  }
  void report(int64_t value, int64_t limit) const { context_.report(value, limit); }

  // Calls body(double{}) or body(int64_t{}) as the element type needs; use get/set with that type.
  template <class F>
  static void with_type(DType dtype, F&& body) {
    is_floating(dtype) ? body(double{}) : body(int64_t{});
  }
  template <class T>
  static T get(const ReferenceOperand& o, int64_t element) {
    if constexpr (std::is_same_v<T, double>) {
      return o.real(element);
    } else {
      return o.integer(element);
    }
  }
  template <class T>
  static void set(const ReferenceOperand& o, int64_t element, T value) {
    if constexpr (std::is_same_v<T, double>) {
      o.set_real(element, value);
    } else {
      o.set_integer(element, value);
    }
  }

 private:
  const KernelRequest& request_;
  RunContext& context_;
  std::byte* const* operands_;
};

// A kernel that runs the op's reference; refuses ops without one.
std::unique_ptr<Kernel> reference_kernel(KernelRequest& request);

}  // namespace lamina
