// scan: the program of the body, step after step. What a step stacks it writes where it will stay;
// a carry that is stacked as well is read from there by the next step. Other carries change places
// between the result and a second buffer, or are updated in place where the body's plan says so.
#include <cstring>

#include "lamina/backends/control/step_program.h"
#include "lamina/base/error.h"
#include "lamina/base/interrupt.h"
#include "lamina/base/once.h"
#include "lamina/op/op.h"
#include "lamina/ops/loops.h"

namespace lamina::backend {
namespace {

class ScanKernel final : public Kernel {
 public:
  explicit ScanKernel(AttributesRef attributes)
      : attributes_(std::move(attributes)), scan_(attributes_->as<ScanAttributes>()) {}

  void run(std::byte* const* operands, RunContext& context) const override {
    Loop(*this, *program(), operands, context.scratch).run(context);
  }

  // The steps' memory, and second places for carries.
  size_t scratch_bytes() const override {
    size_t total = aligned(StepRun::scratch_bytes(*program()));
    for (size_t k = 0; k < static_cast<size_t>(scan_.carries); ++k)
      total += aligned(bytes_of(scan_.body->output(k)));
    return std::max(total, kAlign);
  }

  // Weights that outlive the loop are packed once for all runs.
  void prepare_weights(const std::vector<Operand>& inputs) {
    const auto first = static_cast<size_t>(scan_.carries + scan_.sequences);
    bool any = false;
    for (size_t i = first; i < inputs.size(); ++i) any |= inputs[i].stable;
    if (!any) return;
    for (PreparedInput& prepared : prepared_inputs(*program())) {
      if (!inputs[prepared.preparation.input].stable) continue;
      preparations.push_back(prepared.preparation);
      prepared_.push_back(std::move(prepared));
    }
  }

 private:
  const std::shared_ptr<const Program>& program() const {
    once_([&] {
      const auto carries = static_cast<size_t>(scan_.carries);
      program_ = body_program(*scan_.body, carries, carries + static_cast<size_t>(scan_.sequences));
    });
    return program_;
  }

  // One run of the whole loop.
  class Loop {
   public:
    Loop(const ScanKernel& kernel, const Program& program, std::byte* const* operands,
         std::byte* scratch)
        : scan_(kernel.scan_),
          body_(*scan_.body),
          program_(program),
          inputs_(operands),
          results_(operands + body_.input_count()),
          carries_(static_cast<size_t>(scan_.carries)),
          scratch_(scratch),
          step_(program_, scratch) {
      for (size_t i = 0; i < body_.input_count(); ++i) step_.set_input(i, inputs_[i]);
      for (const PreparedInput& prepared : kernel.prepared_)
        step_.set_prepared(prepared.derivation, inputs_[prepared.preparation.input]);
      place_outputs();
    }

    void run(RunContext& context) {
      if (scan_.length > 0) step_.prepare();
      std::vector<std::byte*> next(carries_);
      InterruptWatch watch;
      for (int64_t s = 0; s < scan_.length; ++s) {
        watch.look();
        const int64_t t = scan_.reverse ? scan_.length - 1 - s : s;
        const bool last_parity = (scan_.length - 1 - s) % 2 == 0;
        for (size_t i = carries_; i < carries_ + static_cast<size_t>(scan_.sequences); ++i) {
          step_.set_input(i, inputs_[i] + t * static_cast<int64_t>(bytes_of(body_.input(i))));
        }
        for (const Buffer& b : buffers_) {
          if (b.stack >= 0) {
            step_.set_output(b.number, slot(static_cast<size_t>(b.stack), t));
          } else {
            step_.set_output(b.number, last_parity ? b.even : b.odd);
          }
        }
        if (!step_.step(context)) return;
        for (size_t k : copies_) {
          std::memcpy(slot(k, t), value(k, t, last_parity), bytes(k));
        }
        for (size_t k = 0; k < carries_; ++k) next[k] = next_carry(k, t, last_parity);
        for (size_t k = 0; k < carries_; ++k) step_.set_input(k, next[k]);
      }
      for (size_t k = 0; k < carries_; ++k) {
        if (step_.input(k) != results_[k]) std::memcpy(results_[k], step_.input(k), bytes(k));
      }
    }

