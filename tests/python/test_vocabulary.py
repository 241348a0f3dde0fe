"""The rarer functions against NumPy, the math module and PyTorch where it is installed."""

import math

import numpy as np
import pytest

import lamina as lm
from lamina import nn

draw = np.random.default_rng(5)


def reals(*shape, low=-2.0, high=2.0):
    return draw.uniform(low, high, shape)


def whole(*shape, low=-20, high=20):
    return draw.integers(low, high, shape)


def each(function):
    return np.vectorize(function, otypes=[np.float64])


# name: (what it is compared with, arguments)
CASES = {
    "erfc": (each(math.erfc), [np.linspace(-5, 25, 301)]),
    "lgamma": (each(math.lgamma), [np.concatenate([np.linspace(0.01, 30, 300), -np.linspace(0.05, 4, 79) - 0.01])]),
    "i0": (np.i0, [np.linspace(-40, 40, 301)]),
    "sinc": (np.sinc, [reals(50)]),
    "exp2": (np.exp2, [np.linspace(-300, 300, 301)]),
    "cbrt": (np.cbrt, [reals(50)]),
    "logaddexp2": (np.logaddexp2, [reals(50), reals(50)]),
    "float_power": (np.float_power, [whole(20, low=1), 0.5]),
    "heaviside": (np.heaviside, [np.array([-1.0, 0.0, 2.0, math.nan]), 0.25]),
    "fmod": (np.fmod, [reals(50), reals(50)]),
    "fmax": (np.fmax, [np.array([1.0, math.nan, math.nan]), np.array([math.nan, 2.0, math.nan])]),
    "fmin": (np.fmin, [np.array([1.0, math.nan, -3.0]), np.array([math.nan, 2.0, -4.0])]),
    "isposinf": (np.isposinf, [np.array([1.0, math.inf, -math.inf, math.nan])]),
    "isneginf": (np.isneginf, [np.array([1.0, math.inf, -math.inf, math.nan])]),
    "gcd": (np.gcd, [whole(30), whole(30)]),
    "lcm": (np.lcm, [whole(30), whole(30)]),
    "frexp": (np.frexp, [reals(30, high=1e6)]),
    "ldexp": (np.ldexp, [reals(30), whole(30)]),
    "divmod": (np.divmod, [whole(30), whole(30, low=1)]),
    "modf": (np.modf, [reals(30, high=9)]),
    "nan_to_num": (np.nan_to_num, [np.array([1.0, math.nan, math.inf, -math.inf])]),
    "deg2rad": (np.deg2rad, [reals(9)]),
    "rad2deg": (np.rad2deg, [reals(9)]),
    "isclose": (np.isclose, [np.array([1.0, math.inf, math.nan, 1e-9]), np.array([1.0 + 1e-6, math.inf, math.nan, 0.0])]),
    "allclose": (np.allclose, [np.ones(3), np.ones(3)]),
    "array_equal": (np.array_equal, [np.ones(3), np.ones(4)]),
    "gradient": (lambda x: np.gradient(x), [reals(4, 5)]),
    "trapezoid": (np.trapezoid, [reals(3, 5)]),
    "cov": (np.cov, [reals(3, 9)]),
    "corrcoef": (np.corrcoef, [reals(3, 9)]),
    "cross": (np.cross, [reals(4, 3), reals(4, 3)]),
    "ptp": (np.ptp, [reals(4, 3)]),
    "polyval": (np.polyval, [reals(4), reals(5)]),
    "vander": (np.vander, [reals(4), 3]),
    "unwrap": (np.unwrap, [reals(40, high=30)]),
    "nanargmax": (np.nanargmax, [np.array([1.0, math.nan, 3.0])]),
    "nanargmin": (np.nanargmin, [np.array([math.nan, 5.0, 3.0])]),
    "average": (lambda x: np.average(x), [reals(4)]),
    "hstack": (np.hstack, [[reals(2, 3), reals(2, 1)]]),
    "vstack": (np.vstack, [[reals(3), reals(3)]]),
    "dstack": (np.dstack, [[reals(2, 3), reals(2, 3)]]),
    "column_stack": (np.column_stack, [[reals(3), reals(3, 2)]]),
    "append": (np.append, [reals(2, 2), reals(3)]),
    "atleast_1d": (np.atleast_1d, [np.float64(3)]),
    "atleast_2d": (np.atleast_2d, [reals(3)]),
    "atleast_3d": (np.atleast_3d, [reals(2, 3)]),
    "diagflat": (np.diagflat, [reals(2, 2), 1]),
    "tri": (lambda n, m, k: np.tri(n, m, k), [3, 5, 1]),
    "tril_indices": (lambda n, k: np.tril_indices(n, k), [4, -1]),
    "triu_indices": (lambda n, k: np.triu_indices(n, k), [4, 1]),
    "indices": (np.indices, [(2, 3)]),
    "unravel_index": (np.unravel_index, [whole(9, low=0, high=24), (2, 3, 4)]),
    "logspace": (np.logspace, [0, 3, 7]),
    "geomspace": (np.geomspace, [2, 1000, 7]),
    "bartlett": (np.bartlett, [7]),
    "blackman": (np.blackman, [8]),
    "hamming": (np.hamming, [8]),
    "hanning": (np.hanning, [1]),
    "kaiser": (np.kaiser, [9, 5.0]),
    "isin": (np.isin, [whole(3, 4), whole(5)]),
    "intersect1d": (np.intersect1d, [whole(20), whole(20)]),
    "union1d": (np.union1d, [whole(20), whole(20)]),
    "setdiff1d": (np.setdiff1d, [whole(20), whole(20)]),
    "setxor1d": (np.setxor1d, [whole(20), whole(20)]),
}


