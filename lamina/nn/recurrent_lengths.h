// Sequences of several lengths in one batch, without steps for what lies behind their ends: they
// are laid out anew, several of them one behind the other in each row, and the state begins again
// with each. A batch of 32 sequences of 8 to 64 steps becomes about 16 rows of 72.
#pragma once

#include <cstdint>
#include <vector>

#include "lamina/core/array.h"

namespace lamina::nn {

// Where each sequence lies. What depends on the lengths are values of index arrays; only the sizes
// `steps` and `rows` enter programs, and these are rounded so that few of them occur.
class SequenceLayout {
 public:
  // Lengths [batch] must be integers, 1 to `time`: ShapeError, DTypeError, ValueError.
  SequenceLayout(const Array& lengths, int64_t time, int64_t batch, bool batch_first);

  int64_t steps() const { return steps_; }
  int64_t rows() const { return rows_; }
  int64_t batch() const { return batch_; }

  // x [time, batch, ..], or [batch, time, ..], as [steps, rows, ..]; zeros where no sequence lies,
  // so that what stands behind an end reaches nothing, NaN neither.
  Array pack(Array x) const;
  // The other way; zeros behind the ends.
  Array unpack(Array y) const;

  // [steps, rows]: whether a sequence begins here, or with `reverse` whether it ends.
  Array begins(bool reverse) const;
  // [batch, ..] as [steps, rows, ..]: at each step the entry of the sequence that lies there.
  Array spread(const Array& state) const;
  // Of states [steps, rows, ..] that of each sequence after its last step, or with `reverse` after
  // its first: [batch, ..].
  Array last(Array states, bool reverse) const;

 private:
  int64_t time_, batch_, steps_ = 0, rows_ = 0;
  bool batch_first_;
  std::vector<int64_t> lengths_;
  std::vector<int64_t> row_, start_;  // of each sequence
  Array source_, inside_;             // of each place: the row of x there, whether there is one
  Array place_, valid_;               // of each row of x: its place, whether it has one
};

}  // namespace lamina::nn
