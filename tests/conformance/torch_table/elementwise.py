"""Element-wise entries."""

import math

import lamina as lm

from .table import entry, function, need, same

same(
    abs="absolute", acos="acos", acosh="acosh", asin="asin", asinh="asinh", atan="atan", atanh="atanh", ceil="ceil",
    cos="cos", cosh="cosh", erf="erf", exp="exp", expm1="expm1", floor="floor", log="log", log10="log10",
    log1p="log1p", log2="log2", neg="negative", positive="positive", reciprocal="reciprocal", rsqrt="rsqrt",
    sigmoid="sigmoid", sign="sign", sgn="sign", signbit="signbit", sin="sin", sinh="sinh", sqrt="sqrt",
    square="square", tan="tan", tanh="tanh", trunc="trunc", isfinite="isfinite", isinf="isinf", isnan="isnan",
    logical_not="logical_not", bitwise_not="bitwise_invert", erfinv="erfinv", lgamma="lgamma",
    digamma="digamma", i0="i0", conj="conj", real="real", conj_physical="conj", resolve_conj="conj",
    atan2="atan2", eq="equal", ne="not_equal", lt="less", le="less_equal", gt="greater", ge="greater_equal",
    maximum="maximum", minimum="minimum", floor_divide="floor_divide", remainder="remainder", pow="power",
    hypot="hypot", copysign="copysign", logaddexp="logaddexp",
    logical_and="logical_and", logical_or="logical_or", logical_xor="logical_xor", bitwise_and="bitwise_and",
    bitwise_or="bitwise_or", bitwise_xor="bitwise_xor", bitwise_left_shift="bitwise_left_shift",
    bitwise_right_shift="bitwise_right_shift", gcd="gcd", lcm="lcm", true_divide="divide",
)
entry("exp2")(lambda x: lm.power(2.0, floating(x)))
entry("erfc")(lambda x: 1 - lm.erf(floating(x)))
entry("special.ndtr")(lambda x: 0.5 * (1 + lm.erf(floating(x) * math.sqrt(0.5))))
entry("logaddexp2")(lambda x, y: lm.logaddexp(x * math.log(2), y * math.log(2)) / math.log(2))
entry("max:binary")(lambda x, y: lm.maximum(x, y))
entry("min:binary")(lambda x, y: lm.minimum(x, y))
entry("isposinf")(lambda x: lm.logical_and(lm.isinf(x), x > 0))
entry("isneginf")(lambda x: lm.logical_and(lm.isinf(x), x < 0))
entry("isreal")(lambda x: lm.equal(lm.zeros_like(x), lm.zeros_like(x)))
entry("angle")(lambda x: lm.where(lm.isnan(floating(x)), floating(x), lm.where(x < 0, math.pi, 0.0)))
entry("frac")(lambda x: x - function("trunc")(x))
entry("deg2rad")(lambda x: floating(x) * (math.pi / 180))
entry("rad2deg")(lambda x: floating(x) * (180 / math.pi))
entry("rsub")(lambda x, other, alpha=1: other - alpha * x)
entry("__radd__")(lambda x, other: other + x)
entry("__rsub__")(lambda x, other: other - x)
entry("__rmul__")(lambda x, other: other * x)
entry("__rdiv__")(lambda x, other: other / x)
entry("__rmod__")(lambda x, other: other % x)
entry("__rpow__")(lambda x, other: other ** x)
entry("__rand__")(lambda x, other: other & x)
entry("__ror__")(lambda x, other: other | x)
entry("__rxor__")(lambda x, other: other ^ x)
entry("__rmatmul__")(lambda x, other: other @ x)


def floating(x):
    return x if str(x.dtype).startswith(("float", "bfloat")) else lm.astype(x, lm.float32)


@entry("add")
def _(x, other, alpha=1):
    return x + (other if alpha == 1 else alpha * other)


@entry("sub")
def _(x, other, alpha=1):
    return x - (other if alpha == 1 else alpha * other)


@entry("mul")
def _(x, other):
    return x * other


@entry("div:no_rounding_mode", "div:floor_rounding", "div:trunc_rounding")
def _(x, other, rounding_mode=None):
    if rounding_mode is None:
        return x / other
    if rounding_mode == "floor":
        return lm.floor_divide(x, other)
    return lm.astype(function("trunc")(x / other), x.dtype)


@entry("float_power")
def _(x, exponent):
    wide = [lm.astype(v, lm.float64) if isinstance(v, lm.Array) else lm.array(v, dtype=lm.float64)
            for v in (x, exponent)]
    return lm.power(*wide)


@entry("fmod")
def _(x, other):
    return x - other * lm.astype(function("trunc")(x / other), x.dtype)


@entry("fmax")
def _(x, y):
    return lm.where(lm.isnan(x), y, lm.where(lm.isnan(y), x, lm.maximum(x, y)))


@entry("fmin")
def _(x, y):
    return lm.where(lm.isnan(x), y, lm.where(lm.isnan(y), x, lm.minimum(x, y)))


