#include "lamina/data/rows.h"

#include <cstring>

#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"

namespace lamina::data {

NewArray::NewArray(DType type, Shape sizes) : dtype(type), shape(std::move(sizes)) {
  int64_t count = 1;
  for (int64_t size : shape) count *= size;
  storage = Storage::allocate(static_cast<size_t>(count) * size_of(dtype));
}

Array NewArray::done() && {
  NodeValue value;
  value.storage = std::move(storage);
  return make_leaf(Spec{dtype, std::move(shape)}, std::move(value));
}

Array stack_rows(std::span<const Array> rows) {
  if (rows.empty()) throw ValueError("expected at least one example in a batch");
  const Array& first = rows[0];
  Shape shape;
  shape.push_back(static_cast<int64_t>(rows.size()));
  for (int64_t size : first.shape()) shape.push_back(size);
  NewArray out(first.dtype(), shape);
  const size_t bytes = static_cast<size_t>(first.size()) * size_of(first.dtype());
  std::byte* at = out.data();
  for (size_t i = 0; i < rows.size(); ++i, at += bytes) {
    if (!(rows[i].shape() == first.shape()) || rows[i].dtype() != first.dtype()) {
      throw ShapeError("expected examples of one shape and type in a batch")
          .detail("example 0", describe(first))
          .detail(text("example ", i), describe(rows[i]))
          .help("resize, crop or pad them, or put batches together with a collate function");
    }
    const HostValue value = host_value(rows[i]);
    if (bytes > 0) std::memcpy(at, value.data(), bytes);
  }
  return std::move(out).done();
}

}  // namespace lamina::data
