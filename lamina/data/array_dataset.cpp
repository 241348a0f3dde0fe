#include "lamina/data/array_dataset.h"

#include <cstring>

#include "lamina/base/error.h"
#include "lamina/data/permutation.h"
#include "lamina/ir/node.h"

namespace lamina::data {
namespace {

const Array& checked(const Array& array, const char* name) {
  if (!array) throw StateError(text("ArrayDataset: ", name, " is an empty Array"));
  if (array.ndim() == 0) {
    throw ShapeError(text("ArrayDataset: expected one row per example in ", name, ", got ",
                          describe(array)));
  }
  return array;
}

// The rows with these numbers, copied next to each other. A batch is small beside the work that
// follows, so this stays on the caller's thread.
Array gather(const Array& from, const HostValue& rows, std::span<const int64_t> indices) {
  const int64_t size = from.shape()[0];
  const size_t row_bytes =
      size == 0 ? 0 : static_cast<size_t>(from.size() / size) * size_of(from.dtype());
  Spec spec{from.dtype(), from.shape()};
  spec.shape[0] = static_cast<int64_t>(indices.size());
  NodeValue value;
  value.storage = Storage::allocate(row_bytes * indices.size());
  std::byte* out = value.storage->data();
  for (int64_t index : indices) {
    if (index < 0 || index >= size) {
      throw IndexError(text("ArrayDataset: expected numbers of examples in [0, ", size, "), got ",
                            index));
    }
    if (row_bytes > 0) std::memcpy(out, rows.data() + static_cast<size_t>(index) * row_bytes, row_bytes);
    out += row_bytes;
  }
  return make_leaf(std::move(spec), std::move(value));
}

}  // namespace

ArrayDataset::ArrayDataset(Array x, Array y) : x_(std::move(x)), y_(std::move(y)) {
  if (checked(x_, "x").shape()[0] != checked(y_, "y").shape()[0]) {
    throw ShapeError("ArrayDataset: expected as many rows in x as in y")
        .detail("x", describe(x_))
        .detail("y", describe(y_))
        .help("the first axis of both counts the examples");
  }
  x_rows_ = host_value(x_);
  y_rows_ = host_value(y_);
}

Batch ArrayDataset::get(std::span<const int64_t> indices) const {
  return {gather(x_, x_rows_, indices), gather(y_, y_rows_, indices)};
}

std::pair<ArrayDataset, ArrayDataset> ArrayDataset::split(double fraction,
                                                          SplitOptions options) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw ValueError(text("split: expected a fraction between 0 and 1, got ", fraction));
  }
  const int64_t first = static_cast<int64_t>(fraction * static_cast<double>(size()));
  if (first == 0 || first == size()) {
    throw ValueError(text("split: ", fraction, " of ", size(), " examples leaves one part empty"));
  }
  const std::vector<int64_t> order =
      options.shuffle ? permutation(size(), options.seed, 0) : ascending(size());
  const std::span<const int64_t> all(order);
  Batch head = get(all.first(static_cast<size_t>(first)));
  Batch tail = get(all.subspan(static_cast<size_t>(first)));
  return {ArrayDataset(std::move(head.x), std::move(head.y)),
          ArrayDataset(std::move(tail.x), std::move(tail.y))};
}

}  // namespace lamina::data