def given(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return lm.array(value)
    return [lm.array(v) for v in value] if isinstance(value, list) else value


def same(got, want, rtol):
    if isinstance(want, (tuple, list)):
        assert len(got) == len(want)
        for g, w in zip(got, want):
            same(g, w, rtol)
        return
    got = np.asarray(got)
    assert got.shape == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("name", CASES)
def test_against_numpy(name):
    function, arguments = CASES[name]
    want = function(*arguments)
    got = getattr(lm, name)(*[given(a) for a in arguments])
    first = got[0] if isinstance(got, tuple) else got
    same(got, want, 1e-12 if str(first.dtype) in ("lamina.float64", "float64") else 2e-6)


@pytest.mark.parametrize("name", ["erfc", "lgamma", "i0", "sinc", "exp2", "cbrt"])
def test_float32_keeps_its_digits(name):
    function, (x,) = CASES[name]
    x = x[(np.abs(x) < 9) & ((x > 0) | (name != "lgamma"))].astype(np.float32)  # reflected values cancel
    np.testing.assert_allclose(np.asarray(getattr(lm, name)(lm.array(x))), function(x.astype(np.float64)), rtol=3e-6, atol=2e-7)


def test_inverses():
    y = np.concatenate([np.linspace(-0.999, 0.999, 201), 1 - np.logspace(-12, -3, 40)])
    x = np.asarray(lm.erfinv(lm.array(y)))
    np.testing.assert_allclose(each(math.erfc)(np.abs(x)), 1 - np.abs(y), rtol=1e-12)
    p = reals(9, low=0.01, high=0.99)
    np.testing.assert_allclose(np.asarray(lm.sigmoid(lm.logit(lm.array(p)))), p, rtol=1e-12)


def test_derivatives_of_the_gamma_function():
    # Known sums: digamma(1) = -Euler's number, polygamma(1, 1) = pi^2 / 6, polygamma(2, 1) = -2 zeta(3).
    euler, zeta3 = 0.57721566490153286061, 1.2020569031595942854
    one = lm.array(np.float64(1))
    assert math.isclose(lm.digamma(one).item(), -euler, rel_tol=1e-13)
    assert math.isclose(lm.polygamma(1, one).item(), math.pi**2 / 6, rel_tol=1e-13)
    assert math.isclose(lm.polygamma(2, one).item(), -2 * zeta3, rel_tol=1e-13)
    x = lm.array(reals(20, low=-3.9, high=4))
    for k in range(3):  # polygamma(k, x + 1) - polygamma(k, x) = (-1)^k k! / x^(k + 1), where both are defined
        low = x if k < 2 else lm.abs(x)
        step = np.asarray(lm.polygamma(k, low + 1.0) - lm.polygamma(k, low))
        np.testing.assert_allclose(step, (-1)**k * math.factorial(k) / np.asarray(low)**(k + 1), rtol=1e-9)


def test_edges_of_special_functions():
    inf, nan = math.inf, math.nan
    cases = [("erfinv", [1, -1, 2, nan], [inf, -inf, nan, nan]), ("lgamma", [0, -2, inf, nan], [inf, inf, inf, nan]),
             ("digamma", [0.0, -1, inf], [-inf, nan, inf]), ("erfc", [inf, -inf, nan], [0, 2, nan]),
             ("exp2", [inf, -inf, 10, -3, nan], [inf, 0, 1024, 0.125, nan]), ("cbrt", [0, -0.0, inf, -8], [0, -0.0, inf, -2]),
             ("i0", [inf, 0, nan], [inf, 1, nan]), ("i1", [inf, -inf, 0], [inf, -inf, 0]), ("sinc", [0, 1, 2, inf], [1, 0, 0, 0])]
    for name, x, want in cases:
        for dtype in (lm.float32, lm.float64):
            np.testing.assert_allclose(np.asarray(getattr(lm, name)(lm.array(x, dtype=dtype))), want, rtol=3e-16, err_msg=name)


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("spacing", ["one", "each", "coordinates"])
def test_gradient(edge_order, spacing):
    x = reals(5, 6)
    given = {"one": [0.1], "each": [0.1, 2.3], "coordinates": [np.cumsum(reals(5, low=0.5)), np.cumsum(reals(6, low=0.5))]}[spacing]
    want = np.gradient(x, *given, edge_order=edge_order)
    got = lm.gradient(lm.array(x), *[g if isinstance(g, float) else lm.array(g) for g in given], edge_order=edge_order)
    same(got, list(want), 1e-12)
    same(lm.gradient(lm.array(x), axis=1), np.gradient(x, axis=1), 1e-12)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", [(7, 3), (3, 7), (5, 5), (1, 1), (4, 1), (6, 4), (4, 6)])
def test_convolve_and_correlate(mode, sizes):
    a, b = reals(sizes[0]), reals(sizes[1])
    same(lm.convolve(lm.array(a), lm.array(b), mode), np.convolve(a, b, mode), 1e-12)
    same(lm.correlate(lm.array(a), lm.array(b), mode), np.correlate(a, b, mode), 1e-12)
    m, n = whole(sizes[0]), whole(sizes[1])
    same(lm.convolve(lm.array(m), lm.array(n), mode), np.convolve(m, n, mode), 0)


@pytest.mark.parametrize("density", [False, True])
def test_histograms_of_points(density):
    points = reals(200, 2)
    for bins, extent in [(5, None), ((4, 6), None), (5, [(-1, 1), (0, 2)]), ([np.linspace(-2, 2, 4), np.linspace(-1, 1, 6)], None)]:
        want, edges = np.histogramdd(points, bins, range=extent, density=density)
        ours = [lm.array(b) for b in bins] if isinstance(bins, list) else bins
        got, got_edges = lm.histogramdd(lm.array(points), ours, range=extent, density=density)
        same(got, want, 1e-9)
        same(got_edges, list(edges), 1e-9)
    weights = reals(200)
    same(lm.histogram2d(lm.array(points[:, 0]), lm.array(points[:, 1]), 7, weights=lm.array(weights)),
         np.histogram2d(points[:, 0], points[:, 1], 7, weights=weights), 1e-9)


def test_array_split():
    x = reals(7, 3)
    for parts in (3, 9, [2, 5], [5, 2], [-3], [20]):
        same(lm.array_split(lm.array(x), parts), np.array_split(x, parts), 0)
    assert lm.unflatten(lm.ones((2, 12)), 1, (3, -1)).shape == (2, 3, 4)


def test_trapezoids():
    y, x = reals(3, 6), np.sort(reals(6))
    same(lm.trapezoid(lm.array(y), lm.array(x)), np.trapezoid(y, x), 1e-12)
    same(lm.trapezoid(lm.array(y), dx=0.5, axis=0), np.trapezoid(y, dx=0.5, axis=0), 1e-12)
    running = np.stack([np.trapezoid(y[:, :k + 2], x[:k + 2]) for k in range(5)], 1)
    same(lm.cumulative_trapezoid(lm.array(y), lm.array(x)), running, 1e-12)


def test_refusals():
    for call, error in [(lambda: lm.gradient(lm.ones(1)), lm.ShapeError), (lambda: lm.gcd(lm.ones(2), 2), lm.DTypeError),
                        (lambda: lm.ldexp(lm.ones(2), 0.5), lm.DTypeError), (lambda: lm.convolve(lm.ones(2), lm.ones(0)), lm.ShapeError),
                        (lambda: lm.convolve(lm.ones(2), lm.ones(2), "all"), lm.ValueError), (lambda: lm.cov(lm.ones((2, 1))), lm.ValueError),
                        (lambda: lm.histogramdd(lm.ones(3)), lm.ShapeError), (lambda: lm.polygamma(-1, lm.ones(2)), lm.ValueError),
                        (lambda: lm.unravel_index(lm.array([6]), (2, 3)), lm.IndexError), (lambda: lm.geomspace(-1, 1), lm.ValueError),
                        (lambda: lm.unflatten(lm.ones(6), 0, (4, -1)), lm.ShapeError), (lambda: lm.indices((2**31, 2**31, 2**31)), lm.Error),
                        (lambda: lm.isclose(1.0, 1.0, rtol=math.nan), lm.ValueError), (lambda: lm.tri(-1), lm.Error)]:
        with pytest.raises(error):
            call()


def test_softplus_options():
    x = lm.array(np.linspace(-30, 30, 61))
    want = np.where(2 * np.asarray(x) > 20, np.asarray(x), np.logaddexp(0, 2 * np.asarray(x)) / 2)
    np.testing.assert_allclose(np.asarray(lm.softplus(x, beta=2.0)), want, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(nn.Softplus(2.0)(x)), want, rtol=1e-12)


@pytest.mark.parametrize("make", [lambda n: nn.BatchNorm2d(3, eps=n), lambda n: nn.BatchNorm1d(3, momentum=n), lambda n: nn.LayerNorm(3, eps=n),
                                  lambda n: nn.GroupNorm(1, 2, eps=n), lambda n: nn.RMSNorm(3, eps=n), lambda n: nn.LeakyReLU(n),
                                  lambda n: nn.ELU(n), lambda n: nn.Threshold(n, 1.0), lambda n: nn.Dropout(n), lambda n: nn.PReLU(1, n),
                                  lambda n: nn.init.normal((2,), deviation=n), lambda n: nn.init.xavier_uniform((2, 2), gain=n),
                                  lambda n: lm.dropout(lm.ones(3), n), lambda n: lm.var(lm.ones(3), correction=n),
                                  lambda n: nn.margin_ranking_loss(lm.ones(2), lm.ones(2), lm.ones(2), margin=n), lambda n: nn.Softplus(n)])
def test_nan_is_no_hyperparameter(make):
    with pytest.raises(lm.ValueError, match="nan"):
        make(math.nan)


def test_nan_learning_rate_leaves_the_model_as_it_was():
    model = nn.Linear(2, 1)
    before = np.asarray(model.weight).copy()
    optimizer = lm.optim.SGD(model.parameters(), lr=lm.optim.StepSchedule(lr=math.nan, every=2))
    lm.sum(model(lm.ones((3, 2)))).backward()
    with pytest.raises(lm.ValueError, match="nan"):
        optimizer.step()
    np.testing.assert_array_equal(np.asarray(model.weight), before)


def test_batch_norm_3d():
    torch = pytest.importorskip("torch")
    ours, theirs = nn.BatchNorm3d(3), torch.nn.BatchNorm3d(3)
    x = reals(2, 3, 4, 2, 5).astype(np.float32)
    np.testing.assert_allclose(np.asarray(ours(lm.array(x))), theirs(torch.from_numpy(x)).detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.asarray(ours.running_var), theirs.running_var.numpy(), rtol=1e-5)


@pytest.mark.parametrize("average", [True, False])
@pytest.mark.parametrize("own_sizes", [False, True])
def test_attention_weights(average, own_sizes):
    torch = pytest.importorskip("torch")
    sizes = {"kdim": 5, "vdim": 7} if own_sizes else {}
    ours = nn.MultiheadAttention(6, 2, batch_first=True, need_weights=True, average_attn_weights=average, **sizes)
    theirs = torch.nn.MultiheadAttention(6, 2, batch_first=True, **sizes)
    theirs.load_state_dict({k: torch.from_numpy(np.asarray(v).copy()) for k, v in ours.state_dict().items()})
    q, k, v = (reals(2, n, s).astype(np.float32) for n, s in [(3, 6), (4, sizes.get("kdim", 6)), (4, sizes.get("vdim", 6))])
    y, weights = ours(lm.array(q), lm.array(k), lm.array(v))
    want, want_weights = theirs(*map(torch.from_numpy, (q, k, v)), average_attn_weights=average)
    np.testing.assert_allclose(np.asarray(y), want.detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.asarray(weights), want_weights.detach().numpy(), rtol=1e-4, atol=1e-6)
