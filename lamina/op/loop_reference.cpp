#include "lamina/op/loop_reference.h"

#include "lamina/op/loop_phases.h"
#include "lamina/op/scalar_eval.h"

namespace lamina {

namespace {

// Where each operand stands; moves with the coordinates of the domain.
class Walk {
 public:
  Walk(const Loop& loop, std::byte* const* operands)
      : domain_(loop.domain), at_(loop.domain.size(), 0) {
    auto add = [&](const LoopOperand& operand) {
      places_.push_back({operands[places_.size()], static_cast<int64_t>(size_of(operand.dtype)),
                         &operand.strides});
    };
    for (const LoopOperand& input : loop.inputs) add(input);
    for (const Loop::Store& store : loop.stores) add(store.operand);
    for (const Loop::Reduction& reduction : loop.reductions) add(reduction.operand);
  }

  std::byte* operator[](size_t operand) const { return places_[operand].address; }

  // The next point in row-major order over the axes whose flag is `which`; false after the last one.
  bool next(const SmallVector<uint8_t, 8>& flags, bool which) {
    for (size_t axis = domain_.size(); axis-- > 0;) {
      if ((flags[axis] != 0) != which) continue;
      int64_t step = ++at_[axis] < domain_[axis] ? 1 : 1 - domain_[axis];
      if (step != 1 || at_[axis] == domain_[axis]) at_[axis] = 0;
      for (Place& place : places_) place.address += step * (*place.strides)[axis] * place.bytes;
      if (at_[axis] != 0) return true;
    }
    return false;
  }

 private:
  struct Place {
    std::byte* address;
    int64_t bytes;
    const Strides* strides;
  };
  const Shape& domain_;
  Strides at_;
  std::vector<Place> places_;
};

class LoopReference : public Kernel {
 public:
  explicit LoopReference(const Loop& loop) : loop_(loop) {
    flags_ = loop.reduced;
    if (flags_.empty() || loop.reductions.empty()) {
      flags_ = SmallVector<uint8_t, 8>(loop.domain.size(), uint8_t{0});
    }
    for (size_t axis = 0; axis < flags_.size(); ++axis) {
      (flags_[axis] ? nothing_to_reduce_ : nothing_to_keep_) |= loop.domain[axis] == 0;
    }
    for (const LoopOperand& input : loop.inputs) dtypes_.push_back(input.dtype);
    std::vector<uint16_t> reduced;
    for (const Loop::Reduction& r : loop.reductions) {
      dtypes_.push_back(r.operand.dtype);
      reduced.push_back(r.value);
    }
    for (int phase : phases_of(loop.program, loop.inputs.size(), reduced))
      last_phase_ = std::max(last_phase_, phase);
    name = "loop.reference";
  }

  void run(std::byte* const* operands, RunContext&) const override {
    if (nothing_to_keep_) return;
    Walk walk(loop_, operands);
    const size_t first_sum = loop_.inputs.size() + loop_.stores.size();
    std::vector<ScalarValue> inputs(dtypes_.size()), values(loop_.program.code.size());
    std::vector<ScalarValue> sums(loop_.reductions.size());
    do {
      // Each time around, the results of one more phase are right.
      for (int phase = 0; phase <= last_phase_; ++phase) reduce_row(walk, inputs, values, sums);
      if (nothing_to_reduce_ && last_phase_ > 0) store_of_empty_row(walk, inputs, values);
      for (size_t k = 0; k < sums.size(); ++k) {
        const Loop::Reduction& r = loop_.reductions[k];
        ScalarType type = accumulator_type(r.monoid, loop_.program.code[r.value].type);
        scalar_store(r.operand.dtype, walk[first_sum + k], type, sums[k]);
      }
    } while (walk.next(flags_, false));
  }

 private:
  void reduce_row(Walk& walk, std::vector<ScalarValue>& inputs, std::vector<ScalarValue>& values,
                  std::vector<ScalarValue>& sums) const {
    const size_t first_store = loop_.inputs.size();
    for (size_t k = 0; k < sums.size(); ++k) {
      const Loop::Reduction& r = loop_.reductions[k];
      ScalarType type = accumulator_type(r.monoid, loop_.program.code[r.value].type);
      inputs[first_store + k] = sums[k];
      sums[k] = nothing_to_reduce_ ? monoid_of_nothing(r.monoid, type, r.operand.dtype)
                                   : monoid_identity(r.monoid, type);
    }
    if (nothing_to_reduce_) return;
    do {
      for (size_t k = 0; k < first_store; ++k) inputs[k] = scalar_load(dtypes_[k], walk[k]);
      scalar_eval(loop_.program, dtypes_.data(), inputs.data(), values.data());
      for (size_t k = 0; k < loop_.stores.size(); ++k) {
        const Loop::Store& s = loop_.stores[k];
        scalar_store(s.operand.dtype, walk[first_store + k], loop_.program.code[s.value].type,
                     values[s.value]);
      }
      for (size_t k = 0; k < sums.size(); ++k) {
        const Loop::Reduction& r = loop_.reductions[k];
        ScalarType from = loop_.program.code[r.value].type;
        ScalarType type = accumulator_type(r.monoid, from);
        sums[k] = monoid_combine(r.monoid, type, sums[k], scalar_cast(values[r.value], from, type));
      }
    } while (walk.next(flags_, true));
  }

  // What was made of the results alone is there even if the row has no points.
  void store_of_empty_row(Walk& walk, std::vector<ScalarValue>& inputs,
                          std::vector<ScalarValue>& values) const {
    for (size_t k = 0; k < loop_.inputs.size(); ++k) {
      if (is_broadcast(loop_.inputs[k])) inputs[k] = scalar_load(dtypes_[k], walk[k]);
    }
    scalar_eval(loop_.program, dtypes_.data(), inputs.data(), values.data());
    for (size_t k = 0; k < loop_.stores.size(); ++k) {
      const Loop::Store& s = loop_.stores[k];
      if (!is_broadcast(s.operand)) continue;
      scalar_store(s.operand.dtype, walk[loop_.inputs.size() + k],
                   loop_.program.code[s.value].type, values[s.value]);
    }
  }
  bool is_broadcast(const LoopOperand& operand) const {
    for (size_t axis = 0; axis < flags_.size(); ++axis) {
      if (flags_[axis] && operand.strides[axis] != 0) return false;
    }
    return true;
  }

  Loop loop_;
  SmallVector<uint8_t, 8> flags_;
  bool nothing_to_reduce_ = false, nothing_to_keep_ = false;
  std::vector<DType> dtypes_;  // of the inputs, then of the results
  int last_phase_ = 0;
};

}  // namespace

std::unique_ptr<Kernel> loop_reference(KernelRequest& request) {
  if (!request.loop) {
    request.refusal = "not a loop";
    return nullptr;
  }
  return std::make_unique<LoopReference>(*request.loop);
}

}  // namespace lamina
