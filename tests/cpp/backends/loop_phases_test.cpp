// Loops that read results of their own reductions (op/loop_phases.h): the interpreter against doubles,
// machine code against the interpreter, bit for bit.
#include <gtest/gtest.h>

#include <functional>

#include "backends/loop_case.h"
#include "lamina/backends/cpu/jit_kernel.h"
#include "lamina/base/denormals.h"
#include "lamina/base/parallel_for.h"

namespace lamina {
namespace {

using namespace loop_test;
using cpu::jit::InstructionSet;

// A loop over rows, put together value by value.
class Rows {
 public:
  Rows(int64_t rows, int64_t columns, DType dtype) : dtype_(dtype), type_(scalar_type(dtype)) {
    loop.domain = Shape{rows, columns};
    loop.reduced = {0, 1};
  }
  enum Form { Full, Row, Column };
  Expr input(Form form, DType dtype) {
    loop.inputs.push_back({dtype, strides(form)});
    return value(loop.program.input(static_cast<int>(loop.inputs.size()) - 1, scalar_type(dtype)));
  }
  Expr input(Form form = Full) { return input(form, dtype_); }
  // What a reduction gives is an input behind the others: all of these come first.
  Expr reduce(Monoid monoid, const Expr& x) {
    const DType stored = type_ == ScalarType::F64 ? DType::Float64 : DType::Float32;
    loop.reductions.push_back({monoid, x.in(&loop.program, type_), {stored, strides(Row)}});
    const size_t number = loop.inputs.size() + loop.reductions.size() - 1;
    return value(loop.program.input(static_cast<int>(number), type_));
  }
  void store(const Expr& x, Form form = Full) {
    loop.stores.push_back({x.in(&loop.program, type_), {dtype_, strides(form)}});
  }
  double columns() const { return static_cast<double>(loop.domain[1]); }

  Loop loop;