   private:
    // An output buffer of the body: which stacked output it is a slot of, or (-1) between which two
    // places it changes.
    struct Buffer {
      size_t number;
      int64_t stack = -1;
      std::byte *even = nullptr, *odd = nullptr;
    };
    // A carry that is another input of the body must be copied out of its way.
    struct Moved {
      std::byte *even = nullptr, *odd = nullptr;
    };

    size_t bytes(size_t output) const { return bytes_of(body_.output(output)); }
    std::byte* slot(size_t output, int64_t t) const {
      return results_[output] + t * static_cast<int64_t>(bytes(output));
    }

    void place_outputs() {
      std::byte* spare = scratch_ + aligned(StepRun::scratch_bytes(program_));
      buffers_.resize(program_.output_bytes.size());
      for (size_t j = 0; j < buffers_.size(); ++j) buffers_[j].number = j;
      for (size_t k = carries_; k < body_.output_count(); ++k) {
        const OutputPlace place = output_place(program_, k);
        if (!place.is_input && buffers_[place.number].stack < 0) {
          buffers_[place.number].stack = static_cast<int64_t>(k);
        } else {
          copies_.push_back(k);
        }
      }
      moved_.resize(carries_);
      std::vector<int> users(buffers_.size(), 0);
      for (size_t k = 0; k < carries_; ++k) {
        const OutputPlace place = output_place(program_, k);
        if (!place.is_input) ++users[place.number];
      }
      for (size_t k = 0; k < carries_; ++k) {
        const OutputPlace place = output_place(program_, k);
        if (place.is_input) {
          if (place.number == k) continue;
          moved_[k] = {results_[k], spare};
          spare += aligned(bytes(k));
          continue;
        }
        Buffer& b = buffers_[place.number];
        if (b.stack >= 0 || b.even) continue;
        const bool in_place =
            program_.outputs[k].donor == static_cast<int32_t>(k) && users[place.number] == 1;
        if (in_place) {
          std::memcpy(results_[k], inputs_[k], bytes(k));
          step_.set_input(k, results_[k]);
        }
        b.even = results_[k];
        b.odd = in_place ? results_[k] : spare;
        if (!in_place) spare += aligned(bytes(k));
      }
    }

    // Where output k of the step that just ended is.
    std::byte* value(size_t k, int64_t t, bool last_parity) const {
      const OutputPlace place = output_place(program_, k);
      if (place.is_input) return step_.input(place.number);
      const Buffer& b = buffers_[place.number];
      if (b.stack >= 0) return slot(static_cast<size_t>(b.stack), t);
      return last_parity ? b.even : b.odd;
    }

    std::byte* next_carry(size_t k, int64_t t, bool last_parity) const {
      std::byte* from = value(k, t, last_parity);
      if (!moved_[k].even) return from;
      std::byte* to = last_parity ? moved_[k].even : moved_[k].odd;
      std::memcpy(to, from, bytes(k));
      return to;
    }

    const ScanAttributes& scan_;
    const Subgraph& body_;
    const Program& program_;
    std::byte* const* inputs_;
    std::byte* const* results_;
    size_t carries_;
    std::byte* scratch_;
    StepRun step_;
    std::vector<Buffer> buffers_;
    std::vector<size_t> copies_;  // stacked outputs that lie elsewhere
    std::vector<Moved> moved_;
  };

  AttributesRef attributes_;
  const ScanAttributes& scan_;
  mutable Once once_;
  mutable std::shared_ptr<const Program> program_;
  std::vector<PreparedInput> prepared_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  for (Operand& input : request.inputs) input.strides = row_major_strides(input.shape);
  auto kernel = std::make_unique<ScanKernel>(request.attributes_owner);
  kernel->prepare_weights(request.inputs);
  return kernel;
}

}  // namespace

LAMINA_KERNEL(scan_steps)
= {"scan", "control.scan", 10, rule};

}  // namespace lamina::backend
