// Reading values: items, vectors, text.
#include <cstring>
#include <ostream>

#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/op/backend.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Copy)

HostValue host_value(const Array& array) {
  array.eval();
  const Node* node = array.node();
  const Spec& spec = node->spec;
  if (node->has(kNumber)) {
    HostValue host{Storage::allocate(8), 0};
    dispatch(spec.dtype, [&](auto zero) {
      using T = decltype(zero);
      T value = std::is_integral_v<T> ? static_cast<T>(node->number.integer)
                                      : static_cast<T>(static_cast<float>(node->number.real));
      if constexpr (std::is_same_v<T, double>) value = node->number.real;
      std::memcpy(host.storage->data(), &value, sizeof value);
    });
    return host;
  }
  if (!node->value.strides) return {node->value.storage, node->value.offset};
  KernelRequest request;
  request.op = &ops::op_Copy();
  request.inputs = {{spec.dtype, spec.shape, *node->value.strides}};
  request.outputs = {{spec.dtype, spec.shape, row_major_strides(spec.shape)}};
  auto kernel = backend::prepare(request);
  HostValue host{
      Storage::allocate(static_cast<size_t>(spec.shape.elements()) * size_of(spec.dtype)), 0};
  std::byte* operands[] = {node->value.storage->data() + node->value.offset, host.storage->data()};
  RunContext context;
  Ref<Storage> scratch = Storage::allocate(kernel->scratch_bytes());
  context.scratch = scratch->data();
  kernel->run(operands, context);
  return host;
}

template <class T>
std::vector<T> Array::to_vector() const {
  HostValue host = host_value(*this);
  std::vector<T> result(static_cast<size_t>(size()));
  lamina::dispatch(dtype(), [&](auto zero) {
    using S = decltype(zero);
    const S* values = reinterpret_cast<const S*>(host.data());
    for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(values[i]);
  });
  return result;
}

template <class T>
T Array::item() const {
  if (size() != 1) {
    throw ShapeError(text("item: expected an array of one element, got ", describe(*this)))
        .help("index it, or use to_vector");
  }
  HostValue host = host_value(*this);
  return lamina::dispatch(dtype(), [&](auto zero) {
    decltype(zero) value;
    std::memcpy(&value, host.data(), sizeof value);
    return static_cast<T>(value);
  });
}

#define LAMINA_HOST_TYPES(M) \
  M(double)                  \
  M(float) M(int64_t) M(int32_t) M(int16_t) M(int8_t) M(uint64_t) M(uint32_t) M(uint16_t) M(uint8_t)
#define LAMINA_INSTANTIATE(T)                       \
  template std::vector<T> Array::to_vector() const; \
  template T Array::item() const;
LAMINA_HOST_TYPES(LAMINA_INSTANTIATE)
template bool Array::item() const;
#undef LAMINA_INSTANTIATE
#undef LAMINA_HOST_TYPES

namespace {

constexpr int64_t kEdgeItems = 3;          // shown at each end of a long axis
constexpr int64_t kSummarizeAbove = 1000;  // elements

// T is double, int64_t or uint64_t: what holds every value of the type.
template <class T>
std::string element_text(T value, DType dtype) {
  if (dtype == DType::Bool) return value != 0 ? "True" : "False";
  if constexpr (std::is_integral_v<T>) return std::to_string(value);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", static_cast<double>(value));
  return buffer;
}

template <class T>
void print_axis(std::string& out, const std::vector<T>& values, const Shape& shape, DType dtype,
                int axis, int64_t first, int64_t step, bool shorten) {
  if (axis == shape.rank()) {
    out += element_text(values[static_cast<size_t>(first)], dtype);
    return;
  }
  out += '[';
  step /= std::max<int64_t>(shape[axis], 1);
  for (int64_t i = 0; i < shape[axis]; ++i) {
    if (i > 0) {
      out += ',';
      out += axis + 1 == shape.rank() ? " " : "\n" + std::string(axis + 1, ' ');
    }
    if (shorten && shape[axis] > 2 * kEdgeItems && i == kEdgeItems) {
      out += "...";
      i = shape[axis] - kEdgeItems - 1;
      continue;
    }
    print_axis(out, values, shape, dtype, axis + 1, first + i * step, step, shorten);
  }
  out += ']';
}

template <class T>
std::string printed(const Array& array) {
  std::string out;
  print_axis(out, array.to_vector<T>(), array.shape(), array.dtype(), 0, 0, array.size(),
             array.size() > kSummarizeAbove);
  return out;
}

}  // namespace

std::string to_string(const Array& array) {
  if (is_floating(array.dtype())) return printed<double>(array);
  return array.dtype() == uint64 ? printed<uint64_t>(array) : printed<int64_t>(array);
}

std::ostream& operator<<(std::ostream& out, const Array& array) { return out << to_string(array); }

}  // namespace lamina
