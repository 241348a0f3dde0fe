"""Kernels of the processor backend on arrays large enough to be cut among threads, against NumPy."""

import math
import subprocess
import sys

import numpy as np
import pytest

import lamina as lm

TYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
         "float16", "float32", "float64"]
THREADS = [1, 2, 3, 7]


@pytest.fixture(autouse=True)
def threads_as_before():
    before = lm.num_threads()
    yield
    lm.set_num_threads(before)


def draw(shape, dtype, seed=0):
    random = np.random.default_rng(seed)
    if dtype == "bool":
        return random.random(shape) < 0.5
    if np.dtype(dtype).kind == "f":
        return random.standard_normal(shape).astype(dtype)
    low = 0 if np.dtype(dtype).kind == "u" else -100
    return random.integers(low, 100, shape).astype(dtype)


def same(ours, expected):
    np.testing.assert_array_equal(np.asarray(ours), expected)


def for_threads(call):
    """The result, which must have the same bits for any number of threads."""
    results = []
    for threads in THREADS:
        lm.set_num_threads(threads)
        results.append(np.asarray(call()).copy())
    for result in results[1:]:
        assert result.tobytes() == results[0].tobytes()
    return results[0]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", [((70000,), 0), ((300, 257), 0), ((300, 257), 1), ((7, 90, 31), 1)])
def test_take(dtype, shape, axis):
    x = draw(shape, dtype)
    indices = np.random.default_rng(1).integers(-shape[axis], shape[axis], 1500)
    for kind in ("int64", "int32", "int16" if shape[axis] < 30000 else "int64"):
        got = for_threads(lambda: lm.take(lm.array(x), lm.array(indices.astype(kind)), axis=axis))
        np.testing.assert_array_equal(got, np.take(x, indices, axis=axis))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_take_along_axis(dtype, axis):
    x = draw((60, 50, 40), dtype)
    indices = np.random.default_rng(2).integers(-x.shape[axis], x.shape[axis], x.shape)
    got = for_threads(lambda: lm.take_along_axis(lm.array(x), lm.array(indices), axis=axis))
    np.testing.assert_array_equal(got, np.take_along_axis(x, indices, axis=axis))


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "float32", "float64"])
@pytest.mark.parametrize("shape,axis", [((50,), 0), ((100000,), 0), ((90, 64), 0), ((90, 64), 1), ((6, 50, 9), 1)])
def test_scatter_add(dtype, shape, axis):
    x = draw(shape, dtype)
    indices = np.random.default_rng(3).integers(-shape[axis], shape[axis], 40000 // max(1, x.size // shape[axis]))
    updates = draw(shape[:axis] + indices.shape + shape[axis + 1:], dtype, seed=4)
    got = for_threads(lambda: lm.scatter_add(lm.array(x), lm.array(indices), lm.array(updates), axis=axis))
    expected = np.moveaxis(x.copy(), axis, 0)
    np.add.at(expected, indices, np.moveaxis(updates, axis, 0))  # one after the other, as ours
    np.testing.assert_array_equal(got, np.moveaxis(expected, 0, axis))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions_of_extremes(dtype, name):
    for shape, axis in [((100_003,), 0), ((300, 1100), 0), ((300, 1100), 1), ((9, 70, 300), 1), ((5000, 3), 1)]:
        x = draw(shape, dtype)
        if x.dtype.kind == "f":
            x.reshape(-1)[::977] = np.nan
            x.reshape(-1)[::3] = 0
            x.reshape(-1)[1::3] *= -0.0
        got = for_threads(lambda: getattr(lm, name)(lm.array(x), axis=axis))
        np.testing.assert_array_equal(got, getattr(np, name)(x, axis=axis), err_msg=f"{shape} {axis}")


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis,k", [((200_000,), 0, 5), ((200_000,), 0, 300), ((70, 900), 1, 7), ((70, 900), 0, 70),
                                          ((5, 64, 6), 1, 3), ((1000, 4), 1, 4)])
