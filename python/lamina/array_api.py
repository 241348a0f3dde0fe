"""What the Python array API standard asks of a namespace beside functions of arrays: constants and inspection."""

import math

from . import _lamina

__all__ = ["clip", "e", "inf", "nan", "newaxis", "pi"]

e = math.e
inf = math.inf
nan = math.nan
newaxis = None
pi = math.pi


def clip(x, min=None, max=None):
    """Each element brought into [min, max]; None is no limit.

    >>> lm.clip(lm.array([1, 5, 9]), 2, 6)
    [2, 5, 6]
    """
    return _lamina._clip(x, min, max)


class _Info:
    """What `lm.__array_namespace_info__()` gives: devices, element types and abilities."""

    def capabilities(self):
        """What the standard leaves open, and how it is here."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 32}

    def default_device(self):
        """The device of new arrays."""
        return "cpu"

    def devices(self):
        """All devices."""
        return ["cpu"]

    def default_dtypes(self, *, device=None):
        """The types of new arrays, of whole numbers, of indices."""
        _check_device(device)
        return {"real floating": _lamina.float32, "integral": _lamina.int64, "indexing": _lamina.int64}

    def dtypes(self, *, device=None, kind=None):
        """The standard's element types, all or of a kind, by name. float16 and bfloat16 are beyond the standard."""
        _check_device(device)
        names = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]
        types = {name: _lamina.dtype(name) for name in names}
        return {name: dtype for name, dtype in types.items() if kind is None or _lamina.isdtype(dtype, kind)}


def _check_device(device):
    _lamina.empty((), device=device)


def __array_namespace_info__():
    """The namespace's devices, element types and abilities, as the array API standard describes them.

    >>> lm.__array_namespace_info__().default_device()
    'cpu'
    """
    return _Info()
