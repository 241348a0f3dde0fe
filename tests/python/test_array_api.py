"""The array API standard's functions against NumPy, and what a namespace of the standard answers."""

import copy
import pickle

import numpy as np
import pytest

import lamina as lm

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((4, 5, 3)).astype("float32")
TYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "uint64", "bool"]


def same(ours, theirs):
    np.testing.assert_array_equal(ours.numpy(), theirs)


def near(ours, theirs):
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=2e-6, atol=1e-6)


def of_type(dtype, shape):
    return RANDOM.integers(0, 9, shape).astype(dtype)


# --- sorting, searching, sets


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sort(dtype, axis):
    x = of_type(dtype, (4, 6, 3))
    same(lm.sort(lm.array(x), axis=axis), np.sort(x, axis=axis))
    same(lm.argsort(lm.array(x), axis=axis), np.argsort(x, axis=axis, kind="stable"))
    same(lm.sort(lm.array(x), axis=axis, descending=True), np.flip(np.sort(x, axis=axis), axis))
    order = lm.argsort(lm.array(x), axis=axis, descending=True)
    same(order, np.argsort(-x.astype("float64"), axis=axis, kind="stable"))  # equal values keep their order


def test_nan_counts_as_the_largest():
    x = np.array([1, np.nan, -np.inf, np.nan, np.inf], "float32")
    same(lm.sort(lm.array(x)), np.sort(x))
    same(lm.argsort(lm.array(x)), [2, 0, 4, 1, 3])
    same(lm.argsort(lm.array(x), descending=True), [1, 3, 4, 0, 2])
    same(lm.searchsorted(lm.sort(lm.array(x)), lm.array(x)), np.searchsorted(np.sort(x), x))


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint64"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(dtype, side):
    x, values = of_type(dtype, 20), of_type(dtype, (3, 4))
    order = np.argsort(x)
    expected = np.searchsorted(x, values, side=side, sorter=order)
    same(lm.searchsorted(lm.array(x), lm.array(values), side=side, sorter=lm.array(order)), expected)
    same(lm.searchsorted(lm.array(x[order]), lm.array(values), side=side), expected)


@pytest.mark.parametrize("dtype", TYPES)
def test_sets_and_nonzero(dtype):
    x = of_type(dtype, (5, 4))
    values, places, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    ours = lm.unique_all(lm.array(x))
    for got, expected in zip(ours, (values, places, inverse.reshape(x.shape), counts)):
        same(got, expected)
    same(lm.unique_values(lm.array(x)), values)
    same(lm.unique_counts(lm.array(x)).counts, counts)
    same(lm.unique_inverse(lm.array(x)).inverse_indices, inverse.reshape(x.shape))
    for got, expected in zip(lm.nonzero(lm.array(x)), np.nonzero(x)):
        same(got, expected)
    same(lm.count_nonzero(lm.array(x), axis=0), np.count_nonzero(x, axis=0))


def test_every_nan_is_a_value_of_its_own():
    result = lm.unique_counts(lm.array([3.0, float("nan"), 3.0, float("nan")]))
    same(result.values, [3, np.nan, np.nan])
    assert result.counts.tolist() == [2, 1, 1]


def test_gradients_reach_what_was_chosen():
    x = lm.array([3.0, 1.0, 3.0, 2.0])
    weights = lm.array([1.0, 10.0, 100.0])
    assert lm.grad(lambda x: (lm.unique_values(x) * weights).sum())(x).tolist() == [100, 1, 0, 10]
    assert lm.grad(lambda x: (lm.sort(x)[:3] * weights).sum())(x).tolist() == [100, 1, 0, 10]


# --- cumulative


