#include "lamina/check/block.h"

#include <cstring>

#include "lamina/exec/evaluate.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina::check {

Block::Block(DType dtype, Shape shape)
    : operand_{dtype, shape, row_major_strides(shape)},
      bytes_(static_cast<size_t>(shape.elements()) * size_of(dtype)) {}

Block::Block(const Array& array) : Block(array.dtype(), array.shape()) {
  HostValue host = host_value(array);
  if (!bytes_.empty()) std::memcpy(bytes_.data(), host.data(), bytes_.size());
}

Block Block::as(DType dtype) const {
  Block result(dtype, shape());
  auto from = values(), to = result.values();
  Reference::with_type(this->dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < elements(); ++i) Reference::set<T>(to, i, Reference::get<T>(from, i));
  });
  return result;
}

Array Block::array() const { return from_data(bytes_.data(), shape(), dtype()); }

Array Block::transposed_array(bool evaluated) const {
  int rank = shape().rank();
  Shape reversed;
  Strides strides;  // of this block's elements, walked in the reversed order
  for (int i = rank; i-- > 0;) {
    reversed.push_back(shape()[i]);
    strides.push_back(operand_.strides[i]);
  }
  Block moved(dtype(), reversed);
  Operand walk{dtype(), reversed, strides};
  ReferenceOperand from(const_cast<std::byte*>(bytes_.data()), walk);
  for (int64_t i = 0; i < elements(); ++i) {
    std::memcpy(moved.values().at(i), from.at(i), from.item_bytes());
  }
  Array result = transpose(moved.array());
  if (evaluated) result.eval();
  return result;
}

}  // namespace lamina::check
