"""Values put among others by number."""

import numpy as np

import lamina as lm

from .elementwise import floating
from .table import axes, entry, need


def places(x, dim, index):
    """Row-major positions in x of what index names along dim."""
    index = index.numpy()
    grid = list(np.indices(index.shape))
    grid[dim % max(x.ndim, 1)] = index
    return lm.array(np.ravel_multi_index([g.ravel() for g in grid], x.shape).astype("int64"))


def source_of(source, index):
    if not isinstance(source, lm.Array):
        return source
    return lm.flatten(source[tuple(slice(0, s) for s in index.shape)])


@entry("scatter_add")
def scatter_add(x, dim, index, source):
    need(x.ndim > 0 and index.ndim == x.ndim, "a number along an axis")
    flat = lm.reshape(x, (x.size,))
    return lm.reshape(lm.scatter_add(flat, places(x, dim, index), source_of(source, index)), x.shape)


@entry("scatter")
def _(x, dim, index, value, reduce=None):
    need(x.ndim > 0 and index.ndim == x.ndim and reduce in (None, "add"), "a number along an axis, or a product")
    at = places(x, dim, index)
    need(reduce or np.unique(at.numpy()).size == at.size, "two values for one place")
    flat = lm.reshape(x, (x.size,))
    ones = lm.scatter_add(lm.zeros((x.size,), lm.int64), at, lm.ones((at.size,), lm.int64))
    value = source_of(value, index) if isinstance(value, lm.Array) else lm.full((at.size,), value, dtype=x.dtype)
    flat = flat if reduce else lm.where(ones > 0, lm.zeros_like(flat), flat)
    return lm.reshape(lm.scatter_add(flat, at, value), x.shape)


@entry("scatter_reduce:sum")
def _(x, dim, index, source, reduce, include_self=True):
    need(include_self, "without what stood there")
    return scatter_add(x, dim, index, source)


@entry("index_fill")
def _(x, dim, index, value):
    need(x.ndim > 0, "a number along an axis")
    chosen = lm.any(lm.expand_dims(lm.arange(x.shape[dim]), 1) == lm.reshape(index, (1, index.size)), 1)
    shape = [-1 if a == dim % x.ndim else 1 for a in range(x.ndim)]
    return lm.where(lm.reshape(chosen, shape), value, x)


@entry("index_copy")
def _(x, dim, index, source):
    need(x.ndim > 0 and index.ndim == 1, "a number along an axis")
    chosen = lm.any(lm.expand_dims(lm.arange(x.shape[dim]), 1) == index, 1)
    shape = [-1 if a == dim % x.ndim else 1 for a in range(x.ndim)]
    return lm.scatter_add(lm.where(lm.reshape(chosen, shape), lm.zeros_like(x), x), index, source, dim)


def placed(x, index, value):
    y = x + lm.zeros_like(x)  # a handle of its own
    y[index] = value
    return y


@entry("select_scatter")
def _(x, source, dim, index):
    return placed(x, (slice(None),) * (dim % x.ndim) + (index,), source)


@entry("slice_scatter")
def _(x, source, dim=0, start=None, end=None, step=1):
    return placed(x, (slice(None),) * (dim % x.ndim) + (slice(start, end, step),), source)


@entry("repeat_interleave")
def _(x, repeats, dim=None, output_size=None):
    repeats = repeats.numpy() if isinstance(repeats, lm.Array) else repeats
    x = lm.reshape(x, (x.size,)) if dim is None else x
    dim = 0 if dim is None else dim
    x = x if x.ndim else lm.reshape(x, (1,))
    return lm.take(x, lm.array(np.repeat(np.arange(x.shape[dim]), repeats).astype("int64")), dim)


@entry("unfold", "unfold_copy")
def _(x, dimension, size, step):
    need(x.ndim > 0, "a number along an axis")
    count = (x.shape[dimension] - size) // step + 1
    index = lm.array((np.arange(count)[:, None] * step + np.arange(size)).astype("int64").reshape(count, size))
    y = lm.take(x, index, dimension)
    place = dimension % x.ndim
    order = [a for a in range(y.ndim) if a != place + 1] + [place + 1]
    return lm.transpose(y, order)


@entry("corrcoef")
def _(x):
    need(x.ndim > 1 and x.shape[0] > 1, "one row")
    rows = floating(x)
    rows = rows - lm.mean(rows, -1, True)
    c = lm.matmul(rows, lm.swapaxes(rows, 0, 1)) / max(rows.shape[1] - 1, 0)
    d = lm.sqrt(lm.take_along_axis(c, lm.expand_dims(lm.arange(c.shape[0]), 1), 1))
    return lm.minimum(lm.maximum(c / d / lm.swapaxes(d, 0, 1), -1.0), 1.0)


@entry("norm", "norm:fro", "norm:inf")
def _(x, p="fro", dim=None, keepdim=False, dtype=None):
    p = 2.0 if p in ("fro", None) else float(p)
    need(p >= 0 and x.ndim > 0 and x.size > 0, "a negative degree, or the norm of nothing")
    dims = axes(dim)
    if p == 2:
        squares = lm.sum(lm.square(x), dims, keepdim)
        return lm.where(squares == 0, 0.0, lm.sqrt(lm.where(squares == 0, 1.0, squares)))
    if p == float("inf"):
        return lm.max(lm.absolute(x), dims, keepdim)
    if p == 0:
        return lm.sum(lm.astype(x != 0, x.dtype), dims, keepdim)
    return lm.power(lm.sum(lm.power(lm.absolute(x), p), dims, keepdim), 1 / p)
