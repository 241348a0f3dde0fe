"""Element-wise functions and reductions against NumPy, over element types and shapes."""

import math

import numpy as np
import pytest

import lamina as lm

FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
UNITS = {"float16": 4, "float32": 8, "float64": 8}  # of the last place

erf = np.vectorize(math.erf, otypes=[np.float64])

# name: (NumPy's function, range of values, element types). NumPy works in float64 where the result is floating.
UNARY = {
    "negative": (np.negative, (-3, 3), FLOATS + INTEGERS[:4]),
    "absolute": (np.absolute, (-3, 3), FLOATS + INTEGERS[:4]),
    "sign": (np.sign, (-3, 3), FLOATS + INTEGERS),
    "square": (np.square, (-3, 3), FLOATS + INTEGERS),
    "reciprocal": (lambda x: 1 / x, (0.1, 3), FLOATS),
    "floor": (np.floor, (-3, 3), FLOATS),
    "ceil": (np.ceil, (-3, 3), FLOATS),
    "round": (np.round, (-3, 3), FLOATS),
    "exp": (np.exp, (-3, 3), FLOATS),
    "expm1": (np.expm1, (-3, 3), FLOATS),
    "log": (np.log, (0.01, 5), FLOATS),
    "log1p": (np.log1p, (-0.9, 5), FLOATS),
    "log2": (np.log2, (0.01, 5), FLOATS),
    "sqrt": (np.sqrt, (0, 9), FLOATS),
    "rsqrt": (lambda x: 1 / np.sqrt(x), (0.01, 9), FLOATS),
    "log10": (np.log10, (0.01, 5), FLOATS),
    "trunc": (np.trunc, (-3, 3), FLOATS),
    "asin": (np.arcsin, (-1, 1), FLOATS),
    "acos": (np.arccos, (-1, 1), FLOATS),
    "atan": (np.arctan, (-9, 9), FLOATS),
    "sinh": (np.sinh, (-3, 3), FLOATS),
    "cosh": (np.cosh, (-3, 3), FLOATS),
    "asinh": (np.arcsinh, (-9, 9), FLOATS),
    "acosh": (np.arccosh, (1, 9), FLOATS),
    "atanh": (np.arctanh, (-0.9, 0.9), FLOATS),
    "signbit": (np.signbit, (-3, 3), FLOATS),
    "bitwise_invert": (np.invert, (-3, 3), INTEGERS + ["bool"]),
    "sin": (np.sin, (-10, 10), FLOATS),
    "cos": (np.cos, (-10, 10), FLOATS),
    "tan": (np.tan, (-1.5, 1.5), FLOATS),
    "tanh": (np.tanh, (-5, 5), FLOATS),
    "erf": (erf, (-3, 3), FLOATS),
    "relu": (lambda x: np.maximum(x, 0), (-3, 3), FLOATS + INTEGERS[:4]),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), (-9, 9), FLOATS),
    "softplus": (lambda x: np.logaddexp(x, 0), (-9, 9), FLOATS),
    "silu": (lambda x: x / (1 + np.exp(-x)), (-9, 9), FLOATS),
    "gelu": (lambda x: x * 0.5 * (1 + erf(x / math.sqrt(2))), (-2, 5), FLOATS),
    "isnan": (np.isnan, (-3, 3), FLOATS),
    "isfinite": (np.isfinite, (-3, 3), FLOATS),
    "isinf": (np.isinf, (-3, 3), FLOATS),
    "logical_not": (np.logical_not, (0, 2), INTEGERS + ["bool"]),
}

BINARY = {
    "add": (np.add, (-3, 3), FLOATS + INTEGERS),
    "subtract": (np.subtract, (-3, 3), FLOATS + INTEGERS),
    "multiply": (np.multiply, (-3, 3), FLOATS + INTEGERS),
    "divide": (np.divide, (0.5, 3), FLOATS),
    "floor_divide": (np.floor_divide, (1, 9), FLOATS + INTEGERS),
    "remainder": (np.remainder, (1, 9), FLOATS + INTEGERS),
    "power": (np.power, (0.5, 3), FLOATS + INTEGERS),
    "hypot": (np.hypot, (-3, 3), FLOATS),
    "atan2": (np.arctan2, (-3, 3), FLOATS),
    "copysign": (np.copysign, (-3, 3), FLOATS),
    "logaddexp": (np.logaddexp, (-3, 3), FLOATS),
    "bitwise_and": (np.bitwise_and, (-3, 9), INTEGERS + ["bool"]),
    "bitwise_or": (np.bitwise_or, (-3, 9), INTEGERS + ["bool"]),
    "bitwise_xor": (np.bitwise_xor, (-3, 9), INTEGERS + ["bool"]),
    "bitwise_left_shift": (np.left_shift, (0, 5), INTEGERS),
    "bitwise_right_shift": (np.right_shift, (0, 5), INTEGERS),
    "minimum": (np.minimum, (-3, 3), FLOATS + INTEGERS),
    "maximum": (np.maximum, (-3, 3), FLOATS + INTEGERS),
    "equal": (np.equal, (0, 3), FLOATS + INTEGERS + ["bool"]),
    "not_equal": (np.not_equal, (0, 3), FLOATS + INTEGERS + ["bool"]),
    "less": (np.less, (0, 3), FLOATS + INTEGERS),
    "less_equal": (np.less_equal, (0, 3), FLOATS + INTEGERS),
    "greater": (np.greater, (0, 3), FLOATS + INTEGERS),
    "greater_equal": (np.greater_equal, (0, 3), FLOATS + INTEGERS),
    "logical_and": (np.logical_and, (0, 2), INTEGERS + ["bool"]),
    "logical_or": (np.logical_or, (0, 2), INTEGERS + ["bool"]),
    "logical_xor": (np.logical_xor, (0, 2), INTEGERS + ["bool"]),
}

