// Machine code for loops against the tile interpreter, bit for bit, for both instruction sets; the
// interpreter itself is tested against doubles in loop_test.cpp.
#include <gtest/gtest.h>

#include "backends/loop_case.h"
#include "lamina/backends/cpu/jit_kernel.h"
#include "lamina/base/denormals.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina {
namespace {

using namespace loop_test;
using cpu::jit::InstructionSet;

class Jit : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!cpu::jit::available(GetParam())) GTEST_SKIP() << "this processor or build lacks it";
  }
  std::unique_ptr<Kernel> make(const Loop& loop) {
    std::string refusal;
    auto kernel = cpu::make_jit_kernel(loop, GetParam(), refusal);
    EXPECT_TRUE(kernel) << refusal;
    return kernel;
  }
};

INSTANTIATE_TEST_SUITE_P(Sets, Jit, testing::Values(InstructionSet::Avx2, InstructionSet::Avx512),
                         [](const auto& info) {
                           return info.param == InstructionSet::Avx2 ? "Avx2" : "Avx512";
                         });

// A random program of float32, bfloat16 and bool, of a shape that the code reaches.
class RandomProgram {
 public:
  explicit RandomProgram(uint64_t seed) : random_(seed) {}

  Loop make(const Shape& domain) {
    Loop loop;
    loop.domain = domain;
    const int inputs = 1 + pick(chance(5) ? 12 : 4);
    for (int k = 0; k < inputs; ++k) {
      const DType dtype = chance(5) ? DType::Bool : floating();
      loop.inputs.push_back({dtype, strides(domain, true)});
      loop.program.input(k, scalar_type(dtype));
    }
    for (int k = pick(chance(4) ? 60 : 12); k >= 0; --k) instruction(loop.program);
    for (int k = pick(3); k >= 0; --k) {
      const size_t last = loop.program.code.size() - 1;
      const auto value = static_cast<uint16_t>(last - std::min<size_t>(last, pick(k + 1)));
      const bool mask = loop.program.code[value].type == ScalarType::Bool;
      loop.stores.push_back({value, {mask ? DType::Bool : floating(), strides(domain, false)}});
    }
    return loop;
  }

  // Replaces or joins the stores by reductions along random axes. The tree of sums of rows is as
  // wide as the processor's vectors; where `any_sum` is false they are left out.
  void reduce(Loop& loop, bool any_sum) {
    if (chance(2)) loop.stores.clear();
    for (size_t d = 0; d < loop.domain.size(); ++d) loop.reduced.push_back(!chance(3));
    Strides strides(loop.domain.size(), 0);
    int64_t step = 1;
    for (size_t d = loop.domain.size(); d-- > 0;) {
      if (loop.reduced[d]) continue;
      strides[d] = step;
      step *= loop.domain[d];
    }
    for (int k = pick(4); k >= 0; --k) {
      const auto monoid = static_cast<Monoid>(any_sum ? pick(4) : 2 + pick(2));
      const uint16_t value = value_of(loop.program, ScalarType::F32);
      loop.reductions.push_back({monoid, value, {DType::Float32, strides}});
    }
  }

  void fill(std::vector<Memory>& memory, size_t inputs) {
    for (size_t k = 0; k < inputs; ++k) {
      const bool mask = memory[k].dtype() == DType::Bool;
      for (size_t i = 0; i < memory[k].count(); ++i) memory[k].set(i, mask ? pick(2) : number());
    }
  }

  int pick(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int one_in) { return pick(one_in) == 0; }

  double number() {
    static constexpr double kSpecial[] = {0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e-30, 3e38};
    if (chance(20)) return kSpecial[pick(9)];
    return (pick(200001) - 100000) / 8192.0 * (chance(3) ? 0.05 : 1.0);
  }

 private:
  DType floating() {
    return chance(3) ? DType::BFloat16 : chance(3) ? DType::Float16 : DType::Float32;
  }

