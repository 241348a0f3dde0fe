// take_along_axis: x is seen as [outer, size, inner], indices and result as [outer, count, inner].
// Stretches of the result go to the threads; within one, runs along the inner axis share a base.
#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/index_block.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kBlocksPerThread = 16;

template <class T>
class TakeAlongAxis final : public Kernel {
 public:
  TakeAlongAxis(const Operand& x, const Operand& indices, int axis)
      : from_(x.shape, axis),
        to_(indices.shape, axis),
        blocks_(indices.dtype, from_.size),
        elements_(indices.shape.elements()) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[2]);
    cpu::IndexBlocks::Errors errors;
    const int64_t parts = (elements_ + cpu::kIndexBlock - 1) / cpu::kIndexBlock;
    parallel_for(0, parts, kBlocksPerThread, [&](int64_t first, int64_t last) {
      int64_t positions[cpu::kIndexBlock];
      for (int64_t part = first; part < last; ++part) {
        const int64_t begin = part * cpu::kIndexBlock;
        const int64_t n = std::min(cpu::kIndexBlock, elements_ - begin);
        blocks_.read(operands[1], begin, n, positions, errors);
        if (from_.size == 0) {  // every index is wrong
          std::memset(y + begin, 0, static_cast<size_t>(n) * sizeof(T));
        } else {
          to_.inner == 1 ? take_rows(x, y, begin, n, positions)
                         : take_columns(x, y, begin, n, positions);
        }
      }
    });
    blocks_.report(operands[1], errors, context);
  }

 private:
  void take_rows(const T* x, T* y, int64_t begin, int64_t n, const int64_t* positions) const {
    for (int64_t i = 0; i < n;) {
      const int64_t outer = (begin + i) / to_.size;
      const int64_t end = std::min(n, (outer + 1) * to_.size - begin);
      const T* row = x + outer * from_.size;
      for (; i < end; ++i) y[begin + i] = row[positions[i]];
    }
  }
  void take_columns(const T* x, T* y, int64_t begin, int64_t n, const int64_t* positions) const {
    for (int64_t i = 0; i < n;) {
      const int64_t run = (begin + i) / to_.inner, inner = (begin + i) % to_.inner;
      const int64_t end = std::min(n, i + to_.inner - inner);
      const T* base = x + run / to_.size * from_.size * from_.inner + inner - i;
      for (; i < end; ++i) y[begin + i] = base[positions[i] * from_.inner + i];
    }
  }

  AxisSplit from_, to_;
  cpu::IndexBlocks blocks_;
  int64_t elements_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const int axis = static_cast<int>(static_cast<const AxisAttributes*>(request.attributes)->axis);
  const Operand &x = request.inputs[0], &indices = request.inputs[1];
  switch (size_of(x.dtype)) {
    case 1:
      return std::make_unique<TakeAlongAxis<uint8_t>>(x, indices, axis);
    case 2:
      return std::make_unique<TakeAlongAxis<uint16_t>>(x, indices, axis);
    case 4:
      return std::make_unique<TakeAlongAxis<uint32_t>>(x, indices, axis);
    default:
      return std::make_unique<TakeAlongAxis<uint64_t>>(x, indices, axis);
  }
}

}  // namespace

LAMINA_KERNEL(take_along_axis)
= {"take_along_axis", "cpu.take_along_axis", 10, rule};

}  // namespace lamina::backend
