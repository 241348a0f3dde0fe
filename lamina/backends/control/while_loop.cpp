// while_loop: the programs of condition and body by turns. Carries change places between two sets
// of buffers.
#include <cstring>

#include "lamina/backends/control/step_program.h"
#include "lamina/base/interrupt.h"
#include "lamina/base/once.h"
#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina::backend {
namespace {

class WhileLoopKernel final : public Kernel {
 public:
  explicit WhileLoopKernel(AttributesRef attributes)
      : attributes_(std::move(attributes)), loop_(attributes_->as<WhileLoopAttributes>()) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    const auto carries = static_cast<size_t>(loop_.carries);
    once_([&] {
      condition_ = body_program(*loop_.condition, 0, carries);
      body_ = body_program(*loop_.body, 0, carries);
    });
    const size_t inputs = loop_.body->input_count();
    std::vector<std::byte*> values(operands, operands + inputs), next(carries);
    size_t bytes = 0;
    for (size_t k = 0; k < carries; ++k) bytes += aligned(bytes_of(loop_.body->input(k)));
    const Ref<Storage> buffers = Storage::allocate(std::max<size_t>(1, 2 * bytes));
    InterruptWatch watch;
    for (int64_t step = 0; loop_.max_steps < 0 || step < loop_.max_steps; ++step) {
      watch.look();
      bool holds = false;
      std::byte* result = reinterpret_cast<std::byte*>(&holds);
      run_once(*condition_, *loop_.condition, values.data(), &result, context);
      if (context.failed || !holds) break;
      std::byte* place = buffers->data() + (step % 2 == 0 ? 0 : bytes);
      for (size_t k = 0; k < carries; ++k) {
        next[k] = place;
        place += aligned(bytes_of(loop_.body->input(k)));
      }
      run_once(*body_, *loop_.body, values.data(), next.data(), context);
      if (context.failed) return;
      std::copy(next.begin(), next.end(), values.begin());
    }
    for (size_t k = 0; k < carries; ++k) {
      std::memcpy(operands[inputs + k], values[k], bytes_of(loop_.body->input(k)));
    }
  }

 private:
  AttributesRef attributes_;
  const WhileLoopAttributes& loop_;
  mutable Once once_;
  mutable std::shared_ptr<const Program> condition_, body_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  return std::make_unique<WhileLoopKernel>(request.attributes_owner);
}

}  // namespace

LAMINA_KERNEL(while_loop_steps)
= {"while_loop", "control.while_loop", 10, rule};

}  // namespace lamina::backend
