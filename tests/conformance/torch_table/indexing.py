"""Elements by number or mask, sorting, counting."""

import lamina as lm

from .table import entry, function, need


@entry("gather")
def _(x, dim, index, sparse_grad=False):
    """torch's index may be smaller than x on the other axes as well."""
    need(x.ndim == 0 or index.ndim == x.ndim, "an index of another rank")
    if x.ndim == 0:
        return lm.reshape(lm.take(lm.reshape(x, (1,)), lm.reshape(index, (index.size,))), index.shape)
    cut = tuple(slice(None) if a == dim % x.ndim else slice(0, s) for a, s in enumerate(index.shape))
    return lm.take_along_axis(x[cut], index, dim)


@entry("take_along_dim")
def _(x, index, dim=None):
    if dim is None:
        return lm.take(lm.reshape(x, (x.size,)), lm.reshape(index, (index.size,)))
    need(all(a == dim % x.ndim or s == t for a, (s, t) in enumerate(zip(x.shape, index.shape))), "sizes that broadcast")
    return lm.take_along_axis(x, index, dim)


@entry("take")
def _(x, index):
    return lm.take(lm.reshape(x, (x.size,)), index)


@entry("index_select")
def _(x, dim, index):
    if x.ndim == 0:
        return x
    return lm.take(x, index if index.ndim else lm.reshape(index, (1,)), dim)


@entry("__getitem__")
def _(x, index):
    return x[index]


@entry("topk")
def _(x, k, dim=-1, largest=True, sorted=True):
    need(x.ndim > 0, "a number along an axis")
    if largest:
        return tuple(lm.top_k(x, k, dim))
    order = lm.take(lm.argsort(x, axis=dim), lm.arange(k), dim)
    return lm.take_along_axis(x, order, dim), order


@entry("sort")
def _(x, dim=-1, descending=False, stable=False):
    need(x.ndim > 0, "a number along an axis")
    order = function("argsort")(x, axis=dim, descending=descending, stable=True)
    return lm.take_along_axis(x, order, dim), order


@entry("argsort")
def _(x, dim=-1, descending=False, stable=False):
    need(x.ndim > 0, "a number along an axis")
    return function("argsort")(x, axis=dim, descending=descending, stable=True)


@entry("msort")
def _(x):
    return function("sort")(x, axis=0) if x.ndim else x


@entry("nonzero", "argwhere")
def _(x, as_tuple=False):
    need(x.ndim > 0 and not as_tuple, "a number, or one array for each axis")
    return lm.stack(list(function("nonzero")(x)), 1)


@entry("searchsorted")
def _(sorted_sequence, values, out_int32=False, right=False, side=None, sorter=None):
    need(sorted_sequence.ndim == 1 and sorter is None, "rows of their own")
    side = side or ("right" if right else "left")
    found = function("searchsorted")(sorted_sequence, values if isinstance(values, lm.Array) else lm.array(values), side=side)
    return lm.astype(found, lm.int32) if out_int32 else found


@entry("bucketize")
def _(values, boundaries, out_int32=False, right=False):
    found = function("searchsorted")(boundaries, values, side="right" if right else "left")
    return lm.astype(found, lm.int32) if out_int32 else found


@entry("masked_select")
def _(x, mask):
    shape = (lm.zeros(x.shape) + lm.zeros(mask.shape)).shape
    need(shape, "a mask of one number")
    return lm.broadcast_to(x, shape)[lm.broadcast_to(mask, shape)]


@entry("isin")
def _(elements, test, assume_unique=False, invert=False):
    need(isinstance(elements, lm.Array) and isinstance(test, lm.Array), "numbers")
    found = lm.any(lm.expand_dims(elements, -1) == lm.flatten(test), -1)
    return lm.logical_not(found) if invert else found


entry("diagonal", "diagonal_copy")(lambda x, offset=0, dim1=0, dim2=1: lm.diagonal(x, offset, dim1, dim2))
entry("linalg.diagonal")(lambda x, offset=0, dim1=-2, dim2=-1: lm.diagonal(x, offset, dim1, dim2))
entry("diag_embed")(lambda x, offset=0, dim1=-2, dim2=-1: lm.diag_embed(x, offset, dim1, dim2))
entry("diag")(lambda x, diagonal=0: lm.diag(x, diagonal))
entry("diagflat")(lambda x, offset=0: lm.diag(lm.reshape(x, (x.size,)), offset))
