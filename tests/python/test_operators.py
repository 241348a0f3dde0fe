"""Operators and element-wise functions against NumPy."""

import operator

import numpy as np
import pytest

import lamina as lm

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
          operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge]
A = np.array([[1.5, -2.0, 3.0], [0.5, 4.0, -1.0]], np.float32)
B = np.array([2.0, 3.0, -1.5], np.float32)


def check(ours, theirs, rtol=1e-6):
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=rtol)


@pytest.mark.parametrize("op", BINARY)
def test_binary(op):
    with np.errstate(all="ignore"):
        check(op(lm.array(A), lm.array(B)), op(A, B))
        check(op(lm.array(A), 2), op(A, np.float32(2)))
        check(op(2.5, lm.array(A)), op(np.float32(2.5), A))


@pytest.mark.parametrize("op", BINARY)
def test_numpy_defers_to_us(op):
    with np.errstate(all="ignore"):
        expected = op(A, B)
        for ours in (op(A, lm.array(B)), op(lm.array(A), B)):
            assert isinstance(ours, lm.Array)
            check(ours, expected)
        check(op(np.float32(2), lm.array(A)), op(np.float32(2), A))


@pytest.mark.parametrize("op", [operator.neg, operator.pos, abs])
def test_unary(op):
    check(op(lm.array(A)), op(A))


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor])
def test_logic(op):
    p, q = np.array([True, True, False]), np.array([True, False, False])
    check(op(lm.array(p), lm.array(q)), op(p, q))
    check(op(lm.array(p), True), op(p, True))
    check(~lm.array(p), ~p)


def test_a_number_takes_the_type_of_the_array():
    for name in ("float16", "bfloat16", "float32", "float64"):
        x = lm.array([1, 2], dtype=name)
        assert (x + 1).dtype == name and (x * 0.5).dtype == name
        assert (x + np.float64(0.5)).dtype == name  # a Python float
    assert (lm.array([1, 2], dtype=lm.int8) + 1).dtype == "int8"
    assert (lm.array([1, 2]) + 0.5).dtype == "float32"
    assert (lm.array([1, 2], dtype=lm.float16) + np.float32(1)).dtype == "float32"


@pytest.mark.parametrize("a", ["bool", "int8", "uint8", "int32", "int64", "uint32"])
@pytest.mark.parametrize("b", ["bool", "int8", "uint8", "int32", "int64", "uint32"])
def test_promotion_of_integers(a, b):
    x, y = np.ones(2, a), np.ones(2, b)
    assert (lm.array(x) * lm.array(y)).dtype == (x * y).dtype


def test_unknown_operands():
    x = lm.array([1.0])
    for other in (None, "1", [1], {}, object()):
        with pytest.raises(TypeError):
            x + other
        assert (x == other) is False
    with pytest.raises(lm.DTypeError, match="add: expected an array or a number for y, got list"):
        lm.add(x, [1])


def test_names_are_rebound():
    x = y = lm.array([1.0])
    x += 1
    assert x.item() == 2 and y.item() == 1


def test_functions_take_keywords():
    x = lm.array([-2.0, 2.0])
    np.testing.assert_allclose(lm.leaky_relu(x).numpy(), [-0.02, 2], rtol=1e-6)
    np.testing.assert_allclose(lm.leaky_relu(x, slope=0.5).numpy(), [-1, 2])
    np.testing.assert_array_equal(lm.add(y=x, x=1).numpy(), [-1, 3])
    for bad, message in ((dict(), "argument x is missing"), (dict(z=1), "there is no argument 'z'")):
        with pytest.raises(lm.DTypeError, match=message):
            lm.exp(**bad)
    with pytest.raises(lm.DTypeError, match="expected 1 arguments, got 2"):
        lm.exp(x, x)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "max", "min", "var", "std"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(name, axis, keepdims):
    x = np.linspace(-2, 2, 24, dtype=np.float32).reshape(2, 3, 4)
    ours = getattr(lm.array(x), name)(axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(ours.numpy(), getattr(x, name)(axis=axis, keepdims=keepdims), rtol=1e-5, atol=1e-6)


def test_matmul():
    x, y = np.random.default_rng(0).normal(size=(2, 5, 3, 4)).astype(np.float32)[:, 0], np.ones((4, 2), np.float32)
    np.testing.assert_allclose((lm.array(x) @ lm.array(y)).numpy(), x @ y, rtol=1e-5)
    np.testing.assert_allclose((x @ lm.array(y)).numpy(), x @ y, rtol=1e-5)
