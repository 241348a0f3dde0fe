// The CPU's loop kernel against the plain interpreter: random programs, shapes, strides and
// reductions.
#include <gtest/gtest.h>

#include <numeric>

#include "backends/loop_case.h"
#include "lamina/base/denormals.h"
#include "lamina/base/parallel_for.h"

namespace lamina {
namespace {

using namespace loop_test;

class RandomLoop {
 public:
  explicit RandomLoop(uint64_t seed) : random_(seed) {}

  Loop make() {
    Loop loop;
    int rank = pick(6);
    bool large = chance(4);
    for (int d = 0; d < rank; ++d) {
      int64_t most = large && rank <= 2 ? 700 : large && rank == 3 ? 40 : rank <= 2 ? 70 : 6;
      loop.domain.push_back(chance(40) ? 0 : chance(5) ? 1 : 1 + pick(most));
    }
    int inputs = 1 + pick(4);
    for (int k = 0; k < inputs; ++k)
      loop.inputs.push_back(operand(loop.domain, any_dtype(), true, {}));
    program(loop);
    int results = 1 + pick(3), stores = pick(results + 1);
    for (int k = 0; k < stores; ++k) {
      loop.stores.push_back({any_value(loop), operand(loop.domain, any_dtype(), false, {})});
    }
    if (stores < results) {
      for (int d = 0; d < rank; ++d) loop.reduced.push_back(chance(2));
    }
    for (int k = stores; k < results; ++k) reduction(loop);
    return loop;
  }

  void fill(std::vector<Memory>& memory, size_t inputs) {
    for (size_t k = 0; k < inputs; ++k) {
      for (size_t i = 0; i < memory[k].count(); ++i) memory[k].set(i, value_for(memory[k].dtype()));
    }
  }