def test_top_k(dtype, shape, axis, k):
    x = draw(shape, dtype)
    if x.dtype.kind == "f":
        x.reshape(-1)[::501] = np.nan
    values, indices = lm.top_k(lm.array(x), k=k, axis=axis)
    # NumPy sorts up and NaN last: the order from the largest on, first ones first among equals.
    flipped = np.flip(x, axis)
    order = x.shape[axis] - 1 - np.flip(np.argsort(flipped, axis=axis, kind="stable"), axis)
    expected = np.take(order, np.arange(k), axis=axis)
    same(indices, expected)
    same(values, np.take_along_axis(x, expected, axis=axis))


@pytest.mark.parametrize("dtype", TYPES)
def test_movement(dtype):
    x, y = draw((130, 70, 9), dtype), draw((130, 70, 9), dtype, seed=1)
    a, b = lm.array(x), lm.array(y)
    for axis in range(3):
        same(lm.concatenate([a, b, a], axis=axis), np.concatenate([x, y, x], axis=axis))
        same(lm.stack([a, b], axis=axis), np.stack([x, y], axis=axis))
    same(lm.stack([a, b], axis=3), np.stack([x, y], axis=3))
    same(lm.concatenate([lm.transpose(a), lm.transpose(b)], axis=1), np.concatenate([x.T, y.T], axis=1))
    got = lm.pad(a, low=(3, 0, 1), high=(2, 5, 4), value=1)
    same(got, np.pad(x, ((3, 2), (0, 5), (1, 4)), constant_values=1))
    same(lm.flip(a, (0, 2)), np.flip(x, (0, 2)))
    for index in [np.s_[3:90, ::2], np.s_[:, 5:6, 1:], np.s_[::-3, ::-1], np.s_[..., ::-2]]:
        z, c = x.copy(), a + lm.array(np.zeros((), dtype)) if dtype != "bool" else lm.array(x)
        z[index] = y[index]
        c[index] = b[index]
        same(c, z)
        same(a, x)


def test_one_hot():
    labels = np.random.default_rng(5).integers(0, 17, 5000)
    for dtype in (lm.float32, lm.int8, lm.bool_, lm.float16):
        same(lm.one_hot(lm.array(labels), classes=17, dtype=dtype), np.eye(17)[labels].astype(str(dtype)))


@pytest.mark.parametrize("call", [
    lambda bad: lm.take(lm.array(np.arange(5)), bad), lambda bad: lm.one_hot(bad, classes=5),
    lambda bad: lm.take_along_axis(lm.array(np.arange(5)), bad, axis=0),
    lambda bad: lm.scatter_add(lm.array(np.zeros(5)), bad, lm.array(np.ones(90000)))])
def test_first_wrong_index_is_named(call):
    indices = np.zeros(90000, "int64")
    indices[[70000, 40000, 89999]] = [77, 66, 88]
    for threads in THREADS:
        lm.set_num_threads(threads)
        with pytest.raises(lm.IndexError, match="66"):
            lm.eval(call(lm.array(indices)))


EDGES = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, 2.5, -2.5, 1e-30, -1e-30, 1e30, -1e30, 1e10, -7.25,
         8388607.5, -8388609.0, math.inf, -math.inf, math.nan]


