"""Scattering, contractions, bins, statistics, quantisation against NumPy."""

import numpy as np
import pytest

import lamina as lm

RANDOM = np.random.default_rng(3)
DTYPES = ["float16", "float32", "float64", "int32", "int64", "uint8"]


def values(shape, dtype="float64"):
    if dtype.startswith("float"):
        return RANDOM.uniform(-2, 2, shape).astype(dtype)
    return RANDOM.integers(0 if dtype.startswith("u") else -4, 5, shape).astype(dtype)


def same(got, expected, bound=1e-6):
    got = got.numpy()
    assert got.shape == np.shape(expected)
    np.testing.assert_allclose(got.astype(np.float64), np.asarray(expected, dtype=np.float64), rtol=bound, atol=bound)


UFUNCS = {"add": np.add, "multiply": np.multiply, "max": np.maximum, "min": np.minimum}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", UFUNCS)
def test_scatter(reduction, dtype):
    x, updates, indices = values((4, 3), dtype), values((5, 3), dtype), np.array([0, 2, -2, 0, 3])
    expected = x.copy()
    UFUNCS[reduction].at(expected, indices, updates)
    same(lm.scatter(lm.array(x), lm.array(indices), lm.array(updates), reduction=reduction), expected, 2e-2 if dtype == "float16" else 1e-6)
    along = np.broadcast_to(indices[:, None], (5, 3)).copy()
    got = lm.put_along_axis(lm.array(x), lm.array(along), lm.array(updates), axis=0, reduction=reduction)
    same(got, expected, 2e-2 if dtype == "float16" else 1e-6)
    assert got.dtype == lm.array(x).dtype


def test_put_along_axis_is_numpys():
    x, indices, updates = values((3, 5)), RANDOM.permuted(np.tile(np.arange(5), (3, 1)), axis=1)[:, :4], values((3, 4))
    expected = x.copy()
    np.put_along_axis(expected, indices, updates, 1)
    same(lm.put_along_axis(lm.array(x), lm.array(indices), lm.array(updates), axis=1), expected)


def test_the_last_of_equal_indices_stays():
    x = lm.zeros((3,), dtype=lm.float64)
    put = lambda u: lm.put_along_axis(x, lm.array([1, 1, 0]), u)
    np.testing.assert_array_equal(put(lm.array([5.0, 6.0, 7.0])).numpy(), [7, 6, 0])
    g = lm.grad(lambda u: lm.sum(put(u) * lm.array([1.0, 2.0, 3.0])))(lm.array([5.0, 6.0, 7.0]))
    np.testing.assert_array_equal(g.numpy(), [0, 2, 1])


def test_segments():
    x, segments = values((6, 2)), np.array([3, 0, 3, 3, 1, 0])
    for name, function, empty in (("sum", np.sum, 0), ("mean", np.mean, 0), ("prod", np.prod, 1), ("max", np.max, -np.inf), ("min", np.min, np.inf)):
        expected = np.stack([function(x[segments == k], axis=0) if (segments == k).any() else np.full(2, empty) for k in range(5)])
        same(getattr(lm, "segment_" + name)(lm.array(x), lm.array(segments), 5), expected)
    with pytest.raises(IndexError):
        lm.segment_sum(lm.array(x), lm.array(segments), 3).eval()
    assert lm.segment_max(lm.array(np.zeros((0, 2), np.int8)), lm.array(np.zeros(0, np.int64)), 1).tolist() == [[-128, -128]]


def test_running_extremes():
    x = RANDOM.integers(-3, 4, (4, 9))
    for got, function in ((lm.cummax(lm.array(x), axis=1), np.maximum), (lm.cummin(lm.array(x), axis=1), np.minimum)):
        np.testing.assert_array_equal(got[0].numpy(), function.accumulate(x, 1))
        np.testing.assert_array_equal(np.take_along_axis(x, got[1].numpy(), 1), got[0].numpy())
    assert np.isnan(lm.cummax(lm.array([1.0, np.nan, 3.0]))[0].numpy()).tolist() == [False, True, True]
    same(lm.logcumsumexp(lm.array(x.astype(float))), np.logaddexp.accumulate(x.astype(float), 1))
    same(lm.logcumsumexp(lm.array([900.0, 900.0])), [900, 900 + np.log(2)])


