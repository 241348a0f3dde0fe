// Chains of cheap float ops, and comparisons that choose between two values. The accumulators of a
// chain are eight vectors in registers; each op of the chain is one jump for all eight, so that
// what is interpreted costs little more than what is compiled.
#include "lamina/backends/cpu/targets.h"
#include "lamina/backends/cpu/tile_ops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lamina/backends/cpu/tile_chain.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "lamina/backends/cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lamina::cpu::HWY_NAMESPACE {

#define LAMINA_EACH(expression) \
  do {                          \
    {                           \
      auto& v = v0;             \
      const size_t k = 0;       \
      (void)k;                  \
      expression;               \
    }                           \
    if constexpr (kWide) {      \
      {                         \
        auto& v = v1;           \
        const size_t k = 1;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v2;           \
        const size_t k = 2;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v3;           \
        const size_t k = 3;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v4;           \
        const size_t k = 4;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v5;           \
        const size_t k = 5;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v6;           \
        const size_t k = 6;     \
        (void)k;                \
        expression;             \
      }                         \
      {                         \
        auto& v = v7;           \
        const size_t k = 7;     \
        (void)k;                \
        expression;             \
      }                         \
    }                           \
  } while (false)

// How a chain meets memory: whole vectors, or the few elements that are left at a tile's end.
template <class D>
struct WholeVectors {
  static constexpr bool kWhole = true;
  HWY_INLINE hn::Vec<D> load(D d, const hn::TFromD<D>* p) const { return hn::LoadU(d, p); }
  HWY_INLINE void store(D d, hn::Vec<D> v, hn::TFromD<D>* p) const { hn::StoreU(v, d, p); }
};
template <class D>
struct FewElements {
  size_t count;
  HWY_INLINE hn::Vec<D> load(D d, const hn::TFromD<D>* p) const { return load_few(d, p, count); }
  HWY_INLINE void store(D d, hn::Vec<D> v, hn::TFromD<D>* p) const { store_few(d, v, p, count); }
};

// m is the other operand: a vector of its own, or one value for all.
#define LAMINA_BINARY(Code, expression)                                   \
  case ChainCode::Code:                                                   \
    if (op->stride) {                                                     \
      LAMINA_EACH(const V m = memory.load(d, p + k * N); v = expression); \
    } else {                                                              \
      const V m = hn::LoadU(d, splat);                                    \
      LAMINA_EACH(v = expression);                                        \
    }                                                                     \
    break;
#define LAMINA_UNARY(Code, expression) \
  case ChainCode::Code:                \
    LAMINA_EACH(v = expression);       \
    break;

template <bool kWide, class D, class Memory, class T = hn::TFromD<D>>
HWY_INLINE void run_block(D d, Memory memory, const ChainOp* op, const ChainOp* end,
                          std::byte* const* slot, int64_t i) {
  using V = hn::Vec<D>;
  const size_t N = hn::Lanes(d);
  V v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0, v4 = v0, v5 = v0, v6 = v0, v7 = v0;
  for (; op != end; ++op) {
    T* splat = reinterpret_cast<T*>(slot[op->slot]);
    T* p = splat + i;
    switch (op->code) {
      LAMINA_BINARY(Load, m)
      LAMINA_BINARY(Add, hn::Add(v, m))
      LAMINA_BINARY(Subtract, hn::Sub(v, m))
      LAMINA_BINARY(SubtractFrom, hn::Sub(m, v))
      LAMINA_BINARY(Multiply, hn::Mul(v, m))
      LAMINA_BINARY(Divide, hn::Div(v, m))
      LAMINA_BINARY(DivideInto, hn::Div(m, v))
      LAMINA_BINARY(Minimum, minimum(v, m))
      LAMINA_BINARY(MinimumInto, minimum(m, v))
      LAMINA_BINARY(Maximum, maximum(v, m))
      LAMINA_BINARY(MaximumInto, maximum(m, v))
      LAMINA_UNARY(AddSame, hn::Add(v, v))
      LAMINA_UNARY(MultiplySame, hn::Mul(v, v))
      LAMINA_UNARY(Negative, hn::Neg(v))
      LAMINA_UNARY(Absolute, hn::Abs(v))
      LAMINA_UNARY(SquareRoot, hn::Sqrt(v))
      LAMINA_UNARY(ReciprocalSquareRoot, hn::Div(hn::Set(d, T{1}), hn::Sqrt(v)))
      LAMINA_UNARY(Floor, hn::Floor(v))
      LAMINA_UNARY(Ceil, hn::Ceil(v))
      LAMINA_UNARY(Round, hn::Round(v))
      LAMINA_UNARY(RoundBFloat16, round_bfloat16(d, v))
      LAMINA_UNARY(RoundFloat16, round_float16(d, v))
      case ChainCode::Store:
        LAMINA_EACH(memory.store(d, v, p + k * N));
        break;
    }
  }
}