  // Columns are contiguous or broadcast; rows may have gaps.
  Strides strides(const Shape& domain, bool broadcast) {
    Strides result(domain.size(), 0);
    int64_t step = 1;
    for (size_t d = domain.size(); d-- > 0;) {
      if (broadcast && chance(5)) continue;
      result[d] = step;
      step *= domain[d] + (d > 0 && chance(4) ? 3 : 0);
    }
    return result;
  }

  uint16_t value_of(ScalarProgram& program, ScalarType type) {
    std::vector<uint16_t> fitting;
    for (size_t k = 0; k < program.code.size(); ++k) {
      if (program.code[k].type == type) fitting.push_back(static_cast<uint16_t>(k));
    }
    if (fitting.empty() || chance(6)) {
      const bool mask = type == ScalarType::Bool;
      return program.constant(mask ? pick(2) : (pick(41) - 20) / 4.0, type);
    }
    return chance(2) ? fitting.back()
                     : fitting[static_cast<size_t>(pick(static_cast<int>(fitting.size())))];
  }

  void instruction(ScalarProgram& p) {
    static constexpr ScalarOp kOne[] = {
        ScalarOp::Negative, ScalarOp::Absolute, ScalarOp::Sign,    ScalarOp::SquareRoot,
        ScalarOp::Floor,    ScalarOp::Ceil,     ScalarOp::Round,   ScalarOp::ReciprocalSquareRoot,
        ScalarOp::Exp,      ScalarOp::Expm1,    ScalarOp::Log,     ScalarOp::Log1p,
        ScalarOp::Log2,     ScalarOp::Tanh,     ScalarOp::Sigmoid, ScalarOp::Erf,
        ScalarOp::RoundBFloat16, ScalarOp::RoundFloat16};
    static constexpr ScalarOp kTwo[] = {ScalarOp::Add,     ScalarOp::Subtract, ScalarOp::Multiply,
                                        ScalarOp::Divide,  ScalarOp::Minimum,  ScalarOp::Maximum,
                                        ScalarOp::Add,     ScalarOp::Multiply};
    static constexpr ScalarOp kMask[] = {ScalarOp::And, ScalarOp::Or, ScalarOp::Xor, ScalarOp::Not,
                                         ScalarOp::Equal};
    const ScalarType f = ScalarType::F32, b = ScalarType::Bool;
    switch (pick(8)) {
      case 0:
        p.push(kOne[pick(std::size(kOne))], f, value_of(p, f));
        break;
      case 1:
        p.push(static_cast<ScalarOp>(static_cast<int>(ScalarOp::Equal) + pick(6)), b,
               value_of(p, f), value_of(p, f));
        break;
      case 2:
        p.push(kMask[pick(std::size(kMask))], b, value_of(p, b), value_of(p, b));
        break;
      case 3: {
        const ScalarType type = chance(5) ? b : f;
        const uint16_t test = value_of(p, b), yes = value_of(p, type), no = value_of(p, type);
        p.push(ScalarOp::Select, type, test, yes, no);
        break;
      }
      case 4:
        chance(2) ? p.cast(value_of(p, b), f) : p.cast(value_of(p, f), b);
        break;
      default:
        p.push(kTwo[pick(std::size(kTwo))], f, value_of(p, f), value_of(p, f));
    }
  }

  std::mt19937_64 random_;
};

// NaN has many bit patterns, which one a sum of two gives is nobody's business.
void expect_same(Memory& got, Memory& expected, const std::string& where) {
  ASSERT_TRUE(got.guards_hold()) << where;
  for (size_t i = 0; i < got.count(); ++i) {
    if (std::memcmp(got.element(i), expected.element(i), size_of(got.dtype())) == 0) continue;
    if (is_floating(got.dtype()) && std::isnan(got.value(i).f32) &&
        std::isnan(expected.value(i).f32))
      continue;
    const ScalarType type = scalar_type(got.dtype());
    FAIL() << where << " element " << i << ": "
           << scalar_cast(got.value(i), type, ScalarType::F64).f64 << ", interpreted "
           << scalar_cast(expected.value(i), type, ScalarType::F64).f64;
  }
}