EQUATIONS = {
    "ij,jk->ik": [(3, 4), (4, 5)], "ij->ji": [(3, 4)], "ij->": [(3, 4)], "ii->i": [(4, 4)], "ii": [(4, 4)],
    "...ij,...jk->...ik": [(2, 3, 4), (4, 5)], "...i->...": [(2, 3, 4)], "ij,jk,kl->il": [(3, 4), (4, 5), (5, 2)],
    "bqhd,bkhd->bhqk": [(2, 3, 2, 4), (2, 5, 2, 4)], "iij,jk->k": [(3, 3, 4), (4, 2)], ",ij->ij": [(), (2, 3)],
    "ba,ca": [(2, 3), (4, 3)], "a...,b...->ab...": [(2, 3), (4, 1)], "ij,ij->": [(0, 3), (0, 3)], "ij,jk->ik": [(3, 0), (0, 5)],
}


@pytest.mark.parametrize("dtype", ["float64", "int32"])
@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum(equation, dtype):
    arrays = [values(shape, dtype) for shape in EQUATIONS[equation]]
    got = lm.einsum(equation, *map(lm.array, arrays))
    same(got, np.einsum(equation, *arrays))
    assert str(got.dtype).endswith(dtype)


@pytest.mark.parametrize("equation,count,part", [
    ("ij,jk->ik", 1, "names 2 operands, got 1"), ("ij->ik", 1, "k stands in no operand"), ("ij->ii", 1, "twice in the result"),
    ("ijk->i", 1, "expects 3 axes"), ("i.j->i", 1, "dots"), ("i?->i", 1, "expected letters"), ("ii->i", 1, "different sizes"),
    ("ij,ij->i", 2, None),
])
def test_einsum_mistakes(equation, count, part):
    arrays = [lm.ones((2, 3))] * count
    if part is None:
        assert lm.einsum(equation, *arrays).tolist() == [3, 3]
        return
    with pytest.raises((ValueError, lm.errors.ShapeError)) as caught:
        lm.einsum(equation, *arrays)
    assert part in str(caught.value)


def test_products_and_diagonals():
    a, b = values((2, 3)), values((4, 3))
    same(lm.outer(lm.array(a), lm.array(b)), np.outer(a, b))
    same(lm.inner(lm.array(a), lm.array(b)), np.inner(a, b))
    same(lm.inner(lm.ones((2, 0)), lm.ones((3, 0))), np.zeros((2, 3)))
    for x, y in ((a, b), (a[0], b), (np.array(3.0), a), (a, b[None])):
        same(lm.kron(lm.array(x), lm.array(y)), np.kron(x, y))
    cube = values((3, 4, 2))
    for offset in (-5, -1, 0, 2):
        same(lm.diagonal(lm.array(cube), offset, 0, 1), np.diagonal(cube, offset, 0, 1))
        same(lm.trace(lm.array(cube), offset, 1, 0), np.trace(cube, offset, 1, 0))
        same(lm.diag(lm.array(a[0]), offset), np.diag(a[0], offset))
        same(lm.diag(lm.array(a), offset), np.diag(a, offset))


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles(method):
    x = values((4, 5, 6))
    x[1, 2, 3] = np.nan
    for axis in (None, 0, (0, 2), -1):
        for q in (0.0, 0.25, 0.5, 1.0, [0.1, 0.9]):
            q_ = lm.array(q, dtype=lm.float64) if isinstance(q, list) else q
            options = dict(axis=axis, method=method, keepdims=True)
            same(lm.quantile(lm.array(x), q_, **options), np.quantile(x, q, **options))
            same(lm.nanquantile(lm.array(x), q_, **options), np.nanquantile(x, q, **options))
    same(lm.percentile(lm.array(x), 30.0, axis=1, method=method), np.percentile(x, 30, axis=1, method=method))