@pytest.mark.parametrize("dtype", TYPES[1:])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_cumulative(dtype, axis):
    x = of_type(dtype, (4, 5, 3)) % 3
    near(lm.cumulative_sum(lm.array(x), axis=axis), np.cumsum(x, axis=axis))
    near(lm.cumulative_prod(lm.array(x), axis=axis), np.cumprod(x, axis=axis))
    same(lm.cumulative_max(lm.array(x), axis=axis), np.maximum.accumulate(x, axis=axis))
    same(lm.cumulative_min(lm.array(x), axis=axis), np.minimum.accumulate(x, axis=axis))
    total = lm.cumulative_sum(lm.array(x), axis=axis, include_initial=True, dtype=lm.float64)
    assert total.dtype == lm.float64
    near(lm.diff(total, axis=axis), x)


def test_linear_recurrence():
    a, b = RANDOM.uniform(-1, 1, (2, 3, 7)).astype("float32")
    expected, value = np.empty_like(b), np.zeros(3, "float32")
    for i in range(7):
        value = a[:, i] * value + b[:, i]
        expected[:, i] = value
    near(lm.linear_recurrence(lm.array(a), lm.array(b)), expected)
    back = lm.linear_recurrence(lm.array(a[:, ::-1].copy()), lm.array(b[:, ::-1].copy()), reverse=True)
    near(back, expected[:, ::-1])


def test_gradient_of_a_product_with_zeros():
    x = lm.array([2.0, 0.0, 3.0, 0.0])
    # d(x0 + x0 x1 + x0 x1 x2 + x0 x1 x2 x3)
    assert lm.grad(lambda x: lm.cumulative_prod(x).sum())(x).tolist() == [1, 8, 0, 0]


def test_running_extremes():
    x = np.array([1, 3, np.nan, 2], "float32")
    same(lm.cumulative_max(lm.array(x)), np.maximum.accumulate(x))
    grad = lm.grad(lambda x: (lm.cumulative_max(x) * lm.array([1.0, 10.0, 100.0])).sum())
    assert grad(lm.array([2.0, 1.0, 3.0])).tolist() == [11, 0, 100]


def test_diff():
    for n in (0, 1, 2, 9):
        for axis in (0, 1, 2):
            near(lm.diff(lm.array(X), axis=axis, n=n), np.diff(X, axis=axis, n=n))
    near(lm.diff(lm.array(X), prepend=lm.array(X[..., :1]), append=lm.zeros((4, 5, 2))),
         np.diff(X, prepend=X[..., :1], append=np.zeros((4, 5, 2), "float32")))


# --- moving elements


def test_roll_repeat_tile():
    x = lm.array(X)
    for shift, axis in [(2, None), (-7, 0), (3, 1), ((1, -2), (0, 2)), (1, (0, 1)), (0, 0)]:
        same(lm.roll(x, shift, axis=axis), np.roll(X, shift, axis))
    for repeats, axis in [(2, None), (3, 0), (0, 1), ([1, 0, 2], 2), ([1, 0, 2, 1], 0)]:
        ours = repeats if isinstance(repeats, int) else lm.array(repeats)
        same(lm.repeat(x, ours, axis=axis), np.repeat(X, repeats, axis))
    for times in [(2,), (1, 2, 3), (2, 1, 1, 1), (), (0, 2)]:
        same(lm.tile(x, times), np.tile(X, times))


def test_axes():
    x = lm.array(X)
    same(lm.moveaxis(x, 0, -1), np.moveaxis(X, 0, -1))
    same(lm.moveaxis(x, (0, 1), (-1, 0)), np.moveaxis(X, (0, 1), (-1, 0)))
    same(lm.permute_dims(x, (2, 0, 1)), X.transpose(2, 0, 1))
    same(lm.matrix_transpose(x), X.swapaxes(-1, -2))
    for ours, theirs in zip(lm.unstack(x, axis=1), np.moveaxis(X, 1, 0)):
        same(ours, theirs)
    same(lm.concat([x, x], axis=None), np.concatenate([X, X], axis=None))
    assert [a.shape for a in lm.broadcast_arrays(lm.zeros((3, 1)), lm.zeros(4))] == [(3, 4), (3, 4)]


