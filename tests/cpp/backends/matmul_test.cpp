#include "backends/kernel_run.h"
#include "lamina/backends/cpu/instruction_set.h"
#include "lamina/backends/cpu/kernels.h"
#include "lamina/base/machine_peak.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina::test {

namespace {

struct Case {
  Operand a, b;
  Shape c() const {
    Shape shape;
    const int rank = a.shape.rank();
    for (int i = 0; i < rank - 2; ++i) shape.push_back(std::max(a.shape[i], b.shape[i]));
    for (int i = 0; i < rank - 2; ++i) {
      if (a.shape[i] == 0 || b.shape[i] == 0) shape[i] = 0;
    }
    shape.push_back(a.shape[rank - 2]);
    shape.push_back(b.shape[rank - 1]);
    return shape;
  }
  std::string text() const {
    return list_text(a.shape) + " strides " + list_text(a.strides) + " x " + list_text(b.shape) +
           " strides " + list_text(b.strides);
  }
};

// The row-major number of the element that `index` meets in a shape with axes of size 1.
int64_t broadcast_number(const Shape& index, const Shape& shape) {
  int64_t number = 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    number = number * shape[i] + (shape[i] == 1 ? 0 : index[i]);
  }
  return number;
}

// Strides of 0 say that all elements along the axis are one.
Values values_of(const Operand& operand, unsigned seed) {
  Values values = random_values(operand.shape, seed);
  each_element(operand.shape, [&](const Shape& at, int64_t i) {
    Shape first = at;
    for (size_t axis = 0; axis < at.size(); ++axis) {
      if (operand.strides[axis] == 0) first[axis] = 0;
    }
    values[i] = values[broadcast_number(first, operand.shape)];
  });
  return values;
}

Values product(const Case& c, const Values& a, const Values& b) {
  const int rank = c.a.shape.rank();
  const int64_t depth = c.a.shape[rank - 1];
  Values result(c.c().elements());
  each_element(c.c(), [&](const Shape& at, int64_t i) {
    Shape left = at, right = at;
    for (int64_t k = 0; k < depth; ++k) {
      left[rank - 1] = k, right[rank - 2] = k;
      result[i] += a[broadcast_number(left, c.a.shape)] * b[broadcast_number(right, c.b.shape)];
    }
  });
  return result;
}

void check(const KernelEntry& entry, Case c, DType dtype, int threads, bool stable = false) {
  const double bound = dtype == DType::BFloat16 ? 0.01 : dtype == DType::Float32 ? 1e-5 : 1e-13;
  c.a.dtype = c.b.dtype = dtype;
  c.b.stable = stable;
  KernelRequest request;
  request.op = op::find("matmul");
  request.threads = threads;
  request.inputs = {c.a, c.b};
  request.outputs = {row_major(c.c(), dtype)};
  const Values a = values_of(c.a, 1), b = values_of(c.b, 2);
  expect_close(run_kernel(entry, request, {a, b}), product(c, a, b), bound, c.text());
}

Operand transposed(Shape shape) {  // the last two axes in the other order
  IntList order;
  for (int i = 0; i < shape.rank(); ++i) order.push_back(i);
  std::swap(order[shape.size() - 1], order[shape.size() - 2]);
  return {DType::Float32, shape, strides_in_order(shape, order)};
}

