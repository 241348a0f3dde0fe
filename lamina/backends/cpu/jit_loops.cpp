#ifdef LAMINA_XBYAK
// The loop nest around a vector's instructions: rows, and in each row vectors of columns, several
// per turn, then one, then the lanes that are left.
//
//   compute what is the same in the whole block
//   for each row:
//     for each phase of the row:
//       compute what is the same in the row
//       while at least kUnrolled vectors are left: so many
//       while one is left: one
//       the rest, masked
#include <algorithm>

#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/backends/cpu/jit_assembler.h"
#include "lamina/backends/cpu/tile_ops.h"

namespace lamina::cpu::jit {

namespace {

constexpr size_t kMostBytes = size_t{256} << 10;

class Loops : public Assembler {
 public:
  Loops(const VectorProgram& program, const BlockShape& shape, InstructionSet set, void* memory)
      : Assembler(set, shape, memory, kMostBytes) {
    for (const JitOperand& o : operands_) narrow_ = narrow_ || size_of(o.dtype) != 4;
    place_values(program, registers(set));
    write_function();
  }

 private:
  // Partial results live in registers where the values leave room for them.
  void place_values(const VectorProgram& program, Registers registers) {
    uint32_t most = 0;  // reductions of a phase
    for (const RowReduction& r : shape_.reductions)
      most = std::max(most, begin_reductions(r.phase));
    const int partials = kPartial * static_cast<int>(most);
    const int needed = std::max(6, pressure(program, registers));
    const bool fits = registers.vectors - partials >= needed;
    if (fits) registers.vectors -= partials;
    placement_ = place(program, registers);
    pool_ = placement_.pool;
    if (fits) {
      partials_ = {Place::Register, static_cast<uint16_t>(registers.vectors)};
    } else {
      partials_ = {Place::Frame, static_cast<uint16_t>(placement_.frame)};
      placement_.frame += partials;
    }
    for (const RowReduction& r : shape_.reductions) {
      for (uint32_t bits : {neutral(r.monoid), identity(r.monoid)}) {
        if (std::find(pool_.begin(), pool_.end(), bits) == pool_.end()) pool_.push_back(bits);
      }
    }
  }

  bool turns() const {
    for (const JitOperand& o : operands_) {
      if (o.pattern == Pattern::Full || o.pattern == Pattern::Row) return true;
    }
    return false;
  }

  void write_function() {
    const int frame_bytes = vector_area() + placement_.frame * lanes() * 4;
    push(rbp);
    mov(rbp, rsp);
    for (int k = 12; k <= 15; ++k) push(Xbyak::Reg64(k));
    sub(rsp, frame_bytes);
    and_(rsp, -64);
    read_arguments();
    write_all(placement_.block, Lanes::Whole, 0);
    Xbyak::Label row;
    L(row);
    for (size_t p = 0; p < placement_.phases.size(); ++p) write_phase(static_cast<int>(p));
    next_row();
    dec(qword[rsp + kRows]);
    jg(row, T_NEAR);
    lea(rsp, ptr[rbp - 32]);
    for (int k = 15; k >= 12; --k) pop(Xbyak::Reg64(k));
    pop(rbp);
    vzeroupper();
    ret();
    write_pool();
    align(64);
  }

  // rdi stays the address of the arguments, rcx the number of columns; rax counts columns.
  void read_arguments() {
    mov(rax, ptr[rdi + offsetof(BlockArguments, rows)]);
    mov(ptr[rsp + kRows], rax);
    mov(rcx, ptr[rdi + offsetof(BlockArguments, columns)]);
    mov(rsi, ptr[rdi + offsetof(BlockArguments, operands)]);
    for (uint32_t k = 0; k < operands_.size(); ++k) {
      const int offset = 8 * static_cast<int>(k);
      if (k < kPointers) {
        mov(kept_pointer(k), ptr[rsi + offset]);
      } else {
        mov(rax, ptr[rsi + offset]);
        mov(ptr[rsp + kPointerArea + offset], rax);
      }
    }
    mov(eax, ecx);
    and_(eax, lanes() - 1);
    if (wide_) {
      mov(edx, -1);
      bzhi(edx, edx, eax);
      kmovw(k7, edx);
    } else {
      neg(rax);
      lea(rdx, ptr[rip + tail_masks()]);
      vmovups(ymm0, ptr[rdx + rax * 4 + 32]);
      vmovups(ptr[rsp + kMask], ymm0);
    }
  }

  void write_all(const std::vector<PlacedInstruction>& list, Lanes lanes, int first) {
    for (const PlacedInstruction& i : list) write(i, lanes, first);
  }

