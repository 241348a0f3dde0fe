"""Shapes, joining and splitting, creation."""

import math

import lamina as lm

from .table import axes, entry, function, need


def shape_of(sizes):
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else tuple(sizes)


def resolved(x, sizes):
    """-1 worked out, also for arrays without elements."""
    if -1 in sizes and x.size == 0:
        rest = math.prod(s for s in sizes if s != -1)
        need(rest != 0, "a size that is not determined")
        return tuple(0 if s == -1 else s for s in sizes)
    return sizes


@entry("reshape", "view", "view_copy")
def _(x, *sizes):
    sizes = shape_of(sizes)
    return lm.reshape(x, resolved(x, sizes))


entry("reshape_as", "view_as")(lambda x, other: lm.reshape(x, other.shape))
entry("ravel")(lambda x: lm.flatten(x) if x.ndim else lm.reshape(x, (1,)))
entry("permute", "permute_copy")(lambda x, *order: lm.transpose(x, shape_of(order)) if x.ndim else x)
entry("transpose", "transpose_copy")(lambda x, a, b: lm.swapaxes(x, a, b) if x.ndim else x)
entry("t", "t_copy", "mT")(lambda x: lm.swapaxes(x, -1, -2) if x.ndim > 1 else x)
entry("T")(lambda x: lm.transpose(x))
entry("expand", "expand_copy")(lambda x, *sizes: lm.broadcast_to(x, full(x, shape_of(sizes))))
entry("expand_as")(lambda x, other: lm.broadcast_to(x, other.shape))
entry("broadcast_to")(lambda x, sizes: lm.broadcast_to(x, full(x, tuple(sizes))))
entry("unsqueeze", "unsqueeze_copy")(lambda x, dim: lm.expand_dims(x, dim))
entry("movedim")(lambda x, a, b: function("moveaxis")(x, a, b))
entry("flip")(lambda x, dims: lm.flip(x, dims) if x.ndim and dims != () else x)
entry("fliplr")(lambda x: lm.flip(x, 1))
entry("flipud")(lambda x: lm.flip(x, 0))
entry("tile")(lambda x, *repeats: tiled(x, shape_of(repeats)))
entry("repeat")(lambda x, *repeats: tiled(x, shape_of(repeats)))
entry("atleast_1d")(lambda *xs: at_least(1, xs))
entry("atleast_2d")(lambda *xs: at_least(2, xs))
entry("hstack")(lambda xs: lm.concatenate([x if x.ndim else lm.reshape(x, (1,)) for x in xs], 0 if xs[0].ndim < 2 else 1))
entry("vstack")(lambda xs: lm.concatenate([x if x.ndim > 1 else lm.reshape(x, (1, -1)) for x in xs], 0))
entry("column_stack")(lambda xs: lm.concatenate([x if x.ndim > 1 else lm.reshape(x, (-1, 1)) for x in xs], 1))
entry("stack")(lambda xs, dim=0: lm.stack(list(xs), dim))
entry("unbind", "unbind_copy")(lambda x, dim=0: [lm.squeeze(p, dim) for p in lm.split(x, x.shape[dim], dim)]
                               if x.shape[dim] else [])


def full(x, sizes):
    lead = len(sizes) - x.ndim
    return tuple(x.shape[i - lead] if s == -1 else s for i, s in enumerate(sizes))


def tiled(x, repeats):
    rank = max(x.ndim, len(repeats))
    repeats = (1,) * (rank - len(repeats)) + tuple(repeats)
    sizes = (1,) * (rank - x.ndim) + x.shape
    x = lm.reshape(x, [part for s in sizes for part in (1, s)])
    x = lm.broadcast_to(x, [part for s, r in zip(sizes, repeats) for part in (r, s)])
    return lm.reshape(x, [s * r for s, r in zip(sizes, repeats)])


def at_least(rank, xs):
    xs = list(xs[0]) if len(xs) == 1 and isinstance(xs[0], (tuple, list)) else list(xs)
    out = [x if x.ndim >= rank else lm.reshape(x, (1,) * (rank - x.ndim) + x.shape) for x in xs]
    return out[0] if len(out) == 1 else out


