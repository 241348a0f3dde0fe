"""Reductions, cumulative entries, norms of all elements."""

import math

import lamina as lm

from .elementwise import floating
from .table import axes, entry, function, need


def typed(x, dtype):
    return x if dtype is None else lm.astype(x, dtype)


def reduction(name, wide=False):
    def call(x, dim=None, keepdim=False, dtype=None):
        x = typed(x, dtype)
        dim = None if dim == () or dim == [] else axes(dim)
        return lm.reshape(function(name)(lm.reshape(x, (1,)), None), ()) if x.ndim == 0 else function(name)(x, dim, keepdim)
    return call


entry("sum")(reduction("sum"))
entry("mean")(reduction("mean"))
entry("amax")(reduction("max"))
entry("amin")(reduction("min"))
entry("all")(reduction("all"))
entry("any")(reduction("any"))
entry("prod")(reduction("prod"))
entry("logsumexp")(reduction("logsumexp"))
entry("max:reduction_no_dim")(lambda x: lm.max(x))
entry("min:reduction_no_dim")(lambda x: lm.min(x))
entry("nansum")(lambda x, dim=None, keepdim=False, dtype=None: reduction("sum")(
    lm.where(lm.isnan(x), lm.zeros_like(x), x), dim, keepdim, dtype))


@entry("nanmean")
def _(x, dim=None, keepdim=False, dtype=None):
    x = typed(x, dtype)
    there = lm.astype(lm.logical_not(lm.isnan(x)), x.dtype)
    total = reduction("sum")(lm.where(lm.isnan(x), 0.0, x), dim, keepdim)
    return total / reduction("sum")(there, dim, keepdim)


@entry("count_nonzero")
def _(x, dim=None):
    return reduction("sum")(lm.astype(x != 0, lm.int64), dim)


@entry("aminmax")
def _(x, dim=None, keepdim=False):
    return reduction("min")(x, dim, keepdim), reduction("max")(x, dim, keepdim)


def position(name):
    def call(x, dim=None, keepdim=False):
        if x.ndim == 0:
            return lm.reshape(function(name)(lm.reshape(x, (1,))), ())
        y = function(name)(lm.flatten(x) if dim is None else x, dim, keepdim and dim is not None)
        return lm.reshape(y, (1,) * x.ndim) if keepdim and dim is None else y
    return call


entry("argmax")(position("argmax"))
entry("argmin")(position("argmin"))


def with_position(name):
    def call(x, dim, keepdim=False):
        need(x.ndim > 0, "a number along an axis")
        return function(name)(x, dim, keepdim), function("arg" + name)(x, dim, keepdim)
    return call


entry("max:reduction_with_dim")(with_position("max"))
entry("min:reduction_with_dim")(with_position("min"))


def moments(name):
    def call(x, dim=None, unbiased=None, keepdim=False, correction=None, **rest):
        if isinstance(dim, bool):  # var(x, unbiased)
            dim, unbiased = None, dim
        if correction is None:
            correction = 1 if unbiased is None else int(unbiased)
        dim = None if dim in ((), []) else axes(dim)
        if x.ndim == 0:
            return lm.reshape(function(name)(lm.reshape(x, (1,)), None, correction), ())
        return function(name)(x, dim, correction, keepdim)
    return call


entry("var", "var:unbiased")(moments("var"))
entry("std", "std:unbiased")(moments("std"))


def moments_and_mean(name):
    def call(x, dim=None, unbiased=None, keepdim=False, correction=None):
        value = moments(name)(x, dim, unbiased, keepdim, correction)
        return value, reduction("mean")(x, None if isinstance(dim, bool) else dim, keepdim)
    return call


entry("var_mean", "var_mean:unbiased")(moments_and_mean("var"))
entry("std_mean", "std_mean:unbiased")(moments_and_mean("std"))


def cumulative(name):
    def call(x, dim, dtype=None):
        x = typed(x, dtype)
        return lm.reshape(function(name)(lm.reshape(x, (1,)), 0), ()) if x.ndim == 0 else function(name)(x, dim)
    return call


entry("cumsum")(cumulative("cumulative_sum"))
entry("cumprod")(cumulative("cumulative_prod"))


@entry("sum_to_size")
def _(x, *size):
    size = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    lead = x.ndim - len(size)
    x = lm.sum(x, tuple(range(lead))) if lead else x
    gone = tuple(a for a, s in enumerate(size) if s == 1 and x.shape[a] != 1)
    return lm.sum(x, gone, True) if gone else x


@entry("diff")
def _(x, n=1, dim=-1, prepend=None, append=None):
    if n == 0:
        return x  # torch leaves prepend and append out
    size = sum(v.shape[dim] for v in (prepend, x, append) if v is not None)
    return lm.diff(x, dim, min(n, size), prepend, append)


