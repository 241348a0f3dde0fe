#include <numeric>

#include "backends/kernel_run.h"
#include "lamina/backends/cpu/kernels.h"

namespace lamina::test {

namespace {

void check(const Operand& from, const Operand& to, int threads) {
  Values values(from.shape.elements());
  std::iota(values.begin(), values.end(), 0.0);
  for (double& value : values) value = std::fmod(value, from.dtype == DType::Bool ? 2 : 100);
  for (size_t axis = 0; axis < from.shape.size(); ++axis) {
    if (from.strides[axis] == 0) std::fill(values.begin(), values.end(), 1.0);
  }
  KernelRequest request;
  request.threads = threads;
  request.inputs = {from};
  request.outputs = {to};
  EXPECT_EQ(run_kernel(backend::kernel_copy_strided, request, {values}), values)
      << list_text(from.shape) << list_text(from.strides) << list_text(to.strides)
      << name(from.dtype);
}

TEST(Copy, EveryOrderOfAxes) {
  const Shape shape{3, 70, 5, 66};
  IntList order{0, 1, 2, 3};
  do {
    const Operand turned{DType::Float32, shape, strides_in_order(shape, order)};
    check(row_major(shape), turned, 2);
    check(turned, row_major(shape), 1);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Copy, EveryType) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const DType dtype = static_cast<DType>(i);
    const Shape shape{2, 17, 9, 70};
    check(row_major(shape, dtype), {dtype, shape, channels_last_strides(shape)}, 2);
    check({dtype, shape, channels_last_strides(shape)}, row_major(shape, dtype), 2);
    check(row_major(shape, dtype), row_major(shape, dtype), 2);
  }
}

TEST(Copy, AnyStrides) {
  check({DType::Float32, {5, 6, 7}, {100, 14, 2}}, row_major({5, 6, 7}), 2);
  check({DType::Float32, {5, 6, 7}, {-100, 14, -2}}, row_major({5, 6, 7}), 2);
  check({DType::Float32, {5, 600}, {0, 0}}, row_major({5, 600}), 2);
  check({DType::Float32, {5, 600}, {0, 1}}, row_major({5, 600}), 2);
  check({DType::Float32, {300, 600}, {1, 0}}, row_major({300, 600}), 2);
  check({DType::Float32, {4, 5, 6}, {1, 100, 5}}, row_major({4, 5, 6}), 1);
}

TEST(Copy, SmallAndEmpty) {
  check(row_major({}), row_major({}), 1);
  check(row_major({1, 1}), row_major({1, 1}), 1);
  check(row_major({0, 4}), row_major({0, 4}), 2);
  check(row_major({3, 0, 4}), {DType::Float32, {3, 0, 4}, channels_last_strides({3, 0, 4})}, 2);
}

TEST(Copy, LargePlanes) {
  const Shape square{1030, 517};
  check({DType::Float32, square, {1, 1030}}, row_major(square), 2);
  const Shape image{2, 3, 101, 57};
  check(row_major(image), {DType::Float32, image, channels_last_strides(image)}, 2);
}

TEST(Copy, RefusesAnotherType) {
  KernelRequest request;
  request.inputs = {row_major({2})};
  request.outputs = {row_major({2}, DType::Float64)};
  EXPECT_EQ(backend::kernel_copy_strided.rule(request), nullptr);
  EXPECT_EQ(request.refusal, "takes an output of the input's type");
}

}  // namespace

}  // namespace lamina::test