template <class T>
void run_chain(const Step& step, std::byte* const* slot, int64_t n) {
  const hn::ScalableTag<T> d;
  using D = decltype(d);
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const ChainOp* end = step.chain + step.chain_length;
  int64_t i = 0;
  for (; i + 8 * N <= n; i += 8 * N)
    run_block<true>(d, WholeVectors<D>(), step.chain, end, slot, i);
  for (; i + N <= n; i += N) run_block<false>(d, WholeVectors<D>(), step.chain, end, slot, i);
  if (i < n) {
    FewElements<D> few{static_cast<size_t>(n - i)};
    run_block<false>(d, few, step.chain, end, slot, i);
  }
}

template <ScalarOp kCompare, class T>
void run_compare_select(const Step& step, std::byte* const* slot, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  T* to = reinterpret_cast<T*>(slot[step.to]);
  const T *a = reinterpret_cast<const T*>(slot[step.from[0]]),
          *b = reinterpret_cast<const T*>(slot[step.from[1]]);
  const T *x = reinterpret_cast<const T*>(slot[step.from[2]]),
          *y = reinterpret_cast<const T*>(slot[step.from[3]]);
  auto choose = [&](auto va, auto vb, auto vx, auto vy) HWY_ATTR {
    if constexpr (kCompare == ScalarOp::Less) {
      return hn::IfThenElse(hn::Lt(va, vb), vx, vy);
    } else if constexpr (kCompare == ScalarOp::LessEqual) {
      return hn::IfThenElse(hn::Le(va, vb), vx, vy);
    } else {
      return hn::IfThenElse(hn::Eq(va, vb), vx, vy);
    }
  };
  const int64_t sa = step.stride[0], sb = step.stride[1], sx = step.stride[2], sy = step.stride[3];
  int64_t i = 0;
  for (; i + N <= n; i += N) {
    hn::StoreU(choose(hn::LoadU(d, a + sa * i), hn::LoadU(d, b + sb * i), hn::LoadU(d, x + sx * i),
                      hn::LoadU(d, y + sy * i)),
               d, to + i);
  }
  if (i < n) {
    size_t few = static_cast<size_t>(n - i);
    auto load = [&](const T* p, int64_t stride)
                    HWY_ATTR { return stride ? load_few(d, p + i, few) : hn::LoadU(d, p); };
    store_few(d, choose(load(a, sa), load(b, sb), load(x, sx), load(y, sy)), to + i, few);
  }
}

StepFunction chain_of(ScalarType type) {
  return type == ScalarType::F32 ? run_chain<float> : run_chain<double>;
}

StepFunction compare_select_of(ScalarOp compare, ScalarType type) {
  bool f32 = type == ScalarType::F32;
  switch (compare) {
    case ScalarOp::Less:
      return f32 ? run_compare_select<ScalarOp::Less, float>
                 : run_compare_select<ScalarOp::Less, double>;
    case ScalarOp::LessEqual:
      return f32 ? run_compare_select<ScalarOp::LessEqual, float>
                 : run_compare_select<ScalarOp::LessEqual, double>;
    default:
      return f32 ? run_compare_select<ScalarOp::Equal, float>
                 : run_compare_select<ScalarOp::Equal, double>;
  }
}

}  // namespace lamina::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lamina::cpu {
HWY_EXPORT(chain_of);
HWY_EXPORT(compare_select_of);
StepFunction chain_step(ScalarType type) { return HWY_DYNAMIC_DISPATCH(chain_of)(type); }
StepFunction compare_select_step(ScalarOp compare, ScalarType type) {
  return HWY_DYNAMIC_DISPATCH(compare_select_of)(compare, type);
}
}  // namespace lamina::cpu
#endif