def trapezoid(y, x=None, dim=-1, dx=1.0):
    need(y.ndim > 0 and y.shape[dim] > 0, "no interval")
    low, high = (lm.split(y, [1, y.shape[dim] - 1], dim)[1], lm.split(y, [y.shape[dim] - 1, 1], dim)[0])
    if x is None:
        return lm.sum((low + high) * 0.5 * dx, dim)
    axis = dim if x.ndim > 1 else 0
    step = lm.split(x, [1, x.shape[axis] - 1], axis)[1] - lm.split(x, [x.shape[axis] - 1, 1], axis)[0]
    if x.ndim == 1:
        step = lm.reshape(step, [-1 if a == dim % y.ndim else 1 for a in range(y.ndim)])
    return lm.sum((low + high) * 0.5 * step, dim)


entry("trapezoid", "trapz")(trapezoid)


# --- masked

def masked(name, identity):
    def call(x, *args, mask=None, dim=None, keepdim=False, dtype=None, **rest):
        x = typed(x, dtype)
        if mask is not None:
            x = lm.where(mask, x, identity if not callable(identity) else identity(x))
        return function(name)(x, axes(dim), keepdim) if x.ndim else lm.reshape(
            function(name)(lm.reshape(x, (1,)), None), ())
    return call


def lowest(x):
    return -math.inf if "float" in str(x.dtype) else lm.array(-2 ** 63, dtype=lm.int64)


def highest(x):
    return math.inf if "float" in str(x.dtype) else lm.array(2 ** 63 - 1, dtype=lm.int64)


entry("masked.sum")(masked("sum", 0))
entry("masked.prod")(masked("prod", 1))
entry("masked.amax")(masked("max", lowest))
entry("masked.amin")(masked("min", highest))
entry("masked.logsumexp")(masked("logsumexp", -math.inf))
def masked_position(name, nothing):
    def call(x, dim=None, keepdim=False, mask=None, dtype=None):
        x = typed(x, dtype)
        y = position(name)(x if mask is None else lm.where(mask, x, nothing), dim, keepdim)
        return lm.astype(y, x.dtype)  # torch's answer is in the type of x
    return call


entry("masked.argmax")(masked_position("argmax", -math.inf))
entry("masked.argmin")(masked_position("argmin", math.inf))


def masked_softmax(name, sign=1):
    def call(x, dim, mask=None, dtype=None):
        x = typed(x, dtype)
        need(x.ndim > 0, "a number along an axis")
        return function(name)(x if mask is None else lm.where(mask, x, sign * -math.inf), dim)
    return call


entry("masked.softmax")(masked_softmax("softmax"))
entry("masked.log_softmax")(masked_softmax("log_softmax"))
entry("masked.softmin")(masked_softmax("softmin", -1))


def counted(x, mask, dim, keepdim):
    ones = lm.ones_like(x)
    return reduction("sum")(ones if mask is None else lm.where(mask, ones, 0.0), dim, keepdim)


@entry("masked.mean")
def _(x, dim=None, keepdim=False, mask=None, dtype=None):
    x = floating(typed(x, dtype))
    y = x if mask is None else lm.where(mask, x, 0.0)
    return reduction("sum")(y, dim, keepdim) / counted(x, mask, dim, keepdim)


def masked_variance(x, dim=None, unbiased=None, keepdim=False, mask=None, dtype=None, correction=None):
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    x = floating(typed(x, dtype))
    y = x if mask is None else lm.where(mask, x, 0.0)
    need(x.ndim > 0, "a number along an axis")
    mean = lm.sum(y, axes(dim), True) / counted(x, mask, dim, True)
    squares = lm.square(x - mean)
    squares = squares if mask is None else lm.where(mask, squares, 0.0)
    return lm.sum(squares, axes(dim), keepdim) / lm.maximum(counted(x, mask, dim, keepdim) - float(correction), 0.0)


entry("masked.var")(masked_variance)


@entry("masked.std")
def _(*args, **kwargs):
    variance = masked_variance(*args, **kwargs)
    return lm.where(variance > 0, lm.sqrt(lm.where(variance > 0, variance, 1.0)), variance)


@entry("masked.logaddexp")
def _(x, y, input_mask=None, other_mask=None, dtype=None):
    return lm.logaddexp(*(v if mask is None else lm.where(mask, v, -math.inf)
                          for v, mask in ((x, input_mask), (y, other_mask))))


@entry("masked.median")
def _(x, dim=-1, keepdim=False, mask=None, dtype=None):
    """torch takes the lower of two middle elements."""
    need(x.ndim > 0, "a number along an axis")
    x = x if mask is None else lm.where(mask, x, math.nan)
    return lm.nanquantile(x, 0.5, dim, "lower", keepdim)


@entry("masked.normalize")
def _(x, ord, dim, mask=None, dtype=None, eps=1e-12):
    need(ord >= 0, "a negative degree")
    x = typed(x, dtype)
    need(x.ndim > 0, "a number along an axis")
    return lm.normalize(x if mask is None else lm.where(mask, x, 0.0), ord, dim, eps)


@entry("masked.cumsum")
def _(x, dim, dtype=None, mask=None):
    x = typed(x, dtype)
    return cumulative("cumulative_sum")(x if mask is None else lm.where(mask, x, lm.zeros_like(x)), dim)


@entry("masked.cumprod")
def _(x, dim, dtype=None, mask=None):
    x = typed(x, dtype)
    return cumulative("cumulative_prod")(x if mask is None else lm.where(mask, x, lm.ones_like(x)), dim)
