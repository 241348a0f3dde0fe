// Functions that move elements without computing: most are views and cost nothing.
#pragma once

#include <optional>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// One size may be -1: it is worked out from the others.
Array reshape(Array x, IntList shape);
Array flatten(Array x, int start_axis = 0, int end_axis = -1);

// The axes in another order; reversed when left out.
Array transpose(Array x, IntList axes = {});
struct TransposeAttributes {
  IntList axes;  // output axis i is input axis axes[i]
  template <class V>
  void fields(V&& v) {
    v("axes", axes);
  }
};
Array permute_dims(Array x, IntList axes);  // transpose, with every axis named
Array matrix_transpose(Array x);            // the last two axes exchanged
Array swapaxes(Array x, int axis1, int axis2);
Array moveaxis(Array x, IntList source, IntList destination);
Array broadcast_to(Array x, IntList shape);
std::vector<Array> broadcast_arrays(std::vector<Array> arrays);  // all to one shape
Array expand_dims(Array x, int axis);
Array expand_dims(Array x, IntList axes);   // places in the result
Array squeeze(Array x, IntList axes = {});  // all axes of size 1 when left out

// x[start:stop:step] along every axis. Lists may be shorter than the rank: missing axes are kept
// whole.
Array slice(Array x, IntList start, IntList stop, IntList step = {});
Array flip(Array x, IntList axes);

// The entries moved on by `shift` places along axes, from the end to the front; over the flattened
// array when no axis is given.
Array roll(Array x, IntList shift, IntList axes = {});

// The value x with a part replaced: what `x[i] = v` is made of. `value` broadcasts to the part.
Array slice_update(Array x, Array value, IntList start, IntList stop, IntList step = {});

// `low` and `high` elements of `value` before and after each axis.
Array pad(Array x, IntList low, IntList high, Array value = 0.0);

Array concatenate(std::vector<Array> arrays, int axis = 0);
Array stack(std::vector<Array> arrays, int axis = 0);
inline Array concat(std::vector<Array> arrays, int axis = 0) {
  return concatenate(std::move(arrays), axis);
}
std::vector<Array> unstack(Array x, int axis = 0);  // the entries of an axis, without it
std::vector<Array> split(Array x, int64_t parts, int axis = 0);  // equal parts
std::vector<Array> split(Array x, IntList sizes, int axis);      // parts of these sizes

// Every entry of an axis so many times in a row; of the flattened array when no axis is given. One
// count for all, or an integer array of counts, which is evaluated: the result's size depends on
// it.
struct RepeatOptions {
  std::optional<int> axis = std::nullopt;
};
Array repeat(Array x, int64_t repeats, RepeatOptions options = {});
Array repeat(Array x, const Array& repeats, RepeatOptions options = {});

// The whole array so many times along each axis; axes are matched from the last one.
Array tile(Array x, IntList repetitions);

// The elements on and below (above) the k-th diagonal of each matrix; 0 elsewhere.
Array tril(Array x, int64_t k = 0);
Array triu(Array x, int64_t k = 0);

}  // namespace lamina
