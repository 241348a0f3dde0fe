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
    return lm.flatten(source[tuple(slice(0, s) for s in index.shape)]) if source.ndim else lm.reshape(source, (1,))


REDUCTIONS = {"sum": "add", "add": "add", "prod": "multiply", "multiply": "multiply", "mean": "mean", "amax": "max",
              "amin": "min", None: "assign"}


@entry("scatter", *("scatter_reduce:" + name for name in ("sum", "prod", "mean", "amax", "amin")))
def scattered(x, dim, index, source, reduce=None, include_self=True):
    """torch's index may be smaller than x on the other axes as well."""
    flat = lm.reshape(x, (x.size,))
    at = lm.reshape(index, (index.size,)) if x.ndim == 0 else places(x, dim, index)
    values = source_of(source, index) if isinstance(source, lm.Array) else lm.full((at.size,), source, dtype=x.dtype)
    return lm.reshape(lm.put_along_axis(flat, at, values, 0, REDUCTIONS[reduce], include_self), x.shape)


entry("scatter_add")(lambda x, dim, index, source: scattered(x, dim, index, source, "add"))


def rows(reduction):
    def call(x, dim, index, source, reduce=None, include_self=True, alpha=1):
        kind = reduction or REDUCTIONS[reduce]
        source = source if alpha == 1 else alpha * source
        index = lm.reshape(index, (index.size,))
        if x.ndim:
            return lm.scatter(x, index, source, dim, kind, include_self)
        source = lm.reshape(source, (index.size,))
        return lm.reshape(lm.scatter(lm.reshape(x, (1,)), index, source, 0, kind, include_self), ())
    return call


entry("index_copy")(rows("assign"))
entry("index_add")(rows("add"))
entry(*("index_reduce:" + name for name in ("prod", "mean", "amax", "amin")))(rows(None))


@entry("index_fill")
def _(x, dim, index, value):
    index = lm.reshape(index, (index.size,))
    if x.ndim:
        return lm.index_fill(x, index, value, dim)
    return lm.reshape(lm.index_fill(lm.reshape(x, (1,)), index, value), ())


@entry("put")
def _(x, index, source, accumulate=False):
    flat, index = lm.reshape(x, (x.size,)), lm.reshape(index, (index.size,))
    y = lm.scatter(flat, index, lm.reshape(source, (source.size,)), 0, "add" if accumulate else "assign")
    return lm.reshape(y, x.shape)


@entry("index_put")
def _(x, indices, values, accumulate=False):
    """Row-major positions, as many as the broadcast indices name."""
    at = np.arange(x.size).reshape(x.shape)[tuple(i.numpy() for i in indices)]
    values = lm.flatten(lm.broadcast_to(values, at.shape))
    y = lm.scatter(lm.reshape(x, (x.size,)), lm.array(at.ravel()), values, 0, "add" if accumulate else "assign")
    return lm.reshape(y, x.shape)


@entry("masked_scatter")
def _(x, mask, source):
    shape = (lm.zeros(x.shape) + lm.zeros(mask.shape)).shape
    x, mask = lm.broadcast_to(x, shape), lm.broadcast_to(mask, shape)
    at = np.flatnonzero(mask.numpy())
    y = lm.scatter(lm.reshape(x, (x.size,)), lm.array(at), lm.reshape(source, (source.size,))[:at.size])
    return lm.reshape(y, shape)


@entry("diagonal_scatter")
def _(x, source, offset=0, dim1=0, dim2=1):
    at = np.diagonal(np.arange(x.size).reshape(x.shape), offset, dim1, dim2)
    y = lm.scatter(lm.reshape(x, (x.size,)), lm.array(at.ravel().copy()), lm.reshape(source, (source.size,)))
    return lm.reshape(y, x.shape)


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
    return lm.repeat(x if x.ndim else lm.reshape(x, (1,)), repeats, dim)


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
