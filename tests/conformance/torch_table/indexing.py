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


@entry("index_add")
def _(x, dim, index, source, alpha=1):
    need(x.ndim > 0 and index.ndim == 1, "a number along an axis")
    return lm.scatter_add(x, index, source if alpha == 1 else alpha * source, dim)


@entry("__getitem__")
def _(x, index):
    return x[index]


@entry("topk")
def _(x, k, dim=-1, largest=True, sorted=True):
    need(largest, "the smallest")
    need(x.ndim > 0, "a number along an axis")
    return tuple(lm.top_k(x, k, dim))


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


def diagonal_of(x, offset=0, dim1=0, dim2=1):
    dim1, dim2 = dim1 % x.ndim, dim2 % x.ndim
    order = [a for a in range(x.ndim) if a not in (dim1, dim2)] + [dim1, dim2]
    x = lm.transpose(x, order)
    rows, columns = x.shape[-2:]
    count = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    first = offset if offset >= 0 else -offset * columns
    flat = lm.reshape(x, (*x.shape[:-2], rows * columns))
    return lm.take(flat, lm.astype(lm.array([first + i * (columns + 1) for i in range(count)]), lm.int64), -1)


entry("diagonal", "diagonal_copy")(diagonal_of)
entry("linalg.diagonal")(lambda x, offset=0, dim1=-2, dim2=-1: diagonal_of(x, offset, dim1, dim2))


@entry("diag_embed")
def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    n = x.shape[-1] + abs(offset)
    rows, columns = lm.expand_dims(lm.arange(n), 1), lm.arange(n)
    shift = max(offset, 0), max(-offset, 0)
    places = lm.minimum(lm.maximum(columns - shift[0], 0), x.shape[-1] - 1)
    spread = lm.expand_dims(lm.take(x, places, -1), -2)
    y = lm.where(columns == rows + offset, spread, lm.zeros_like(spread))
    rank = y.ndim
    dim1, dim2 = dim1 % rank, dim2 % rank
    rest = iter(range(rank - 2))
    return lm.transpose(y, [rank - 2 if a == dim1 else rank - 1 if a == dim2 else next(rest) for a in range(rank)])


@entry("diag")
def _(x, diagonal=0):
    return diagonal_of(x, diagonal) if x.ndim == 2 else diag_embed(x, diagonal)


@entry("diagflat")
def _(x, offset=0):
    return diag_embed(lm.reshape(x, (x.size,)), offset)
