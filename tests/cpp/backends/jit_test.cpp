// Machine code for loops against the tile interpreter, bit for bit, for both instruction sets; the
// interpreter itself is tested against doubles in loop_test.cpp.
#include <gtest/gtest.h>

#include "backends/loop_case.h"
#include "lamina/backends/cpu/jit_kernel.h"
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

// A random program of float32 and bool, of a shape that the code reaches.
class RandomProgram {
 public:
  explicit RandomProgram(uint64_t seed) : random_(seed) {}

  Loop make(const Shape& domain) {
    Loop loop;
    loop.domain = domain;
    const int inputs = 1 + pick(chance(5) ? 12 : 4);
    for (int k = 0; k < inputs; ++k) {
      const DType dtype = chance(5) ? DType::Bool : DType::Float32;
      loop.inputs.push_back({dtype, strides(domain, true)});
      loop.program.input(k, scalar_type(dtype));
    }
    for (int k = pick(chance(4) ? 60 : 12); k >= 0; --k) instruction(loop.program);
    for (int k = pick(3); k >= 0; --k) {
      const auto value = static_cast<uint16_t>(loop.program.code.size() - 1 -
                                               static_cast<size_t>(pick(k + 1)));
      const bool mask = loop.program.code[value].type == ScalarType::Bool;
      loop.stores.push_back({value, {mask ? DType::Bool : DType::Float32, strides(domain, false)}});
    }
    return loop;
  }

  void fill(std::vector<Memory>& memory, size_t inputs) {
    for (size_t k = 0; k < inputs; ++k) {
      const bool mask = memory[k].dtype() == DType::Bool;
      for (size_t i = 0; i < memory[k].count(); ++i) memory[k].set(i, mask ? pick(2) : number());
    }
  }

  int pick(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int one_in) { return pick(one_in) == 0; }

 private:
  double number() {
    static constexpr double kSpecial[] = {0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e-38, 3e38};
    if (chance(20)) return kSpecial[pick(9)];
    return (pick(200001) - 100000) / 8192.0 * (chance(3) ? 0.05 : 1.0);
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
    return chance(2) ? fitting.back() : fitting[static_cast<size_t>(pick(static_cast<int>(fitting.size())))];
  }

  void instruction(ScalarProgram& p) {
    static constexpr ScalarOp kOne[] = {
        ScalarOp::Negative, ScalarOp::Absolute, ScalarOp::Sign,    ScalarOp::SquareRoot,
        ScalarOp::Floor,    ScalarOp::Ceil,     ScalarOp::Round,   ScalarOp::ReciprocalSquareRoot,
        ScalarOp::Exp,      ScalarOp::Expm1,    ScalarOp::Log,     ScalarOp::Log1p,
        ScalarOp::Log2,     ScalarOp::Tanh,     ScalarOp::Sigmoid, ScalarOp::Erf};
    static constexpr ScalarOp kTwo[] = {ScalarOp::Add,     ScalarOp::Subtract, ScalarOp::Multiply,
                                        ScalarOp::Divide,  ScalarOp::Minimum,  ScalarOp::Maximum,
                                        ScalarOp::Add,     ScalarOp::Multiply, ScalarOp::CopySign};
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
    if (got.dtype() == DType::Float32 && std::isnan(got.value(i).f32) &&
        std::isnan(expected.value(i).f32))
      continue;
    const ScalarType type = scalar_type(got.dtype());
    FAIL() << where << " element " << i << ": "
           << scalar_cast(got.value(i), type, ScalarType::F64).f64 << ", interpreted "
           << scalar_cast(expected.value(i), type, ScalarType::F64).f64;
  }
}

TEST_P(Jit, AgreesWithTheInterpreter) {
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    RandomProgram random(seed);
    Shape domain;
    switch (random.pick(4)) {
      case 0:
        domain = Shape{random.pick(68)};
        break;
      case 1:
        domain = Shape{1 + random.pick(9), 1 + random.pick(70)};
        break;
      case 2:
        domain = Shape{1 + random.pick(4), 1 + random.pick(5), 1 + random.pick(40)};
        break;
      default:
        domain = Shape{1 + random.pick(3), 1 + random.pick(2500)};
    }
    Loop loop = random.make(domain);
    std::string refusal;
    std::unique_ptr<Kernel> kernel = cpu::make_jit_kernel(loop, GetParam(), refusal);
    if (!kernel) {
      EXPECT_TRUE(refusal == "elements are not contiguous" || refusal == "an operand is transposed")
          << refusal;
      continue;
    }
    std::vector<Memory> expected = allocate(loop);
    random.fill(expected, loop.inputs.size());
    std::vector<Memory> got = expected, in_place = expected;
    run(*prepare_cpu(loop), expected);
    run(*kernel, got);
    for (size_t k = 0; k < got.size(); ++k) {
      expect_same(got[k], expected[k], text("seed ", seed, " operand ", k, "\n", describe(loop)));
      if (HasFatalFailure()) return;
    }
    for (size_t in = 0; in < loop.inputs.size(); ++in) {
      if (!kernel->may_alias(static_cast<int>(in), 0)) continue;
      if (static_cast<int64_t>(got[in].count()) != loop.domain.elements()) continue;
      std::vector<std::byte*> addresses;
      for (Memory& m : in_place) addresses.push_back(m.address());
      addresses[loop.inputs.size()] = addresses[in];
      RunContext context;
      kernel->run(addresses.data(), context);
      Memory& result = in_place[in];
      for (size_t i = 0; i < result.count(); ++i)
        std::memcpy(in_place[loop.inputs.size()].element(i), result.element(i),
                    size_of(result.dtype()));
      expect_same(in_place[loop.inputs.size()], expected[loop.inputs.size()],
                  text("in place, seed ", seed, "\n", describe(loop)));
      if (HasFatalFailure()) return;
      break;
    }
  }
}

}  // namespace
}  // namespace lamina