  // For vectors that start before `end`.
  void set_limits(const Xbyak::Reg64& end) {
    lea(rdx, ptr[end - lanes()]);
    mov(ptr[rsp + kWholeLimit], rdx);
    lea(rdx, ptr[end - unrolled_ * lanes()]);
    mov(ptr[rsp + kUnrolledLimit], rdx);
  }

  void write_phase(int phase) {
    const Placement::Phase& code = placement_.phases[static_cast<size_t>(phase)];
    write_all(code.row, Lanes::Whole, 0);
    if (code.vector.empty()) return;
    vector_ = &code.vector;
    reduces_ = begin_reductions(phase) > 0;
    const size_t length = code.vector.size();
    unrolled_ = reduces_ ? kPartial : length <= 12 ? 4 : length <= 40 ? 2 : 1;
    if (reduces_ && shape_.in_phases) begin_results();
    xor_(eax, eax);
    if (reduces_) return write_reduced_row();
    set_limits(rcx);
    write_row(rcx);
  }

  // Blocks, each with partial results of its own.
  void write_reduced_row() {
    Xbyak::Label block;
    L(block);
    lea(rsi, ptr[rax + kReducedBlock]);
    cmp(rsi, rcx);
    cmovg(rsi, rcx);
    mov(ptr[rsp + kEnd], rsi);
    set_limits(rsi);
    clear_partials(0, 1);
    write_row(ptr[rsp + kEnd]);
    write_results();
    mov(rax, ptr[rsp + kEnd]);
    cmp(rax, rcx);
    jl(block, T_NEAR);
  }

  // From column rax to `end`.
  void write_row(const Xbyak::Operand& end) {
    Xbyak::Label many, one, next, rest, done;
    if (unrolled_ > 1) {
      cmp(rax, ptr[rsp + kUnrolledLimit]);
      jg(one, T_NEAR);
      if (reduces_) clear_partials(1, kPartial);
      align(16);
      L(many);
      for (int k = 0; k < unrolled_; ++k)
        write_all(*vector_, Lanes::Whole, k * lanes());
      add(rax, unrolled_ * lanes());
      cmp(rax, ptr[rsp + kUnrolledLimit]);
      jle(many, T_NEAR);
      if (reduces_) add_up_partials();
    }
    L(one);
    cmp(rax, ptr[rsp + kWholeLimit]);
    jg(rest, T_NEAR);
    L(next);
    write_all(*vector_, Lanes::Whole, 0);
    add(rax, lanes());
    cmp(rax, ptr[rsp + kWholeLimit]);
    jle(next, T_NEAR);
    L(rest);
    cmp(rax, end);
    jge(done, T_NEAR);
    // AVX2 masks floats, not bytes.
    const bool singly = !wide_ && narrow_;
    Xbyak::Label single;
    L(single);
    write_all(*vector_, singly ? Lanes::One : Lanes::Masked, 0);
    if (singly) {
      inc(rax);
      cmp(rax, end);
      jl(single, T_NEAR);
    }
    L(done);
  }

  void next_row() {
    if (!turns()) return;
    mov(rsi, ptr[rdi + offsetof(BlockArguments, row_strides)]);
    for (uint32_t k = 0; k < operands_.size(); ++k) {
      const Pattern pattern = operands_[k].pattern;
      if (pattern != Pattern::Full && pattern != Pattern::Row) continue;
      const int offset = 8 * static_cast<int>(k);
      if (k < kPointers) {
        add(kept_pointer(k), ptr[rsi + offset]);
      } else {
        mov(rax, ptr[rsi + offset]);
        add(ptr[rsp + kPointerArea + offset], rax);
      }
    }
  }

  Placement placement_;
  bool narrow_ = false;
  // Of the phase that is being written:
  const std::vector<PlacedInstruction>* vector_ = nullptr;
  bool reduces_ = false;
  int unrolled_ = 1;
};

}  // namespace

bool available(InstructionSet set) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("f16c");
  if (set == InstructionSet::Avx2) return avx2;
  return avx2 && backend::takes_avx512() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}

std::shared_ptr<const Function> compile(const VectorProgram& program,
                                        const BlockShape& shape,
                                        InstructionSet set) {
  thread_local const std::unique_ptr<uint8_t[]> memory(new uint8_t[kMostBytes]);
  try {
    Loops loops(program, shape, set, memory.get());
    return Function::make(loops.getCode(), loops.getSize());
  } catch (const Xbyak::Error&) {  // longer than the memory
    return nullptr;
  }
}

}  // namespace lamina::cpu::jit
#endif
