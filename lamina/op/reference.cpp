#include "lamina/op/reference.h"

#include <cstring>

#include "lamina/base/half.h"

namespace lamina {

int64_t ReferenceOperand::offset(int64_t element) const {
  int64_t result = 0;
  for (int axis = rank() - 1; axis >= 0; --axis) {
    result += element % operand_.shape[axis] * operand_.strides[axis];
    element /= operand_.shape[axis];
  }
  return result;
}

int64_t ReferenceOperand::offset(std::span<const int64_t> index) const {
  int64_t result = 0;
  for (size_t axis = 0; axis < index.size(); ++axis) result += index[axis] * operand_.strides[axis];
  return result;
}

double ReferenceOperand::real(int64_t element) const {
  const std::byte* p = at(element);
  return dispatch(operand_.dtype, [&](auto zero) {
    decltype(zero) value;
    std::memcpy(&value, p, sizeof value);
    return static_cast<double>(value);
  });
}

int64_t ReferenceOperand::integer(int64_t element) const {
  const std::byte* p = at(element);
  return dispatch(operand_.dtype, [&](auto zero) {
    decltype(zero) value;
    std::memcpy(&value, p, sizeof value);
    if constexpr (std::is_integral_v<decltype(value)>) {
      return static_cast<int64_t>(value);
    } else {
      return static_cast<int64_t>(static_cast<double>(value));
    }
  });
}

void ReferenceOperand::set_real(int64_t element, double real) const {
  std::byte* p = at(element);
  dispatch(operand_.dtype, [&](auto zero) {
    auto value = static_cast<decltype(zero)>(real);
    std::memcpy(p, &value, sizeof value);
  });
}

void ReferenceOperand::set_integer(int64_t element, int64_t integer) const {
  std::byte* p = at(element);
  dispatch(operand_.dtype, [&](auto zero) {
    using T = decltype(zero);
    T value;
    if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(integer);
    } else {
      value = static_cast<T>(static_cast<double>(integer));
    }
    std::memcpy(p, &value, sizeof value);
  });
}

namespace {

class ReferenceKernel final : public Kernel {
 public:
  explicit ReferenceKernel(KernelRequest request) : request_(std::move(request)) {
    name = text("reference.", request_.op->name);
  }
  void run(std::byte* const* operands, RunContext& context) const override {
    Reference reference(request_, operands, context);
    request_.op->reference(reference);
  }

 private:
  KernelRequest request_;
};

}  // namespace

std::unique_ptr<Kernel> reference_kernel(KernelRequest& request) {
  if (!request.op || !request.op->reference) {
    request.refusal = "the op has no reference loop of its own";
    return nullptr;
  }
  return std::make_unique<ReferenceKernel>(request);
}

}  // namespace lamina
