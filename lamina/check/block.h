// A block: values in row-major memory of ours, read and written one at a time.
#pragma once

#include <cstddef>
#include <vector>

#include "lamina/op/reference.h"

namespace lamina::check {

class Block {
 public:
  Block(DType dtype, Shape shape);
  explicit Block(const Array& array);  // evaluates it
  Block(const Block& other) : Block(other.dtype(), other.shape()) { bytes_ = other.bytes_; }
  Block(Block&&) = default;
  Block& operator=(Block&&) = default;

  DType dtype() const { return operand_.dtype; }
  const Shape& shape() const { return operand_.shape; }
  int64_t elements() const { return operand_.shape.elements(); }
  ReferenceOperand values() { return {bytes_.data(), operand_}; }
  ReferenceOperand values() const { return {const_cast<std::byte*>(bytes_.data()), operand_}; }
  std::byte* data() { return bytes_.data(); }
  const std::byte* data() const { return bytes_.data(); }
  const Operand& operand() const { return operand_; }

  // The values as another type, by the library's rules for float to float and integer to integer.
  Block as(DType dtype) const;

  Array array() const;          // a copy, row-major
  Array transposed_array(bool evaluated) const;  // equal, but lying with its axes reversed

 private:
  Operand operand_;
  std::vector<std::byte> bytes_;
};

}  // namespace lamina::check