std::vector<Case> cases() {
  std::vector<Case> list = {
      {row_major({32, 64}), row_major({64, 128})},
      {transposed({33, 65}), row_major({65, 17})},
      {row_major({33, 65}), transposed({65, 17})},
      {transposed({5, 700}), transposed({700, 3})},
      {row_major({1, 64}), row_major({64, 100})},
      {row_major({64, 100}), row_major({100, 1})},
      {row_major({7, 1}), row_major({1, 9})},
      {row_major({1, 1}), row_major({1, 1})},
      {row_major({2, 3, 20, 30}), row_major({2, 3, 30, 10})},
      {row_major({4, 20, 30}), row_major({1, 30, 10})},
      {row_major({4, 1, 30}), row_major({1, 30, 10})},
      {row_major({1, 20, 30}), row_major({4, 30, 10})},
      {row_major({2, 1, 20, 30}), transposed({1, 3, 30, 10})},
      {row_major({130, 300}), row_major({300, 257})},
      {row_major({0, 4}), row_major({4, 5})},
      {row_major({3, 0}), row_major({0, 5})},
      {row_major({3, 4}), row_major({4, 0})},
      {row_major({0, 3, 4}), row_major({1, 4, 2})},
      {row_major({2, 3, 0}), row_major({2, 0, 2})},
  };
  // [batch, tokens, heads, width] taken apart into heads, as attention does.
  Operand heads = row_major({2, 4, 6, 8});
  heads.shape = {2, 6, 4, 8}, heads.strides = {192, 8, 48, 1};
  Operand keys = heads;
  keys.shape = {2, 6, 8, 4}, keys.strides = {192, 8, 1, 48};
  list.push_back({heads, keys});
  // Broadcast by strides: one matrix, one row, one column, one element for all.
  Operand matrix{DType::Float32, {3, 5, 6}, {0, 6, 1}}, row{DType::Float32, {3, 5, 6}, {6, 0, 1}};
  Operand column{DType::Float32, {3, 5, 6}, {5, 1, 0}},
      element{DType::Float32, {3, 5, 6}, {0, 0, 0}};
  for (const Operand& a : {matrix, row, column, element}) {
    list.push_back({a, row_major({3, 6, 4})});
  }
  list.push_back({row_major({3, 4, 5}), matrix});
  list.push_back({row_major({3, 4, 5}), column});
  list.push_back({{DType::Float32, {6, 7}, {-7, 1}}, {DType::Float32, {7, 5}, {-5, -1}}});
  return list;
}

// Every second column, rows of a larger array: in float32 oneDNN would take its gemm.
const Case kSteps = {{DType::Float32, {6, 7}, {20, 2}}, {DType::Float32, {7, 5}, {11, 1}}};

TEST(Matmul, OneDnn) {
  if (!backend::takes_avx512()) GTEST_SKIP() << "without AVX-512 the products are our own";
  for (const Case& c : cases()) {
    for (int threads : {1, 2}) check(backend::kernel_matmul_onednn, c, DType::Float32, threads);
    check(backend::kernel_matmul_onednn, c, DType::BFloat16, 2);
  }
  check(backend::kernel_matmul_onednn, kSteps, DType::BFloat16, 2);
  check(backend::kernel_matmul_onednn, {row_major({200, 300}), row_major({300, 200})},
        DType::Float32, 2);
}

// Only where bfloat16 has no faster products of its own.
TEST(Matmul, ByFloat32) {
  if (multiplies_bfloat16_faster()) GTEST_SKIP() << "bfloat16 has faster products of its own here";
  for (const Case& c : cases()) {
    for (bool stable : {false, true})
      check(backend::kernel_matmul_by_float32, c, DType::BFloat16, 2, stable);
  }
  check(backend::kernel_matmul_by_float32, kSteps, DType::BFloat16, 2);
}

// Depths that are no multiple of what a vector holds, columns of no multiple of four.
TEST(Matmul, FewRows) {
  for (int64_t rows : {1, 2, 3, 4}) {
    for (int64_t depth : {1, 2, 31, 32, 33, 64, 95, 512}) {
      for (int64_t columns : {1, 3, 4, 17, 600}) {
        const Case c{row_major({rows, depth}), transposed({depth, columns})};
        check(backend::kernel_matmul_few_rows, c, DType::BFloat16, 2);
      }
    }
  }
  check(backend::kernel_matmul_few_rows, {row_major({2, 100}), row_major({100, 60})},
        DType::BFloat16, 2, true);
  check(backend::kernel_matmul_few_rows, {row_major({1, 3, 100}), transposed({1, 100, 60})},
        DType::BFloat16, 1);
}

TEST(Matmul, Blocked) {
  for (const Case& c : cases()) {
    for (int threads : {1, 2}) check(backend::kernel_matmul_blocked, c, DType::Float32, threads);
    check(backend::kernel_matmul_blocked, c, DType::Float64, 2);
  }
  check(backend::kernel_matmul_blocked, kSteps, DType::Float32, 1);
  const Case deep{transposed({20, 9000}), row_major({9000, 70})};  // in parts
  check(backend::kernel_matmul_blocked, deep, DType::Float32, 2);
  const Case blocks{row_major({97, 5000}), row_major({5000, 66})};  // of the depth
  for (DType dtype : {DType::Float32, DType::Float64})
    check(backend::kernel_matmul_blocked, blocks, dtype, 2);
  const Case large{row_major({500, 800}), transposed({800, 900})};
  check(backend::kernel_matmul_blocked, large, DType::Float64, 2);
}