def test_statistics_without_nan():
    x = values((4, 5))
    x[1, 2] = x[:, 3] = np.nan
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        for name in ("nansum", "nanmean", "nanmax", "nanmin", "nanmedian", "nanvar", "nanstd", "nanprod"):
            for axis in (None, 0, 1):
                same(getattr(lm, name)(lm.array(x), axis=axis), getattr(np, name)(x, axis=axis))
    same(lm.median(lm.array([[3, 1, 2], [5, 5, 9]]), axis=1), [2, 5])
    same(lm.nanmean(lm.array([1, 2])), 1.5)


def test_located():
    x = RANDOM.integers(0, 4, (5, 11))
    values_, indices = lm.mode(lm.array(x), axis=1)
    for line, value, index in zip(x, values_.tolist(), indices.tolist()):
        counts = np.bincount(line)
        assert value == counts.argmax() and index == np.flatnonzero(line == value)[-1]
    same(lm.kthvalue(lm.array(x), 3, axis=0)[0], np.sort(x, 0)[2])
    runs = lm.unique_consecutive(lm.array([1, 1, 2, 2, 1]))
    assert [r.tolist() for r in runs] == [[1, 2, 1], [0, 0, 1, 1, 2], [2, 2, 1]]
    assert lm.unique_consecutive(lm.array(np.zeros(0)))[0].shape == (0,)
    for k in range(-2, 5):
        same(lm.rot90(lm.array(x), k), np.rot90(x, k))


def test_bins():
    x = np.round(values(40), 1)
    for bins in (np.arange(-1.5, 1.6, 0.5), np.arange(-1.5, 1.6, 0.5)[::-1].copy()):
        for right in (False, True):
            np.testing.assert_array_equal(lm.digitize(lm.array(x), lm.array(bins), right=right).numpy(), np.digitize(x, bins, right))
    numbers = RANDOM.integers(0, 6, 30)
    np.testing.assert_array_equal(lm.bincount(lm.array(numbers), minlength=9).numpy(), np.bincount(numbers, minlength=9))
    np.testing.assert_array_equal(lm.bincount(lm.array(numbers), size=6).numpy(), np.bincount(numbers, minlength=6))
    same(lm.bincount(lm.array(numbers), lm.array(x[:30])), np.bincount(numbers, x[:30]))
    for options in (dict(bins=7), dict(bins=3, range=(-1.0, 0.5)), dict(bins=4, density=True), dict(bins=np.array([-2, -1, 0.25, 2]))):
        mine = dict(options, bins=lm.array(options["bins"])) if not isinstance(options["bins"], int) else options
        for got, expected in zip(lm.histogram(lm.array(x), **mine), np.histogram(x, **options)):
            same(got, expected)
    assert lm.histogram(lm.array([2.0, 2.0]), bins=2)[1].tolist() == [1.5, 2.0, 2.5]
    at, xp, fp = values(20), np.sort(values(6)), values(6)
    same(lm.interp(lm.array(at), lm.array(xp), lm.array(fp)), np.interp(at, xp, fp))
    same(lm.interp(lm.array(at), lm.array(xp), lm.array(fp), left=-9.0, right=9.0), np.interp(at, xp, fp, -9, 9))


