// Tensors of other libraries, shared through DLPack.
#include <memory>

#include "casters.h"
#include "convert.h"
#include "dlpack.h"
#include "foreign.h"
#include "host_copy.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina::python {
namespace {

DType dtype_of_tensor(const dlpack::Tensor& tensor) {
  const int code = tensor.type.code, bits = tensor.type.bits;
  auto pick = [&](DType d8, DType d16, DType d32, DType d64) -> std::optional<DType> {
    switch (bits) {
      case 8:
        return d8;
      case 16:
        return d16;
      case 32:
        return d32;
      case 64:
        return d64;
    }
    return std::nullopt;
  };
  std::optional<DType> dtype;
  if (tensor.type.lanes == 1) {
    switch (code) {
      case dlpack::kInteger:
        dtype = pick(int8, int16, int32, int64);
        break;
      case dlpack::kUnsigned:
        dtype = pick(uint8, uint16, uint32, uint64);
        break;
      case dlpack::kFloat:
        if (bits >= 16) dtype = pick(float16, float16, float32, float64);
        break;
      case dlpack::kBFloat:
        if (bits == 16) dtype = bfloat16;
        break;
      case dlpack::kBool:
        if (bits == 8) dtype = bool_;
        break;
    }
  }
  if (!dtype) {
    throw DTypeError(
        text("from_dlpack: no element type fits DLPack code ", code, " of ", bits, " bits"));
  }
  return *dtype;
}

// Calls __dlpack__ as version 1 asks for, or without arguments where the producer is older.
nb::object capsule_of(nb::handle object) {
  try {
    return object.attr("__dlpack__")(nb::arg("max_version") =
                                         nb::make_tuple(dlpack::kMajor, dlpack::kMinor));
  } catch (nb::python_error& e) {
    if (!e.matches(PyExc_TypeError)) throw;
  }
  return object.attr("__dlpack__")();
}

// The tensor in a capsule and how to let go of it. A consumer renames the capsule that it has taken
// over.
struct Taken {
  const dlpack::Tensor* tensor;
  std::function<void()> release;
};

template <class Managed>
Taken take(nb::handle capsule, const char* name, const char* used) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (!managed) throw nb::python_error();
  PyCapsule_SetName(capsule.ptr(), used);
  return {&managed->tensor, [managed] {
            if (managed->deleter) managed->deleter(managed);
          }};
}

Taken take(nb::handle capsule) {
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor_versioned")) {
    auto* managed = static_cast<dlpack::ManagedTensorVersioned*>(
        PyCapsule_GetPointer(capsule.ptr(), "dltensor_versioned"));
    if (managed->version.major != dlpack::kMajor) {
      throw ValueError(
          text("from_dlpack: expected DLPack version 1, got ", managed->version.major));
    }
    return take<dlpack::ManagedTensorVersioned>(capsule, "dltensor_versioned",
                                                "used_dltensor_versioned");
  }
  if (PyCapsule_IsValid(capsule.ptr(), "dltensor")) {
    return take<dlpack::ManagedTensor>(capsule, "dltensor", "used_dltensor");
  }
  throw ValueError("from_dlpack: __dlpack__ returned no unused DLPack capsule");
}

void check_device(nb::handle object) {
  nb::object device = object.attr("__dlpack_device__")();
  if (nb::cast<int>(device[0]) != dlpack::kCpu) {
    throw ValueError(text("from_dlpack: expected memory of the CPU, got DLPack device ",
                          nb::repr(device).c_str()))
        .help("copy it to the CPU first");
  }
}

}  // namespace

Array from_dlpack(PyObject* source, std::optional<bool> copy) {
  nb::handle object(source);
  if (!nb::hasattr(object, "__dlpack__")) {
    throw DTypeError(text("from_dlpack: a ", Py_TYPE(source)->tp_name, " has no __dlpack__"));
  }
  if (nb::hasattr(object, "__dlpack_device__")) check_device(object);
  nb::object capsule = capsule_of(object);
  // Shared by the storage and by this call, which may fail.
  struct Held {
    Taken taken;
    ~Held() { taken.release(); }
  };
  auto held = std::shared_ptr<Held>(new Held{take(capsule)});
  const dlpack::Tensor& tensor = *held->taken.tensor;
  DType dtype = dtype_of_tensor(tensor);
  if (tensor.rank < 0 || tensor.rank > kMaxRank) {
    throw ShapeError(text("from_dlpack: expected up to ", kMaxRank, " axes, got ", tensor.rank));
  }
  Shape shape(std::span<const int64_t>(tensor.shape, static_cast<size_t>(tensor.rank)));
  check_shape(shape, size_of(dtype), "from_dlpack: shape");
  Strides strides = tensor.strides ? Strides(tensor.strides, tensor.strides + tensor.rank)
                                   : row_major_strides(shape);
  const auto* data = static_cast<const std::byte*>(tensor.data) + tensor.byte_offset;
  const size_t bytes = static_cast<size_t>(shape.elements()) * size_of(dtype);
  bool sharable =
      is_row_major(shape, strides) && reinterpret_cast<uintptr_t>(data) % size_of(dtype) == 0;
  if (!sharable && copy == false) {
    throw ValueError(
        "from_dlpack: the memory cannot be shared: it does not lie row-major, or is not aligned")
        .help("leave copy=False out");
  }
  if (sharable && !copy.value_or(false)) {
    return foreign_array(foreign_storage(data, bytes, [held]() mutable { held.reset(); }), 0,
                         std::move(shape), dtype);
  }
  for (int64_t& stride : strides) stride *= static_cast<int64_t>(size_of(dtype));
  NodeValue value;
  value.storage = Storage::allocate(bytes);
  copy_strided(value.storage->data(), data, shape, strides, size_of(dtype), false);
  return make_leaf({dtype, std::move(shape)}, std::move(value));
}

}  // namespace lamina::python
