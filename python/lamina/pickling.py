"""What pickled arrays and element types are made of again by."""

from . import _lamina


def array_from_bytes(data, shape, dtype):
    return _lamina._array_from_bytes(data, shape, dtype)


def dtype_from_name(name):
    return _lamina.dtype(name)
