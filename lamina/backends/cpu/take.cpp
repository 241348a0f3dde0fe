// take: entries along an axis. x is seen as [outer, size, inner] and the result as
// [outer, count, inner]; blocks of indices are read once for many rows.
#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/index_block.h"
#include "lamina/base/parallel_for.h"
#include "lamina/ops/indexing_rule.h"

namespace lamina::backend {

namespace {

constexpr int64_t kBytesPerThread = 32 * 1024;

template <class T>
void take_elements(const std::byte* from, std::byte* to, const int64_t* positions, int64_t count,
                   size_t) {
  const T* x = reinterpret_cast<const T*>(from);
  T* y = reinterpret_cast<T*>(to);
  for (int64_t i = 0; i < count; ++i) y[i] = x[positions[i]];
}

void take_entries(const std::byte* from, std::byte* to, const int64_t* positions, int64_t count,
                  size_t bytes) {
  for (int64_t i = 0; i < count; ++i) {
    const auto offset = static_cast<size_t>(positions[i]) * bytes;
    std::memcpy(to + static_cast<size_t>(i) * bytes, from + offset, bytes);
  }
}

class Take final : public Kernel {
 public:
  Take(const Operand& x, const Operand& indices, int axis)
      : split_(x.shape, axis),
        count_(indices.shape.elements()),
        blocks_(indices.dtype, split_.size),
        entry_(static_cast<size_t>(split_.inner) * size_of(x.dtype)) {
    take_ = entry_ == 1   ? take_elements<uint8_t>
            : entry_ == 2 ? take_elements<uint16_t>
            : entry_ == 4 ? take_elements<uint32_t>
            : entry_ == 8 ? take_elements<uint64_t>
                          : take_entries;
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const std::byte *x = operands[0], *indices = operands[1];
    std::byte* y = operands[2];
    if (count_ == 0 || split_.outer * split_.inner == 0) return;
    const int64_t parts = (count_ + cpu::kIndexBlock - 1) / cpu::kIndexBlock;
    const auto bytes = static_cast<int64_t>(entry_) * std::min(count_, cpu::kIndexBlock);
    cpu::IndexBlocks::Errors errors;
    parallel_for(0, parts * split_.outer, std::max<int64_t>(1, kBytesPerThread / bytes),
                 [&](int64_t first, int64_t last) {
                   int64_t positions[cpu::kIndexBlock], held = -1;
                   for (int64_t item = first; item < last; ++item) {
                     const int64_t part = item / split_.outer, outer = item % split_.outer;
                     const int64_t begin = part * cpu::kIndexBlock;
                     const int64_t n = std::min(cpu::kIndexBlock, count_ - begin);
                     if (part != held) blocks_.read(indices, begin, n, positions, errors);
                     held = part;
                     std::byte* to = y + static_cast<size_t>(outer * count_ + begin) * entry_;
                     if (split_.size == 0) {  // every index is wrong
                       std::memset(to, 0, static_cast<size_t>(n) * entry_);
                     } else {
                       take_(x + static_cast<size_t>(outer * split_.size) * entry_, to, positions,
                             n, entry_);
                     }
                   }
                 });
    blocks_.report(indices, errors, context);
  }

 private:
  AxisSplit split_;
  int64_t count_;
  cpu::IndexBlocks blocks_;
  size_t entry_;  // bytes
  void (*take_)(const std::byte*, std::byte*, const int64_t*, int64_t, size_t);
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  const auto& a = *static_cast<const AxisAttributes*>(request.attributes);
  return std::make_unique<Take>(request.inputs[0], request.inputs[1], static_cast<int>(a.axis));
}

}  // namespace

LAMINA_KERNEL(take)
= {"take", "cpu.take", 10, rule};

}  // namespace lamina::backend
