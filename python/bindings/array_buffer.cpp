// The buffer protocol of lamina.Array: read-only views that keep the value's memory alive. A
// program never writes into memory that somebody else refers to, so what a view shows does not
// change.
#include <memory>

#include "array_object.h"
#include "buffer_format.h"
#include "errors.h"
#include "lamina/base/error.h"
#include "lamina/exec/evaluate.h"

namespace lamina::python {
namespace {

struct Export {
  HostValue value;
  Array array;  // keeps the shape
  SmallVector<Py_ssize_t, 6> strides;
};

}  // namespace

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guard(
      [&] {
        auto exported = std::make_unique<Export>();
        exported->array = as_array_object(self)->value();
        const Array& array = exported->array;
        const char* format = format_of(array.dtype());
        if (!format || (flags & PyBUF_WRITABLE) == PyBUF_WRITABLE) {
          PyErr_SetString(PyExc_BufferError,
                          format ? "the values of an array cannot be written"
                                 : "the buffer protocol has no bfloat16; use astype(float32)");
          return -1;
        }
        {
          ReleaseGil released;
          exported->value = host_value(array);
        }
        for (int64_t stride : row_major_strides(array.shape())) {
          exported->strides.push_back(
              static_cast<Py_ssize_t>(stride * static_cast<int64_t>(size_of(array.dtype()))));
        }
        view->buf = const_cast<std::byte*>(exported->value.data());
        view->len =
            static_cast<Py_ssize_t>(array.size() * static_cast<int64_t>(size_of(array.dtype())));
        view->itemsize = static_cast<Py_ssize_t>(size_of(array.dtype()));
        view->readonly = 1;
        view->ndim = array.ndim();
        view->format = flags & PyBUF_FORMAT ? const_cast<char*>(format) : nullptr;
        bool shaped = (flags & PyBUF_ND) == PyBUF_ND && array.ndim() > 0;
        bool strided = (flags & PyBUF_STRIDES) == PyBUF_STRIDES && array.ndim() > 0;
        view->shape =
            shaped ? reinterpret_cast<Py_ssize_t*>(const_cast<int64_t*>(array.shape().data()))
                   : nullptr;
        view->strides = strided ? exported->strides.data() : nullptr;
        view->suboffsets = nullptr;
        view->internal = exported.release();
        Py_INCREF(self);
        view->obj = self;
        return 0;
      },
      -1);
}

void release_buffer(PyObject*, Py_buffer* view) { delete static_cast<Export*>(view->internal); }

}  // namespace lamina::python
