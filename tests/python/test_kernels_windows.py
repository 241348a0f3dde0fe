"""Kernels of windows, weighted sums, scatters and running ops on arrays large enough to be cut among threads,
against NumPy."""

import numpy as np
import pytest
from test_kernels import TYPES, draw, for_threads, threads_as_before  # noqa: F401 (a fixture)

import lamina as lm

BOUNDS = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-11}


def close(got, expected, dtype):
    bound = BOUNDS.get(dtype, 0)
    np.testing.assert_allclose(np.asarray(got).astype("float64"), expected.astype("float64"), rtol=bound, atol=bound)


def columns_of(x, window, stride, padding, dilation):
    """unfold of [N, C, H, W], tap by tap."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    counts = [(s - (window - 1) * dilation - 1) // stride + 1 for s in x.shape[2:]]
    taps = [x[:, :, i * dilation:, j * dilation:][:, :, ::stride, ::stride][:, :, :counts[0], :counts[1]]
            for i in range(window) for j in range(window)]
    return np.stack(taps, 2).reshape(x.shape[0], -1, counts[0] * counts[1])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("window,stride,padding,dilation", [(3, 1, 1, 1), (2, 2, 0, 1), (3, 2, 4, 2), (2, 5, 0, 1)])
def test_unfold_and_fold(dtype, window, stride, padding, dilation):
    x = draw((3, 5, 61, 47), dtype)
    options = dict(stride=stride, padding=padding, dilation=dilation)
    expected = columns_of(x, window, stride, padding, dilation)
    got = for_threads(lambda: lm.unfold(lm.array(x), window, **options))
    np.testing.assert_array_equal(got, expected)
    columns = draw(expected.shape, dtype, seed=1)
    got = for_threads(lambda: lm.fold(lm.array(columns), x.shape[2:], window, **options))
    # Where each element of the columns came from.
    numbers = np.arange(1, 61 * 47 + 1).reshape(1, 1, 61, 47)
    places = columns_of(numbers, window, stride, padding, dilation).reshape(-1)
    exact = "float64" if np.dtype(dtype).kind == "f" else dtype
    sums = np.zeros((61 * 47 + 1, 15), exact)
    parts = columns.reshape(15, -1).T.astype(exact)
    for start in range(0, len(parts), expected.shape[2]):  # NumPy's add.at, a tap at a time
        if dtype == "bool":
            np.logical_or.at(sums, places[start:start + expected.shape[2]], parts[start:start + expected.shape[2]])
        else:
            np.add.at(sums, places[start:start + expected.shape[2]], parts[start:start + expected.shape[2]])
    close(got, sums[1:].T.reshape(x.shape), dtype)


def grid_sampled(x, grid):
    """Bilinear grid_sample with zeros outside, pixels as areas."""
    n, c, h, w = x.shape
    at = [((grid[..., 1] + 1) * h - 1) / 2, ((grid[..., 0] + 1) * w - 1) / 2]
    y = np.zeros((n, c) + grid.shape[1:3])
    low = [np.floor(a).astype(int) for a in at]
    for di in (0, 1):
        for dj in (0, 1):
            i, j = low[0] + di, low[1] + dj
            weight = (1 - abs(at[0] - i)) * (1 - abs(at[1] - j))
            inside = (i >= 0) & (i < h) & (j >= 0) & (j < w)
            batch = np.arange(n).reshape(n, 1, 1)
            values = x[batch, :, np.clip(i, 0, h - 1), np.clip(j, 0, w - 1)]
            y += np.moveaxis(values * (weight * inside)[..., None], -1, 1)
    return y


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("channels", [1, 3, 130])
def test_grid_sample(dtype, channels):
    x = draw((2, channels, 31, 43), dtype)
    grid = np.random.default_rng(1).uniform(-1.2, 1.2, (2, 57, 39, 2)).astype(dtype)
    got = for_threads(lambda: lm.grid_sample(lm.array(x), lm.array(grid)))
    expected = grid_sampled(x.astype("float64"), grid.astype("float64"))
    np.testing.assert_allclose(got, expected, rtol=2e-4 if dtype == "float32" else 1e-10,
                               atol=2e-4 if dtype == "float32" else 1e-10)


@pytest.mark.parametrize("channels", [1, 3, 70])
def test_gradients_of_grid_sample(channels):
    """The sample is linear in x: <y(x), g> = <x, gradient>, and in float64 steps along the grid agree."""
    random = np.random.default_rng(2)
    x, grid = draw((2, channels, 31, 43), "float64"), random.uniform(-1.1, 1.1, (2, 50, 39, 2))
    g = draw((2, channels, 50, 39), "float64", seed=3)

    def loss(x, grid):
        return lm.sum(lm.grid_sample(x, grid) * lm.array(g))

    by_x = for_threads(lambda: lm.grad(lambda a: loss(a, lm.array(grid)))(lm.array(x)))
    np.testing.assert_allclose((by_x * x).sum(), (grid_sampled(x, grid) * g).sum(), rtol=1e-9)
    by_grid = for_threads(lambda: lm.grad(lambda a: loss(lm.array(x), a))(lm.array(grid)))
    step = 1e-7
    for component in (0, 1):
        moved = [grid.copy(), grid.copy()]
        moved[0][..., component] += step
        moved[1][..., component] -= step
        slope = ((grid_sampled(x, moved[0]) - grid_sampled(x, moved[1])) * g).sum(1) / (2 * step)
        right = np.isclose(by_grid[..., component], slope, rtol=1e-4, atol=1e-4)
        assert right.mean() > 0.999  # a step over a pixel's border has no slope


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("size", [(7, 5), (60, 46), (100, 90)])
def test_averages_and_maxima_of_boxes(dtype, size):
    x = draw((3, 30, 61, 47), dtype)
    average = for_threads(lambda: lm.adaptive_avg_pool2d(lm.array(x), size))
    maximum = for_threads(lambda: lm.adaptive_max_pool2d(lm.array(x), size))
    for i in range(0, size[0], 3):
        for j in range(size[1]):
            box = x[:, :, i * 61 // size[0]:-(-(i + 1) * 61 // size[0]), j * 47 // size[1]:-(-(j + 1) * 47 // size[1])]
            close(average[:, :, i, j], box.astype("float64").mean((2, 3)), dtype)
            np.testing.assert_array_equal(maximum[:, :, i, j], box.max((2, 3)))


def test_window_positions_of_nan_and_ties():
    x = np.zeros((4, 40, 33, 35), "float32")
    x[:, :, 1::2, 1::3] = np.nan
    values, indices = lm.max_pool_with_indices(lm.array(x), 2)
    blocks = x[:, :, :32, :34].reshape(4, 40, 16, 2, 17, 2).transpose(0, 1, 2, 4, 3, 5).reshape(4, 40, 16, 17, 4)
    tap = blocks.argmax(-1)
    i, j = np.arange(16)[:, None] * 2 + tap // 2, np.arange(17) * 2 + tap % 2
    np.testing.assert_array_equal(np.asarray(indices), i * 35 + j)
    np.testing.assert_array_equal(np.asarray(values), np.take_along_axis(blocks, tap[..., None], -1)[..., 0])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", [((50_000,), 0), ((300, 257), 0), ((300, 257), 1), ((7, 90, 31), 1)])
def test_put_along_axis(dtype, shape, axis):
    x = draw(shape, dtype)
    random = np.random.default_rng(4)
    counts = shape[:axis] + (shape[axis] // 2,) + shape[axis + 1:]
    indices, values = random.integers(-shape[axis], shape[axis], counts), draw(counts, dtype, seed=5)
    places = [np.broadcast_to(np.arange(n).reshape([-1 if i == k else 1 for i in range(len(shape))]), counts)
              for k, n in enumerate(counts)]
    places[axis] = indices % shape[axis]
    for reduction, ufunc in [("assign", None), ("multiply", np.multiply), ("max", np.maximum), ("min", np.minimum)]:
        if dtype == "bool" and reduction != "assign":
            continue
        if dtype == "float16" and reduction == "multiply":
            continue  # NumPy rounds the same, but overflows warn
        got = for_threads(lambda: lm.put_along_axis(lm.array(x), lm.array(indices), lm.array(values), axis=axis,
                                                    reduction=reduction))
        expected = x.copy()
        if ufunc is None:
            for order in np.ndindex(counts[axis]):  # the last one stays
                part = tuple(np.take(p, order[0], axis) for p in places)
                expected[part] = np.take(values, order[0], axis)
        else:
            with np.errstate(over="ignore"):
                ufunc.at(expected, tuple(places), values)
        np.testing.assert_array_equal(got, expected, err_msg=reduction)


def test_index_that_does_not_fit():
    x, values = np.zeros((300, 400), "float32"), np.ones((300, 400), "float32")
    indices = np.zeros((300, 400), "int64")
    indices[200, 3] = 400
    for reduction in ("assign", "max"):
        with pytest.raises(IndexError, match="400"):
            lm.put_along_axis(lm.array(x), lm.array(indices), lm.array(values), axis=1, reduction=reduction).numpy()


RUNS = [((100_003,), 0), ((5000,), 0), ((300, 1100), 0), ((40, 5000), 1), ((9, 70, 300), 1), ((5000, 3), 1)]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape,axis", RUNS)
def test_running_extremes(dtype, shape, axis):
    x = draw(shape, dtype)
    if x.dtype.kind == "f":
        x.reshape(-1)[3::997] = np.nan
        x.reshape(-1)[::3] = 0
        x.reshape(-1)[1::3] *= -0.0
    lines = np.moveaxis(x, axis, 0)
    for name, reach in [("cummax", np.maximum), ("cummin", np.minimum)]:
        values = for_threads(lambda: getattr(lm, name)(lm.array(x), axis=axis)[0])
        places = for_threads(lambda: getattr(lm, name)(lm.array(x), axis=axis)[1])
        running = reach.accumulate(lines)
        np.testing.assert_array_equal(values, np.moveaxis(running, 0, axis))
        # The last entry so far that equals the running value (or is NaN where that is).
        hit = (lines == running) | ((lines != lines) & (running != running))
        number = np.arange(len(lines)).reshape((-1,) + (1,) * (x.ndim - 1))
        np.testing.assert_array_equal(places, np.moveaxis(np.maximum.accumulate(np.where(hit, number, 0)), 0, axis))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape,axis", RUNS)
def test_logcumsumexp(dtype, shape, axis):
    x = (draw(shape, dtype) * 30).astype(dtype)
    x.reshape(-1)[:3] = -np.inf
    expected = np.logaddexp.accumulate(x.astype("float64"), axis=axis)
    got = for_threads(lambda: lm.logcumsumexp(lm.array(x), axis=axis))
    close(got, expected, dtype)


def test_logcumsumexp_keeps_nan_and_infinity():
    for first, then in [(np.nan, 3.0), (np.inf, 3.0), (np.inf, np.nan), (-np.inf, -np.inf)]:
        x = np.full(9000, -np.inf)
        x[1], x[3000], x[7000] = first, then, 1.0
        got = for_threads(lambda: lm.logcumsumexp(lm.array(x)))
        with np.errstate(invalid="ignore"):
            expected = np.logaddexp.accumulate(x)
        np.testing.assert_array_equal(got, expected, err_msg=f"{first} {then}")


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("shape,axis", RUNS)
def test_linear_recurrence(shape, axis, reverse):
    a, b = draw(shape, "float32") * 0.3, draw(shape, "float32", seed=1)
    got = for_threads(lambda: lm.linear_recurrence(lm.array(a), lm.array(b), axis=axis, reverse=reverse))
    factors, terms = (np.moveaxis(v.astype("float64"), axis, 0)[::-1 if reverse else 1] for v in (a, b))
    y = np.empty_like(terms)
    value = np.zeros(terms.shape[1:])
    for i in range(len(terms)):
        value = y[i] = factors[i] * value + terms[i]
    close(got, np.moveaxis(y[::-1 if reverse else 1], 0, axis), "float32")


@pytest.mark.parametrize("dtype", [t for t in TYPES if t != "bool"])
@pytest.mark.parametrize("right", [False, True])
def test_digitize(dtype, right):
    x, bins = draw((70_000,), dtype), np.sort(draw((37,), dtype, seed=1))
    for edges in (bins, bins[::-1].copy(), bins[:1], np.full(5, bins[3])):
        got = for_threads(lambda: lm.digitize(lm.array(x), lm.array(edges), right=right))
        np.testing.assert_array_equal(got, np.digitize(x, edges, right=right))


@pytest.mark.parametrize("dtype", ["int32", "int64", "float16", "float32", "float64"])
def test_segments(dtype):
    x, segments = draw((900, 70), dtype), np.random.default_rng(6).integers(0, 50, 900)
    for name, ufunc in [("sum", np.add), ("max", np.maximum), ("min", np.minimum)]:
        got = for_threads(lambda: getattr(lm, "segment_" + name)(lm.array(x), lm.array(segments), 50))
        exact = x.astype("float64") if x.dtype.kind == "f" else x
        close(got, np.stack([ufunc.reduce(exact[segments == s]) for s in range(50)]), dtype)
