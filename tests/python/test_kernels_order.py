"""Sorting, searching and cumulative kernels on arrays large enough to be cut among threads, against NumPy."""

import math

import numpy as np
import pytest
from test_kernels import TYPES, draw, for_threads, threads_as_before  # noqa: F401 (a fixture)

import lamina as lm

SHAPES = [((300_001,), 0), ((70_000,), 0), ((40, 1500), 1), ((1500, 40), 0), ((5, 300, 21), 1), ((4000, 7), 1)]


def with_edges(x):
    if x.dtype.kind == "f":
        flat = x.reshape(-1)
        flat[::997], flat[1::991], flat[2::983], flat[3::977], flat[4::5] = np.nan, np.inf, -np.inf, -0.0, 0.0
    return x


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", SHAPES)
def test_sort(dtype, shape, axis):
    x = with_edges(draw(shape, dtype))
    got = for_threads(lambda: lm.sort(lm.array(x), axis=axis))
    np.testing.assert_array_equal(got, np.sort(x, axis=axis))
    down = for_threads(lambda: lm.sort(lm.array(x), axis=axis, descending=True))
    np.testing.assert_array_equal(down, np.flip(np.sort(x, axis=axis), axis))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", SHAPES)
def test_argsort(dtype, shape, axis):
    x = with_edges(draw(shape, dtype))
    got = for_threads(lambda: lm.argsort(lm.array(x), axis=axis))
    np.testing.assert_array_equal(got, np.argsort(x, axis=axis, kind="stable"))
    down = for_threads(lambda: lm.argsort(lm.array(x), axis=axis, descending=True))
    mirrored = np.flip(np.argsort(np.flip(x, axis), axis=axis, kind="stable"), axis)
    np.testing.assert_array_equal(down, shape[axis] - 1 - mirrored)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "float64", "float32", "int32"])
def test_sort_of_wide_numbers(dtype):
    random = np.random.default_rng(3)
    bits = random.integers(0, 2 ** 63, 150_000).astype("uint64") * 2 + random.integers(0, 2, 150_000).astype("uint64")
    x = bits.view(dtype)[:150_000] if np.dtype(dtype).itemsize == 8 else bits.view(dtype)
    np.testing.assert_array_equal(np.asarray(lm.sort(lm.array(x))), np.sort(x))
    values = np.take(x, np.asarray(lm.argsort(lm.array(x))))
    np.testing.assert_array_equal(values, np.sort(x))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", SHAPES)
def test_cumulative(dtype, shape, axis):
    x = draw(shape, dtype)
    exact = x.astype("longdouble" if x.dtype.kind == "f" else "uint64" if x.dtype.kind == "u" else "int64")
    got = for_threads(lambda: lm.cumulative_sum(lm.array(x), axis=axis))
    expected = np.cumsum(exact, axis=axis)
    if x.dtype.kind == "f":
        # Rounded once to the type, after additions in float64.
        bound = np.finfo(dtype).eps * np.abs(expected) + 1e-16 * np.cumsum(np.abs(exact), axis=axis) * 16
        assert np.all(np.abs(got - expected) <= bound)
    else:
        np.testing.assert_array_equal(got, expected)
        near = x % 3 if dtype != "bool" else x
        product = for_threads(lambda: lm.cumulative_prod(lm.array(near), axis=axis))
        np.testing.assert_array_equal(product, np.cumprod(near.astype(exact.dtype), axis=axis))
    if dtype != "bool":
        x = with_edges(x)
        most = for_threads(lambda: lm.cumulative_max(lm.array(x), axis=axis))
        np.testing.assert_array_equal(most, np.maximum.accumulate(x, axis=axis))
        least = for_threads(lambda: lm.cumulative_min(lm.array(x), axis=axis))
        np.testing.assert_array_equal(least, np.minimum.accumulate(x, axis=axis))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", [0, 1, 2, 3, 8, 1000, 65537])
def test_searchsorted(dtype, size):
    values, wanted = np.sort(draw((size,), dtype)), with_edges(draw((30_000,), dtype, seed=1))
    for side in ("left", "right"):
        got = for_threads(lambda: lm.searchsorted(lm.array(values), lm.array(wanted), side=side))
        np.testing.assert_array_equal(got, np.searchsorted(values, wanted, side=side))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64"])
