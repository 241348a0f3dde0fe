// The order in which machine code computes the values of a loop that runs through its rows in phases
// (op/loop_phases.h). Other loops have one phase, in which everything is computed.
#pragma once

#include "lamina/backends/cpu/jit_function.h"
#include "lamina/backends/cpu/loop_normal.h"

namespace lamina::cpu::jit {

// Where values of rows wait that a later phase reads: in a result of the loop, in an operand of the
// code's own, or nowhere, if they had better be computed again.
class Phases {
 public:
  // Adds the code's own operands to the shape.
  Phases(const NormalProgram& normal, size_t inputs, BlockShape& shape);

  static constexpr uint32_t kNowhere = ~0u;
  int count() const { return count_; }
  int of(uint16_t v) const { return phase_[v]; }
  uint32_t place(uint16_t v) const { return place_[v]; }
  // Whether the value is to be written to its place, which is none of the loop's results.
  bool is_kept(uint16_t v) const { return place_[v] != kNowhere && place_[v] >= own_; }
  // Whether an earlier phase left the value in its place.
  bool is_read(uint16_t v, int phase) const { return place_[v] != kNowhere && phase_[v] < phase; }

  // The values that the results of a phase need, in order; what a row has in common is computed once.
  std::vector<uint16_t> needed(int phase) const;

 private:
  template <class F>
  void for_reads(uint16_t v, F&& f) const;
  void find_rows(const BlockShape& shape);
  void find_places(size_t inputs, BlockShape& shape);
  uint32_t result_of(uint16_t v, size_t inputs, const BlockShape& shape) const;

  const NormalProgram& normal_;
  const std::vector<ScalarInstruction>& code_;
  std::vector<int> phase_;
  std::vector<uint32_t> place_;
  std::vector<bool> in_row_;  // the same along a row
  uint32_t own_;              // the first of the code's own operands
  int count_ = 1;
};

}  // namespace lamina::cpu::jit
