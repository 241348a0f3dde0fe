#ifdef LAMINA_XBYAK
#include "lamina/backends/cpu/jit_assembler.h"

#include <algorithm>

namespace lamina::cpu::jit {

using Xbyak::Address;
using Xbyak::Opmask;
using Xbyak::Reg64;
using Xbyak::Xmm;

Assembler::Assembler(InstructionSet set, const BlockShape& shape, void* memory, size_t bytes)
    : CodeGenerator(bytes, memory),
      wide_(set == InstructionSet::Avx512),
      shape_(shape),
      operands_(shape_.operands) {}

// One or two vector registers, and two masks, are kept for the assembler's own use.
Registers Assembler::registers(InstructionSet set) {
  return set == InstructionSet::Avx512 ? Registers{31, 5} : Registers{14, 0};
}

Xmm Assembler::vector(int index) const {
  return wide_ ? static_cast<const Xmm&>(Xbyak::Zmm(index))
               : static_cast<const Xmm&>(Xbyak::Ymm(index));
}

Xmm Assembler::half_of(const Xmm& vector) const {
  return wide_ ? static_cast<const Xmm&>(Xbyak::Ymm(vector.getIdx())) : Xmm(vector.getIdx());
}

int Assembler::vector_area() const {
  const int pointers = kPointerArea + 8 * static_cast<int>(operands_.size());
  return (pointers + 63) / 64 * 64;
}

Address Assembler::frame(int index) const {
  return ptr[rsp + vector_area() + index * lanes() * 4];
}

Reg64 Assembler::kept_pointer(uint32_t k) {
  static constexpr int kRegisters[kPointers] = {8, 9, 10, 11, 12, 13, 14, 15};
  return Reg64(kRegisters[k]);
}

Reg64 Assembler::pointer(uint32_t k) {
  if (k < kPointers) return kept_pointer(k);
  mov(rsi, ptr[rsp + kPointerArea + 8 * static_cast<int>(k)]);
  return rsi;
}

Address Assembler::at(uint32_t operand, int first) {
  const Reg64 base = pointer(operand);
  if (operands_[operand].pattern < Pattern::Column) return ptr[base];
  const int bytes = static_cast<int>(size_of(operands_[operand].dtype));
  return ptr[base + rax * bytes + first * bytes];
}

int Assembler::pool_index(uint32_t bits) const {
  return static_cast<int>(std::find(pool_.begin(), pool_.end(), bits) - pool_.begin());
}

Address Assembler::pool_number(int index) {
  return ptr[rip + pool_label_ + (wide_ ? 4 : 32) * index];
}

void Assembler::spread(const Xmm& to, uint32_t bits) {
  if (wide_)
    vbroadcastss(to, pool_number(pool_index(bits)));
  else
    vmovups(to, pool_number(pool_index(bits)));
}

void Assembler::write_pool() {
  align(64);
  L(pool_label_);
  for (uint32_t bits : pool_) {
    for (int k = 0; k < (wide_ ? 1 : 8); ++k) dd(bits);
  }
  align(16);
  L(ones_label_);
  for (int k = 0; k < 4; ++k) dd(0x01010101u);
  L(tail_label_);
  for (int k = 0; k < 16; ++k) dd(k < 8 ? ~0u : 0u);
}

// Numbers are held once where an instruction can spread them, and as whole vectors elsewhere.
Address Assembler::memory(const Place& place) {
  if (place.kind == Place::Frame) return frame(place.index);
  if (wide_) return ptr_b[rip + pool_label_ + 4 * place.index];
  return pool_number(place.index);
}

Xmm Assembler::in_register(const Place& place, int temp) {
  if (place.kind == Place::Register) return vector(place.index);
  const Xmm to = temporary(temp);
  if (place.kind == Place::Frame || !wide_)
    vmovups(to, memory(place));
  else
    vbroadcastss(to, pool_number(place.index));
  return to;
}

Opmask Assembler::mask(const Place& place, int temp) {
  if (place.kind == Place::Register) return Opmask(1 + place.index);
  kmovw(Opmask(temp), frame(place.index));
  return Opmask(temp);
}

// The second operand may lie in memory, the first one not.
template <class F>
void Assembler::binary(const PlacedInstruction& i, bool commutes, F&& write) {
  Place a = i.from[0], b = i.from[1];
  if (commutes && a.kind != Place::Register) std::swap(a, b);
  const Xmm to = vector(i.to.index), left = in_register(a, 0);
  if (b.kind == Place::Register)
    write(to, left, vector(b.index));
  else
    write(to, left, memory(b));
}

#define LAMINA_BINARY(Op, commutes, instruction)                                           \
  case VectorOp::Op:                                                                       \
    binary(i, commutes, [&](const Xmm& to, const Xmm& a, const auto& b) { instruction; }); \
    break;

void Assembler::write(const PlacedInstruction& i, Lanes lanes, int first) {
  const Xmm to = vector(i.to.index);
  switch (i.op) {
    LAMINA_BINARY(Add, true, vaddps(to, a, b))
    LAMINA_BINARY(Subtract, false, vsubps(to, a, b))
    LAMINA_BINARY(Multiply, true, vmulps(to, a, b))
    LAMINA_BINARY(Divide, false, vdivps(to, a, b))
    LAMINA_BINARY(Minimum, false, vminps(to, a, b))
    LAMINA_BINARY(Maximum, false, vmaxps(to, a, b))
    LAMINA_BINARY(And, true, wide_ ? vpandd(to, a, b) : vandps(to, a, b))
    LAMINA_BINARY(Or, true, wide_ ? vpord(to, a, b) : vorps(to, a, b))
    LAMINA_BINARY(Xor, true, wide_ ? vpxord(to, a, b) : vxorps(to, a, b))
    LAMINA_BINARY(AddInteger, true, vpaddd(to, a, b))
    LAMINA_BINARY(SubtractInteger, false, vpsubd(to, a, b))
    case VectorOp::SquareRoot:
      vsqrtps(to, in_register(i.from[0], 0));
      break;
    case VectorOp::Round:
      if (wide_)
        vrndscaleps(to, in_register(i.from[0], 0), static_cast<uint8_t>(i.payload));
      else
        vroundps(to, in_register(i.from[0], 0), static_cast<uint8_t>(i.payload));
      break;
    case VectorOp::RoundHalf:
      vcvtps2ph(half_of(to), in_register(i.from[0], 0), kToNearest);
      vcvtph2ps(to, half_of(to));
      break;
    case VectorOp::ShiftLeft:
      vpslld(to, in_register(i.from[0], 0), static_cast<uint8_t>(i.payload));
      break;
    case VectorOp::ShiftRight:
      vpsrad(to, in_register(i.from[0], 0), static_cast<uint8_t>(i.payload));
      break;
    case VectorOp::ToFloat:
      vcvtdq2ps(to, in_register(i.from[0], 0));
      break;
    case VectorOp::ToInteger:
      vcvttps2dq(to, in_register(i.from[0], 0));
      break;
    case VectorOp::MultiplyAdd:
      write_multiply_add(i);
      break;
    case VectorOp::Compare:
      binary(i, false, [&](const Xmm&, const Xmm& a, const auto& b) {
        if (wide_)
          vcmpps(Opmask(1 + i.to.index), a, b, static_cast<uint8_t>(i.payload));
        else
          vcmpps(to, a, b, static_cast<uint8_t>(i.payload));
      });
      break;
    case VectorOp::MaskAnd:
    case VectorOp::MaskAndNot:
    case VectorOp::MaskOr:
    case VectorOp::MaskXor:
    case VectorOp::MaskNot:
      write_mask_operation(i);
      break;
    case VectorOp::Select:
    case VectorOp::Keep:
      write_choice(i);
      break;
    case VectorOp::Constant:
      spread(to, i.payload);
      break;
    case VectorOp::Move:
      if (i.mask && wide_)
        kmovw(frame(i.to.index), mask(i.from[0]));
      else
        vmovups(frame(i.to.index), vector(i.from[0].index));
      break;
    case VectorOp::Load:
      write_load(i, lanes, first);
      break;
    case VectorOp::LoadBool:
      write_load_bool(i, lanes, first);
      break;
    case VectorOp::Store:
      write_store(i, lanes, first);
      break;
    case VectorOp::StoreBool:
      write_store_bool(i, lanes, first);
      break;
    case VectorOp::Reduce:
      write_reduce(i, lanes, first);
      break;
  }
}
#undef LAMINA_BINARY

void Assembler::write_mask_operation(const PlacedInstruction& i) {
  if (wide_) {
    const Opmask to(1 + i.to.index), a = mask(i.from[0]);
    if (i.op == VectorOp::MaskNot) return knotw(to, a);
    const Opmask b = mask(i.from[1], 0);
    if (i.op == VectorOp::MaskAnd) return kandw(to, a, b);
    if (i.op == VectorOp::MaskAndNot) return kandnw(to, a, b);
    if (i.op == VectorOp::MaskOr) return korw(to, a, b);
    return kxorw(to, a, b);
  }
  const Xmm to = vector(i.to.index), a = in_register(i.from[0], 0);
  if (i.op == VectorOp::MaskNot) {
    const Xmm ones = temporary(1);
    vpcmpeqd(ones, ones, ones);
    return vxorps(to, a, ones);
  }
  const Xmm b = in_register(i.from[1], 1);
  if (i.op == VectorOp::MaskAnd) return vandps(to, a, b);
  if (i.op == VectorOp::MaskAndNot) return vandnps(to, a, b);
  if (i.op == VectorOp::MaskOr) return vorps(to, a, b);
  return vxorps(to, a, b);
}

void Assembler::write_choice(const PlacedInstruction& i) {
  const Xmm to = vector(i.to.index);
  const Place &yes = i.from[1], &no = i.from[2];
  const bool loaded = yes.kind == Place::Register;
  if (i.op == VectorOp::Keep) {
    if (wide_) {
      const Opmask test = mask(i.from[0]);
      if (loaded) return vmovaps(to | test | T_z, vector(yes.index));
      if (yes.kind == Place::Frame) return vmovups(to | test | T_z, frame(yes.index));
      return vbroadcastss(to | test | T_z, pool_number(yes.index));
    }
    const Xmm test = in_register(i.from[0], 0);
    return loaded ? vandps(to, test, vector(yes.index)) : vandps(to, test, memory(yes));
  }
  if (wide_) {
    const Opmask test = mask(i.from[0]);
    const Xmm other = in_register(no, 0);
    return loaded ? vblendmps(to | test, other, vector(yes.index))
                  : vblendmps(to | test, other, memory(yes));
  }
  const Xmm test = in_register(i.from[0], 0), other = in_register(no, 1);
  return loaded ? vblendvps(to, other, vector(yes.index), test)
                : vblendvps(to, other, memory(yes), test);
}

// a * b + c. The result takes the place of one of them, and one may lie in memory.
void Assembler::write_multiply_add(const PlacedInstruction& i) {
  Place a = i.from[0], b = i.from[1];
  const Place& c = i.from[2];
  const Xmm to = vector(i.to.index);
  auto is_result = [&](const Place& p) {
    return p.kind == Place::Register && p.index == i.to.index;
  };
  if (a.kind != Place::Register || is_result(b)) std::swap(a, b);
  if (is_result(c)) {
    const Xmm left = in_register(a, 0);
    return b.kind == Place::Register ? vfmadd231ps(to, left, vector(b.index))
                                     : vfmadd231ps(to, left, memory(b));
  }
  if (!is_result(a)) {
    if (a.kind == Place::Register)
      vmovaps(to, vector(a.index));
    else if (wide_ && a.kind == Place::Pool)
      vbroadcastss(to, pool_number(a.index));
    else
      vmovups(to, memory(a));
  }
  if (b.kind != Place::Register && c.kind == Place::Register)
    return vfmadd132ps(to, vector(c.index), memory(b));
  const Xmm right = in_register(b, 0);
  return c.kind == Place::Register ? vfmadd213ps(to, right, vector(c.index))
                                   : vfmadd213ps(to, right, memory(c));
}

}  // namespace lamina::cpu::jit
#endif
