"""x[key] and x[key] = value against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lamina as lm

X = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
I, J = np.array([2, 0, 1]), np.array([[0], [-1]])
KEYS = [
    0, -1, (0, 1), (1, 2, 3, 4), slice(None), slice(1, None), slice(None, None, -1), (slice(None), slice(0, 3, 2)), ...,
    (..., 0), (0, ..., 1), None, (None, 0), (0, None, slice(1, 3), None), (slice(2, 1),), (slice(-100, 100),), (),
    ([0, 1],), (slice(None), I), (slice(None), I, J), (I % 2, slice(None), I), (slice(None), I, slice(None), I),
    (0, I), (0, slice(None), I), (slice(None), 1, I), (..., I), (None, slice(None), I), (slice(None), slice(1, 3), I),
    (slice(None), []), (X[:, :, 0, 0] > 20,), (slice(None), np.array([True, False, True])),
    (0, np.array([True, False, True]), slice(None, None, 2)), (X > 30,), (X > 1000,),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_get(key):
    ours = lm.array(X)[key]
    np.testing.assert_array_equal(ours.numpy(), X[key])


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_set(key):
    part = X[key]
    for value in (np.float32(-1), -np.arange(part.size, dtype=np.float32).reshape(part.shape) - 1):
        x, ours = X.copy(), lm.array(X)
        before = ours + 0
        x[key] = value
        ours[key] = value if np.ndim(value) == 0 else lm.array(value)
        np.testing.assert_array_equal(ours.numpy(), x)
        np.testing.assert_array_equal(before.numpy(), X)


def test_our_arrays_as_keys():
    x = lm.array(X)
    np.testing.assert_array_equal(x[lm.array([1, 0])].numpy(), X[[1, 0]])
    np.testing.assert_array_equal(x[x > 30].numpy(), X[X > 30])
    np.testing.assert_array_equal(x[lm.argmax(lm.array([1, 5]))].numpy(), X[1])
    x[x > 30] = 0.0
    np.testing.assert_array_equal(x.numpy(), np.where(X > 30, 0, X))
    x[x[:, 0, 0, 0] > 10] = x[0]  # a mask of the first axis
    np.testing.assert_array_equal(x.numpy(), np.where(X > 30, 0, X))
    with pytest.raises(lm.ShapeError):
        x[x > 10] = lm.ones(5)


def test_of_equal_indices_the_last_wins():
    x = lm.zeros(3)
    x[[0, 1, 0]] = lm.array([1.0, 2.0, 3.0])
    assert x.tolist() == [3, 2, 0]


def test_assignment_rebinds():
    x = lm.array([1.0, 2.0, 3.0])
    y, part = x, x[:2]
    x[0] = 10
    x[1] += 5
    assert x.tolist() == y.tolist() == [10, 7, 3] and part.tolist() == [1, 2]


@pytest.mark.parametrize("key, error, message", [
    (2, lm.IndexError, "index 2 is out of range for axis 0 of size 2"), (-3, lm.IndexError, "out of range"),
    ((0,) * 5, lm.IndexError, "expected up to 4 indices"), ((..., ...), lm.IndexError, "more than one"),
    (1.0, lm.DTypeError, "expected integers"), ("a", lm.DTypeError, "expected integers"),
    (np.array([1.0]), lm.DTypeError, "expected integers or bool"),
    (np.array([True]), lm.IndexError, r"the mask \[1\] does not fit"), (slice(None, None, 0), ValueError, "zero"),
    ((I, np.arange(2)), lm.ShapeError, "broadcast")])
def test_wrong_keys(key, error, message):
    with pytest.raises(error, match=message):
        lm.array(X)[key]


def test_wrong_indices_in_data():
    for key in (lm.array([5]), (lm.array([5]), lm.array([0])), (lm.array([0]), lm.array([-4]))):
        with pytest.raises(lm.IndexError):
            lm.array(X)[key].eval()
    with pytest.raises(lm.ShapeError):
        lm.zeros(3)[:2] = lm.ones(3)


def test_gradients_flow():
    g = lm.grad(lambda x: lm.sum(x[1:, [0, 1]] * 2))(lm.ones((3, 3)))
    np.testing.assert_array_equal(g.numpy(), [[0, 0, 0], [2, 2, 0], [2, 2, 0]])


slices = st.builds(slice, *[st.none() | st.integers(-7, 7)] * 2, st.none() | st.integers(-3, 3).filter(bool))


@settings(max_examples=80, deadline=None)
@given(st.lists(slices | st.none() | st.integers(-2, 1), max_size=4))
def test_any_basic_key(items):
    key = tuple(items)
    if sum(item is not None for item in key) > X.ndim:
        key = key[:X.ndim]
    np.testing.assert_array_equal(lm.array(X)[key].numpy(), X[key])