 private:
  int pick(int64_t n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool chance(int one_in) { return pick(one_in) == 0; }
  DType any_dtype() { return static_cast<DType>(pick(kDTypeCount)); }

  double value_for(DType dtype) {
    if (dtype == DType::Bool) return pick(2);
    if (is_integer(dtype)) return is_signed(dtype) ? pick(30) - 12 : pick(30);
    if (chance(200)) return chance(2) ? std::nan("") : chance(2) ? INFINITY : -INFINITY;
    return (pick(2001) - 1000) / 64.0;
  }

  LoopOperand operand(const Shape& domain, DType dtype, bool broadcast,
                      const SmallVector<uint8_t, 8>& reduced) {
    std::vector<int> order(domain.size());
    std::iota(order.begin(), order.end(), 0);
    if (chance(3)) std::shuffle(order.begin(), order.end(), random_);
    LoopOperand o{dtype, Strides(domain.size(), 0)};
    int64_t step = chance(6) ? 2 : 1;
    bool odd = chance(4);
    for (size_t k = order.size(); k-- > 0;) {
      size_t d = static_cast<size_t>(order[k]);
      if ((!reduced.empty() && reduced[d]) || (broadcast && chance(6))) continue;
      o.strides[d] = odd && chance(3) ? -step : step;
      step *= std::max<int64_t>(domain[d], 1) + (odd && chance(4) ? 1 : 0);
    }
    return o;
  }

  uint16_t any_value(const Loop& loop) {
    size_t n = loop.program.code.size();
    return static_cast<uint16_t>(chance(3) ? static_cast<size_t>(pick(static_cast<int64_t>(n)))
                                           : n - 1);
  }
  uint16_t value_of(Loop& loop, ScalarType type) {
    std::vector<uint16_t> fitting;
    for (size_t k = 0; k < loop.program.code.size(); ++k) {
      if (loop.program.code[k].type == type) fitting.push_back(static_cast<uint16_t>(k));
    }
    if (fitting.empty() || chance(8)) return loop.program.constant((pick(41) - 20) / 4.0, type);
    if (chance(2)) return fitting.back();
    return fitting[static_cast<size_t>(pick(static_cast<int64_t>(fitting.size())))];
  }

  // Ops whose result does not depend on how they are computed: random chains of them must agree
  // exactly.
  void program(Loop& loop) {
    for (size_t k = 0; k < loop.inputs.size(); ++k) {
      loop.program.input(static_cast<int>(k), scalar_type(loop.inputs[k].dtype));
    }
    static constexpr ScalarOp kFloat[] = {
        ScalarOp::Add,         ScalarOp::Subtract,  ScalarOp::Multiply,  ScalarOp::Divide,
        ScalarOp::FloorDivide, ScalarOp::Remainder, ScalarOp::Minimum,   ScalarOp::Maximum,
        ScalarOp::Negative,    ScalarOp::Absolute,  ScalarOp::Sign,      ScalarOp::Floor,
        ScalarOp::Ceil,        ScalarOp::Round,     ScalarOp::SquareRoot};
    static constexpr ScalarOp kInteger[] = {
        ScalarOp::Add,       ScalarOp::Subtract,  ScalarOp::Multiply, ScalarOp::FloorDivide,
        ScalarOp::Remainder, ScalarOp::Power,     ScalarOp::Minimum,  ScalarOp::Maximum,
        ScalarOp::Negative,  ScalarOp::Absolute,  ScalarOp::Sign,     ScalarOp::Floor,
        ScalarOp::And,       ScalarOp::Or,        ScalarOp::Xor,      ScalarOp::Not,
        ScalarOp::ShiftLeft, ScalarOp::ShiftRight};
    static constexpr ScalarOp kBool[] = {ScalarOp::And, ScalarOp::Or, ScalarOp::Xor, ScalarOp::Not,
                                         ScalarOp::Equal};
    int length = pick(14);
    for (int k = 0; k < length; ++k) {
      ScalarType type =
          chance(2) ? loop.program.code.back().type : static_cast<ScalarType>(pick(5));
      ScalarProgram& p = loop.program;
      uint16_t a = value_of(loop, type), b = value_of(loop, type);
      switch (pick(type == ScalarType::Bool ? 3 : 5)) {
        case 0:
          p.cast(a, static_cast<ScalarType>(pick(5)));
          break;
        case 1:
          p.push(ScalarOp::Select, type, value_of(loop, ScalarType::Bool), a, b);
          break;
        case 4:
          p.push(static_cast<ScalarOp>(static_cast<int>(ScalarOp::Equal) + pick(6)),
                 ScalarType::Bool, a, b);
          break;
        default:
          if (type == ScalarType::Bool)
            p.push(kBool[pick(std::size(kBool))], type, a, b);
          else if (type == ScalarType::F32 || type == ScalarType::F64)
            p.push(kFloat[pick(std::size(kFloat))], type, a, b);
          else
            p.push(kInteger[pick(std::size(kInteger))], type, a, b);
      }
    }
  }

  // Sums and products of floats are kept in a range where their order changes little.
  void reduction(Loop& loop) {
    Monoid monoid = static_cast<Monoid>(pick(6));
    uint16_t v = any_value(loop);
    ScalarProgram& p = loop.program;
    ScalarType type = p.code[v].type;
    bool sums = monoid == Monoid::Sum || monoid == Monoid::Product;
    if (sums && (type == ScalarType::F32 || type == ScalarType::F64)) {
      double low = monoid == Monoid::Sum ? -4 : 0.99, high = monoid == Monoid::Sum ? 8 : 1.01;
      v = p.push(ScalarOp::Maximum, type, v, p.constant(low, type));
      v = p.push(ScalarOp::Minimum, type, v, p.constant(high, type));
    }
    DType dtype = type == ScalarType::F32   ? (chance(3) ? DType::Float64 : DType::Float32)
                  : type == ScalarType::F64 ? DType::Float64
                                            : any_dtype();
    loop.reductions.push_back({monoid, v, operand(loop.domain, dtype, false, loop.reduced)});
  }

  std::mt19937_64 random_;
};

void expect_equal(Memory& got, Memory& expected, bool exact, const std::string& what) {
  ASSERT_TRUE(got.guards_hold()) << what;
  bool floats = is_floating(got.dtype());
  for (size_t i = 0; i < got.count(); ++i) {
    ScalarType type = scalar_type(got.dtype());
    double g = scalar_cast(got.value(i), type, ScalarType::F64).f64;
    double e = scalar_cast(expected.value(i), type, ScalarType::F64).f64;
    if (std::isnan(e) && std::isnan(g)) continue;
    double allowed = exact || !floats ? 0 : 2e-4 * std::max(1.0, std::abs(e));
    if (got.value(i).u64 == expected.value(i).u64) continue;
    ASSERT_TRUE(g == e || std::abs(g - e) <= allowed)
        << what << " element " << i << ": " << g << " and not " << e;
  }
}

TEST(Loop, AgreesWithReference) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomLoop random(seed);
    Loop loop = random.make();
    std::vector<Memory> expected = allocate(loop);
    random.fill(expected, loop.inputs.size());
    std::vector<Memory> got = expected;
    run(*prepare_reference(loop), expected);
    std::unique_ptr<Kernel> kernel = prepare_cpu(loop);
    run(*kernel, got);
    for (size_t k = 0; k < got.size(); ++k) {
      bool exact = k < loop.inputs.size() + loop.stores.size();
      expect_equal(got[k], expected[k], exact,
                   text("seed ", seed, " operand ", k, "\n", describe(loop)));
      if (HasFatalFailure()) return;
    }
    if (loop.stores.empty()) continue;
    // In place, wherever the kernel allows it.
    for (size_t in = 0; in < loop.inputs.size(); ++in) {
      if (!kernel->may_alias(static_cast<int>(in), 0)) continue;
      if (static_cast<int64_t>(got[in].count()) != loop.domain.elements()) continue;
      size_t out = loop.inputs.size();
      std::vector<Memory> again = got;
      std::vector<std::byte*> addresses;
      for (Memory& m : again) addresses.push_back(m.address());
      addresses[out] = addresses[in];
      struct Aligned {
        alignas(64) std::byte bytes[64];
      };
      std::vector<Aligned> scratch(kernel->scratch_bytes() / 64 + 1);
      RunContext context;
      context.scratch = scratch.data()->bytes;
      kernel->run(addresses.data(), context);
      for (size_t i = 0; i < again[in].count(); ++i) {
        std::memcpy(again[out].element(i), again[in].element(i), size_of(again[in].dtype()));
      }
      expect_equal(again[out], expected[out], true,
                   text("in place, seed ", seed, "\n", describe(loop)));
      if (HasFatalFailure()) return;
      break;
    }
  }
}

// Each function of one number, with edges, in units of the last place of the C library's double
// result.
struct Function {
  ScalarOp op;
  double low, high;
  double ulps32, ulps64;
};

class Functions : public testing::TestWithParam<Function> {};

// As programs run: denormal arguments are zero, denormal results may be.
void check_function(const Function& f, bool f32) {
  FlushDenormals flush;
  const double smallest_normal = f32 ? 0x1p-126 : 0x1p-1022;
  std::vector<double> xs = {
      0.0,      -0.0,     1,         -1,    0.5,      -0.5,      2,    8,    1024, 0.921875,
      0x1p-126, 0x1p-140, -0x1p-149, 1e-30, -1e-10,   1e-5,      80,   88.5, 88.8, 89.2,
      -87.5,    -100,     -103.5,    -110,  709.5,    710.2,     -745, -750, 1e4,  12345.678,
      -1e5,     1e10,     3e38,      -3e38, INFINITY, -INFINITY, NAN};
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(f.low, f.high);
  for (int k = 0; k < 20000; ++k) xs.push_back(uniform(random));
  ScalarType type = f32 ? ScalarType::F32 : ScalarType::F64;
  DType dtype = f32 ? DType::Float32 : DType::Float64;
  Loop loop;
  loop.domain = Shape{static_cast<int64_t>(xs.size())};
  loop.inputs.push_back({dtype, {1}});
  uint16_t x = loop.program.input(0, type);
  loop.stores.push_back({loop.program.push(f.op, type, x), {dtype, {1}}});
  std::vector<Memory> memory = allocate(loop);
  for (size_t k = 0; k < xs.size(); ++k) memory[0].set(k, xs[k]);
  run(*prepare_cpu(loop), memory);
  double worst = 0, at = 0;
  for (size_t k = 0; k < xs.size(); ++k) {
    double argument = f32 ? double{memory[0].value(k).f32} : memory[0].value(k).f64;
    double got = f32 ? double{memory[1].value(k).f32} : memory[1].value(k).f64;
    double expected = scalar_apply(f.op, ScalarType::F64, scalar_value(argument)).f64;
    bool flushed = got == 0 && std::abs(expected) < smallest_normal;
    double distance = flushed ? 0 : ulps(got, expected, f32);
    if (!(distance <= worst)) worst = distance, at = argument;
  }
  std::printf("%-8s %s worst %.2f ulp at %.9g\n", name(f.op), f32 ? "f32" : "f64", worst, at);
  EXPECT_LE(worst, f32 ? f.ulps32 : f.ulps64) << name(f.op) << " at " << at;
}

TEST_P(Functions, AgreeWithTheLibrary) {
  check_function(GetParam(), true);
  check_function(GetParam(), false);
}

INSTANTIATE_TEST_SUITE_P(
    All, Functions,
    testing::Values(
        Function{ScalarOp::Exp, -110, 95, 2, 2}, Function{ScalarOp::Expm1, -5, 5, 4, 4},
        Function{ScalarOp::Log, 0, 100, 2, 2}, Function{ScalarOp::Log1p, -0.99, 10, 4, 4},
        Function{ScalarOp::Log2, 0, 100, 3, 3}, Function{ScalarOp::Sin, -40, 40, 4, 4},
        Function{ScalarOp::Cos, -40, 40, 4, 4}, Function{ScalarOp::Tan, -20, 20, 6, 6},
        Function{ScalarOp::Asin, -1.1, 1.1, 4, 4}, Function{ScalarOp::Acos, -1.1, 1.1, 4, 4},
        Function{ScalarOp::Atan, -20, 20, 4, 4}, Function{ScalarOp::Sinh, -25, 25, 4, 4},
        Function{ScalarOp::Cosh, -25, 25, 4, 4}, Function{ScalarOp::Tanh, -10, 10, 4, 4},
        Function{ScalarOp::Erf, -5, 5, 2, 1}, Function{ScalarOp::Sigmoid, -100, 40, 4, 4},
        Function{ScalarOp::SquareRoot, 0, 100, 1, 1},
        Function{ScalarOp::ReciprocalSquareRoot, 0, 100, 2, 2}),
    [](const auto& info) { return std::string(name(info.param.op)); });

TEST(Loop, BitsDoNotDependOnThreads) {
  int threads = thread_count();
  for (uint64_t seed = 10000; seed < 10400; ++seed) {
    RandomLoop random(seed);
    Loop loop = random.make();
    if (loop.domain.elements() > 40) {  // enlarge, so that there is something to share
      loop = Loop();
      loop.domain =
          Shape{1 + static_cast<int64_t>(seed % 7) * 150, 300 + static_cast<int64_t>(seed % 31)};
      loop.inputs.push_back({DType::Float32, row_major_strides(loop.domain)});
      uint16_t x = loop.program.input(0, ScalarType::F32);
      uint16_t y = loop.program.push(ScalarOp::Sin, ScalarType::F32, x);
      loop.reduced = {static_cast<uint8_t>(seed % 3 != 0), static_cast<uint8_t>(seed % 3 != 1)};
      Strides out = {loop.reduced[0] ? 0 : 1, loop.reduced[1] ? 0 : 1};
      loop.reductions.push_back({Monoid::Sum, y, {DType::Float32, out}});
    }
    std::vector<Memory> first = allocate(loop);
    random.fill(first, loop.inputs.size());
    std::vector<Memory> blank = first;
    std::unique_ptr<Kernel> kernel = prepare_cpu(loop);
    set_thread_count(1);
    run(*kernel, first);
    for (int n : {2, 3, 4}) {
      set_thread_count(n);
      std::vector<Memory> other = blank;
      run(*kernel, other);
      for (size_t k = 0; k < first.size(); ++k)
        EXPECT_TRUE(first[k].same_bits(other[k])) << "seed " << seed;
    }
  }
  set_thread_count(threads);
}

TEST(Loop, LongSumsStayAccurate) {
  Loop loop;
  loop.domain = Shape{3'000'000};
  loop.inputs.push_back({DType::Float32, {1}});
  uint16_t x = loop.program.input(0, ScalarType::F32);
  loop.reduced = {1};
  loop.reductions.push_back({Monoid::Sum, x, {DType::Float32, {0}}});
  std::vector<Memory> memory = allocate(loop);
  double expected = 0;
  for (size_t i = 0; i < memory[0].count(); ++i) {
    memory[0].set(i, 0.1 + static_cast<double>(i % 13));
    expected += static_cast<double>(memory[0].value(i).f32);
  }
  run(*prepare_cpu(loop), memory);
  EXPECT_NEAR(memory[1].value(0).f32, expected, 1e-6 * expected);
}

TEST(Loop, EmptyReductionsGiveTheIdentity) {
  struct Case {
    Monoid monoid;
    DType dtype;
    double expected;
  };
  const Case cases[] = {{Monoid::Sum, DType::Float32, 0},
                        {Monoid::Product, DType::Int32, 1},
                        {Monoid::Maximum, DType::Float32, -INFINITY},
                        {Monoid::Minimum, DType::Float64, INFINITY},
                        {Monoid::Maximum, DType::Int8, -128},
                        {Monoid::Minimum, DType::UInt16, 65535},
                        {Monoid::And, DType::Bool, 1},
                        {Monoid::Or, DType::Bool, 0}};
  for (const Case& c : cases) {
    Loop loop;
    loop.domain = Shape{3, 0};
    loop.inputs.push_back({c.dtype, {0, 1}});
    uint16_t x = loop.program.input(0, scalar_type(c.dtype));
    loop.reduced = {0, 1};
    loop.reductions.push_back({c.monoid, x, {c.dtype, {1, 0}}});
    std::vector<Memory> memory = allocate(loop);
    run(*prepare_cpu(loop), memory);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(scalar_cast(memory[1].value(i), scalar_type(c.dtype), ScalarType::F64).f64,
                c.expected);
    }
  }
}

}  // namespace
}  // namespace lamina