@entry("dstack")
def _(xs):
    def three(x):
        return x if x.ndim > 2 else lm.expand_dims(x if x.ndim > 1 else lm.reshape(x, (1, -1)), 2)
    return lm.concatenate([three(x) for x in xs], 2)


@entry("flatten")
def _(x, start_dim=0, end_dim=-1):
    return lm.flatten(x, start_dim, end_dim) if x.ndim else lm.reshape(x, (1,))


@entry("unflatten")
def _(x, dim, sizes):
    dim %= x.ndim
    rest = math.prod(s for s in sizes if s != -1)
    sizes = [x.shape[dim] // max(rest, 1) if s == -1 else s for s in sizes]
    return lm.reshape(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1:]))


@entry("squeeze", "squeeze:multiple", "squeeze_copy")
def _(x, dim=None):
    if dim is None:
        return lm.squeeze(x)
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    dims = [d for d in dims if x.ndim and x.shape[d] == 1]
    return lm.squeeze(x, dims) if dims else x


@entry("cat")
def _(xs, dim=0):
    xs = [x for x in xs if x.shape != (0,)] or [xs[0]]
    return lm.concatenate(xs, dim)


def pieces(x, sizes, dim):
    return lm.split(x, list(sizes), dim)


@entry("split", "split:list_args", "split_with_sizes", "split_with_sizes_copy", "unsafe_split")
def _(x, sizes, dim=0):
    if isinstance(sizes, int):
        n = x.shape[dim]
        need(sizes > 0, "parts without size")
        sizes = [min(sizes, n - i) for i in range(0, n, sizes)] or [0]
    return pieces(x, sizes, dim)


