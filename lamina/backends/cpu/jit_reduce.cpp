// Reductions along rows: eight vectors of partial results, which hide the latency of additions, for
// blocks of kReducedBlock elements. The order is that of reduce_run() in tile_combine.cpp, to the
// last lane.
#ifdef LAMINA_XBYAK
#include "lamina/backends/cpu/jit_assembler.h"

#include <algorithm>

namespace lamina::cpu::jit {

using Xbyak::Xmm;
using Xbyak::Ymm;
using Xbyak::Zmm;

namespace {
constexpr uint8_t kOrdered = 7;

// Register `index`, as wide as another one.
Xmm as_wide_as(const Xmm& other, int index) {
  if (other.isZMM()) return Zmm(index);
  if (other.isYMM()) return Ymm(index);
  return Xmm(index);
}
}  // namespace

// What changes no float that it is combined with.
uint32_t Assembler::neutral(Monoid monoid) {
  switch (monoid) {
    case Monoid::Sum:
      return 0x80000000u;  // -0: 0 would change the sign of -0
    case Monoid::Product:
      return 0x3f800000u;
    case Monoid::Minimum:
      return 0x7f800000u;
    default:
      return 0xff800000u;
  }
}

uint32_t Assembler::begin_reductions(int phase) {
  auto first_of = [&](int p) {
    const auto at = std::find_if(shape_.reductions.begin(), shape_.reductions.end(),
                                 [&](const RowReduction& r) { return r.phase >= p; });
    return static_cast<uint32_t>(at - shape_.reductions.begin());
  };
  first_reduction_ = first_of(phase), last_reduction_ = first_of(phase + 1);
  return last_reduction_ - first_reduction_;
}

void Assembler::begin_results() {
  for (uint32_t r = first_reduction_; r < last_reduction_; ++r) {
    spread(vector(0), identity(shape_.reductions[r].monoid));
    vmovss(ptr[pointer(shape_.reductions[r].operand)], xmm0);
  }
}

void Assembler::clear_partials(int first, int last) {
  for (uint32_t r = first_reduction_; r < last_reduction_; ++r) {
    const Xmm value = temporary(0);
    spread(value, neutral(shape_.reductions[r].monoid));
    for (int k = first; k < last; ++k) {
      const Place to = partial(r, k);
      if (to.kind == Place::Frame)
        vmovups(frame(to.index), value);
      else
        vmovaps(vector(to.index), value);
    }
  }
}

// Lanes that are not there get what changes nothing.
void Assembler::write_reduce(const PlacedInstruction& i, Lanes lanes, int first) {
  const Monoid monoid = shape_.reductions[i.payload].monoid;
  const Place to = partial(i.payload, first / this->lanes());
  const Place& from = i.from[0];
  if (lanes == Lanes::Whole) return combine(monoid, to, in_register(from, 0));
  const Xmm value = temporary(0);
  if (wide_) {
    spread(value, neutral(monoid));
    if (from.kind == Place::Register)
      vmovaps(value | k7, vector(from.index));
    else if (from.kind == Place::Frame)
      vmovups(value | k7, frame(from.index));
    else
      vbroadcastss(value | k7, pool_number(from.index));
  } else {
    vmovups(value, ptr[rsp + kMask]);
    spread(temporary(1), neutral(monoid));
    if (from.kind == Place::Register)
      vblendvps(value, temporary(1), vector(from.index), value);
    else
      vblendvps(value, temporary(1), memory(from), value);
  }
  combine(monoid, to, value);
}

void Assembler::combine(Monoid monoid, const Place& to, const Xmm& value) {
  if (to.kind == Place::Register) return combine(monoid, vector(to.index), value);
  const Xmm result = temporary(wide_ ? 0 : 1);
  if (monoid == Monoid::Sum) {
    vaddps(result, value, frame(to.index));
  } else if (monoid == Monoid::Product) {
    vmulps(result, value, frame(to.index));
  } else if (wide_) {  // a NaN in the value stays
    vcmpps(k6, value, value, kOrdered);
    if (value.getIdx() != result.getIdx()) vmovaps(result, value);
    if (monoid == Monoid::Minimum)
      vminps(result | k6, result, frame(to.index));
    else
      vmaxps(result | k6, result, frame(to.index));
  } else {
    if (monoid == Monoid::Minimum)
      vminps(result, value, frame(to.index));
    else
      vmaxps(result, value, frame(to.index));
    vcmpps(temporary(0), value, value, static_cast<uint8_t>(kUnordered));
    vorps(result, result, temporary(0));
  }
  vmovups(frame(to.index), result);
}

// The processor gives the second operand if one is NaN or both are zero: the earlier result.
void Assembler::combine(Monoid monoid, const Xmm& to, const Xmm& value) {
  if (monoid == Monoid::Sum) return vaddps(to, to, value);
  if (monoid == Monoid::Product) return vmulps(to, to, value);
  const Xmm nan = as_wide_as(to, 14);
  if (wide_) vcmpps(k6, value, value, static_cast<uint8_t>(kUnordered));
  if (monoid == Monoid::Minimum)
    vminps(to, value, to);
  else
    vmaxps(to, value, to);
  if (wide_) return vmovaps(to | k6, value);
  vcmpps(nan, value, value, static_cast<uint8_t>(kUnordered));
  vorps(to, to, nan);
}

void Assembler::add_up_partials() {
  for (uint32_t r = first_reduction_; r < last_reduction_; ++r) {
    for (int step = 1; step < kPartial; step *= 2) {
      for (int k = 0; k < kPartial; k += 2 * step)
        combine(shape_.reductions[r].monoid, partial(r, k), in_register(partial(r, k + step), 0));
    }
  }
}

// Halves onto halves; the registers of values are free here.
void Assembler::write_results() {
  for (uint32_t r = first_reduction_; r < last_reduction_; ++r) {
    const Monoid monoid = shape_.reductions[r].monoid;
    const Place from = partial(r, 0);
    if (from.kind == Place::Frame)
      vmovups(vector(0), frame(from.index));
    else
      vmovaps(vector(0), vector(from.index));
    if (wide_) {
      vextractf64x4(ymm1, zmm0, 1);
      combine(monoid, ymm0, ymm1);
    }
    vextractf128(xmm1, ymm0, 1);
    combine(monoid, xmm0, xmm1);
    vmovhlps(xmm1, xmm1, xmm0);
    combine(monoid, xmm0, xmm1);
    vmovshdup(xmm1, xmm0);
    combine(monoid, xmm0, xmm1);
    const Xbyak::Address at = ptr[pointer(shape_.reductions[r].operand)];
    vmovss(xmm2, at);
    combine(monoid, xmm2, xmm0);
    vmovss(at, xmm2);
  }
}

}  // namespace lamina::cpu::jit
#endif
