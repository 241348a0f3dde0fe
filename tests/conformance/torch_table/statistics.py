"""Quantiles, counts, sets, cumulative entries."""

import math

import numpy as np

import lamina as lm

from .table import entry, function, need


def rows_of(x):
    return x if x.ndim else lm.reshape(x, (1,))


def with_rows(call):
    """call(x, axis, keepdims) for arrays of 0 axes too."""
    def wrapped(x, dim, keepdim):
        if x.ndim:
            return tuple(call(x, dim, keepdim))
        return tuple(lm.reshape(v, ()) for v in call(lm.reshape(x, (1,)), 0, False))
    return wrapped


entry("kthvalue")(lambda x, k, dim=-1, keepdim=False: with_rows(
    lambda v, axis, keep: lm.kthvalue(v, k, axis, keep))(x, dim, keepdim))
entry("mode")(lambda x, dim=-1, keepdim=False: with_rows(lm.mode)(x, dim, keepdim))
entry("cummax")(lambda x, dim: with_rows(lambda v, axis, keep: lm.cummax(v, axis))(x, dim, False))
entry("cummin")(lambda x, dim: with_rows(lambda v, axis, keep: lm.cummin(v, axis))(x, dim, False))
entry("logcumsumexp")(lambda x, dim: with_rows(lambda v, axis, keep: (lm.logcumsumexp(v, axis),))(x, dim, False)[0])


@entry("median")
def _(x, dim=None, keepdim=False):
    """torch takes the lower of two middle elements."""
    if dim is None:
        need(x.size > 0, "the median of nothing")
        return lm.kthvalue(lm.flatten(rows_of(x)), (x.size + 1) // 2)[0]
    return with_rows(lambda v, axis, keep: lm.kthvalue(v, (v.shape[axis] + 1) // 2, axis, keep))(x, dim, keepdim)


@entry("nanmedian")
def _(x, dim=None, keepdim=False):
    need(dim is None, "positions among NaN")
    return lm.nanquantile(x, 0.5, method="lower")


def quantile(name):
    def call(x, q, dim=None, keepdim=False, interpolation="linear"):
        y = function(name)(rows_of(x), q, dim, interpolation, keepdim)
        lead = 1 if isinstance(q, lm.Array) and q.ndim else 0
        return y if x.ndim else lm.reshape(y, y.shape[:lead])
    return call


entry("quantile")(quantile("quantile"))
entry("nanquantile")(quantile("nanquantile"))


@entry("bincount")
def _(x, weights=None, minlength=0):
    whole = weights is not None and "int" in str(weights.dtype)  # torch counts those in float64
    return lm.bincount(x, lm.astype(weights, lm.float64) if whole else weights, minlength)


@entry("histc")
def _(x, bins=100, min=0, max=0):
    limits = None if min == max == 0 else (float(min), float(max))
    return lm.astype(lm.histogram(lm.flatten(rows_of(x)), bins, limits)[0], x.dtype)


@entry("histogram")
def _(x, bins, range=None, weight=None, density=False):
    flat = lm.flatten(rows_of(x))
    weight = None if weight is None else lm.flatten(rows_of(weight))
    counts, edges = lm.histogram(flat, bins, range, weight, density)
    return lm.astype(counts, x.dtype), lm.astype(edges, x.dtype)


# --- sets

@entry("unique")
def _(x, sorted=True, return_inverse=False, return_counts=False, dim=None):
    need(dim is None, "different rows")
    values, _, inverse, counts = lm.unique_all(x)
    return [values] + [inverse] * return_inverse + [counts] * return_counts


@entry("unique_consecutive")
def _(x, return_inverse=False, return_counts=False, dim=None):
    values, inverse, counts = lm.unique_consecutive(x, dim)
    inverse = inverse if dim is not None else lm.reshape(inverse, x.shape)
    return [values] + [inverse] * return_inverse + [counts] * return_counts


@entry("nonzero_static")
def _(x, size, fill_value=-1):
    need(x.ndim > 0, "a number along an axis")
    found = lm.stack(list(lm.nonzero(x)), 1)[:size]
    return lm.pad(found, (0, 0), (size - found.shape[0], 0), fill_value)


@entry("unravel_index")
def _(x, shape):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    steps = [math.prod(shape[i + 1:]) for i in range(len(shape))]
    return [lm.remainder(lm.floor_divide(x, step), size) for step, size in zip(steps, shape)]


def triangle_indices(name):
    def call(row, col, offset=0, dtype=None, device=None, layout=None):
        found = lm.nonzero(function(name)(lm.ones((row, col)), offset))
        return lm.astype(lm.stack(list(found), 0), dtype or lm.int64)
    return call


entry("tril_indices")(triangle_indices("tril"))
entry("triu_indices")(triangle_indices("triu"))


@entry("combinations")
def _(x, r=2, with_replacement=False):
    import itertools
    draw = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(draw(range(x.size), r)), "int64").reshape(-1, r)
    return lm.take(x, lm.array(rows)) if rows.size else lm.zeros(rows.shape, x.dtype) + lm.sum(x) * 0


@entry("cumulative_trapezoid")
def _(y, x=None, dim=-1, dx=1.0):
    need(y.ndim > 0 and y.shape[dim] > 0, "no interval")
    n = y.shape[dim]
    low, high = lm.split(y, [n - 1, 1], dim)[0], lm.split(y, [1, n - 1], dim)[1]
    if x is None:
        return lm.cumulative_sum((low + high) * 0.5 * dx, dim)
    step = lm.diff(x, dim if x.ndim > 1 else 0)
    if x.ndim == 1:
        step = lm.reshape(step, [-1 if a == dim % y.ndim else 1 for a in range(y.ndim)])
    return lm.cumulative_sum((low + high) * 0.5 * step, dim)


@entry("renorm")
def _(x, p, dim, maxnorm):
    rest = tuple(a for a in range(x.ndim) if a != dim % x.ndim)
    if p == math.inf:
        norm = lm.max(lm.absolute(x), rest, True)
    else:
        norm = lm.power(lm.sum(lm.power(lm.absolute(x), p), rest, True), 1 / p)
    return lm.where(norm > maxnorm, x * (maxnorm / (norm + 1e-7)), x)
