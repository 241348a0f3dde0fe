"""Random distributions: moments and distribution functions of many draws from fixed seeds."""

import math

import numpy as np
import pytest

import lamina as lm

COUNT = 40_000
random = lm.random


def draw(name, *arguments, count=COUNT, seed=7):
    lm.seed(seed)
    return getattr(random, name)((count,), *arguments, dtype=lm.float64).numpy()


# name: (arguments, mean, variance)
MOMENTS = {
    "exponential": ((2.0,), 2, 4),
    "laplace": ((1.0, 2.0), 1, 8),
    "gumbel": ((1.0, 2.0), 1 + 2 * np.euler_gamma, 4 * math.pi ** 2 / 6),
    "logistic": ((1.0, 2.0), 1, 4 * math.pi ** 2 / 3),
    "lognormal": ((0.5, 0.5), math.exp(0.625), (math.exp(0.25) - 1) * math.exp(1.25)),
    "gamma": ((3.0, 2.0), 6, 12),
    "beta": ((2.0, 3.0), 0.4, 0.04),
    "chi_square": ((5.0,), 5, 10),
    "student_t": ((9.0,), 0, 9 / 7),
    "poisson": ((3.5,), 3.5, 3.5),
    "binomial": ((20.0, 0.3), 6, 4.2),
    "geometric": ((0.25,), 4, 12),
}
MORE = [("gamma", (0.3,), 0.3, 0.3), ("gamma", (200.0,), 200, 200), ("poisson", (40.0,), 40, 40),
        ("poisson", (5000.0,), 5000, 5000), ("binomial", (1000.0, 0.4), 400, 240), ("binomial", (1000.0, 0.9), 900, 90),
        ("binomial", (5.0, 1.0), 5, 0), ("poisson", (0.0,), 0, 0), ("geometric", (1.0,), 1, 0)]


@pytest.mark.parametrize("name, arguments, mean, variance",
                         [(name, *rest) for name, rest in MOMENTS.items()] + MORE)
def test_moments(name, arguments, mean, variance):
    x = draw(name, *arguments)
    assert np.isfinite(x).all()
    error = math.sqrt(variance / COUNT)
    assert abs(x.mean() - mean) <= 5 * error + 1e-12
    spread = math.sqrt(max(np.mean((x - x.mean()) ** 4) - x.var() ** 2, 0) / COUNT)  # of the variance itself
    assert abs(x.var() - variance) <= 6 * spread + 1e-12


def normal_cdf(x):
    return 0.5 * np.vectorize(math.erfc)(-x / math.sqrt(2))


