// Writes placed instructions as AVX2 or AVX-512, for one vector at a time.
#pragma once

#include <xbyak/xbyak.h>

#include "lamina/backends/cpu/jit_function.h"
#include "lamina/backends/cpu/jit_registers.h"

namespace lamina::cpu::jit {

// Which lanes of a vector there are.
enum class Lanes : uint8_t { Whole, Masked, One };

class Assembler : public Xbyak::CodeGenerator {
 public:
  Assembler(InstructionSet set, const BlockShape& shape, void* memory, size_t bytes);

  int lanes() const { return wide_ ? 16 : 8; }
  static Registers registers(InstructionSet set);

  // One instruction, for the elements from rax + first on.
  void write(const PlacedInstruction& i, Lanes lanes, int first);
  void write_pool();

 protected:
  static constexpr int kPointers = 8;  // operands whose address stays in a register

  Xbyak::Xmm vector(int index) const;
  Xbyak::Xmm temporary(int k) const { return vector(wide_ ? 31 : 15 - k); }
  // The lower half of a vector register, where 16-bit floats are.
  Xbyak::Xmm half_of(const Xbyak::Xmm& vector) const;
  static constexpr uint8_t kToNearest = 0;  // how vcvtps2ph rounds: half to even
  Xbyak::Address frame(int index) const;
  // The register of operand k's address, loaded if it is not kept in one.
  Xbyak::Reg64 pointer(uint32_t k);
  static Xbyak::Reg64 kept_pointer(uint32_t k);

  // The frame from rsp on: the tail's mask, counters, pointers, then vectors.
  static constexpr int kMask = 0, kRows = 32, kWholeLimit = 40, kUnrolledLimit = 48, kEnd = 56,
                       kPointerArea = 64;
  int vector_area() const;

  // Reductions along rows keep kPartial vectors of partial results each, while their phase runs.
  static constexpr int kPartial = 8;
  static uint32_t neutral(Monoid monoid);
  static uint32_t identity(Monoid monoid) { return monoid == Monoid::Sum ? 0 : neutral(monoid); }
  Place partial(uint32_t reduction, int k) const {
    const uint32_t slot = reduction - first_reduction_;
    return {partials_.kind,
            static_cast<uint16_t>(partials_.index + static_cast<int>(slot) * kPartial + k)};
  }
  // Those of the phase at hand are reductions first .. last; gives how many.
  uint32_t begin_reductions(int phase);
  void begin_results();  // in memory
  void clear_partials(int first, int last);
  void add_up_partials();  // to the first of each
  void write_results();    // the lanes of the first, combined with what is in memory

  bool wide_;
  BlockShape shape_;
  const std::vector<JitOperand>& operands_;
  std::vector<uint32_t> pool_;
  Place partials_;  // the first one
  uint32_t first_reduction_ = 0, last_reduction_ = 0;

 private:
  struct Source;
  Xbyak::Xmm in_register(const Place& place, int temp);
  Xbyak::Address memory(const Place& place);
  Xbyak::Opmask mask(const Place& place, int temp = 6);
  Xbyak::Address at(uint32_t operand, int first);
  template <class F>
  void binary(const PlacedInstruction& i, bool commutes, F&& write);
  void write_mask_operation(const PlacedInstruction& i);
  void write_choice(const PlacedInstruction& i);
  void write_multiply_add(const PlacedInstruction& i);
  void write_load(const PlacedInstruction& i, Lanes lanes, int first);
  void write_load_bfloat16(const PlacedInstruction& i, Lanes lanes, const Xbyak::Address& from);
  void write_store_bfloat16(const Xbyak::Xmm& value, Lanes lanes, const Xbyak::Address& to);
  void write_load_float16(const PlacedInstruction& i, Lanes lanes, const Xbyak::Address& from);
  void write_store_float16(const Xbyak::Xmm& value, Lanes lanes, const Xbyak::Address& to);
  // Integers of 8 bits are floats in registers; what is stored is one that fits.
  void write_load_byte(const PlacedInstruction& i, Lanes lanes, const Xbyak::Address& from);
  void write_store_byte(const Xbyak::Xmm& value, Lanes lanes, const Xbyak::Address& to);
  void write_load_bool(const PlacedInstruction& i, Lanes lanes, int first);
  void write_store(const PlacedInstruction& i, Lanes lanes, int first);
  void write_store_bool(const PlacedInstruction& i, Lanes lanes, int first);
  void write_reduce(const PlacedInstruction& i, Lanes lanes, int first);
  void combine(Monoid monoid, const Xbyak::Xmm& to, const Xbyak::Xmm& value);
  void combine(Monoid monoid, const Place& to, const Xbyak::Xmm& value);
  void spread(const Xbyak::Xmm& to, uint32_t bits);
  int pool_index(uint32_t bits) const;
  Xbyak::Address pool_number(int index);  // one number

  Xbyak::Label pool_label_, ones_label_, tail_label_;

 protected:
  Xbyak::Label& tail_masks() { return tail_label_; }
};

}  // namespace lamina::cpu::jit