// The first value of a program for which the two executors differ: the reason for a failure.
std::string first_difference(const Loop& loop, InstructionSet set, std::vector<Memory> memory) {
  for (size_t v = 0; v < loop.program.code.size(); ++v) {
    Loop part = loop;
    const bool mask = loop.program.code[v].type == ScalarType::Bool;
    part.stores = {{static_cast<uint16_t>(v),
                    {mask ? DType::Bool : DType::Float32, row_major_strides(loop.domain)}}};
    std::string refusal;
    auto kernel = cpu::make_jit_kernel(part, set, refusal);
    if (!kernel) continue;
    std::vector<Memory> expected = allocate(part);
    for (size_t k = 0; k < loop.inputs.size(); ++k) expected[k] = memory[k];
    std::vector<Memory> got = expected;
    run(*prepare_cpu(part), expected);
    run(*kernel, got);
    const size_t out = loop.inputs.size();
    for (size_t i = 0; i < got[out].count(); ++i) {
      const bool nan = !mask && std::isnan(got[out].value(i).f32) &&
                       std::isnan(expected[out].value(i).f32);
      if (!nan && std::memcmp(got[out].element(i), expected[out].element(i), mask ? 1 : 4) != 0) {
        return text("value ", v, " element ", i, ": ",
                    mask ? got[out].value(i).b : got[out].value(i).f32, ", interpreted ",
                    mask ? expected[out].value(i).b : expected[out].value(i).f32);
      }
    }
  }
  return "no single value differs";
}

// Every rest of a vector, from addresses of every alignment.
TEST_P(Jit, TailsAndAlignment) {
  for (int64_t n = 0; n < 68; ++n) {
    Loop loop;
    loop.domain = Shape{n};
    for (int k = 0; k < 2; ++k) loop.inputs.push_back({DType::Float32, {1}});
    loop.inputs.push_back({DType::Bool, {1}});
    const Expr x(&loop.program, loop.program.input(0, ScalarType::F32));
    const Expr y(&loop.program, loop.program.input(1, ScalarType::F32));
    const Expr c(&loop.program, loop.program.input(2, ScalarType::Bool));
    const Expr sum = where(c, x * 2 + y, x - y), less = x < sum;
    for (bool with_mask : {false, true}) {
      Loop tested = loop;
      tested.stores = {{sum.in(&loop.program, ScalarType::F32), {DType::Float32, {1}}}};
      const uint16_t mask = less.in(&loop.program, ScalarType::Bool);
      if (with_mask) tested.stores.push_back({mask, {DType::Bool, {1}}});
      if (!with_mask) tested.inputs[2].dtype = DType::Float32;
      tested.program = loop.program;
      if (!with_mask) tested.program.code[2].type = ScalarType::F32;
      auto kernel = make(tested);
      ASSERT_TRUE(kernel);
      for (size_t shift = 0; shift < (n < 20 ? 17 : 2); ++shift) {
        // Guarded memory with room before the first element.
        std::vector<std::vector<std::byte>> memory;
        std::vector<std::byte*> addresses;
        std::vector<Memory> expected = allocate(tested);
        RandomProgram random(static_cast<uint64_t>(n));
        random.fill(expected, tested.inputs.size());
        for (Memory& m : expected) {
          const size_t item = size_of(m.dtype()), bytes = m.count() * item;
          memory.emplace_back(bytes + 64 + shift * item, std::byte{0x5a});
          addresses.push_back(memory.back().data() + shift * item);
          std::memcpy(addresses.back(), m.address(), bytes);
        }
        run(*prepare_cpu(tested), expected);
        RunContext context;
        kernel->run(addresses.data(), context);
        for (size_t k = tested.inputs.size(); k < expected.size(); ++k) {
          const size_t bytes = static_cast<size_t>(n) * size_of(expected[k].dtype());
          EXPECT_EQ(std::memcmp(addresses[k], expected[k].address(), bytes), 0) << n;
          for (std::byte* p = addresses[k] + bytes; p < memory[k].data() + memory[k].size(); ++p)
            ASSERT_EQ(*p, std::byte{0x5a}) << "behind the end of " << n;
        }
      }
    }
  }
}

