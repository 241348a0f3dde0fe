// Array.__dlpack__: a read-only view that keeps the value's memory alive. Consumers from before
// version 1 cannot be told that a tensor is read-only: they get a copy of their own.
#include <cstring>
#include <memory>

#include "bindings.h"
#include "casters.h"
#include "dlpack.h"
#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"

namespace lamina::python {
namespace {

dlpack::DataType type_of(DType dtype) {
  uint8_t code = dlpack::kFloat;
  if (dtype == bool_) {
    code = dlpack::kBool;
  } else if (dtype == bfloat16) {
    code = dlpack::kBFloat;
  } else if (is_integer(dtype)) {
    code = is_signed(dtype) ? dlpack::kInteger : dlpack::kUnsigned;
  }
  return {code, static_cast<uint8_t>(8 * size_of(dtype)), 1};
}

template <class Managed>
struct Export {
  Managed managed;
  HostValue value;
  Shape shape;
  Strides strides;
};

void set_flags(dlpack::ManagedTensor&, bool) {}
void set_flags(dlpack::ManagedTensorVersioned& managed, bool copied) {
  managed.version = {dlpack::kMajor, dlpack::kMinor};
  managed.flags = copied ? dlpack::kIsCopied : dlpack::kReadOnly;
}

template <class Managed>
nb::object export_as(const char* name, const Array& array, HostValue value, bool copied) {
  auto exported = std::make_unique<Export<Managed>>();
  exported->value = std::move(value);
  exported->shape = array.shape();
  exported->strides = row_major_strides(array.shape());
  Managed& managed = exported->managed;
  set_flags(managed, copied);
  managed.tensor = {const_cast<std::byte*>(exported->value.data()),
                    {dlpack::kCpu, 0},
                    array.ndim(),
                    type_of(array.dtype()),
                    exported->shape.data(),
                    exported->strides.data(),
                    0};
  managed.context = exported.get();
  managed.deleter = [](Managed* self) { delete static_cast<Export<Managed>*>(self->context); };
  // A capsule that nobody took over (its name is still the old one) is let go of here.
  PyObject* capsule = PyCapsule_New(&managed, name, [](PyObject* c) {
    const char* now = PyCapsule_GetName(c);
    if (!now || std::strncmp(now, "used_", 5) == 0) return;
    auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(c, now));
    managed->deleter(managed);
  });
  if (!capsule) throw nb::python_error();
  exported.release();
  return nb::steal(capsule);
}

HostValue copied(const HostValue& value, size_t bytes) {
  HostValue copy{Storage::allocate(bytes), 0};
  if (bytes > 0) std::memcpy(copy.storage->data(), value.data(), bytes);
  return copy;
}

nb::object to_dlpack(Array array, nb::handle stream, nb::handle max_version, nb::handle dl_device,
                     nb::handle copy) {
  if (!stream.is_none())
    throw ValueError("__dlpack__: the CPU has no streams: expected stream=None");
  if (!dl_device.is_none() && nb::cast<int>(dl_device[0]) != dlpack::kCpu) {
    throw ValueError(
        text("__dlpack__: expected the CPU as device, got ", nb::repr(dl_device).c_str()));
  }
  HostValue value;
  {
    ReleaseGil released;
    value = host_value(array);
  }
  const bool versioned = !max_version.is_none() && nb::cast<int>(max_version[0]) >= 1;
  const bool copies = copy.is(Py_True) || !versioned;
  if (copy.is(Py_False) && !versioned) {
    throw ValueError(
        "__dlpack__: the consumer needs a copy: before DLPack 1 it cannot know that this is "
        "read-only");
  }
  if (copies) value = copied(value, static_cast<size_t>(array.size()) * size_of(array.dtype()));
  return versioned ? export_as<dlpack::ManagedTensorVersioned>("dltensor_versioned", array,
                                                               std::move(value), copies)
                   : export_as<dlpack::ManagedTensor>("dltensor", array, std::move(value), copies);
}

}  // namespace

void bind_dlpack(nb::module_& m) {
  m.def("__dlpack__", &to_dlpack, nb::arg("self"), nb::kw_only(), nb::arg("stream") = nb::none(),
        nb::arg("max_version") = nb::none(), nb::arg("dl_device") = nb::none(),
        nb::arg("copy") = nb::none());
  m.def(
      "__dlpack_device__", [](const Array&) { return nb::make_tuple(dlpack::kCpu, 0); },
      nb::arg("self"));
  add_methods(m, {"__dlpack__", "__dlpack_device__"});
  nb::delattr(m, "__dlpack__");
  nb::delattr(m, "__dlpack_device__");
}

}  // namespace lamina::python