def test_triangles_and_ranges():
    for k in (-9, -1, 0, 2, 9):
        same(lm.tril(lm.array(X), k=k), np.tril(X, k))
        same(lm.triu(lm.array(X), k=k), np.triu(X, k))
        same(lm.eye(4, 5, k=k), np.eye(4, 5, k))
    for indexing in ("xy", "ij"):
        arrays = [np.arange(3), np.arange(2), np.arange(4)]
        for ours, theirs in zip(lm.meshgrid(*map(lm.array, arrays), indexing=indexing),
                                np.meshgrid(*arrays, indexing=indexing)):
            same(ours, theirs)
    large = 2**53
    same(lm.arange(large, large + 3), np.arange(large, large + 3))
    for call in [(5,), (2, 9, 3), (9, 2, -2), (3, 3), (0, -5), (0, 1, 0.25)]:
        same(lm.arange(*call), np.arange(*call))
    for endpoint in (True, False):
        near(lm.linspace(-1, 2, 7, endpoint=endpoint), np.linspace(-1, 2, 7, endpoint=endpoint))


def test_products():
    y = RANDOM.standard_normal((5, 3, 2)).astype("float32")
    near(lm.tensordot(lm.array(X), lm.array(y)), np.tensordot(X, y))
    near(lm.tensordot(lm.array(X), lm.array(y), axes=((2, 1), (1, 0))), np.tensordot(X, y, ((2, 1), (1, 0))))
    near(lm.tensordot(lm.array(X), lm.array(y), axes=0), np.tensordot(X, y, 0))
    near(lm.vecdot(lm.array(X), lm.array(X[0])), (X * X[0]).sum(-1))
    near(lm.vecdot(lm.array(X), lm.array(X), axis=-2), (X * X).sum(-2))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nextafter(dtype):
    x = np.array([0, -0.0, 1, -1, np.inf, np.nan, np.finfo(dtype).max, 1, 0, 2], dtype)
    y = np.array([1, -1, 2, 0, 0, 1, np.inf, np.nan, 0, 2], dtype)
    with np.errstate(all="ignore"):
        theirs = np.nextafter(x, y)
    ours = lm.nextafter(lm.array(x), lm.array(y)).numpy()
    same(lm.array(np.isnan(ours)), np.isnan(theirs))
    assert ours[~np.isnan(ours)].tobytes() == theirs[~np.isnan(theirs)].tobytes()


def test_masks_without_axes():
    x = lm.array(X)
    assert x[lm.zeros(0, dtype=lm.bool)].shape == (0, 5, 3)
    for flag in (True, False):
        same(x[lm.array(flag)], X[flag])
    x[lm.array(False)] = 1.0
    same(x, X)
    x[lm.array(True)] = 1.0
    same(x, np.ones_like(X))


def test_no_axes_is_not_all_axes():
    x = lm.array(X[:, :1])
    assert lm.squeeze(x, axis=()).shape == x.shape and lm.squeeze(x).shape == (4, 3)
    same(lm.flip(x, axis=()), X[:, :1])
    with pytest.raises(lm.ValueError, match="expected 3 axes"):
        lm.transpose(x, ())
    assert lm.eye(2, k=2**70).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "expm1", "log1p"])
def test_zeros_keep_their_sign(name, dtype):
    x = np.array([0.0, -0.0] * 9, dtype)
    ours = getattr(lm, name)(lm.array(x)).numpy()
    assert ours.tobytes() == x.tobytes()
    assert lm.cos(lm.array(x)).tolist() == [1] * 18


# --- types


def test_numbers_that_do_not_fit():
    small = lm.array([1, 2], dtype=lm.uint8)
    for call in [lambda: small + 300, lambda: 300 - small, lambda: small * -1, lambda: small < 256,
                 lambda: lm.minimum(small, 300), lambda: lm.full(2, 300, dtype=lm.uint8),
                 lambda: lm.full_like(small, -1), lambda: lm.arange(300, dtype=lm.uint8),
                 lambda: small.__setitem__(0, 256), lambda: lm.where(small > 1, small, 256)]:
        with pytest.raises(OverflowError, match="does not fit into uint8"):
            call()
    with pytest.raises(lm.OverflowError, match="64 bits"):
        small + 2**64
    assert (small + 250).tolist() == [251, 252]
    large = lm.array([1], dtype=lm.uint64) + (2**63 + 5)
    assert large.item() == 2**63 + 6 and str(large) == f"[{2**63 + 6}]"
    assert (lm.array([1.0]) + 2**63).dtype == lm.float32


