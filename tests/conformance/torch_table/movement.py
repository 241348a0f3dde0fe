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
entry("tile")(lambda x, *repeats: lm.tile(x, shape_of(repeats)))
entry("repeat")(lambda x, *repeats: lm.tile(x, shape_of(repeats)))
entry("atleast_1d")(lambda *xs: at_least(1, xs))
entry("atleast_2d")(lambda *xs: at_least(2, xs))
entry("atleast_3d")(lambda *xs: three_axes(xs))
entry("hstack")(lambda xs: lm.concatenate([x if x.ndim else lm.reshape(x, (1,)) for x in xs], 0 if xs[0].ndim < 2 else 1))
entry("vstack")(lambda xs: lm.concatenate([x if x.ndim > 1 else lm.reshape(x, (1, -1)) for x in xs], 0))
entry("column_stack")(lambda xs: lm.concatenate([x if x.ndim > 1 else lm.reshape(x, (-1, 1)) for x in xs], 1))
entry("stack")(lambda xs, dim=0: lm.stack(list(xs), dim))
entry("unbind", "unbind_copy")(lambda x, dim=0: [lm.squeeze(p, dim) for p in lm.split(x, x.shape[dim], dim)]
                               if x.shape[dim] else [])


def full(x, sizes):
    lead = len(sizes) - x.ndim
    return tuple(x.shape[i - lead] if s == -1 else s for i, s in enumerate(sizes))


def at_least(rank, xs):
    xs = list(xs[0]) if len(xs) == 1 and isinstance(xs[0], (tuple, list)) else list(xs)
    out = [x if x.ndim >= rank else lm.reshape(x, (1,) * (rank - x.ndim) + x.shape) for x in xs]
    return out[0] if len(out) == 1 else out


def three(x):
    return x if x.ndim > 2 else lm.expand_dims(x if x.ndim > 1 else lm.reshape(x, (1, x.size)), 2)


def three_axes(xs):
    several = len(xs) > 1 or isinstance(xs[0], (tuple, list))
    return [three(x) for x in (xs if len(xs) > 1 else xs[0])] if several else three(xs[0])


entry("dstack")(lambda xs: lm.concatenate([three(x) for x in xs], 2))


@entry("block_diag")
def _(*xs):
    xs = [x if x.ndim == 2 else lm.reshape(x, (1, x.size)) for x in xs]
    columns, before, out = sum(x.shape[1] for x in xs), 0, []
    for x in xs:
        out.append(lm.pad(x, (0, before), (0, columns - before - x.shape[1])))
        before += x.shape[1]
    return lm.concatenate(out, 0)


@entry("cartesian_prod")
def _(*xs):
    if len(xs) == 1:
        return xs[0]
    return lm.stack([lm.flatten(x) for x in lm.meshgrid(*xs, indexing="ij")], 1)


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
    return lm.roll(x, shifts, None if dims is None or dims == () else dims) if x.ndim else x


def halves(sign):
    def call(x, dim=None):
        dims = tuple(range(x.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
        return lm.roll(x, tuple(sign * (x.shape[d] // 2) for d in dims), dims)
    return call


entry("fft.fftshift")(halves(1))
entry("fft.ifftshift")(halves(-1))


entry("rot90")(lambda x, k=1, dims=(0, 1): lm.rot90(x, k, tuple(dims)))
entry("tril")(lambda x, diagonal=0: lm.tril(x, diagonal))
entry("triu")(lambda x, diagonal=0: lm.triu(x, diagonal))


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
    return lm.meshgrid(*xs, indexing=indexing)


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


@entry("linspace", "linspace:tensor_overload")
def linspace(start, end, steps, dtype=None, device=None, requires_grad=False, layout=None):
    start, end = (v.item() if isinstance(v, lm.Array) else v for v in (start, end))
    return lm.linspace(start, end, steps, dtype=dtype or lm.float32)


@entry("logspace", "logspace:tensor_overload")
def _(start, end, steps, base=10.0, dtype=None, device=None, requires_grad=False, layout=None):
    dtype = dtype or lm.float32
    need("int" not in str(dtype), "powers cut off to integers")
    return lm.power(lm.array(base, dtype=dtype), linspace(start, end, steps, dtype))


entry("item")(lambda x: x.item())


@entry("broadcast_shapes")
def _(*shapes):
    return list(lm.broadcast_arrays(*(lm.zeros((s,) if isinstance(s, int) else tuple(s)) for s in shapes))[0].shape)