// Rows, columns and depths that are no multiples of tiles and panels.
TEST(Matmul, Packed) {
  check(backend::kernel_matmul_packed, {row_major({773, 776}), row_major({776, 786})},
        DType::Float32, 1);
  check(backend::kernel_matmul_packed, {transposed({769, 768}), transposed({768, 773})},
        DType::Float32, 2);
  check(backend::kernel_matmul_packed, {row_major({6, 129, 769}), row_major({1, 769, 768})},
        DType::Float32, 3);
}

TEST(Matmul, PackedAppliesStepsInTheirOrder) {
  const Case c = {row_major({769, 768}), transposed({768, 781})};
  const Shape shape = c.c();
  Epilogue epilogue;
  epilogue.own_inputs = 2;
  const auto step = [&](const char* name, int extra, bool extra_first = false) {
    const Spec spec{DType::Float32, shape};
    epilogue.steps.push_back({op::find(name), {}, extra, extra_first, spec});
  };
  step("multiply", 0), step("add", 1), step("gelu", -1), step("subtract", 2, true);
  step("multiply", 3), step("sigmoid", -1);
  KernelRequest request;
  request.threads = 2;
  request.epilogue = &epilogue;
  request.inputs = {
      c.a, c.b, row_major({1, 1}), row_major({781}), row_major(shape), row_major(shape)};
  request.outputs = {row_major(shape)};
  std::vector<Values> inputs = {values_of(c.a, 1), values_of(c.b, 2)};
  for (unsigned i = 2; i < 6; ++i) inputs.push_back(random_values(request.inputs[i].shape, i));
  Values expected = product(c, inputs[0], inputs[1]);
  each_element(shape, [&](const Shape& at, int64_t i) {
    const double x = expected[i] * inputs[2][0] + inputs[3][at[1]];
    const double gelu = 0.5 * x * (1 + std::erf(x * std::sqrt(0.5)));
    expected[i] = 1 / (1 + std::exp(-(inputs[4][i] - gelu) * inputs[5][i]));
  });
  expect_close(run_kernel(backend::kernel_matmul_packed, request, inputs), expected, 1e-5, "steps");
}

// A request for one row with a weight that stays, 2 threads, and steps behind it.
KernelRequest row_request(const Case& c, const Epilogue* epilogue = nullptr) {
  KernelRequest request;
  request.threads = 2;
  request.epilogue = epilogue;
  request.inputs = {c.a, c.b};
  request.inputs[1].stable = true;
  request.outputs = {row_major(c.c())};
  return request;
}

// Runs go by turns from the first column to the last and back: run_kernel wants the same bits.
TEST(Matmul, RowByTurns) {
  for (const Case& c : {Case{row_major({1, 512}), transposed({512, 2048})},
                        Case{row_major({1, 300}), row_major({300, 777})},
                        Case{row_major({1, 1, 700}), transposed({700, 101})},
                        Case{row_major({1, 9000}), row_major({9000, 8})}}) {
    const Values a = values_of(c.a, 1), b = values_of(c.b, 2);
    Case flat = c;
    if (c.a.shape.rank() == 3) flat.b.shape = {1, 700, 101}, flat.b.strides = {70700, 1, 700};
    expect_close(run_kernel(backend::kernel_matmul_row, row_request(flat), {a, b}),
                 product(flat, a, b), 1e-5, c.text());
  }
}

TEST(Matmul, RowAppliesStepsInTheirOrder) {
  const Case c = {row_major({1, 256}), transposed({256, 1030})};
  Epilogue epilogue;
  epilogue.own_inputs = 2;
  const auto step = [&](const char* name, int extra) {
    epilogue.steps.push_back({op::find(name), {}, extra, false, {DType::Float32, c.c()}});
  };
  step("add", 0), step("tanh", -1), step("multiply", 1);
  KernelRequest request = row_request(c, &epilogue);
  request.inputs.push_back(row_major({1030})), request.inputs.push_back(row_major({1, 1030}));
  const std::vector<Values> inputs = {values_of(c.a, 1), values_of(c.b, 2),
                                      random_values({1030}, 3), random_values({1, 1030}, 4)};
  Values expected = product(c, inputs[0], inputs[1]);
  for (size_t i = 0; i < expected.size(); ++i)
    expected[i] = std::tanh(expected[i] + inputs[2][i]) * inputs[3][i];
  expect_close(run_kernel(backend::kernel_matmul_row, request, inputs), expected, 1e-5, "steps");
}