FUNCTIONS = {
    "exponential": ((2.0,), lambda x: 1 - np.exp(-x / 2)),
    "laplace": ((), lambda x: np.where(x < 0, np.exp(np.minimum(x, 0)) / 2, 1 - np.exp(-np.maximum(x, 0)) / 2)),
    "gumbel": ((), lambda x: np.exp(-np.exp(-x))),
    "logistic": ((), lambda x: 1 / (1 + np.exp(-x))),
    "cauchy": ((1.0, 2.0), lambda x: 0.5 + np.arctan((x - 1) / 2) / math.pi),
    "lognormal": ((), lambda x: normal_cdf(np.log(x))),
    "gamma": ((1.0,), lambda x: 1 - np.exp(-x)),
    "beta": ((2.0, 1.0), lambda x: x ** 2),
    "truncated_normal": ((-1.0, 2.0), lambda x: (normal_cdf(x) - normal_cdf(-1)) / (normal_cdf(2) - normal_cdf(-1))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_distribution_functions(name):
    """The largest distance from the distribution function (Kolmogorov) is below its 0.1 % point."""
    arguments, cdf = FUNCTIONS[name]
    u = np.sort(cdf(np.sort(draw(name, *arguments))))
    steps = np.arange(COUNT + 1) / COUNT
    distance = max((steps[1:] - u).max(), (u - steps[:-1]).max())
    assert distance < 1.95 / math.sqrt(COUNT)


@pytest.mark.parametrize("low, high", [(-2, 2), (3, 4), (-9, -6), (30, 40), (50, 60), (-60, -50), (0.5, math.inf)])
def test_truncated_normal_stays_inside(low, high):
    x = draw("truncated_normal", float(low), float(high), count=2000)
    assert ((x >= low) & (x <= high)).all() and np.unique(x).size > 1900


def test_counts_are_integers_and_parameters_broadcast():
    lm.seed(3)
    x = random.poisson((1000, 2), lm.array([1.0, 50.0]))
    assert x.dtype == lm.int64
    assert abs(x.numpy().mean(0) - [1, 50]).max() < 1.5


def test_categorical_and_multinomial():
    lm.seed(5)
    p = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    x = random.categorical(lm.array(np.log(np.maximum(p, 1e-300))), (COUNT,)).numpy()
    assert x.shape == (COUNT, 2)
    for row in range(2):
        share = np.bincount(x[:, row], minlength=3) / COUNT
        np.testing.assert_allclose(share, p[row], atol=5 * 0.5 / math.sqrt(COUNT))
    y = random.multinomial(lm.array(p * 8), COUNT, replacement=True).numpy()
    np.testing.assert_allclose(np.bincount(y[1], minlength=3) / COUNT, p[1], atol=0.02)
    z = random.multinomial(lm.array(np.tile(p[:1], (COUNT, 1))), 2).numpy()
    assert (z[:, 0] != z[:, 1]).all()
    # First numbers have the weights as probabilities; then those that are left.
    np.testing.assert_allclose(np.bincount(z[:, 0], minlength=3) / COUNT, p[0], atol=0.02)
    second = sum(p[0][i] * p[0][0] / (1 - p[0][i]) for i in (1, 2))
    assert abs((z[:, 1] == 0).mean() - second) < 0.02


def test_dirichlet_shares():
    lm.seed(2)
    x = random.dirichlet((5000,), lm.array([1.0, 2.0, 5.0])).numpy()
    np.testing.assert_allclose(x.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(x.mean(0), np.array([1, 2, 5]) / 8, atol=0.02)
    assert np.isfinite(random.dirichlet((100,), lm.array([1e-4, 1e-4])).numpy()).all()


def test_shuffle_keeps_entries():
    lm.seed(1)
    x = random.shuffle(lm.arange(50)).numpy()
    assert sorted(x) == list(range(50)) and list(x) != list(range(50))


def test_draws_depend_on_the_seed_alone():
    for name, arguments in [("gamma", (2.0,)), ("poisson", (9.0,)), ("binomial", (9.0, 0.5)), ("truncated_normal", ())]:
        assert (draw(name, *arguments, count=100) == draw(name, *arguments, count=100)).all()
        assert (draw(name, *arguments, count=100) != draw(name, *arguments, count=100, seed=8)).any()
        lm.seed(7)
        first, second = (getattr(random, name)((100,), *arguments).numpy() for _ in range(2))
        assert (first != second).any()


@pytest.mark.parametrize("call", [
    lambda: random.poisson((2,), -1.0), lambda: random.poisson((2,), math.nan), lambda: random.binomial((2,), 3, 1.5),
    lambda: random.binomial((2,), 2.5, 0.5), lambda: random.geometric((2,), 0.0), lambda: random.geometric((2,), 1.5),
    lambda: random.multinomial(lm.array([0.0, 0.0]), 1), lambda: random.multinomial(lm.array([1.0, -1.0]), 1),
    lambda: random.multinomial(lm.array([1.0, 0.0]), 2), lambda: random.multinomial(lm.array([1.0, math.nan]), 1),
])
def test_wrong_parameters_in_values(call):
    with pytest.raises(lm.IndexError, match="out of range"):
        call().eval()


def test_wrong_arguments():
    with pytest.raises(lm.ValueError, match="scale must be 0 or more, got -1"):
        random.exponential((2,), -1.0)
    with pytest.raises(lm.DTypeError, match="expected a floating-point dtype, got int32"):
        random.gamma((2,), 1.0, dtype=lm.int32)
    with pytest.raises(lm.ValueError, match="cannot draw 3 numbers of 2 classes without replacement"):
        random.multinomial(lm.array([1.0, 1.0]), 3)
    with pytest.raises(lm.ShapeError):
        random.gamma((2 ** 62,), 1.0)
    with pytest.raises(lm.ShapeError):
        random.poisson((-1,), 1.0)