TEST_P(Jit, BitsDoNotDependOnThreads) {
  const int threads = thread_count();
  Loop loop;
  loop.domain = Shape{700, 300};
  loop.inputs = {{DType::Float32, {300, 1}}, {DType::Float32, {0, 1}}, {DType::Float32, {1, 0}}};
  Expr in[3] = {0, 0, 0};
  for (int k = 0; k < 3; ++k)
    in[k] = Expr(&loop.program, loop.program.input(k, ScalarType::F32));
  const Expr y = tanh(in[0] * in[1] + in[2]);
  loop.stores = {{y.in(&loop.program, ScalarType::F32), {DType::Float32, {300, 1}}}};
  auto kernel = make(loop);
  ASSERT_TRUE(kernel);
  std::vector<Memory> expected = allocate(loop);
  RandomProgram(3).fill(expected, 3);
  std::vector<Memory> blank = expected;
  FlushDenormals flush;
  run(*prepare_cpu(loop), expected);
  for (int n : {1, 2, 3, 4}) {
    set_thread_count(n);
    std::vector<Memory> got = blank;
    run(*kernel, got);
    expect_same(got[3], expected[3], text(n, " threads"));
  }
  set_thread_count(threads);
}

// Integers of 8 bits: what is rounded to them, and what is computed of them.
TEST_P(Jit, Bytes) {
  for (const DType dtype : {DType::Int8, DType::UInt8}) {
    const bool has_sign = dtype == DType::Int8;
    const ScalarType integer = has_sign ? ScalarType::I64 : ScalarType::U64;
    for (int64_t n : {1, 7, 16, 33, 64, 1000}) {
      Loop loop;
      loop.domain = Shape{3, n};
      loop.inputs = {{DType::Float32, {n, 1}}, {dtype, {n, 1}}, {dtype, {1, 0}}, {dtype, {0, 1}}};
      Expr in[4] = {0, 0, 0, 0};
      for (int k = 0; k < 4; ++k) {
        const uint16_t v = loop.program.input(k, k == 0 ? ScalarType::F32 : integer);
        in[k] = Expr(&loop.program, k == 0 ? v : loop.program.cast(v, ScalarType::F32));
      }
      const Expr y = in[0] * in[1] + in[2] - in[3];
      const Expr rounded = min(max(round(y), has_sign ? -128 : 0), has_sign ? 127 : 255);
      loop.stores = {{y.in(&loop.program, ScalarType::F32), {DType::Float32, {n, 1}}},
                     {rounded.in(&loop.program, ScalarType::F32), {dtype, {n, 1}}}};
      auto kernel = make(loop);
      ASSERT_TRUE(kernel);
      std::vector<Memory> expected = allocate(loop);
      RandomProgram random(static_cast<uint64_t>(n));
      for (size_t k = 0; k < 4; ++k) {
        for (size_t i = 0; i < expected[k].count(); ++i)
          expected[k].set(i, k == 0 ? random.number() : random.pick(256) - (has_sign ? 128 : 0));
      }
      std::vector<Memory> got = expected;
      run(*prepare_cpu(loop), expected);
      run(*kernel, got);
      expect_same(got[4], expected[4], text(dtype, " x ", n));
      expect_same(got[5], expected[5], text("to ", dtype, " x ", n));
    }
  }
}