def distance(got, expected):
    """In units of the last place."""
    with np.errstate(all="ignore"):
        gap = np.abs(got.astype("longdouble") - expected.astype("longdouble"))
        gap = gap / np.spacing(np.abs(expected.astype(got.dtype)))
    equal = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return float(np.max(np.where(equal, 0, np.where(np.isnan(gap), np.inf, gap))))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_power_and_division_at_edges(dtype):
    # Beside numbers, whole columns of one exponent: they have steps of their own.
    x, y = (v.astype(dtype).ravel() for v in np.meshgrid(EDGES, EDGES))
    tiny = np.finfo(dtype).tiny
    with np.errstate(all="ignore"):
        for name in ("power", "remainder", "floor_divide"):
            ours = np.asarray(getattr(lm, name)(lm.array(x), lm.array(y)))
            if name == "power":
                exact = np.power(x.astype("longdouble"), y.astype("longdouble")).astype(dtype)
            elif name == "remainder":
                exact = np.array([python_remainder(a, b) for a, b in zip(x, y)], dtype)
            else:
                exact = np.floor_divide(x, y)
            normal = (np.abs(exact) >= tiny) | (exact == 0) | np.isnan(exact)
            if name == "floor_divide":  # infinite operands: NumPy says NaN
                normal &= np.isfinite(x) & np.isfinite(y) & (np.abs(exact) < 1 / np.finfo(dtype).eps)
            assert distance(ours[normal], exact[normal]) <= 2, name
            assert np.array_equal(np.signbit(ours[normal & ~np.isnan(exact)]),
                                  np.signbit(exact[normal & ~np.isnan(exact)])), name
        for exponent in EDGES:
            ours = np.asarray(lm.power(lm.array(x), lm.array(np.array(exponent, dtype))))
            exact = np.power(x.astype("longdouble"), np.longdouble(np.array(exponent, dtype))).astype(dtype)
            normal = (np.abs(exact) >= tiny) | (exact == 0) | np.isnan(exact)
            assert distance(ours[normal], exact[normal]) <= 2, exponent