REDUCTIONS = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "max": np.max, "min": np.min, "all": np.all, "any": np.any,
    "var": np.var, "std": np.std, "argmax": np.argmax, "argmin": np.argmin,
}

SHAPES = [(), (1,), (0,), (7,), (3, 4), (2, 0, 3), (2, 3, 5), (1500,)]
PAIRS = [((), ()), ((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (5,)), ((0, 4), (4,)), ((1500,), (1,))]


def values(shape, dtype, low, high, seed):
    random = np.random.default_rng(seed)
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.startswith("float"):
        return random.uniform(low, high, shape).astype(dtype)
    low = max(math.ceil(low), 0) if dtype.startswith("u") else math.ceil(low)
    return random.integers(low, math.floor(high) + 1, shape).astype(dtype)


def exact(function, *arrays):
    """What NumPy gives, floats in float64."""
    wide = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    with np.errstate(all="ignore"):
        return np.asarray(function(*wide))


def check(got, expected, dtype, scale=0.0):
    got = got.numpy()
    assert got.shape == expected.shape
    if got.dtype.kind != "f":
        np.testing.assert_array_equal(got, expected)
        return
    assert got.dtype == np.dtype(dtype)
    unit = np.finfo(got.dtype).eps * UNITS[dtype]
    np.testing.assert_allclose(got.astype(np.float64), expected, rtol=unit, atol=unit * scale)


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS + ["bool"])
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, dtype):
    function, (low, high), dtypes = UNARY[name]
    if dtype not in dtypes:
        return
    for seed, shape in enumerate(SHAPES):
        x = values(shape, dtype, low, high, seed)
        # Where terms cancel (x near 0 or 1) the error is of the terms' size.
        check(getattr(lm, name)(lm.array(x)), exact(function, x), dtype, scale=1.0)
        if len(shape) > 1:
            check(getattr(lm, name)(lm.transpose(lm.array(x))), exact(function, x.T), dtype, scale=1.0)


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS + ["bool"])
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    function, (low, high), dtypes = BINARY[name]
    if dtype not in dtypes:
        return
    for seed, (a, b) in enumerate(PAIRS):
        x, y = values(a, dtype, low, high, seed), values(b, dtype, low, high, seed + 100)
        for left, right in ((x, y), (y, x)):
            check(getattr(lm, name)(lm.array(left), lm.array(right)), exact(function, left, right), dtype, scale=9.0)


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS)
def test_where(dtype):
    for seed, (a, b) in enumerate(PAIRS):
        x, y = values(a, dtype, -3, 3, seed), values(b, dtype, -3, 3, seed + 100)
        condition = values(b, "bool", 0, 1, seed)
        got = lm.where(lm.array(condition), lm.array(x), lm.array(y))
        np.testing.assert_array_equal(got.numpy(), np.where(condition, x, y))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, dtype):
    function = REDUCTIONS[name]
    for seed, shape in enumerate([(7,), (3, 4), (2, 3, 5), (300, 70)]):
        # A product of 21000 values must stay in range: about 1 each, on both sides of it.
        low, high = {"all": (0, 9), "any": (0, 9), "prod": (0.99, 1.01)}.get(name, (1, 9))
        x = values(shape, dtype, low, high, seed)
        result = "float32" if dtype in INTEGERS else dtype
        for axis in [None, *range(len(shape)), -1]:
            # NumPy multiplies one after the other: in float64 it is as far from the product as we are.
            wide = x.astype(np.longdouble) if dtype == "float64" else x
            expected = np.asarray(function(wide, axis=axis) if dtype == "float64" else
                                  exact(lambda a: function(a, axis=axis), x)).astype(np.float64)
            got = getattr(lm, name)(lm.array(x), axis=axis)
            # Each of n factors may add half a unit to a product; together they go like the root of n.
            growth = max(1, (x.size // max(expected.size, 1)) ** 0.5 / 8) if name == "prod" else 1
            check(got, expected, result, scale=growth * float(np.abs(expected).max(initial=1)))


def test_special_values():
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e30, 1e-30], "float32")
    for name, (function, _, dtypes) in UNARY.items():
        if "float32" in dtypes and name not in ("gelu", "silu", "softplus", "sigmoid"):
            with np.errstate(all="ignore"):
                expected = exact(function, x).astype("float32")
            got = getattr(lm, name)(lm.array(x)).numpy()
            keep = np.abs(x) < 1e20 if name in ("sin", "cos", "tan") else np.full(x.shape, True)
            keep |= ~np.isfinite(x)
            np.testing.assert_allclose(got[keep], expected[keep], rtol=1e-6, atol=1e-37, err_msg=name)
