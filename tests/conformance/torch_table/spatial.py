"""torch.nn.functional over images: windows, resizing, sampling, padding."""

import math

import numpy as np
import torch

import lamina as lm

from .table import entry, function, need

F = "nn.functional."


def batched(n, call):
    """call with x of n spatial axes given a batch axis where it has none."""
    def wrapped(x, *args, **kwargs):
        if x.ndim == n + 2:
            return call(x, *args, **kwargs)
        y = call(lm.expand_dims(x, 0), *args, **kwargs)
        return tuple(lm.squeeze(v, 0) for v in y) if isinstance(y, tuple) else lm.squeeze(y, 0)
    return wrapped


def convolution(n):
    def call(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        return function(f"conv{n}d")(x, weight, bias, stride, padding, dilation, groups)
    return call


def transposed(n):
    def call(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        return function(f"conv_transpose{n}d")(
            x, weight, bias, stride=stride, padding=padding, output_padding=output_padding, groups=groups,
            dilation=dilation)
    return call


def each(value, n):
    """One number for each axis; torch takes lists of one as well."""
    if not value and value != 0:
        return None
    value = (value,) if isinstance(value, (int, float)) else tuple(value)
    return value * n if len(value) == 1 else value


def average(n):
    def call(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        need(divisor_override is None or divisor_override > 0, "a negative divisor")
        return function(f"avg_pool{n}d")(x, each(kernel_size, n), each(stride, n), each(padding, n), count_include_pad,
                                         ceil_mode=ceil_mode, divisor=divisor_override or 0)
    return call


def maximum(n):
    def call(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        window, stride, padding, dilation = (each(v, n) for v in (kernel_size, stride, padding, dilation))
        if return_indices:
            return tuple(lm.max_pool_with_indices(x, window, stride, padding, dilation=dilation, ceil_mode=ceil_mode))
        return function(f"max_pool{n}d")(x, window, stride, padding, dilation=dilation, ceil_mode=ceil_mode)
    return call


def sizes_of(x, n, output_size):
    sizes = (output_size,) * n if isinstance(output_size, int) else tuple(output_size)
    return tuple(x.shape[x.ndim - n + i] if s is None else s for i, s in enumerate(sizes))


def adaptive_average(n):
    return lambda x, output_size: function(f"adaptive_avg_pool{n}d")(x, sizes_of(x, n, output_size))


def adaptive_maximum(n):
    def call(x, output_size, return_indices=False):
        sizes = sizes_of(x, n, output_size)
        if return_indices:
            return tuple(lm.adaptive_max_pool_with_indices(x, sizes))
        return function(f"adaptive_max_pool{n}d")(x, sizes)
    return call


def unpool(n):
    def call(x, indices, kernel_size, stride=None, padding=0, output_size=None):
        rows = indices.numpy().reshape(-1, math.prod(indices.shape[-n:]))
        need(all(np.unique(row).size == row.size for row in rows), "two values for one place, of which one is lost")
        size = None if output_size is None else tuple(output_size)[-n:]
        plain = x.ndim == n + 1
        if plain:
            x, indices = lm.expand_dims(x, 0), lm.expand_dims(indices, 0)
        y = lm.max_unpool(x, indices, each(kernel_size, n), each(stride, n), each(padding, n), size)
        return lm.squeeze(y, 0) if plain else y
    return call


for n in (1, 2, 3):
    entry(f"{F}conv{n}d")(batched(n, convolution(n)))
    entry(f"{F}conv_transpose{n}d")(batched(n, transposed(n)))
    entry(f"{F}avg_pool{n}d")(batched(n, average(n)))
    entry(f"{F}max_pool{n}d")(batched(n, maximum(n)))
    entry(f"{F}adaptive_avg_pool{n}d")(batched(n, adaptive_average(n)))
    entry(f"{F}adaptive_max_pool{n}d")(batched(n, adaptive_maximum(n)))
    entry(f"{F}max_unpool{n}d", f"{F}max_unpool{n}d:grad")(unpool(n))


def window_places(x, n):
    """What torch's entry draws: it sets the seed 42 first."""
    state = torch.get_rng_state()
    torch.manual_seed(42)
    dtype = getattr(torch, str(x.dtype).split(".")[-1])
    drawn = torch.rand(*((1, x.shape[0]) if x.ndim == n + 1 else x.shape[:2]), n, dtype=dtype)
    torch.set_rng_state(state)
    return lm.array(drawn.numpy())


def fractional(n):
    def call(x, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        places = window_places(x, n) if _random_samples is None else _random_samples
        y = lm.fractional_max_pool(x if x.ndim == n + 2 else lm.expand_dims(x, 0), each(kernel_size, n),
                                   each(output_size, n), each(output_ratio, n), places)
        y = tuple(y if x.ndim == n + 2 else (lm.squeeze(v, 0) for v in y))
        return y if return_indices else y[0]
    return call


entry(F + "fractional_max_pool2d")(fractional(2))
entry(F + "fractional_max_pool3d")(fractional(3))


@entry("max_pool2d_with_indices_backward")
def _(x, kernel_size, stride=(), padding=(0,), dilation=(1,), ceil_mode=False, return_indices=False):
    call = batched(2, maximum(2))
    return lm.grad(lambda v: lm.sum(call(v, kernel_size, stride, padding, dilation, ceil_mode)))(x)


@entry(F + "unfold")
def _(x, kernel_size, dilation=1, padding=0, stride=1):
    return batched(2, lm.unfold)(x, *(each(v, 2) for v in (kernel_size, dilation, padding, stride)))


# --- resizing and sampling

@entry(*(f"{F}interpolate:{mode}" for mode in ("nearest", "nearest-exact", "linear", "bilinear", "bicubic",
                                               "trilinear", "area")))
def interpolated(x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
                 antialias=False):
    need(not recompute_scale_factor, "recompute_scale_factor")
    size = tuple(size) if isinstance(size, (tuple, list)) else size
    return lm.interpolate(x, size, scale_factor, mode, bool(align_corners), antialias)


entry(F + "upsample_bilinear")(lambda x, size=None, scale_factor=None: interpolated(
    x, size, scale_factor, "bilinear", True))
entry(F + "upsample_nearest")(lambda x, size=None, scale_factor=None: interpolated(x, size, scale_factor))


@entry("_upsample_bilinear2d_aa")
def _(x, output_size, align_corners, scale_factors=None, scales_h=None, scales_w=None):
    need(not align_corners, "antialias with align_corners")
    need(scales_h is None and scales_w is None, "a scale beside the size")
    return interpolated(x, output_size, scale_factors and tuple(scale_factors), "bilinear", align_corners, antialias=True)


@entry(F + "grid_sample")
def _(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    need(mode != "bicubic" or x.ndim == 4, "bicubic sampling of three axes")
    return lm.grid_sample(x, grid, mode, padding_mode, bool(align_corners))


@entry("grid_sampler_2d", "grid_sampler_3d")
def _(x, grid, mode, padding, align_corners):
    return lm.grid_sample(x, grid, ("bilinear", "nearest", "bicubic")[mode], ("zeros", "border", "reflection")[padding],
                          align_corners)


# --- padding and shuffles

def cut(x, pairs):
    return x[tuple(slice(max(0, -low), size - max(0, -high)) for (low, high), size in zip(pairs, x.shape))]


@entry(*(f"{F}pad:{mode}" for mode in ("constant", "reflect", "replicate", "replicate_negative", "circular")))
def padded(x, pad, mode="constant", value=None):
    """torch's pairs go from the last axis to the first; negative ones cut: a circle before, others after."""
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    pairs = [(0, 0)] * (x.ndim - len(pairs)) + pairs
    x = cut(x, pairs) if mode == "circular" else x
    x = lm.pad(x, [max(0, low) for low, _ in pairs], [max(0, high) for _, high in pairs],
               0.0 if value is None else value, mode)
    return x if mode == "circular" else cut(x, pairs)


entry("constant_pad_nd")(lambda x, pad, value=0: padded(x, pad, "constant", value))


def with_batch(call, n):
    """call over [N, C, ..] for arrays of any number of leading axes."""
    def wrapped(x, factor):
        lead = x.shape[:x.ndim - n]
        count = 1
        for size in lead:
            count *= size
        y = call(lm.reshape(x, (count, *x.shape[x.ndim - n:])), factor)
        return lm.reshape(y, (*lead, *y.shape[1:]))
    return wrapped


entry(F + "pixel_shuffle")(lambda x, upscale_factor: with_batch(lm.pixel_shuffle, 3)(x, upscale_factor))
entry(F + "pixel_unshuffle")(lambda x, downscale_factor: with_batch(lm.pixel_unshuffle, 3)(x, downscale_factor))
entry(F + "channel_shuffle")(lambda x, groups: lm.channel_shuffle(x, groups))
