// Random draws in parallel: any stretch of elements can be made without those before it, and the
// values are those of the reference.
#include <algorithm>

#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"
#include "lamina/ops/random_values.h"

namespace lamina::backend {

namespace {

constexpr int64_t kPiece = 1024;  // elements; whole batches of Philox blocks
constexpr int64_t kPiecesPerThread = 16;

class RandomKernel final : public Kernel {
 public:
  RandomKernel(RandomKind kind, const Operand& out)
      : kind_(kind), dtype_(out.dtype), count_(out.shape.elements()) {
    name = "cpu.random";
  }
  void run(std::byte* const* operands, RunContext&) const override {
    const Generator::State draw{*reinterpret_cast<const uint64_t*>(operands[0]),
                                *reinterpret_cast<const uint64_t*>(operands[1])};
    const auto item = static_cast<int64_t>(size_of(dtype_));
    parallel_for(
        0, (count_ + kPiece - 1) / kPiece, kPiecesPerThread, [&](int64_t first, int64_t last) {
          random_values(kind_, dtype_, draw, first * kPiece, std::min(last * kPiece, count_),
                        operands[2] + first * kPiece * item);
        });
  }

 private:
  RandomKind kind_;
  DType dtype_;
  int64_t count_;
};

template <RandomKind kKind>
std::unique_ptr<Kernel> draw(KernelRequest& request) {
  return std::make_unique<RandomKernel>(kKind, request.outputs[0]);
}

}  // namespace

LAMINA_KERNEL(random_bits)
= {"random_bits", "random", 10, draw<RandomKind::Bits>};
LAMINA_KERNEL(random_uniform)
= {"random_uniform", "random", 10, draw<RandomKind::Uniform>};
LAMINA_KERNEL(random_normal)
= {"random_normal", "random", 10, draw<RandomKind::Normal>};

}  // namespace lamina::backend