 private:
  Expr value(uint16_t v) { return Expr(&loop.program, v); }
  Strides strides(Form form) const {
    return form == Full ? Strides{loop.domain[1], 1} : form == Row ? Strides{1, 0} : Strides{0, 1};
  }
  DType dtype_;
  ScalarType type_;
};

void layer_norm(Rows& r) {
  const Expr x = r.input(), w = r.input(Rows::Column), b = r.input(Rows::Column);
  const Expr mean = r.reduce(Monoid::Sum, x) * (1 / r.columns());
  const Expr distance = x - mean;
  const Expr var = r.reduce(Monoid::Sum, distance * distance) * (1 / r.columns());
  const Expr scale = rsqrt(var + 1e-5);
  r.store(distance * scale * w + b);
  r.store(mean, Rows::Row);
  r.store(scale, Rows::Row);
}

void layer_norm_gradient(Rows& r) {
  const Expr x = r.input(), g = r.input(), w = r.input(Rows::Column);
  const Expr mean = r.input(Rows::Row), scale = r.input(Rows::Row);
  const Expr normal = (x - mean) * scale, scaled = g * w;
  const Expr a = r.reduce(Monoid::Sum, scaled) * (1 / r.columns());
  const Expr b = r.reduce(Monoid::Sum, scaled * normal) * (1 / r.columns());
  r.store((scaled - a - normal * b) * scale);
}

void softmax(Rows& r) {
  const Expr x = r.input();
  const Expr e = exp(x - r.reduce(Monoid::Maximum, x));  // waits for the sum
  r.store(e / r.reduce(Monoid::Sum, e));
}

void log_softmax(Rows& r) {
  const Expr x = r.input();
  const Expr distance = x - r.reduce(Monoid::Maximum, x);
  r.store(distance - log(r.reduce(Monoid::Sum, exp(distance))));
}

// Of a cell: functions before the sum, results in two phases, choices by a row's value.
void gated(Rows& r) {
  const Expr c = r.input(), f = r.input(), limit = r.input(Rows::Row);
  const Expr next = sigmoid(f) * c + tanh(c);
  r.store(next);
  const Expr mean = r.reduce(Monoid::Sum, next) * (1 / r.columns());
  const Expr low = r.reduce(Monoid::Minimum, next * next);
  const Expr y = where(mean < limit, next - mean, next * low);
  r.store(y * r.reduce(Monoid::Maximum, abs(y)));
  r.store(where(low < mean, low, mean), Rows::Row);
}

struct Form {
  const char* name;
  void (*make)(Rows&);
};
constexpr Form kForms[] = {{"layer_norm", layer_norm},
                           {"layer_norm_gradient", layer_norm_gradient},
                           {"softmax", softmax},
                           {"log_softmax", log_softmax},
                           {"gated", gated}};
constexpr int64_t kSizes[] = {1, 7, 16, 17, 384, 1000, 3000, 5000};

void fill(std::vector<Memory>& memory, const Loop& loop, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (size_t k = 0; k < loop.inputs.size(); ++k) {
    for (size_t i = 0; i < memory[k].count(); ++i) memory[k].set(i, normal(random) + 0.25);
  }
}

double number(Memory& m, size_t i) {
  return scalar_cast(m.value(i), scalar_type(m.dtype()), ScalarType::F64).f64;
}

// Runs the form on doubles by the reference, from the same numbers.
std::vector<Memory> exact(const Form& form, const Loop& loop, std::vector<Memory>& memory) {
  Rows in_double(loop.domain[0], loop.domain[1], DType::Float64);
  form.make(in_double);
  std::vector<Memory> all = allocate(in_double.loop);
  for (size_t k = 0; k < loop.inputs.size(); ++k) {
    for (size_t i = 0; i < all[k].count(); ++i) all[k].set(i, number(memory[k], i));
  }
  run(*prepare_reference(in_double.loop), all);
  return all;
}

TEST(LoopPhases, AgreeWithDoubles) {
  FlushDenormals flush;
  for (const Form& form : kForms) {
    for (int64_t columns : kSizes) {
      for (DType dtype : {DType::Float32, DType::Float64, DType::BFloat16}) {
        Rows rows(5, columns, dtype);
        form.make(rows);
        std::vector<Memory> memory = allocate(rows.loop);
        fill(memory, rows.loop, static_cast<uint64_t>(columns));
        std::vector<Memory> expected = exact(form, rows.loop, memory);
        const auto kernel = prepare_cpu(rows.loop);
        ASSERT_TRUE(kernel);
        EXPECT_NE(kernel->name, "loop.reference");
        run(*kernel, memory);
        for (size_t k = rows.loop.inputs.size(); k < memory.size(); ++k) {
          ASSERT_TRUE(memory[k].guards_hold());
          const double unit = memory[k].dtype() == DType::Float64   ? 1e-12
                              : memory[k].dtype() == DType::Float32 ? 2e-5
                                                                    : 1e-2;
          for (size_t i = 0; i < memory[k].count(); ++i) {
            const double e = number(expected[k], i);
            ASSERT_NEAR(number(memory[k], i), e, unit * std::max(1.0, std::abs(e)))
                << form.name << " " << columns << " " << text(dtype) << " operand " << k << " at "
                << i;
          }
        }
      }
    }
  }
}

class JitPhases : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!cpu::jit::available(GetParam())) GTEST_SKIP() << "this processor or build lacks it";
  }
  // The two executors on the same memory, and again with a result in the place of an input.
  void compare(const Loop& loop, std::vector<Memory> memory, const std::string& where) {
    std::string refusal;
    const auto kernel = cpu::make_jit_kernel(loop, GetParam(), refusal);
    ASSERT_TRUE(kernel) << where << ": " << refusal;
    // The tree of sums is as wide as the processor's vectors: the interpreter has the widest there are.
    const bool sums = std::any_of(loop.reductions.begin(), loop.reductions.end(),
                                  [](const auto& r) { return r.monoid < Monoid::Minimum; });
    const bool widest =
        GetParam() == InstructionSet::Avx512 || !cpu::jit::available(InstructionSet::Avx512);
    std::vector<Memory> expected = memory, got = memory;
    run(*prepare_cpu(loop), expected);
    run(*kernel, got);
    for (size_t k = 0; k < got.size(); ++k)
      expect_same(got[k], expected[k], sums && !widest, text(where, " operand ", k));
    for (size_t in = 0; in < loop.inputs.size(); ++in) {
      for (size_t out = 0; out < loop.stores.size(); ++out) {
        if (!kernel->may_alias(static_cast<int>(in), static_cast<int>(out))) continue;
        std::vector<Memory> again = memory;
        std::vector<std::byte*> addresses;
        for (Memory& m : again) addresses.push_back(m.address());
        addresses[loop.inputs.size() + out] = addresses[in];
        RunContext context;
        kernel->run(addresses.data(), context);
        ASSERT_EQ(again[in].count(), got[loop.inputs.size() + out].count());
        expect_same(again[in], got[loop.inputs.size() + out], false,
                    text(where, " result ", out, " in place of ", in));
      }
    }
  }
  static void expect_same(Memory& got, Memory& expected, bool nearly, const std::string& where) {
    ASSERT_TRUE(got.guards_hold()) << where;
    for (size_t i = 0; i < got.count(); ++i) {
      const double a = number(got, i), b = number(expected, i);
      if (std::memcmp(got.element(i), expected.element(i), size_of(got.dtype())) == 0) continue;
      if (std::isnan(a) && std::isnan(b)) continue;
      const double unit = got.dtype() == DType::BFloat16 ? 1e-2 : 1e-4;
      ASSERT_TRUE(nearly && std::abs(a - b) <= unit * std::max(1.0, std::abs(b)))
          << where << " element " << i << ": " << a << ", interpreted " << b;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Sets, JitPhases,
                         testing::Values(InstructionSet::Avx2, InstructionSet::Avx512),
                         [](const auto& info) {
                           return info.param == InstructionSet::Avx2 ? "Avx2" : "Avx512";
                         });

TEST_P(JitPhases, FormsAgreeWithTheInterpreter) {
  FlushDenormals flush;
  for (const Form& form : kForms) {
    for (int64_t columns : kSizes) {
      for (DType dtype : {DType::Float32, DType::BFloat16}) {
        // Avx2 masks no 16-bit elements.
        if (dtype == DType::BFloat16 && GetParam() == InstructionSet::Avx2) continue;
        for (int64_t count : {1, 5, 130}) {
          if (count > 5 && columns > 1000) continue;
          Rows rows(count, columns, dtype);
          form.make(rows);
          std::vector<Memory> memory = allocate(rows.loop);
          fill(memory, rows.loop, static_cast<uint64_t>(columns));
          compare(rows.loop, std::move(memory), text(form.name, " ", count, " x ", columns));
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

// Values of whole rows and of one number per row, read in the phase that made them and in later ones.
TEST_P(JitPhases, RandomProgramsAgreeWithTheInterpreter) {
  FlushDenormals flush;
  static constexpr ScalarOp kOne[] = {ScalarOp::Negative, ScalarOp::Absolute, ScalarOp::Exp,
                                      ScalarOp::Sigmoid,  ScalarOp::Sign,     ScalarOp::Tanh,
                                      ScalarOp::Log1p,    ScalarOp::Floor,    ScalarOp::SquareRoot};
  static constexpr ScalarOp kTwo[] = {ScalarOp::Add,    ScalarOp::Subtract, ScalarOp::Multiply,
                                      ScalarOp::Divide, ScalarOp::Minimum,  ScalarOp::Maximum};
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    std::mt19937_64 random(seed);
    auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
    Rows rows(1 + static_cast<int64_t>(pick(20)),
              1 + static_cast<int64_t>(pick(seed % 9 ? 90 : 2500)), DType::Float32);
    std::vector<Expr> full, row;
    std::vector<Expr> masks;
    for (size_t k = 1 + pick(5); k-- > 0;)
      full.push_back(rows.input(pick(3) ? Rows::Full : Rows::Column));
    for (size_t k = pick(3); k-- > 0;) row.push_back(rows.input(Rows::Row));
    auto some = [&](std::vector<Expr>& list) {
      return list.empty() ? Expr(0.5)
                          : list[list.size() - 1 - pick(std::min<size_t>(list.size(), 6))];
    };
    const size_t phases = 1 + pick(4);
    for (size_t p = 0; p <= phases; ++p) {
      for (size_t k = pick(6); k-- > 0;) {
        std::vector<Expr>& to = pick(3) && !full.empty() ? full : row;
        if (to.empty()) continue;
        const Expr a = some(to);
        switch (pick(4)) {
          case 0:
            to.push_back(Expr::unary(kOne[pick(std::size(kOne))], a));
            break;
          case 1:
            to.push_back(where(some(to) < a, a, some(pick(2) ? row : to)));
            break;
          default:
            to.push_back(Expr::binary(kTwo[pick(std::size(kTwo))], a, some(pick(2) ? row : to)));
        }
      }
      if (pick(3) == 0) rows.store(some(full));
      if (!row.empty() && pick(3) == 0) rows.store(some(row), Rows::Row);
      if (p == phases) break;
      for (size_t k = 1 + pick(2); k-- > 0;) {
        const Monoid monoid = pick(3) ? Monoid::Sum : static_cast<Monoid>(1 + pick(3));
        row.push_back(rows.reduce(monoid, some(full)));
      }
      full.push_back(some(full) * row.back());
    }
    rows.store(full.back());
    // Sums of the two sets differ in their last bits, which a chain of any operations makes large.
    if (GetParam() == InstructionSet::Avx2 && cpu::jit::available(InstructionSet::Avx512)) {
      for (Loop::Reduction& r : rows.loop.reductions)
        r.monoid = r.monoid < Monoid::Minimum ? Monoid::Maximum : r.monoid;
    }
    std::vector<Memory> memory = allocate(rows.loop);
    fill(memory, rows.loop, seed);
    if (seed % 4 == 0) memory[0].set(pick(memory[0].count()), NAN);
    compare(rows.loop, std::move(memory), text("seed ", seed, "\n", describe(rows.loop)));
    if (HasFatalFailure()) return;
  }
}

TEST_P(JitPhases, WhatIsNotANumberStaysInItsRow) {
  for (double bad : {double{NAN}, double{INFINITY}, -double{INFINITY}}) {
    for (const Form& form : kForms) {
      Rows rows(9, 100, DType::Float32);
      form.make(rows);
      std::vector<Memory> clean = allocate(rows.loop);
      fill(clean, rows.loop, 1);
      std::vector<Memory> dirty = clean;
      dirty[0].set(4 * 100 + 37, bad);
      std::string refusal;
      const auto kernel = cpu::make_jit_kernel(rows.loop, GetParam(), refusal);
      const auto interpreter = prepare_cpu(rows.loop);
      for (const Kernel* k : {kernel.get(), interpreter.get()}) {
        std::vector<Memory> a = clean, b = dirty;
        run(*k, a), run(*k, b);
        const size_t out = rows.loop.inputs.size();
        for (size_t i = 0; i < 900; ++i) {
          if (i / 100 == 4) continue;
          ASSERT_EQ(std::memcmp(a[out].element(i), b[out].element(i), 4), 0) << form.name;
        }
      }
    }
  }
}

TEST_P(JitPhases, BitsDoNotDependOnThreads) {
  const int before = thread_count();
  for (const Form& form : kForms) {
    Rows rows(700, 384, DType::Float32);
    form.make(rows);
    std::string refusal;
    const auto kernel = cpu::make_jit_kernel(rows.loop, GetParam(), refusal);
    std::vector<Memory> memory = allocate(rows.loop);
    fill(memory, rows.loop, 3);
    std::vector<Memory> first;
    for (int threads : {1, 2, 3}) {
      set_thread_count(threads);
      std::vector<Memory> got = memory;
      run(*kernel, got);
      if (first.empty()) first = got;
      for (size_t k = 0; k < got.size(); ++k) EXPECT_TRUE(got[k].same_bits(first[k])) << form.name;
    }
  }
  set_thread_count(before);
}

// Rows that are not contiguous are left to others, with a reason.
TEST_P(JitPhases, Refusals) {
  auto refusal_of = [&](const Loop& loop) {
    std::string refusal;
    EXPECT_FALSE(cpu::make_jit_kernel(loop, GetParam(), refusal));
    EXPECT_FALSE(prepare_cpu(loop));
    return refusal;
  };
  Rows apart(4, 100, DType::Float32);
  layer_norm(apart);
  apart.loop.inputs[0].strides = {1, 4};
  EXPECT_EQ(refusal_of(apart.loop), "rows are not contiguous");
  Rows empty(4, 0, DType::Float32);
  layer_norm(empty);
  EXPECT_EQ(refusal_of(empty.loop), "nothing to reduce");
  Rows narrow(4, 100, DType::Float32);
  layer_norm(narrow);
  narrow.loop.reductions[0].operand.dtype = DType::BFloat16;
  EXPECT_EQ(refusal_of(narrow.loop), "results are not as they are added up");
}

// The mean of no points is NaN, also where it is stored within the loop.
TEST(LoopPhases, TheReferenceRunsEmptyRows) {
  Rows rows(3, 0, DType::Float32);
  const Expr sum = rows.reduce(Monoid::Sum, rows.input());
  rows.store(sum + 2, Rows::Row);
  std::vector<Memory> memory = allocate(rows.loop);
  run(*prepare_reference(rows.loop), memory);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(memory[1].value(i).f32, 2);
    EXPECT_EQ(memory[2].value(i).f32, 0);
  }
}

}  // namespace
}  // namespace lamina