// What there is no code for is left to the interpreter, with a reason.
TEST_P(Jit, Refusals) {
  auto refusal_of = [&](const Loop& loop) {
    std::string refusal;
    EXPECT_FALSE(cpu::make_jit_kernel(loop, GetParam(), refusal));
    return refusal;
  };
  auto loop_of = [](DType dtype, ScalarOp op, Strides from) {
    Loop loop;
    loop.domain = Shape{64, 64};
    loop.inputs = {{dtype, std::move(from)}};
    const uint16_t x = loop.program.input(0, scalar_type(dtype));
    const uint16_t y = loop.program.push(op, scalar_type(dtype), x, x);
    loop.stores = {{y, {dtype, {64, 1}}}};
    return loop;
  };
  EXPECT_EQ(refusal_of(loop_of(DType::Float32, ScalarOp::Sin, {64, 1})), "sin of f32");
  EXPECT_EQ(refusal_of(loop_of(DType::Int32, ScalarOp::Add, {64, 1})), "input of i64");
  EXPECT_EQ(refusal_of(loop_of(DType::Float64, ScalarOp::Add, {64, 1})), "input of f64");
  EXPECT_EQ(refusal_of(loop_of(DType::Float32, ScalarOp::Add, {1, 64})),
            "an operand is transposed");
  EXPECT_EQ(refusal_of(loop_of(DType::Float32, ScalarOp::Add, {128, 2})),
            "elements are not contiguous");
}

// Equal programs share their code; it is kept as long as a kernel needs it.
TEST_P(Jit, CodeIsCachedAndBounded) {
  std::vector<std::unique_ptr<Kernel>> kernels;
  std::vector<Loop> loops;
  for (int k = 0; k < 3000; ++k) {
    Loop loop;
    loop.domain = Shape{40};
    loop.inputs = {{DType::Float32, {1}}};
    const Expr x(&loop.program, loop.program.input(0, ScalarType::F32));
    const Expr y = x * (k + 2.0) + 1;
    loop.stores = {{y.in(&loop.program, ScalarType::F32), {DType::Float32, {1}}}};
    loops.push_back(loop);
  }
  for (const Loop& loop : loops) kernels.push_back(make(loop));
  for (size_t k = 0; k < loops.size(); k += 100) {
    std::vector<Memory> memory = allocate(loops[k]);
    for (size_t i = 0; i < 40; ++i) memory[0].set(i, 1);
    run(*kernels[k], memory);
    EXPECT_EQ(memory[1].value(17).f32, static_cast<float>(k) + 3);
  }
}

Shape random_domain(RandomProgram& random) {
  switch (random.pick(4)) {
    case 0:
      return Shape{random.pick(68)};
    case 1:
      return Shape{1 + random.pick(9), 1 + random.pick(70)};
    case 2:
      return Shape{1 + random.pick(4), 1 + random.pick(5), 1 + random.pick(40)};
    default:
      return Shape{1 + random.pick(3), 1 + random.pick(2500)};
  }
}

// Runs both, and again in place of an input where the kernel allows it.
void compare(const Loop& loop, const Kernel& kernel, RandomProgram& random, InstructionSet set,
             const std::string& where) {
  std::vector<Memory> expected = allocate(loop);
  random.fill(expected, loop.inputs.size());
  std::vector<Memory> got = expected, in_place = expected;
  run(*prepare_cpu(loop), expected);
  run(kernel, got);
  for (size_t k = 0; k < got.size(); ++k) {
    expect_same(got[k], expected[k], text(where, " operand ", k, "\n", describe(loop)));
    if (!testing::Test::HasFatalFailure()) continue;
    std::puts(first_difference(loop, set, got).c_str());
    return;
  }
  for (size_t in = 0; in < loop.inputs.size() && !loop.stores.empty(); ++in) {
    if (!kernel.may_alias(static_cast<int>(in), 0)) continue;
    if (static_cast<int64_t>(got[in].count()) != loop.domain.elements()) continue;
    Memory& result = in_place[in];
    const size_t out = loop.inputs.size();
    std::vector<std::byte*> addresses;
    for (Memory& m : in_place) addresses.push_back(m.address());
    addresses[out] = addresses[in];
    struct Aligned {
      alignas(64) std::byte bytes[64];
    };
    std::vector<Aligned> scratch(kernel.scratch_bytes() / 64 + 1);
    RunContext context;
    context.scratch = scratch.data()->bytes;
    kernel.run(addresses.data(), context);
    for (size_t i = 0; i < result.count(); ++i)
      std::memcpy(in_place[out].element(i), result.element(i), size_of(result.dtype()));
    for (size_t k = out; k < got.size(); ++k)
      expect_same(in_place[k], expected[k], text("in place, ", where, "\n", describe(loop)));
    return;
  }
}