def test_quantisation_rounds_half_to_even_and_saturates():
    x = np.array([-1000, -1.5, -0.5, 0.5, 1.5, 2.5, 1000, np.nan])
    assert lm.quantize(lm.array(x), 1.0).tolist() == [-128, -2, 0, 0, 2, 2, 127, 0]
    assert lm.quantize(lm.array(x[:-1]), 1.0, 128, dtype=lm.uint8).tolist() == [0, 126, 128, 128, 130, 130, 255]
    rows = values((2, 3))
    scales, zeros = np.array([0.1, 0.02]), np.array([3, -4])
    q = lm.quantize(lm.array(rows), lm.array(scales), lm.array(zeros), axis=0)
    expected = np.clip(np.round(rows / scales[:, None]) + zeros[:, None], -128, 127)
    np.testing.assert_array_equal(q.numpy(), expected)
    same(lm.dequantize(q, lm.array(scales), lm.array(zeros), axis=0), (expected - zeros[:, None]) * scales[:, None])
    scale, zero = lm.quantization_range(-1.0, 3.0, dtype=lm.uint8)
    assert abs(scale.item() - 4 / 255) < 1e-6 and zero.item() == 64
    assert lm.quantization_range(-1.0, 3.0, symmetric=True)[1].item() == 0


def test_fake_quantisation_lets_gradients_through_inside():
    x = lm.array([-9.0, -0.3, 0.26, 9.0])
    y, g = lm.value_and_grad(lambda x: lm.sum(lm.fake_quantize(x, 0.1, quant_min=-8, quant_max=7) * lm.array([1.0, 2.0, 3.0, 4.0])))(x)
    np.testing.assert_allclose(g.numpy(), [0, 2, 3, 0])
    np.testing.assert_allclose(lm.fake_quantize(x, 0.1, quant_min=-8, quant_max=7).numpy(), [-0.8, -0.3, 0.3, 0.7], rtol=1e-6)


@pytest.mark.parametrize("call,part", [
    (lambda: lm.quantile(lm.ones(3), 1.5), "q must lie in 0 .. 1"), (lambda: lm.quantile(lm.ones(3), float("nan")), "q must lie in"),
    (lambda: lm.quantile(lm.ones((0, 2)), 0.5), "no elements"), (lambda: lm.quantile(lm.ones(3), 0.5, method="best"), "expected linear"),
    (lambda: lm.kthvalue(lm.ones(3), 0), "k must lie in 1 .. 3"), (lambda: lm.kthvalue(lm.ones(3), 2**62), "k must lie in"),
    (lambda: lm.scatter(lm.ones(3), lm.array([0]), lm.ones(1), reduction="best"), "expected assign"),
    (lambda: lm.scatter(lm.ones(3), lm.array([0]), lm.ones(2)), "expected updates [1]"),
    (lambda: lm.segment_sum(lm.ones(3), lm.array([0, 0]), 2), "segments [rows]"), (lambda: lm.segment_sum(lm.ones(1), lm.array([0]), -1), "negative"),
    (lambda: lm.segment_sum(lm.ones(1), lm.array([0]), 2**62), "segment_sum"), (lambda: lm.bincount(lm.array([-1])), "from 0"),
    (lambda: lm.bincount(lm.array([1]), size=-2), "negative"), (lambda: lm.bincount(lm.array([5]), size=2).eval(), "5"),
    (lambda: lm.histogram(lm.ones(3), bins=0), "bins must be"), (lambda: lm.quantize(lm.ones(3), 0.1, dtype=lm.int64), "expected int8"),
    (lambda: lm.quantize(lm.ones((2, 3)), lm.ones(2)), "expected scale"), (lambda: lm.diag(lm.ones((1, 1, 1))), "a vector or a matrix"),
    (lambda: lm.put_along_axis(lm.ones(3), lm.array([7]), lm.ones(1)).eval(), "7"), (lambda: lm.cummax(lm.ones(3), axis=2), "axis"),
    (lambda: lm.interp(1.0, lm.ones((0,)), lm.ones((0,))), "one point"), (lambda: lm.fake_quantize(lm.ones(3), 0.1, quant_min=3, quant_max=1), "below"),
])
def test_mistakes(call, part):
    with pytest.raises(lm.errors.Error) as caught:
        call()
    assert part in str(caught.value)
