// Internal: arrays filled row by row.
#pragma once

#include <span>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/storage.h"

namespace lamina::data {

// An array whose memory is written before anybody sees it.
struct NewArray {
  NewArray(DType dtype, Shape shape);
  std::byte* data() const { return storage->data(); }
  Array done() &&;

  DType dtype;
  Shape shape;
  Ref<Storage> storage;
};

// [rows, ..] from arrays of one shape and type; ShapeError names the first that differs.
Array stack_rows(std::span<const Array> rows);

}  // namespace lamina::data