@pytest.mark.parametrize("size", [2, 50, 101, 3000])
def test_searchsorted_among_even_values(dtype, size):
    """Edges of equal width, some of them twice, and values on the edges, between them and far outside."""
    low = 0 if dtype[0] == "u" else -100
    values = np.append(np.linspace(low, 100, size - size // 20), np.arange(size // 20) % 100)
    values = np.sort(values.astype(dtype))
    wanted = with_edges(np.concatenate([values, draw((40_000,), dtype), draw((3_000,), dtype, seed=1) * 3]))
    for side in ("left", "right"):
        got = for_threads(lambda: lm.searchsorted(lm.array(values), lm.array(wanted), side=side))
        np.testing.assert_array_equal(got, np.searchsorted(values, wanted, side=side))


def test_counts():
    x = np.random.default_rng(5).integers(0, 70, 300_001)
    same_counts = for_threads(lambda: lm.bincount(lm.array(x), minlength=80))
    np.testing.assert_array_equal(same_counts, np.bincount(x, minlength=80))
    weights = np.random.default_rng(6).integers(-2**62, 2**62, x.size)
    sums = np.zeros(70, "int64")
    np.add.at(sums, x, weights)
    np.testing.assert_array_equal(for_threads(lambda: lm.bincount(lm.array(x), weights=lm.array(weights))), sums)
    y = np.random.default_rng(7).standard_normal(300_001).astype("float32")
    counts, edges = np.histogram(y, bins=np.linspace(-3, 3, 41, dtype="float32"))
    np.testing.assert_array_equal(for_threads(lambda: lm.histogram(lm.array(y), bins=lm.array(edges))[0]), counts)


@pytest.mark.parametrize("dtype", TYPES)
def test_nonzero(dtype):
    for shape in [(300_001,), (40, 50, 61), (2048,), (0, 3), (4096,)]:
        x = draw(shape, dtype)
        if dtype != "bool":
            x[np.random.default_rng(6).random(shape) < 0.4] = 0
        for got, expected in zip(lm.nonzero(lm.array(x)), np.nonzero(x), strict=True):
            np.testing.assert_array_equal(np.asarray(got), expected)


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1e-20, -1e-20, 1e19, -1e19, 3e38, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name,ufunc,bound", [("atan2", np.arctan2, 3), ("hypot", np.hypot, 2), ("copysign", np.copysign, 0)])
def test_two_numbers(dtype, name, ufunc, bound):
    random = np.random.default_rng(4)
    x, y = (v.astype(dtype).ravel() for v in np.meshgrid(EDGES, EDGES))
    x = np.concatenate([x, random.standard_normal(50_000).astype(dtype)])
    y = np.concatenate([y, random.standard_normal(50_000).astype(dtype)])
    check(np.asarray(getattr(lm, name)(lm.array(x), lm.array(y))), ufunc, dtype, bound, x, y)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nextafter(dtype):
    with np.errstate(all="ignore"):
        x, y = (v.astype(dtype).ravel() for v in np.meshgrid(EDGES + [6e-8], EDGES + [6e-8]))
        x, y = np.tile(x, 200), np.tile(y, 200)
        same = np.asarray(lm.nextafter(lm.array(x), lm.array(y)))
        exact = np.nextafter(x, y)
    numbers = ~np.isnan(exact)
    np.testing.assert_array_equal(same[numbers], exact[numbers])
    if dtype != "float16":  # whose zeros NumPy gives the sign of x
        np.testing.assert_array_equal(np.signbit(same[numbers]), np.signbit(exact[numbers]))
    assert np.isnan(same[~numbers]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name,ufunc", [("asinh", np.arcsinh), ("acosh", np.arccosh), ("atanh", np.arctanh),
                                        ("log10", np.log10), ("log2", np.log2), ("log", np.log), ("tanh", np.tanh)])
def test_one_number(dtype, name, ufunc):
    random = np.random.default_rng(5)
    x = np.concatenate([EDGES, random.standard_normal(30_000), np.exp(random.uniform(-40, 40, 30_000))]).astype(dtype)
    check(np.asarray(getattr(lm, name)(lm.array(x))), ufunc, dtype, 4, x)


def check(got, ufunc, dtype, bound, *arguments):
    with np.errstate(all="ignore"):
        exact = ufunc(*[a.astype("longdouble") for a in arguments]).astype(dtype)
        fine = (got == exact) | (np.isnan(got) & np.isnan(exact)) | (np.abs(exact) < np.finfo(dtype).tiny)
        units = np.abs(got - exact) / np.spacing(np.abs(exact))
    worst = np.argmax(np.where(fine, 0, np.where(np.isnan(units), np.inf, units)))
    assert fine[worst] or units[worst] <= bound, ([a[worst] for a in arguments], got[worst], exact[worst])
    zero = (exact == 0) & (got == 0)
    assert np.array_equal(np.signbit(got[zero]), np.signbit(exact[zero]))
