"""Windows, resizing, padding and their modules against plain loops in NumPy."""

import itertools

import numpy as np
import pytest

import lamina as lm
from lamina import nn


def values(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-2, 2, shape)


def same(got, expected, bound=1e-6):
    np.testing.assert_allclose(got.numpy().astype(np.float64), expected, rtol=bound, atol=bound)


def windows(x, window, stride, padding, fill):
    """[N, C, positions.., taps] of an array padded with `fill`."""
    axes = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0)] + [(padding, padding)] * axes, constant_values=fill)
    counts = [(s - window) // stride + 1 for s in x.shape[2:]]
    out = np.empty(x.shape[:2] + tuple(counts) + (window**axes,))
    for position in itertools.product(*map(range, counts)):
        part = x[(slice(None), slice(None)) + tuple(slice(p * stride, p * stride + window) for p in position)]
        out[(slice(None), slice(None)) + position] = part.reshape(x.shape[:2] + (-1,))
    return out


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("window,stride,padding", [(2, 2, 0), (3, 1, 1), (2, 3, 0)])
def test_pools(axes, window, stride, padding):
    x = values(2, 3, *[7, 6, 5][:axes])
    a = lm.array(x)
    options = dict(stride=stride, padding=padding)
    same(getattr(lm, f"max_pool{axes}d")(a, window, **options), windows(x, window, stride, padding, -np.inf).max(-1))
    same(getattr(lm, f"avg_pool{axes}d")(a, window, **options), windows(x, window, stride, padding, 0).mean(-1))
    same(getattr(lm, f"avg_pool{axes}d")(a, window, count_padding=False, **options),
         np.nanmean(windows(x, window, stride, padding, np.nan), -1))
    got, indices = lm.max_pool_with_indices(a, window, **options)
    taken = np.take_along_axis(x.reshape(2, 3, -1), indices.numpy().reshape(2, 3, -1), 2)
    same(got, taken.reshape(got.shape))
    same(getattr(nn, f"MaxPool{axes}d")(window, **options)(a), got.numpy())


@pytest.mark.parametrize("axes,size", [(1, 3), (2, (3, 4)), (3, (2, 3, 2)), (2, 1), (2, 9)])
def test_adaptive_pools(axes, size):
    x = values(2, 3, *[7, 6, 5][:axes])
    sizes = (size,) * axes if isinstance(size, int) else size
    average, maximum = np.empty((2, 3) + sizes), np.empty((2, 3) + sizes)
    for position in itertools.product(*map(range, sizes)):
        part = x[(slice(None), slice(None)) + tuple(
            slice(p * n // s, -(-(p + 1) * n // s)) for p, n, s in zip(position, x.shape[2:], sizes))]
        average[(slice(None), slice(None)) + position] = part.mean(tuple(range(2, axes + 2)))
        maximum[(slice(None), slice(None)) + position] = part.max(tuple(range(2, axes + 2)))
    same(lm.adaptive_avg_pool(lm.array(x), size), average)
    same(lm.adaptive_max_pool(lm.array(x), size), maximum)


def plain_transpose(x, w, stride, padding, extra, dilation, groups):
    n, channels, size = x.shape
    outputs, kernel = w.shape[1], w.shape[2]
    y = np.zeros((n, outputs * groups, (size - 1) * stride + dilation * (kernel - 1) + 1 + extra))
    for c, o, p, k in itertools.product(range(channels), range(outputs), range(size), range(kernel)):
        y[:, c // (channels // groups) * outputs + o, p * stride + k * dilation] += x[:, c, p] * w[c, o, k]
    return y[:, :, padding : y.shape[2] - padding]


@pytest.mark.parametrize("options", [(1, 0, 0, 1, 1), (2, 1, 1, 1, 2), (3, 0, 2, 1, 1), (2, 1, 1, 3, 2), (4, 0, 3, 1, 1), (1, 0, 1, 2, 1)])
def test_conv_transpose(options):
    stride, padding, extra, dilation, groups = options
    x, w, bias = values(2, 4, 5), values(4, 3, 3, seed=1), values(3 * groups, seed=2)
    expected = plain_transpose(x, w, *options) + bias[:, None]
    got = lm.conv_transpose1d(lm.array(x), lm.array(w), lm.array(bias), stride=stride, padding=padding, output_padding=extra,
                              dilation=dilation, groups=groups)
    same(got, expected)


def test_conv_transpose_same():
    for stride, kernel in ((1, 3), (2, 4), (3, 2)):
        y = lm.conv_transpose2d(lm.ones((1, 2, 5, 4)), lm.ones((2, 3, kernel, kernel)), stride=stride, padding="same")
        assert y.shape == (1, 3, 5 * stride, 4 * stride)


def test_state_keys_are_those_of_pytorch():
    for axes in (1, 2, 3):
        layer = getattr(nn, f"ConvTranspose{axes}d")(4, 6, 3, stride=2, groups=2)
        assert {name: p.shape for name, p in layer.named_parameters()} == {"weight": (4, 3) + (3,) * axes, "bias": (6,)}
        assert layer(lm.ones((2, 4) + (5,) * axes)).shape == (2, 6) + (11,) * axes
        assert list(getattr(nn, f"ConvTranspose{axes}d")(4, 6, 3, bias=False).state_dict()) == ["weight"]
    assert repr(nn.ConvTranspose2d(4, 6, 3)).startswith("ConvTranspose2d(4, 6")
    assert repr(nn.MaxPool3d(2)).startswith("MaxPool3d(")


@pytest.mark.parametrize("mode,numpy_mode", [("reflect", "reflect"), ("symmetric", "symmetric"), ("replicate", "edge"), ("circular", "wrap")])
def test_pad_modes(mode, numpy_mode):
    x = values(3, 4)
    for low, high in (((1, 2), (0, 3)), ((5, 0), (7, 9))):
        same(lm.pad(lm.array(x), low, high, mode=mode), np.pad(x, list(zip(low, high)), mode=numpy_mode))
    same(lm.pad(lm.array([5.0]), 2, 1, mode=mode), np.full(4, 5.0))


def test_pad_modules():
    x = lm.array(values(1, 2, 3, 4))
    same(nn.ReflectionPad2d((1, 2, 0, 1))(x), np.pad(x.numpy(), [(0, 0), (0, 0), (0, 1), (1, 2)], mode="reflect"))
    same(nn.ConstantPad2d(1, 7.0)(x), np.pad(x.numpy(), [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=7.0))


def test_linear_interpolation_is_numpys_interp():
    x = values(2, 3, 7)
    for size in (3, 7, 12):
        at = (np.arange(size) + 0.5) * 7 / size - 0.5
        expected = np.stack([[np.interp(at, np.arange(7), line) for line in row] for row in x])
        same(lm.interpolate(lm.array(x), size=size, mode="linear"), expected)
        at = np.arange(size) * 6 / (size - 1)
        expected = np.stack([[np.interp(at, np.arange(7), line) for line in row] for row in x])
        same(lm.interpolate(lm.array(x), size=size, mode="linear", align_corners=True), expected)


def test_nearest_works_for_integers():
    x = np.arange(12).reshape(1, 1, 3, 4)
    got = lm.interpolate(lm.array(x), scale_factor=2)
    np.testing.assert_array_equal(got.numpy(), x.repeat(2, 2).repeat(2, 3))
    assert nn.Upsample(scale_factor=2)(lm.array(x)).shape == (1, 1, 6, 8)


def test_sampling_at_the_pixels_gives_the_image():
    x = values(1, 2, 4, 5)
    for corners in (False, True):
        grid = lm.affine_grid(lm.array([[[1.0, 0, 0], [0, 1, 0]]]), (1, 2, 4, 5), corners)
        for mode in ("bilinear", "nearest", "bicubic"):
            same(lm.grid_sample(lm.array(x), grid, mode=mode, align_corners=corners), x, 1e-5)
    nan = lm.array(np.full((1, 1, 1, 2), np.nan))
    assert lm.grid_sample(lm.array(x), nan).numpy().shape == (1, 2, 1, 1)


def test_shuffles():
    x = values(2, 12, 3, 4)
    expected = x.reshape(2, 3, 2, 2, 3, 4).transpose(0, 1, 4, 2, 5, 3).reshape(2, 3, 6, 8)
    same(lm.pixel_shuffle(lm.array(x), 2), expected)
    same(lm.pixel_unshuffle(lm.pixel_shuffle(lm.array(x), 2), 2), x)
    same(lm.channel_shuffle(lm.array(x), 3), x.reshape(2, 3, 4, 3, 4).swapaxes(1, 2).reshape(x.shape))


def test_fold_counts_the_windows_of_unfold():
    x = np.ones((1, 2, 5, 6))
    counts = lm.fold(lm.unfold(lm.array(x), (2, 3), stride=2, padding=1), (5, 6), (2, 3), stride=2, padding=1)
    expected = np.zeros((7, 8))
    for i, j in itertools.product(range(3), range(3)):
        expected[i * 2 : i * 2 + 2, j * 2 : j * 2 + 3] += 1
    same(counts, np.broadcast_to(expected[1:6, 1:7], (1, 2, 5, 6)))


def test_unpool_undoes_pool():
    x = values(1, 2, 6, 4)
    pooled, indices = lm.max_pool_with_indices(lm.array(x), 2)
    back = lm.max_unpool(pooled, indices, 2).numpy()
    assert np.count_nonzero(back) == pooled.size
    np.testing.assert_array_equal(back[back != 0], x[back != 0])


@pytest.mark.parametrize("call,error,part", [
    (lambda x: lm.interpolate(x), lm.errors.ValueError, "size or scale_factor"),
    (lambda x: lm.interpolate(x, size=2, mode="best"), lm.errors.ValueError, "expected one of nearest"),
    (lambda x: lm.interpolate(x, scale_factor=float("nan")), lm.errors.ValueError, "makes no size"),
    (lambda x: lm.interpolate(x, scale_factor=1e300), lm.errors.ValueError, "makes no size"),
    (lambda x: lm.interpolate(x, size=2**31), lm.errors.ValueError, "too many"),
    (lambda x: lm.interpolate(x, size=0), lm.errors.ValueError, "size"),
    (lambda x: lm.adaptive_avg_pool2d(x, 2**62), lm.errors.ValueError, "size"),
    (lambda x: lm.adaptive_max_pool2d(x, -1), lm.errors.ValueError, "size"),
    (lambda x: lm.avg_pool2d(x, 2, divisor=-1), lm.errors.ValueError, "divisor"),
    (lambda x: lm.max_pool2d(x, 2, dilation=0), lm.errors.ValueError, "dilation"),
    (lambda x: lm.pixel_shuffle(x, 2), lm.errors.ShapeError, "3 channels do not divide"),
    (lambda x: lm.pixel_shuffle(x, 2**40), lm.errors.ValueError, "factor"),
    (lambda x: lm.grid_sample(x, x), lm.errors.ShapeError, "expected x [N, C, H, W]"),
    (lambda x: lm.grid_sample(x, x, mode="cubic"), lm.errors.ValueError, "bilinear, nearest or bicubic"),
    (lambda x: lm.unfold(x, 9), lm.errors.ShapeError, "does not fit"),
    (lambda x: lm.fold(x, 4, 2), lm.errors.ShapeError, "expected columns"),
    (lambda x: lm.conv_transpose2d(x, lm.ones((2, 1, 3, 3))), lm.errors.ShapeError, "expected 2 input channels, got 3"),
    (lambda x: lm.conv_transpose2d(x, lm.ones((3, 1, 3, 3)), output_padding=1), lm.errors.ValueError, "less than the stride"),
    (lambda x: lm.conv_transpose2d(x, lm.ones((3, 1, 3, 3)), padding=9), lm.errors.ShapeError, "nothing is left"),
    (lambda x: lm.conv_transpose2d(x, lm.ones((3, 1, 3, 3)), stride=2**62), lm.errors.ValueError, "stride"),
    (lambda x: lm.pad(x, 1, 1, mode="mirror"), lm.errors.ValueError, "expected constant"),
    (lambda x: lm.pad(x, (0, 0, 2**62, 0), (0, 0, 0, 0), mode="reflect"), lm.errors.ValueError, "padding"),
    (lambda x: lm.fractional_max_pool(x, 2), lm.errors.ValueError, "output_size or output_ratio"),
    (lambda x: lm.fractional_max_pool(x, 2, output_ratio=2.0), lm.errors.ValueError, "between 0 and 1"),
    (lambda x: nn.ZeroPad2d((1, 2, 3)), lm.errors.ValueError, "expected one number or 4"),
])
def test_mistakes(call, error, part):
    with pytest.raises(error) as caught:
        call(lm.ones((2, 3, 4, 5)))
    assert part in str(caught.value)


def test_unpooling_and_fractional_modules():
    x = lm.array(values(1, 2, 6, 4))
    pooled, indices = lm.max_pool_with_indices(x, 2)
    same(nn.MaxUnpool2d(2)(pooled, indices), lm.max_unpool(pooled, indices, 2).numpy())
    assert nn.FractionalMaxPool2d(2, output_size=(3, 2))(x).shape == (1, 2, 3, 2)
    assert nn.FractionalMaxPool2d(2, output_ratio=0.5)(x).shape == (1, 2, 3, 2)