def python_remainder(a, b):
    if b == 0 or math.isinf(a):
        return math.nan
    return np.fmod(np.float64(a), np.float64(b)) if math.isnan(a) or math.isnan(b) else float(a) % float(b)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_functions_of_many_numbers(dtype):
    random = np.random.default_rng(6)
    x = np.concatenate([random.uniform(-9, 9, 50000), random.uniform(-80, 80, 20000)]).astype(dtype)
    positive = np.exp(random.uniform(-60, 60, 70000)).astype(dtype)
    exponent = random.uniform(-1.4, 1.4, 70000).astype(dtype)
    wide = np.longdouble
    bound = 2 if dtype == "float32" else 3
    assert distance(np.asarray(lm.exp(lm.array(x))), np.exp(x.astype(wide)).astype(dtype)) <= bound
    got = np.asarray(lm.power(lm.array(positive), lm.array(exponent)))
    assert distance(got, np.power(positive.astype(wide), exponent.astype(wide)).astype(dtype)) <= bound
    exact = np.array([math.erf(v) for v in x.astype("float64")]).astype(dtype)
    assert distance(np.asarray(lm.erf(lm.array(x))), exact) <= 4
    divisor = (random.uniform(-5, 5, 70000) + 1e-3).astype(dtype)
    exact = np.array([float(a) % float(b) for a, b in zip(x, divisor)]) if dtype == "float64" else None
    if exact is not None:
        np.testing.assert_array_equal(np.asarray(lm.remainder(lm.array(x), lm.array(divisor))), exact)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_integers(dtype):
    limits = np.iinfo(dtype)
    edges = [limits.min, limits.min + 1, limits.max, limits.max - 1, 0, 1, 2, 3, 7, 100]
    edges += [-1, -2, -3, -7] if limits.min < 0 else []
    random = np.random.default_rng(7)
    more = random.integers(limits.min, limits.max, 5000, dtype=dtype, endpoint=True)
    a, b = (v.ravel() for v in np.meshgrid(np.array(edges, dtype), np.array(edges, dtype)))
    a, b = np.concatenate([a, more]), np.concatenate([b, more[::-1]])
    x, y = lm.array(a), lm.array(b)
    with np.errstate(all="ignore"):
        for name in ("add", "subtract", "multiply", "maximum", "minimum", "equal", "not_equal", "less", "less_equal",
                     "greater", "greater_equal"):
            same(getattr(lm, name)(x, y), getattr(np, name)(a, b))
            same(getattr(lm, name)(x, y[0]), getattr(np, name)(a, b[0]))
        same(lm.negative(x), np.negative(a))
        same(lm.absolute(x), np.absolute(a))
        divisible = b != 0
        wide = [(int(u) // int(v), int(u) % int(v)) for u, v in zip(a[divisible], b[divisible])]
        quotients = np.array([q & (2 ** limits.bits - 1) for q, _ in wide], "uint64").astype(dtype)
        same(lm.floor_divide(x, y).numpy()[divisible], quotients)
        same(lm.remainder(x, y).numpy()[divisible], np.array([r for _, r in wide], dtype))
        same(lm.remainder(x, y).numpy()[~divisible], np.zeros((~divisible).sum(), dtype))
    for other in ("int8", "int32", "int64", "uint16", "uint64", "float32", "float64"):
        same(lm.astype(x, getattr(lm, other)), a.astype(other))


@pytest.mark.parametrize("dtype", ["bool", "int8", "int32", "int64", "uint8"])
def test_integer_reductions(dtype):
    x = draw((230, 610), dtype)
    for axis in (None, 0, 1):
        for name in ("sum", "max", "min", "any", "all") if dtype != "bool" else ("sum", "any", "all"):
            same(getattr(lm, name)(lm.array(x), **({} if axis is None else {"axis": axis})),
                 getattr(np, name)(x, axis=axis))
    late = np.zeros(1_000_000, dtype)
    late[999_999] = 1
    assert lm.any(lm.array(late)).item() and not lm.any(lm.array(late[:-1])).item()
    assert not lm.all(lm.array(late == 0)).item() and lm.all(lm.array(late[:-1] == 0)).item()


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint8", "uint16", "uint32"])
@pytest.mark.parametrize("size", [2, 17, 300_001])
def test_extremes_of_small_integers(dtype, size):
    limits = np.iinfo(dtype)
    x = np.random.default_rng(3).integers(limits.min, limits.max, size, dtype=dtype, endpoint=True)
    assert for_threads(lambda: lm.max(lm.array(x))) == x.max() and for_threads(lambda: lm.min(lm.array(x))) == x.min()
    flat = x[: size - size % 2].reshape(2, -1)
    same(lm.max(lm.array(flat), keepdims=True), flat.max(keepdims=True))


def test_truth():
    a, b = draw((70_001,), "bool"), draw((70_001,), "bool", seed=1)
    for name in ("logical_and", "logical_or", "logical_xor", "equal", "not_equal"):
        same(getattr(lm, name)(a, b), getattr(np, name)(a, b))
    same(lm.logical_not(a), ~a)
    for dtype in TYPES:
        x = draw((70_001,), dtype)
        if np.dtype(dtype).kind == "f":
            x[::7], x[1::7], x[2::7], x[3::7] = np.nan, -0.0, 0.0, np.inf
        elif dtype != "bool":
            x[::3] = 0
        same(lm.astype(lm.array(x), lm.bool_), x.astype(bool))


def test_gradient_of_a_long_product():
    x = (1 + 1e-3 * np.random.default_rng(8).standard_normal(30_001)).astype("float64")
    got = np.asarray(lm.grad(lambda v: lm.prod(v))(lm.array(x)))
    np.testing.assert_allclose(got, np.prod(x) / x, rtol=1e-9)


@pytest.mark.parametrize("dtype,bound", [("float32", 1e-6), ("float64", 1e-12)])
def test_gradient_of_products_with_zeros(dtype, bound):
    x = (1 + 0.1 * np.random.default_rng(9).standard_normal((3, 3000))).astype(dtype)
    x[1, 2500], x[2, 7], x[2, 1300] = 0, 0, 0
    got = for_threads(lambda: lm.grad(lambda v: lm.sum(lm.prod(v, axis=1)))(lm.array(x)))
    expected = np.zeros(x.shape)
    expected[0] = np.prod(x[0].astype("float64")) / x[0]
    expected[1, 2500] = np.prod(np.delete(x[1].astype("float64"), 2500))
    np.testing.assert_allclose(got, expected, rtol=bound)


def test_strict_mode_accepts_every_kernel():
    code = """
import numpy as np, lamina as lm
x, i = lm.array(np.random.rand(40, 30).astype('f')), lm.array(np.arange(30) % 7)
rows, many = lm.array(np.zeros((40, 30), int)), lm.array(np.ones((40, 30), 'f'))
y = lm.array(np.random.rand(40, 30).astype('f'))
y[3:9, ::2] = 1
lm.eval(y, lm.take(x, i), lm.take_along_axis(x, rows, axis=1), lm.scatter_add(x, i, x[:30]),
        lm.pad(x, low=(1, 1), high=(0, 2)), lm.concatenate([x, many]), lm.argmax(x, axis=0), lm.argmin(x),
        *lm.top_k(x, k=3), lm.one_hot(i, classes=9), lm.power(x, many), lm.remainder(x, many),
        lm.grad(lambda v: lm.sum(lm.take_along_axis(v, rows, axis=1)))(x))
"""
    import os
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "LAMINA_STRICT": "1"},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32"])
def test_sums_of_small_integers(dtype):
    x = np.full((1001, 1003), np.iinfo(dtype).max if dtype != "bool" else True, dtype=dtype)
    same(for_threads(lambda: lm.sum(lm.array(x))), np.sum(x, dtype=np.int64))
    same(for_threads(lambda: lm.count_nonzero(lm.array(x))), x.size)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_gcd(dtype):
    edges = np.array([np.iinfo(dtype).min, np.iinfo(dtype).max, 0, 1, 2, 6, 96], dtype=dtype)
    x, y = np.concatenate([np.repeat(edges, 7), draw(5000, dtype)]), np.tile(edges, 722)[:5049]
    expected = [math.gcd(int(a), int(b)) for a, b in zip(x, y)]
    wrapped = np.array(expected, dtype=object) % 2 ** (8 * x.itemsize)
    ours = for_threads(lambda: lm.gcd(lm.array(x), lm.array(y)))
    unsigned = np.dtype(dtype.replace("uint", "int").replace("int", "uint"))
    same(np.asarray(ours).view(unsigned), wrapped.astype(unsigned))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows,others,width", [(1, 1, 1), (6, 64, 3), (50, 131, 65), (7, 3, 3000)])
def test_squared_distances(dtype, rows, others, width):
    x, y = draw((2, rows, width), dtype), draw((others, width), dtype, 1)
    exact = ((x[:, :, None].astype("d") - y.astype("d")) ** 2).sum(-1)
    ours = for_threads(lambda: lm.squared_distances(lm.array(x), lm.array(y)))
    np.testing.assert_allclose(np.asarray(ours), exact, rtol=1e-5 if dtype == "float32" else 1e-13)


def test_distances_far_from_zero():
    # |x|^2 - 2 x.y + |y|^2 would lose every digit, in the value and in the gradient.
    x, y = (draw((40, 5), "float32", seed) + np.float32(4096) for seed in (0, 1))
    value, give = lm.vjp(lambda x: lm.sum(lm.cdist(x, lm.array(y))), lm.array(x))
    difference = x[:, None].astype("d") - y.astype("d")
    distance = np.sqrt((difference**2).sum(-1))
    np.testing.assert_allclose(np.asarray(value), distance.sum(), rtol=1e-6)
    gradient = (difference / distance[..., None]).sum(1)
    ours = give(lm.array(np.float32(1)))
    np.testing.assert_allclose(np.asarray(ours), gradient, atol=2e-5 * np.abs(gradient).max())


def test_erfinv_to_the_last_value_below_one():
    for dtype, bits in (("float32", 24), ("float64", 53)):
        y = np.concatenate([1 - 2.0 ** -np.arange(1, bits + 1), 2.0 ** -np.arange(1.0, 100)])
        x = np.asarray(lm.erfinv(lm.array(y.astype(dtype)))).astype("d")
        # Far out erfc is the sharper measure of x; its relative error is 2 x dx.
        far = y > 0.7
        rest = np.array([math.erfc(v) for v in x[far]]) / (1 - y[far])
        np.testing.assert_allclose(rest, 1, atol=2.0 ** (3 - bits) * 2 * x.max() ** 2)
        near = np.array([math.erf(v) for v in x[~far]])
        np.testing.assert_allclose(near, y[~far], rtol=2.0 ** (3 - bits))
