#include "lamina/op/loop_reference.h"

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
    name = "loop.reference";
  }

  void run(std::byte* const* operands, RunContext&) const override {
    if (nothing_to_keep_) return;
    Walk walk(loop_, operands);
    std::vector<ScalarValue> inputs(loop_.inputs.size()), values(loop_.program.code.size());
    std::vector<ScalarValue> sums(loop_.reductions.size());
    size_t first_store = loop_.inputs.size(), first_sum = first_store + loop_.stores.size();
    do {
      for (size_t k = 0; k < sums.size(); ++k) {
        const Loop::Reduction& r = loop_.reductions[k];
        ScalarType type = accumulator_type(r.monoid, loop_.program.code[r.value].type);
        sums[k] = nothing_to_reduce_ ? monoid_of_nothing(r.monoid, type, r.operand.dtype)
                                     : monoid_identity(r.monoid, type);
      }
      if (!nothing_to_reduce_) {
        do {
          for (size_t k = 0; k < inputs.size(); ++k) inputs[k] = scalar_load(dtypes_[k], walk[k]);
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
            sums[k] =
                monoid_combine(r.monoid, type, sums[k], scalar_cast(values[r.value], from, type));
          }
        } while (walk.next(flags_, true));
      }
      for (size_t k = 0; k < sums.size(); ++k) {
        const Loop::Reduction& r = loop_.reductions[k];
        ScalarType type = accumulator_type(r.monoid, loop_.program.code[r.value].type);
        scalar_store(r.operand.dtype, walk[first_sum + k], type, sums[k]);
      }
    } while (walk.next(flags_, false));
  }

 private:
  Loop loop_;
  SmallVector<uint8_t, 8> flags_;
  bool nothing_to_reduce_ = false, nothing_to_keep_ = false;
  std::vector<DType> dtypes_;
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
