#ifdef LAMINA_XBYAK
// Loads and stores of the assembler: one element for all lanes, whole vectors, or what is left of a
// row. Masked accesses do not touch what lies behind the mask.
#include "lamina/backends/cpu/jit_assembler.h"

namespace lamina::cpu::jit {

using Xbyak::Address;
using Xbyak::Opmask;
using Xbyak::Xmm;

void Assembler::write_load(const PlacedInstruction& i, Lanes lanes, int first) {
  const Xmm to = vector(i.to.index);
  const Address from = at(i.payload, first);
  if (operands_[i.payload].dtype == DType::BFloat16) return write_load_bfloat16(i, lanes, from);
  if (operands_[i.payload].dtype == DType::Float16) return write_load_float16(i, lanes, from);
  if (size_of(operands_[i.payload].dtype) == 1) return write_load_byte(i, lanes, from);
  if (operands_[i.payload].pattern < Pattern::Column) return vbroadcastss(to, from);
  switch (lanes) {
    case Lanes::Whole:
      return vmovups(to, from);
    case Lanes::One:
      return vmovss(Xmm(to.getIdx()), from);
    case Lanes::Masked:
      break;
  }
  if (wide_) return vmovups(to | k7 | T_z, from);
  vmovups(temporary(0), ptr[rsp + kMask]);
  vmaskmovps(to, temporary(0), from);
}

// The bits of a bfloat16 are the upper half of a float32's.
void Assembler::write_load_bfloat16(const PlacedInstruction& i, Lanes lanes, const Address& from) {
  const Xmm to = vector(i.to.index);
  if (operands_[i.payload].pattern < Pattern::Column) {
    vpbroadcastw(to, from);
  } else if (lanes == Lanes::Whole) {
    vpmovzxwd(to, from);
  } else if (lanes == Lanes::Masked) {
    vpmovzxwd(to | k7 | T_z, from);
  } else {
    movzx(edx, word[from.getRegExp()]);
    vmovd(Xmm(to.getIdx()), edx);
  }
  vpslld(to, to, 16);
}

void Assembler::write_store_bfloat16(const Xmm& value, Lanes lanes, const Address& to) {
  if (wide_ && lanes != Lanes::One) {
    const Xmm upper = temporary(0);
    vpsrld(upper, value, 16);
    return lanes == Lanes::Masked ? vpmovdw(to | k7, upper) : vpmovdw(to, upper);
  }
  if (lanes == Lanes::One) {
    vmovd(edx, Xmm(value.getIdx()));
    shr(edx, 16);
    return mov(word[to.getRegExp()], dx);
  }
  const Xbyak::Ymm upper(14);
  const Xmm high(15), low(14);
  vpsrld(upper, value, 16);
  vextracti128(high, upper, 1);
  vpackusdw(low, low, high);
  vmovups(to, low);
}

void Assembler::write_load_float16(const PlacedInstruction& i, Lanes lanes, const Address& from) {
  const Xmm to = vector(i.to.index);
  if (operands_[i.payload].pattern < Pattern::Column) {
    vpbroadcastw(half_of(to), from);
    vcvtph2ps(to, half_of(to));
  } else if (lanes == Lanes::Whole) {
    vcvtph2ps(to, from);
  } else if (lanes == Lanes::Masked) {
    vcvtph2ps(to | k7 | T_z, from);
  } else {
    const Xmm one(to.getIdx());
    movzx(edx, word[from.getRegExp()]);
    vmovd(one, edx);
    vcvtph2ps(one, one);
  }
}

void Assembler::write_store_float16(const Xmm& value, Lanes lanes, const Address& to) {
  if (lanes == Lanes::Whole) return vcvtps2ph(to, value, kToNearest);
  if (lanes == Lanes::Masked) return vcvtps2ph(to | k7, value, kToNearest);
  const Xmm one(temporary(0).getIdx());
  vcvtps2ph(one, Xmm(value.getIdx()), kToNearest);
  vmovd(edx, one);
  mov(word[to.getRegExp()], dx);
}

void Assembler::write_load_byte(const PlacedInstruction& i, Lanes lanes, const Address& from) {
  const Xmm to = vector(i.to.index);
  const bool has_sign = operands_[i.payload].dtype == DType::Int8;
  if (operands_[i.payload].pattern < Pattern::Column || lanes == Lanes::One) {
    const Address one = byte[from.getRegExp()];
    has_sign ? movsx(edx, one) : movzx(edx, one);
    vmovd(Xmm(to.getIdx()), edx);
    vpbroadcastd(to, Xmm(to.getIdx()));
  } else if (lanes == Lanes::Masked) {
    has_sign ? vpmovsxbd(to | k7 | T_z, from) : vpmovzxbd(to | k7 | T_z, from);
  } else {
    has_sign ? vpmovsxbd(to, from) : vpmovzxbd(to, from);
  }
  vcvtdq2ps(to, to);
}

void Assembler::write_store_byte(const Xmm& value, Lanes lanes, const Address& to) {
  const Xmm integers = temporary(0);
  vcvttps2dq(integers, value);
  if (lanes == Lanes::One) {
    vmovd(edx, Xmm(integers.getIdx()));
    return mov(byte[to.getRegExp()], dl);
  }
  if (wide_) return lanes == Lanes::Masked ? vpmovdb(to | k7, integers) : vpmovdb(to, integers);
  const Xmm high(14), low(integers.getIdx());
  vpslld(integers, integers, 24);  // the lowest byte alone, which packing leaves as it is
  vpsrld(integers, integers, 24);
  vextracti128(high, Xbyak::Ymm(integers.getIdx()), 1);
  vpackusdw(low, low, high);
  vpackuswb(low, low, low);
  vmovq(to, low);
}

void Assembler::write_store(const PlacedInstruction& i, Lanes lanes, int first) {
  const Xmm value = in_register(i.from[0], 0);
  const Address to = at(i.payload, first);
  if (operands_[i.payload].pattern < Pattern::Column) lanes = Lanes::One;  // a row's value
  if (operands_[i.payload].dtype == DType::BFloat16) return write_store_bfloat16(value, lanes, to);
  if (operands_[i.payload].dtype == DType::Float16) return write_store_float16(value, lanes, to);
  if (size_of(operands_[i.payload].dtype) == 1) return write_store_byte(value, lanes, to);
  switch (lanes) {
    case Lanes::Whole:
      return vmovups(to, value);
    case Lanes::One:
      return vmovss(to, Xmm(value.getIdx()));
    case Lanes::Masked:
      break;
  }
  if (wide_) return vmovups(to | k7, value);
  vmovups(temporary(1), ptr[rsp + kMask]);
  vmaskmovps(to, temporary(1), value);
}

void Assembler::write_load_bool(const PlacedInstruction& i, Lanes lanes, int first) {
  const Address from = at(i.payload, first);
  const bool one = operands_[i.payload].pattern < Pattern::Column || lanes == Lanes::One;
  const Xmm bytes = wide_ ? temporary(0) : vector(i.to.index);
  if (one) {
    movzx(edx, byte[from.getRegExp()]);
    vmovd(Xmm(bytes.getIdx()), edx);
    vpbroadcastd(bytes, Xmm(bytes.getIdx()));
  } else if (lanes == Lanes::Masked) {
    vpmovzxbd(bytes | k7 | T_z, from);
  } else {
    vpmovzxbd(bytes, from);
  }
  if (wide_) return vptestmd(Opmask(1 + i.to.index), bytes, bytes);
  vpxor(temporary(0), temporary(0), temporary(0));
  vpcmpgtd(bytes, bytes, temporary(0));
}

void Assembler::write_store_bool(const PlacedInstruction& i, Lanes lanes, int first) {
  const Address to = at(i.payload, first);
  if (operands_[i.payload].pattern < Pattern::Column) lanes = Lanes::One;
  if (wide_ && lanes == Lanes::One) {
    kmovw(edx, mask(i.from[0]));
    and_(edx, 1);
    return mov(byte[to.getRegExp()], dl);
  }
  if (wide_) {
    const Xmm bytes(31);
    vmovdqu8(bytes | mask(i.from[0]) | T_z, ptr[rip + ones_label_]);
    return lanes == Lanes::Masked ? vmovdqu8(to | k7, bytes) : vmovdqu8(to, bytes);
  }
  const Xmm value(in_register(i.from[0], 0).getIdx()), bytes(14);
  if (lanes == Lanes::One) {
    vmovd(edx, value);
    and_(edx, 1);
    return mov(byte[to.getRegExp()], dl);
  }
  vextracti128(bytes, Xbyak::Ymm(value.getIdx()), 1);
  vpackssdw(bytes, value, bytes);
  vpacksswb(bytes, bytes, bytes);
  vpabsb(bytes, bytes);  // from -1 to 1
  vmovq(to, bytes);
}

}  // namespace lamina::cpu::jit
#endif