@entry("xlogy")
def _(x, y):
    none = lm.logical_and(x == 0, lm.logical_not(lm.isnan(floating(y)) if isinstance(y, lm.Array) else y != y))
    return lm.where(none, 0.0, x * lm.log(lm.where(none, 1.0, y)))


@entry("special.xlog1py")
def _(x, y):
    none = lm.logical_and(x == 0, lm.logical_not(lm.isnan(floating(y)) if isinstance(y, lm.Array) else y != y))
    return lm.where(none, 0.0, x * lm.log1p(lm.where(none, 1.0, y)))


@entry("clamp", "clip")
def _(x, min=None, max=None):
    if min is not None:
        x = lm.maximum(x, min)
    return x if max is None else lm.minimum(x, max)


@entry("clamp_min")
def _(x, min):
    return lm.maximum(x, min)


@entry("clamp_max")
def _(x, max):
    return lm.minimum(x, max)


@entry("round")
def _(x):
    return lm.round(x)


@entry("round:decimals_0", "round:decimals_3", "round:decimals_neg_3")
def _(x, decimals=0):
    return lm.round(x * 10.0 ** decimals) / 10.0 ** decimals


@entry("nextafter")
def _(x, y):
    """torch's gradient is x's; ours is none."""
    return x + lm.stop_gradient(lm.nextafter(x, y) - x)


@entry("sinc")
def _(x):
    x = floating(x) * math.pi
    return lm.where(x == 0, 1.0, lm.sin(x) / lm.where(x == 0, 1.0, x))


@entry("heaviside")
def _(x, values):
    return lm.where(x == 0, values, lm.where(x > 0, lm.ones_like(x), lm.zeros_like(x)))


@entry("lerp")
def _(x, end, weight):
    return x + weight * (end - x)


@entry("addcmul")
def _(x, a, b, value=1):
    return x + value * a * b


@entry("addcdiv")
def _(x, a, b, value=1):
    return x + value * a / b


@entry("ldexp")
def _(x, other):
    return x * lm.power(2.0, floating(other))


@entry("logit")
def _(x, eps=None):
    if eps is not None:
        x = lm.where(x < eps, eps, lm.where(x > 1 - eps, 1 - eps, x))
    return lm.log(x) - lm.log1p(-x)


@entry("nan_to_num")
def _(x, nan=0.0, posinf=None, neginf=None):
    limits = {"float64": 1.7976931348623157e308, "float32": 3.4028234663852886e38}
    largest = limits[str(x.dtype).split(".")[-1]]
    x = lm.where(lm.isnan(x), 0.0 if nan is None else nan, x)
    x = lm.where(lm.logical_and(lm.isinf(x), x > 0), largest if posinf is None else posinf, x)
    return lm.where(lm.logical_and(lm.isinf(x), x < 0), -largest if neginf is None else neginf, x)


@entry("isclose")
def _(x, y, rtol=1e-5, atol=1e-8, equal_nan=False):
    close = lm.logical_or(x == y, lm.logical_and(lm.isfinite(y), lm.absolute(x - y) <= atol + rtol * lm.absolute(y)))
    return lm.logical_or(close, lm.logical_and(lm.isnan(x), lm.isnan(y))) if equal_nan else close


@entry("allclose")
def _(x, y, rtol=1e-5, atol=1e-8, equal_nan=False):
    need(not equal_nan, "equal_nan")
    return bool(lm.all(lm.logical_or(x == y, lm.absolute(x - y) <= atol + rtol * lm.absolute(y))).item())


@entry("equal")
def _(x, y):
    return x.shape == y.shape and bool(lm.all(x == y).item())


@entry("where")
def _(x, condition, other):
    return lm.where(condition, x, other)


@entry("masked_fill")
def _(x, mask, value):
    return lm.where(mask, value, x)


@entry("special.entr")
def _(x):
    plain = -x * lm.log(lm.where(x > 0, x, 1.0))
    return lm.where(x > 0, plain, lm.where(x == 0, 0.0, lm.where(lm.isnan(x), x, -math.inf)))


@entry("clone", "contiguous", "alias_copy", "resolve_neg")
def _(x, memory_format=None):
    return lm.array(x) if memory_format is None else x


CASTS = {"bfloat16": "bfloat16", "bool": "bool_", "byte": "uint8", "char": "int8", "double": "float64",
         "float": "float32", "half": "float16", "int": "int32", "long": "int64", "short": "int16"}
for name, ours in CASTS.items():
    entry(name)(lambda x, memory_format=None, ours=ours: lm.astype(x, getattr(lm, ours)))


@entry("to")
def _(x, *target, memory_format=None):
    kinds = [t for t in target if not isinstance(t, (bool, str))]
    kinds = [t.dtype if isinstance(t, lm.Array) else t for t in kinds]
    return lm.astype(x, kinds[0]) if kinds else x