// What streaming in steps of one relies on: a sum is made in the same order for one row and for many.
TEST(Matmul, RowHasTheBitsOfManyRows) {
  if (!backend::takes_avx512()) GTEST_SKIP() << "without AVX-512 the products are our own";
  const Case one{row_major({1, 512}), transposed({512, 1536})};
  const Case many{row_major({24, 512}), transposed({512, 1536})};
  const Values a = values_of(many.a, 1), b = values_of(many.b, 2);
  KernelRequest request = row_request(many);
  const Values all = run_kernel(backend::kernel_matmul_onednn, request, {a, b});
  const Values row = run_kernel(backend::kernel_matmul_row, row_request(one),
                                {Values(a.begin() + 512, a.begin() + 1024), b});
  EXPECT_EQ(row, Values(all.begin() + 1536, all.begin() + 2 * 1536));
}

// What the deterministic mode relies on.
TEST(Matmul, RowHasTheBitsOfOurOwnProduct) {
  for (int64_t depth : {512, 700, 9000}) {
    const Case one{row_major({1, depth}), transposed({depth, 530})};
    const Case many{row_major({24, depth}), transposed({depth, 530})};
    const Values a = values_of(many.a, 1), b = values_of(many.b, 2);
    KernelRequest all_rows = row_request(many), one_row = row_request(one);
    all_rows.deterministic = one_row.deterministic = true;
    const Values all = run_kernel(backend::kernel_matmul_blocked, all_rows, {a, b});
    const Values row = run_kernel(backend::kernel_matmul_row, one_row,
                                  {Values(a.begin() + depth, a.begin() + 2 * depth), b});
    EXPECT_EQ(row, Values(all.begin() + 530, all.begin() + 2 * 530)) << depth;
  }
}

TEST(Matmul, RowRefusesWithReasons) {
  const auto refusal = [](Case c, bool stable) {
    KernelRequest request = row_request(c);
    request.inputs[1].stable = stable;
    EXPECT_EQ(backend::kernel_matmul_row.rule(request), nullptr);
    return request.refusal;
  };
  const Case row{row_major({1, 512}), row_major({512, 512})};
  EXPECT_EQ(refusal(row, false), "takes a weight that stays");
  EXPECT_EQ(refusal({row_major({2, 512}), row_major({512, 512})}, true), "takes one row");
  EXPECT_EQ(refusal({row_major({1, 4}), row_major({4, 5})}, true),
            "takes weights of 65536 numbers or more");
  EXPECT_EQ(refusal({row_major({1, 0}), row_major({0, 5})}, true), "the product is empty");
  EXPECT_EQ(refusal({row_major({1, 512}, DType::Float64), row_major({512, 512})}, true),
            "takes float32 only");
}

TEST(Matmul, BlockedIgnoresThreads) {
  for (const Case& c : {Case{row_major({300, 500}), row_major({500, 400})},
                        Case{row_major({20, 9000}), row_major({9000, 70})},
                        Case{row_major({3, 50, 40}), transposed({3, 40, 60})}}) {
    std::mt19937 random(3);
    Values a(c.a.shape.elements()), b(c.b.shape.elements());
    for (Values* values : {&a, &b}) {
      for (double& value : *values) value = static_cast<double>(random()) / 4e9;
    }
    KernelRequest request;
    request.inputs = {c.a, c.b};
    request.outputs = {row_major(c.c())};
    const Values one = run_kernel(backend::kernel_matmul_blocked, request, {a, b});
    for (int threads : {2, 3, 7}) {
      request.threads = threads;
      EXPECT_EQ(run_kernel(backend::kernel_matmul_blocked, request, {a, b}), one) << c.text();
    }
  }
}

TEST(Matmul, OneDnnRefusesWithReasons) {
  const auto refusal = [](DType a, DType b, bool deterministic) {
    KernelRequest request;
    request.deterministic = deterministic;
    request.inputs = {row_major({2, 3}, a), row_major({3, 2}, b)};
    request.outputs = {row_major({2, 2}, a)};
    EXPECT_EQ(backend::kernel_matmul_onednn.rule(request), nullptr);
    return request.refusal;
  };
  EXPECT_EQ(refusal(DType::Float16, DType::Float16, false),
            "takes float32 and bfloat16, not float16");
  EXPECT_EQ(refusal(DType::Float32, DType::BFloat16, false), "takes factors of one type");
  EXPECT_EQ(refusal(DType::Float32, DType::Float32, true),
            "its bits may depend on the number of threads");
}

}  // namespace

}  // namespace lamina::test
