"""Products of matrices and vectors."""

import lamina as lm

from .table import entry, function, need, same

same(matmul="matmul", mm="matmul", mv="matmul", bmm="matmul")
entry("dot", "inner:vectors")(lambda x, y: lm.sum(x * y))
entry("vdot")(lambda x, y: lm.sum(x * y))
entry("linalg.vecdot")(lambda x, y, dim=-1: lm.sum(x * y, dim))
entry("outer", "ger")(lambda x, y: lm.outer(x, y))
entry("bmm:triton_optimized")(lambda x, y: lm.matmul(x, y))


entry("inner")(lambda x, y: lm.inner(x, y))


def scaled(x, product, beta, alpha):
    product = product if alpha == 1 else alpha * product
    if beta == 0:
        return lm.broadcast_to(product, lm.add(lm.zeros(x.shape), lm.zeros(product.shape)).shape)
    return (x if beta == 1 else beta * x) + product


@entry("addmm", "addmm:decomposed", "addmv", "baddbmm")
def _(x, a, b, beta=1, alpha=1):
    return scaled(x, lm.matmul(a, b), beta, alpha)


@entry("addbmm")
def _(x, a, b, beta=1, alpha=1):
    return scaled(x, lm.sum(lm.matmul(a, b), 0), beta, alpha)


@entry("addr")
def _(x, a, b, beta=1, alpha=1):
    return scaled(x, lm.expand_dims(a, 1) * b, beta, alpha)


@entry("linalg.multi_dot")
def _(xs):
    product = xs[0]
    for x in xs[1:]:
        product = lm.matmul(product, x)
    return product


@entry("linalg.matrix_power")
def _(x, n):
    need(n >= 0, "an inverse")
    result = lm.broadcast_to(lm.eye(x.shape[-1], dtype=x.dtype), x.shape)
    for _ in range(n):
        result = lm.matmul(result, x)
    return result


@entry("einsum")
def _(xs, equation):
    return function("einsum")(equation, *xs)


@entry("tensordot")
def _(x, y, dims=2, out=None):
    if not isinstance(dims, int):
        need(all(x.shape[a] == y.shape[b] for a, b in zip(*dims)), "summed axes of size 1 that broadcast")
    return lm.tensordot(x, y, axes=dims)


entry("kron")(lambda x, y: lm.kron(x, y))
entry("trace")(lambda x: lm.trace(x))


@entry("cross", "linalg.cross")
def _(x, y, dim=-1):
    need(dim is not None, "an implied axis")
    shape = (lm.zeros(x.shape) + lm.zeros(y.shape)).shape
    x, y = lm.broadcast_to(x, shape), lm.broadcast_to(y, shape)

    def turned(v, by):
        return lm.take(v, lm.array([(i + by) % 3 for i in range(3)]), dim)
    return turned(x, 1) * turned(y, 2) - turned(x, 2) * turned(y, 1)


@entry("cov")
def _(x, correction=1, fweights=None, aweights=None):
    need(fweights is None and aweights is None, "weights")
    rows = x if x.ndim > 1 else lm.reshape(x, (1, -1))
    rows = rows - lm.mean(rows, -1, True)
    result = lm.matmul(rows, lm.swapaxes(rows, 0, 1)) / max(rows.shape[1] - correction, 0)
    return result if result.size > 1 else lm.reshape(result, ())


@entry("linalg.vector_norm")
def _(x, ord=2, dim=None, keepdim=False, dtype=None):
    need(ord >= 0, "a negative degree")
    need(dim is None or isinstance(dim, int), "several axes")
    x = x if dtype is None else lm.astype(x, dtype)
    need(x.size > 0 and x.ndim > 0, "the norm of nothing")
    y = lm.flatten(x) if dim is None else function("moveaxis")(x, dim, -1) if dim not in (-1, x.ndim - 1) else x
    norm = lm.pairwise_distance(y, lm.zeros_like(y), ord, 0.0)
    if not keepdim:
        return norm
    return lm.reshape(norm, [1 if dim is None or a == dim % x.ndim else s for a, s in enumerate(x.shape)])


@entry("linalg.matrix_norm")
def _(x, ord="fro", dim=(-2, -1), keepdim=False, dtype=None):
    need(ord not in (2, -2, "nuc"), "singular values")
    x = lm.absolute(x if dtype is None else lm.astype(x, dtype))
    dim = tuple(d % x.ndim for d in dim)
    if ord == "fro":
        squares = lm.sum(lm.square(x), dim, keepdim)
        return lm.where(squares == 0, 0.0, lm.sqrt(lm.where(squares == 0, 1.0, squares)))
    summed, kept = dim if abs(ord) == 1 else dim[::-1]
    y = (lm.max if ord > 0 else lm.min)(lm.sum(x, summed, True), kept, True)
    return y if keepdim else lm.squeeze(y, dim)


@entry("linalg.vander")
def _(x, N=None):
    x = x if x.ndim else lm.reshape(x, (1,))
    return lm.power(lm.expand_dims(x, -1), lm.arange(x.shape[-1] if N is None else N))


entry("H", "mH")(lambda x: lm.swapaxes(x, -1, -2) if x.ndim > 1 else x)