def test_bits():
    x, y = lm.array([6, 5]), lm.array([3, 1])
    assert [(x & y).tolist(), (x | y).tolist(), (x ^ y).tolist(), (~x).tolist()] == [[2, 1], [7, 5], [5, 4], [-7, -6]]
    assert [(x << y).tolist(), (x >> 1).tolist(), (1 << y).tolist()] == [[48, 10], [3, 2], [8, 2]]
    flags = lm.array([True, False])
    assert [(flags & True).tolist(), (flags ^ True).tolist(), (~flags).tolist()] == [
        [True, False], [False, True], [False, True]]
    with pytest.raises(lm.DTypeError, match="bitwise_and: expected bool or integers, got float32"):
        lm.array([1.0]) & 1
    with pytest.raises(lm.DTypeError, match="bitwise_left_shift: expected integers, got bool"):
        flags << flags
    x = lm.array([6])
    x &= 3
    x <<= 2
    assert x.tolist() == [8]


def test_types_of_sums():
    assert lm.sum(lm.array([200, 100], dtype=lm.uint8)).dtype == lm.uint64
    assert lm.sum(lm.array([200, 100], dtype=lm.uint8)).item() == 300
    assert lm.sum(lm.array([1.5, 1.5]), dtype=lm.int32).item() == 2
    assert lm.prod(lm.array([2, 3]), dtype=lm.float64).dtype == lm.float64


def test_questions_about_types():
    assert lm.can_cast(lm.uint8, lm.int16) and not lm.can_cast(lm.int16, lm.int8)
    assert not lm.can_cast(lm.uint64, lm.int64) and not lm.can_cast(lm.int64, lm.uint64)
    assert lm.result_type(lm.int8, lm.array([1], dtype=lm.uint8), 1) == lm.int16
    assert lm.result_type(lm.array([1.0]), 1.0, 2) == lm.float32
    assert lm.isdtype(lm.int8, ("bool", "signed integer")) and not lm.isdtype(lm.int8, "unsigned integer")
    assert lm.isdtype(lm.float16, "real floating") and lm.isdtype(lm.int8, lm.int8)
    for name in ("float16", "float32", "float64"):
        ours, theirs = lm.finfo(getattr(lm, name)), np.finfo(name)
        assert (ours.bits, ours.eps, ours.max, ours.min) == (theirs.bits, theirs.eps, theirs.max, theirs.min)
        assert ours.smallest_normal == theirs.smallest_normal and ours.dtype == getattr(lm, name)
    for name in ("int8", "int64", "uint8", "uint64"):
        ours, theirs = lm.iinfo(lm.array([1], dtype=name)), np.iinfo(name)
        assert (ours.bits, ours.max, ours.min) == (theirs.bits, theirs.max, theirs.min)
    with pytest.raises(lm.ValueError, match="'real' is no kind"):
        lm.isdtype(lm.int8, "real")
    with pytest.raises(lm.DTypeError, match="finfo: expected a floating-point type, got int8"):
        lm.finfo(lm.int8)


# --- the namespace


def test_namespace():
    x = lm.array(X)
    assert x.__array_namespace__(api_version="2024.12") is lm and lm.__array_api_version__ == "2024.12"
    with pytest.raises(lm.ValueError, match="API version up to 2024.12, got 1999.01"):
        x.__array_namespace__(api_version="1999.01")
    info = lm.__array_namespace_info__()
    assert info.default_device() in info.devices() and info.dtypes(kind="bool") == {"bool": lm.bool}
    assert info.default_dtypes()["real floating"] == lm.float32
    assert x.to_device(x.device) is not None
    for call in [lambda: x.to_device("gpu"), lambda: lm.zeros(3, device="gpu"), lambda: info.dtypes(device="gpu")]:
        with pytest.raises(lm.ValueError, match="there is no device 'gpu'"):
            call()
    assert complex(lm.array(2.0)) == 2 and lm.imag(x).tolist() == np.zeros_like(X).tolist()


