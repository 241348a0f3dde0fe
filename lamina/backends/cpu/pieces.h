// A kernel that fills its output piece by piece, each a copy of an input into its place.
#pragma once

#include <vector>

#include "lamina/backends/cpu/strided_copy.h"
#include "lamina/op/backend.h"

namespace lamina::cpu {

class Pieces final : public Kernel {
 public:
  explicit Pieces(const KernelRequest& request)
      : dtype_(request.outputs[0].dtype),
        threads_(request.threads),
        inputs_(request.inputs.size()) {}

  // Copies input number `input`, read with the strides `from`, to the part of the output that
  // starts `offset` elements after its first one and has the strides `to`. Later pieces overwrite
  // earlier ones.
  void add(size_t input, const Shape& shape, const Strides& from, int64_t offset,
           const Strides& to) {
    StridedCopy copy(dtype_, shape, from, to, threads_);
    if (!copy.empty()) pieces_.push_back({input, offset, std::move(copy)});
  }
  // The output may lie in the memory of the input whose whole copy is the first piece.
  void allow_in_place() { in_place_ = pieces_.size() == 1 && pieces_[0].copy.one_run(); }

  void run(std::byte* const* operands, RunContext&) const override {
    const auto item = static_cast<int64_t>(size_of(dtype_));
    for (const Piece& piece : pieces_)
      piece.copy.run(operands[piece.input], operands[inputs_] + piece.offset * item);
  }
  bool may_alias(int input, int) const override {
    return in_place_ && static_cast<size_t>(input) == pieces_[0].input;
  }

 private:
  struct Piece {
    size_t input;
    int64_t offset;
    StridedCopy copy;
  };
  DType dtype_;
  int threads_;
  size_t inputs_;
  bool in_place_ = false;
  std::vector<Piece> pieces_;
};

}  // namespace lamina::cpu
