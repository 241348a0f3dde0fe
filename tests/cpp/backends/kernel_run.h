// Runs one entry of the kernel list on values given as doubles in row-major order, whatever layout
// the entry asks for, from several threads at once, and gives back its output in row-major order.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "lamina/op/backend.h"

namespace lamina::test {

using Values = std::vector<double>;

inline Values random_values(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  Values values(shape.elements());
  for (double& value : values)
    value = static_cast<double>(static_cast<int>(random() % 33) - 16) / 8;
  return values;
}

// Calls f(index of the axes, row-major number) for every element.
template <class F>
void each_element(const Shape& shape, F&& f) {
  Shape index(shape.size(), 0);
  for (int64_t i = 0, n = shape.elements(); i < n; ++i) {
    f(index, i);
    for (int axis = shape.rank(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

inline int64_t offset_of(const Shape& index, const Strides& strides) {
  int64_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return offset;
}

// Memory of exactly the operand's size, so that address sanitizer sees a step outside.
class Memory {
 public:
  explicit Memory(const Operand& operand) : operand_(operand) {
    int64_t low = 0, high = 0;
    for (size_t i = 0; i < operand.shape.size(); ++i) {
      int64_t reach = (std::max<int64_t>(operand.shape[i], 1) - 1) * operand.strides[i];
      (reach < 0 ? low : high) += reach;
    }
    const size_t bytes = (high - low + 1) * size_of(operand.dtype);
    bytes_.resize(operand.shape.elements() == 0 ? 1 : bytes, std::byte{0x7f});
    first_ = -low;
  }
  std::byte* address() { return bytes_.data() + first_ * size_of(operand_.dtype); }
  void store(const Values& values) {
    dispatch(operand_.dtype, [&](auto zero) {
      using T = decltype(zero);
      each_element(operand_.shape, [&](const Shape& index, int64_t i) {
        if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
          reinterpret_cast<T*>(address())[offset_of(index, operand_.strides)] =
              T(static_cast<float>(values[i]));
        } else {
          reinterpret_cast<T*>(address())[offset_of(index, operand_.strides)] =
              static_cast<T>(values[i]);
        }
      });
    });
  }
  Values load() {
    Values values(operand_.shape.elements());
    dispatch(operand_.dtype, [&](auto zero) {
      using T = decltype(zero);
      each_element(operand_.shape, [&](const Shape& index, int64_t i) {
        const T value = reinterpret_cast<T*>(address())[offset_of(index, operand_.strides)];
        if constexpr (sizeof(T) == 2 && !std::is_integral_v<T>) {
          values[i] = static_cast<float>(value);
        } else {
          values[i] = static_cast<double>(value);
        }
      });
    });
    return values;
  }

 private:
  Operand operand_;
  std::vector<std::byte> bytes_;
  int64_t first_ = 0;
};

inline Operand row_major(Shape shape, DType dtype = DType::Float32) {
  return {dtype, shape, row_major_strides(shape)};
}

// The first address in `bytes` that a cache line starts at; there are 64 bytes to spare.
inline std::byte* aligned(std::vector<std::byte>& bytes) {
  return bytes.data() + (64 - reinterpret_cast<uintptr_t>(bytes.data()) % 64) % 64;
}

// The output of one run with memory of its own.
inline Values run_once(const Kernel& kernel, const KernelRequest& request,
                       const std::vector<Values>& inputs) {
  std::vector<Memory> memories;
  for (const auto* list : {&request.inputs, &request.outputs}) {
    for (const Operand& operand : *list) memories.emplace_back(operand);
  }
  std::vector<std::byte*> operands;
  for (size_t i = 0; i < memories.size(); ++i) {
    if (i < inputs.size()) memories[i].store(inputs[i]);
    operands.push_back(memories[i].address());
  }
  std::vector<std::vector<std::byte>> prepared;  // forms of inputs that the kernel wants instead
  for (const Kernel::Preparation& p : kernel.preparations) {
    prepared.emplace_back(p.bytes + 64, std::byte{0x7f});
    std::byte* place = aligned(prepared.back());
    std::vector<std::byte> space(p.kernel->scratch_bytes() + 64);
    RunContext context;
    context.scratch = aligned(space);
    std::byte* both[] = {operands[p.input], place};
    p.kernel->run(both, context);
    operands[p.input] = place;
  }
  std::vector<std::byte> scratch(kernel.scratch_bytes() + 64, std::byte{0x7f});
  RunContext context;
  context.scratch = aligned(scratch);
  kernel.run(operands.data(), context);
  return memories[inputs.size()].load();
}

// Prepares for the request's threads and runs: alone, then from two threads at once, which must
// agree bit for bit. A refusal fails the test.
inline Values run_kernel(const KernelEntry& entry, KernelRequest request,
                         const std::vector<Values>& inputs) {
  auto kernel = entry.rule(request);
  if (!kernel) {
    ADD_FAILURE() << entry.name << " refused: " << request.refusal;
    return {};
  }
  const Values alone = run_once(*kernel, request, inputs);
  Values together[2];
  std::thread other([&] { together[1] = run_once(*kernel, request, inputs); });
  together[0] = run_once(*kernel, request, inputs);
  other.join();
  for (const Values& values : together) {
    EXPECT_TRUE(alone.empty() ||  // memcmp takes no null pointer
                std::memcmp(values.data(), alone.data(), alone.size() * sizeof(double)) == 0)
        << entry.name << " gives other bits when two threads run it";
  }
  return alone;
}

// Every element within `bound` of the expected one, relative to the largest.
inline void expect_close(const Values& got, const Values& expected, double bound,
                         const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  double largest = 1;
  for (double value : expected) largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_LE(std::abs(got[i] - expected[i]), bound * largest)
        << what << ": element " << i << " is " << got[i] << ", expected " << expected[i];
  }
}

}  // namespace lamina::test