@pytest.mark.parametrize("dtype", TYPES + ["bfloat16"])
def test_copies(dtype):
    x = lm.array([[0, 1], [1, 0]]).astype(dtype)
    for made in (pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy([x])[0]):
        assert made.dtype == x.dtype and made.shape == x.shape and made.tolist() == x.tolist()


def test_wrong_calls():
    x = lm.array(X)
    for call, error, message in [
        (lambda: lm.sort(lm.array(1.0)), lm.IndexError, "sort: axis -1 is out of range"),
        (lambda: lm.roll(x, (1, 2)), lm.ValueError, "roll: expected one shift"),
        (lambda: lm.roll(x, (1, 2), axis=0), lm.ValueError, "roll: expected a shift for each of 1 axes"),
        (lambda: lm.repeat(x, -1), lm.ValueError, "repeats must not be negative"),
        (lambda: lm.repeat(x, lm.array([1, 2]), axis=0), lm.ShapeError, "expected 4 counts for axis 0"),
        (lambda: lm.repeat(x, lm.array([2**62] * 4), axis=0), lm.ShapeError, "more bytes than can be addressed"),
        (lambda: lm.repeat(x, lm.array(1.5)), lm.DTypeError, "expected integers"),
        (lambda: lm.tile(x, (2**62, 2**40)), lm.ShapeError, "more bytes than can be addressed"),
        (lambda: lm.tile(x, (-1,)), lm.ValueError, "must not be negative"),
        (lambda: lm.tril(lm.zeros(3)), lm.ShapeError, "tril: expected two axes or more"),
        (lambda: lm.moveaxis(x, (0, 0), (1, 2)), lm.ValueError, "moveaxis: source .* names an axis twice"),
        (lambda: lm.moveaxis(x, 0, (1, 2)), lm.ValueError, "as many destinations as sources"),
        (lambda: lm.permute_dims(x, (0, 1)), lm.ValueError, "expected 3 axes"),
        (lambda: lm.matrix_transpose(lm.zeros(3)), lm.ShapeError, "two axes or more"),
        (lambda: lm.vecdot(x, lm.zeros(4)), lm.ShapeError, "vectors of one length"),
        (lambda: lm.tensordot(x, x, axes=4), lm.ValueError, "expected 0 to 3 axes"),
        (lambda: lm.tensordot(x, x, axes=((0,), (1,))), lm.ShapeError, "the summed axes have sizes"),
        (lambda: lm.nonzero(lm.array(1)), lm.ShapeError, "expected an array with axes"),
        (lambda: lm.searchsorted(x, x), lm.ShapeError, "expected one sorted axis"),
        (lambda: lm.searchsorted(lm.zeros(3), x, side="up"), lm.ValueError, "side \"left\" or \"right\""),
        (lambda: lm.cumulative_sum(x), lm.ValueError, "expected an axis for an array with 3 axes"),
        (lambda: lm.diff(x, n=-1), lm.ValueError, "n must not be negative"),
        (lambda: lm.meshgrid(x), lm.ShapeError, "meshgrid: expected vectors"),
        (lambda: lm.meshgrid(indexing="yx"), lm.ValueError, "indexing"),
        (lambda: lm.linspace(0, 1, 2**62), lm.ShapeError, "more bytes"),
        (lambda: lm.linspace(0, 1, -1), lm.ValueError, "num must not be negative"),
        (lambda: lm.eye(2**40), lm.ShapeError, "more bytes"),
        (lambda: lm.arange(0, 1, 0), lm.ValueError, "step other than 0"),
        (lambda: lm.arange(2**62), lm.ValueError, "too many"),
        (lambda: lm.result_type(), lm.ValueError, "at least one argument"),
    ]:
        with pytest.raises(error, match=message):
            call()