TEST_P(Jit, AgreesWithTheInterpreter) {
  FlushDenormals flush;  // as programs run
  int made = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    RandomProgram random(seed);
    const Loop loop = random.make(random_domain(random));
    std::string refusal;
    const std::unique_ptr<Kernel> kernel = cpu::make_jit_kernel(loop, GetParam(), refusal);
    if (!kernel) {
      const bool of_access =
          refusal == "elements are not contiguous" || refusal == "an operand is transposed";
      EXPECT_TRUE(of_access) << refusal;
      continue;
    }
    ++made;
    compare(loop, *kernel, random, GetParam(), text("seed ", seed));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(made, 1500);
}

// The order of additions is the interpreter's too.
TEST_P(Jit, ReductionsAgreeWithTheInterpreter) {
  FlushDenormals flush;
  int made = 0;
  // AVX2 code refuses rows of narrow operands, which makes fewer of as many.
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    RandomProgram random(seed);
    const bool large = random.chance(8);
    const Shape domain =
        large ? Shape{1 + random.pick(40), 1 + random.pick(4000)} : random_domain(random);
    Loop loop = random.make(domain);
    random.reduce(loop, GetParam() == InstructionSet::Avx512);
    std::string refusal;
    const std::unique_ptr<Kernel> kernel = cpu::make_jit_kernel(loop, GetParam(), refusal);
    if (!kernel) continue;
    ++made;
    compare(loop, *kernel, random, GetParam(), text("seed ", seed));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(made, GetParam() == InstructionSet::Avx512 ? 1200 : 900);
}

TEST_P(Jit, LongSumsStayAccurate) {
  const int before = thread_count();
  for (const Shape& domain : {Shape{3'000'000}, Shape{3000, 1000}, Shape{100'000, 30}}) {
    for (int axes = 1; axes < 1 << domain.size(); ++axes) {
      Loop loop;
      loop.domain = domain;
      loop.inputs.push_back({DType::Float32, row_major_strides(domain)});
      const Expr x(&loop.program, loop.program.input(0, ScalarType::F32));
      const Expr y = x * 2;
      Strides strides(domain.size(), 0);
      for (size_t d = 0; d < domain.size(); ++d) {
        loop.reduced.push_back(axes >> d & 1);
        if (!loop.reduced[d]) strides[d] = 1;
      }
      const uint16_t value = y.in(&loop.program, ScalarType::F32);
      loop.reductions = {{Monoid::Sum, value, {DType::Float32, strides}}};
      auto kernel = make(loop);
      ASSERT_TRUE(kernel);
      std::vector<Memory> memory = allocate(loop), expected = memory;
      const int64_t columns = domain.back();
      std::vector<double> sums(memory[1].count());
      for (size_t i = 0; i < memory[0].count(); ++i) {
        memory[0].set(i, 0.1 + static_cast<double>(i % 13));
        const auto n = static_cast<int64_t>(i);
        const int64_t row = n / columns, column = n % columns;
        const int64_t at = domain.size() == 1 ? 0 : row * strides[0] + column * strides[1];
        sums[static_cast<size_t>(at)] += 2 * static_cast<double>(memory[0].value(i).f32);
      }
      for (int threads : {1, 2, 3}) {
        set_thread_count(threads);
        run(*kernel, memory);
        for (size_t i = 0; i < sums.size(); ++i)
          ASSERT_NEAR(memory[1].value(i).f32, sums[i], 1e-5 * sums[i]) << text(domain, " ", axes);
        if (threads == 1) expected[1] = memory[1];
        EXPECT_TRUE(memory[1].same_bits(expected[1])) << threads << " threads";
      }
      set_thread_count(before);
    }
  }
}

}  // namespace
}  // namespace lamina