@entry("chunk", "unsafe_chunk")
def _(x, chunks, dim=0):
    n = x.shape[dim]
    size = -(-n // chunks)
    return pieces(x, [min(size, n - i) for i in range(0, n, size)] if n else [0] * chunks, dim)


@entry("tensor_split")
def _(x, parts, dim=0):
    n = x.shape[dim]
    if isinstance(parts, lm.Array):
        parts = parts.numpy().tolist()
    if isinstance(parts, int):
        sizes = [n // parts + (i < n % parts) for i in range(parts)]
        return pieces(x, sizes, dim)
    marks = [0, *parts, n]
    return [part(x, dim, slice(a, b)) for a, b in zip(marks, marks[1:])]


def part(x, dim, index):
    return x[(slice(None),) * (dim % max(x.ndim, 1)) + (index,)]


def split_along(dim):
    def call(x, parts):
        axis = 0 if dim == 1 and x.ndim == 1 else dim
        n = x.shape[axis]
        if isinstance(parts, int):
            return pieces(x, [n // parts] * parts, axis)
        marks = [0, *parts, n]
        return [part(x, axis, slice(a, b)) for a, b in zip(marks, marks[1:])]
    return call


entry("hsplit")(split_along(1))
entry("vsplit")(split_along(0))
entry("dsplit")(split_along(2))


@entry("narrow", "narrow_copy")
def _(x, dim, start, length):
    start = int(start.item()) if isinstance(start, lm.Array) else start
    start = start + x.shape[dim] if start < 0 else start
    return part(x, dim, slice(start, start + length))


@entry("slice")
def _(x, dim=0, start=None, end=None, step=1):
    return part(x, dim, slice(start, end, step))


@entry("select")
def _(x, dim, index):
    return part(x, dim, index)


@entry("roll")
def _(x, shifts, dims=None):
    if dims is None or dims == ():
        need(isinstance(shifts, int) or len(shifts) == 1, "several shifts")
        flat = lm.reshape(x, (x.size,))
        shift = shifts if isinstance(shifts, int) else shifts[0]
        return lm.reshape(rolled(flat, shift, 0), x.shape)
    pairs = [(shifts, dims)] if isinstance(shifts, int) and isinstance(dims, int) else zip(
        (shifts,) if isinstance(shifts, int) else shifts, (dims,) if isinstance(dims, int) else dims)
    for shift, dim in pairs:
        x = rolled(x, shift, dim)
    return x


def rolled(x, shift, dim):
    if x.ndim == 0 or x.shape[dim] == 0:
        return x
    shift %= x.shape[dim]
    return lm.concatenate([part(x, dim, slice(x.shape[dim] - shift, None)), part(x, dim, slice(0, x.shape[dim] - shift))], dim)


@entry("rot90")
def _(x, k=1, dims=(0, 1)):
    a, b = dims
    for _ in range(k % 4):
        x = lm.flip(lm.swapaxes(x, a, b), a)
    return x


def triangle(keep):
    def call(x, diagonal=0):
        rows, columns = lm.arange(x.shape[-2]), lm.arange(x.shape[-1])
        return lm.where(keep(columns, lm.expand_dims(rows, 1) + diagonal), x, lm.zeros_like(x))
    return call


entry("tril")(triangle(lambda column, row: column <= row))
entry("triu")(triangle(lambda column, row: column >= row))


@entry("broadcast_tensors")
def _(*xs):
    shape = ()
    for x in xs:
        shape = lm.add(lm.zeros(shape), lm.zeros(x.shape)).shape
    return [lm.broadcast_to(x, shape) for x in xs]


@entry("meshgrid:list_of_tensors", "meshgrid:variadic_tensors")
def _(*xs, indexing="ij"):
    xs = list(xs[0]) if len(xs) == 1 and isinstance(xs[0], (tuple, list)) else list(xs)
    xs = [x if x.ndim else lm.reshape(x, (1,)) for x in xs]
    shape = [x.shape[0] for x in xs]
    out = [lm.broadcast_to(lm.reshape(x, [-1 if a == i else 1 for a in range(len(xs))]) if x.size else
                           lm.reshape(x, [0 if a == i else 1 for a in range(len(xs))]), shape) for i, x in enumerate(xs)]
    return [lm.swapaxes(x, 0, 1) if indexing == "xy" and len(xs) > 1 else x for x in out]


# --- creation

def made(function_):
    def call(x, *args, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=None, memory_format=None):
        return function_(x, *args, dtype)
    return call


entry("zeros_like")(made(lambda x, dtype: lm.zeros(x.shape, dtype or x.dtype)))
entry("ones_like")(made(lambda x, dtype: lm.ones(x.shape, dtype or x.dtype)))
entry("full_like")(made(lambda x, value, dtype: lm.full(x.shape, value, dtype or x.dtype)))
entry("new_zeros")(made(lambda x, size, dtype: lm.zeros(tuple(size), dtype or x.dtype)))
entry("new_ones")(made(lambda x, size, dtype: lm.ones(tuple(size), dtype or x.dtype)))
entry("new_full")(made(lambda x, size, value, dtype: lm.full(tuple(size), value, dtype or x.dtype)))
entry("zeros")(made(lambda size, dtype: lm.zeros(tuple(size), dtype or lm.float32)))
entry("ones")(made(lambda size, dtype: lm.ones(tuple(size), dtype or lm.float32)))
entry("full")(made(lambda size, value, dtype: lm.full(tuple(size), value, dtype or lm.float32)))
entry("eye")(made(lambda n, *rest: lm.eye(n, rest[0] if len(rest) > 1 else None, dtype=rest[-1] or lm.float32)
                  if len(rest) > 1 else lm.eye(n, dtype=rest[-1] or lm.float32)))
entry("zero_")(lambda x: lm.zeros_like(x))
entry("fill")(lambda x, value: lm.broadcast_to(lm.astype(lm.array(value) if not isinstance(value, lm.Array) else value,
                                                         x.dtype), x.shape))
entry("scalar_tensor")(made(lambda value, dtype: lm.array(value, dtype=dtype or lm.float32)))


@entry("arange")
def _(start, end=None, step=1, dtype=None, device=None, requires_grad=False, layout=None):
    if end is None:
        start, end = 0, start
    whole = all(isinstance(v, int) for v in (start, end, step))
    return lm.arange(start, end, step, dtype=dtype or (lm.int64 if whole else lm.float32))


@entry("linspace")
def _(start, end, steps, dtype=None, device=None, requires_grad=False, layout=None):
    return lm.linspace(start, end, steps, dtype=dtype or lm.float32)

