#!/usr/bin/env python3
"""Windows, resizing, scattering, contractions, statistics and transforms against PyTorch.

Values and gradients in float64: every case is a function of arrays, written once for both libraries; the gradient is
that of a fixed weighted sum. Prints a line per case that differs.

usage: PYTHONPATH=build/python python tests/conformance/spatial_agreement.py [name]
"""
import itertools
import sys

import numpy as np
import torch
import torch.nn.functional as F

import lamina as lm

CASES = []
random = np.random.default_rng(0)


def floats(*shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape)


def distinct(*shape):
    return random.permutation(int(np.prod(shape))).reshape(shape) * 0.37 - 3


def case(name, ours, theirs, *inputs, gradient=True, bound=1e-9):
    CASES.append((name, ours, theirs, inputs, gradient, bound))


def as_list(value):
    return list(value) if isinstance(value, (tuple, list)) else [value]


def flatten(value):
    return [np.asarray(v.numpy() if isinstance(v, lm.Array) else v.detach().numpy()) for v in as_list(value)]


def run_ours(function, inputs, gradient):
    arrays = [lm.array(x) for x in inputs]
    values = flatten(function(*arrays))
    wanted = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
    if not gradient:
        return values, []

    def loss(*given):
        at = list(arrays)
        for i, x in zip(wanted, given):
            at[i] = x
        total = 0.0
        for k, y in enumerate(as_list(function(*at))):
            if y.dtype == lm.float64:
                total = total + lm.sum(y * lm.array(weights(y.shape, k)))
        return total

    _, gradients = lm.value_and_grad(loss, argnums=tuple(range(len(wanted))))(*[arrays[i] for i in wanted])
    return values, [g.numpy() for g in gradients]


def weights(shape, k):
    return np.cos(np.arange(int(np.prod(shape))) * 1.3 + k).reshape(shape)


def run_theirs(function, inputs, gradient):
    tensors = [torch.tensor(x, requires_grad=gradient and x.dtype.kind == "f") for x in inputs]
    results = as_list(function(*tensors))
    values = flatten(results)
    if not gradient:
        return values, []
    total = 0.0
    for k, y in enumerate(results):
        if y.dtype == torch.float64:
            total = total + (y * torch.tensor(weights(y.shape, k))).sum()
    total.backward()
    return values, [t.grad.numpy() if t.grad is not None else np.zeros(t.shape) for t in tensors if t.requires_grad]


def difference(name, ours, theirs, bound):
    if len(ours) != len(theirs):
        return f"{len(ours)} results, expected {len(theirs)}"
    for k, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            return f"result {k}: shape {a.shape}, expected {b.shape}"
        if not np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=bound, atol=bound, equal_nan=True):
            return f"result {k}: off by {np.nanmax(np.abs(a - b)):.3g}"
    return None


def conv_cases():
    for axes, (stride, padding, extra, dilation, groups) in itertools.product(
            (1, 2, 3), [(1, 0, 0, 1, 1), (2, 1, 1, 1, 2), (3, 0, 2, 1, 1), (2, 1, 1, 2, 2), (1, 2, 1, 2, 1), (4, 0, 3, 1, 1)]):
        x, bias = floats(2, 4, *[5, 3, 4][:axes]), floats(6)
        w = floats(4, 6 // groups, *[3, 2, 2][:axes])
        ours, theirs = getattr(lm, f"conv_transpose{axes}d"), getattr(F, f"conv_transpose{axes}d")
        case(f"conv_transpose{axes}d", lambda x, w, b, f=ours, o=(stride, padding, extra, dilation, groups):
             f(x, w, b, stride=o[0], padding=o[1], output_padding=o[2], dilation=o[3], groups=o[4]),
             lambda x, w, b, f=theirs, o=(stride, padding, extra, dilation, groups):
             f(x, w, b, stride=o[0], padding=o[1], output_padding=o[2], dilation=o[3], groups=o[4]), x, w, bias)
        w = floats(6, 4 // groups, *[3, 2, 2][:axes])
        ours, theirs = getattr(lm, f"conv{axes}d"), getattr(F, f"conv{axes}d")
        case(f"conv{axes}d", lambda x, w, b, f=ours, o=(stride, padding, dilation, groups):
             f(x, w, b, stride=o[0], padding=o[1] + 2, dilation=o[2], groups=o[3]),
             lambda x, w, b, f=theirs, o=(stride, padding, dilation, groups):
             f(x, w, b, stride=o[0], padding=o[1] + 2, dilation=o[2], groups=o[3]), x, w, bias)


def pool_cases():
    for axes in (1, 2, 3):
        x = distinct(2, 3, *[9, 7, 6][:axes])
        for window, stride, padding, ceil in [(2, 2, 0, False), (3, 2, 1, True), (2, 3, 0, True), (3, 1, 1, False), (3, 2, 1, False)]:
            o = dict(stride=stride, padding=padding, ceil_mode=ceil)
            for count in (True, False):
                case(f"avg_pool{axes}d", lambda x, f=getattr(lm, f"avg_pool{axes}d"), w=window, o=o, c=count:
                     f(x, w, count_padding=c, **o), lambda x, f=getattr(F, f"avg_pool{axes}d"), w=window, o=o, c=count:
                     f(x, w, count_include_pad=c, **o), x)
            if axes > 1:
                case(f"avg_pool{axes}d", lambda x, f=getattr(lm, f"avg_pool{axes}d"), w=window, o=o: f(x, w, divisor=5, **o),
                     lambda x, f=getattr(F, f"avg_pool{axes}d"), w=window, o=o: f(x, w, divisor_override=5, **o), x)
            case(f"max_pool{axes}d", lambda x, f=getattr(lm, f"max_pool{axes}d"), w=window, o=o: f(x, w, **o),
                 lambda x, f=getattr(F, f"max_pool{axes}d"), w=window, o=o: f(x, w, **o), x)
            for dilation in (1, 2):
                case(f"max_pool{axes}d_with_indices", lambda x, w=window, o=o, d=dilation:
                     lm.max_pool_with_indices(x, w, dilation=d, **o),
                     lambda x, f=getattr(F, f"max_pool{axes}d"), w=window, o=o, d=dilation:
                     f(x, w, dilation=d, return_indices=True, **o), x)
                case(f"max_pool{axes}d", lambda x, f=getattr(lm, f"max_pool{axes}d"), w=window, o=o, d=dilation:
                     f(x, w, dilation=d, **o), lambda x, f=getattr(F, f"max_pool{axes}d"), w=window, o=o, d=dilation:
                     f(x, w, dilation=d, **o), x)
        for size in (1, 2, 3, 4, [3, 5, 2][:axes]):
            case(f"adaptive_avg_pool{axes}d", lambda x, f=getattr(lm, f"adaptive_avg_pool{axes}d"), s=size: f(x, s),
                 lambda x, f=getattr(F, f"adaptive_avg_pool{axes}d"), s=size: f(x, s), x)
            case(f"adaptive_max_pool{axes}d", lambda x, s=size: lm.adaptive_max_pool_with_indices(x, s),
                 lambda x, f=getattr(F, f"adaptive_max_pool{axes}d"), s=size: f(x, s, return_indices=True), x)
        positive = floats(2, 3, *[8, 6, 4][:axes], low=0.1)
        case(f"lp_pool{axes}d", lambda x: lm.lp_pool(x, 2.0, 2), lambda x, f=getattr(F, f"lp_pool{axes}d"): f(x, 2.0, 2), positive)
        case(f"lp_pool{axes}d", lambda x: lm.lp_pool(x, 1.5, 3, stride=2),
             lambda x, f=getattr(F, f"lp_pool{axes}d"): f(x, 1.5, 3, stride=2), positive)
        values, indices = getattr(F, f"max_pool{axes}d")(torch.tensor(x), 2, return_indices=True)
        even = getattr(F, f"max_pool{axes}d")(torch.tensor(distinct(2, 3, *[6, 4, 2][:axes])), 2, return_indices=True)
        case(f"max_unpool{axes}d", lambda v, i: lm.max_unpool(v, i, 2),
             lambda v, i, f=getattr(F, f"max_unpool{axes}d"): f(v, i, 2), even[0].numpy(), even[1].numpy())
        case(f"max_unpool{axes}d", lambda v, i, s=x.shape[2:]: lm.max_unpool(v, i, 2, output_size=s),
             lambda v, i, f=getattr(F, f"max_unpool{axes}d"), s=x.shape[2:]: f(v, i, 2, output_size=s), values.numpy(), indices.numpy())
        if axes > 1:
            samples = random.uniform(0, 1, (2, 3, axes))
            order = [1, 0] if axes == 2 else [0, 1, 2]  # PyTorch's samples for images name the width first
            theirs = getattr(F, f"fractional_max_pool{axes}d")
            for o in ({"output_size": (4, 3, 3)[:axes]}, {"output_ratio": (0.5, 0.6, 0.7)[:axes]}):
                case(f"fractional_max_pool{axes}d", lambda x, o=o, s=samples: lm.fractional_max_pool(x, 2, samples=lm.array(s), **o),
                     lambda x, o=o, s=samples, p=order, f=theirs: f(x, 2, return_indices=True, _random_samples=torch.tensor(s[..., p]), **o), x)


def resize_cases():
    modes = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}
    for axes in (1, 2, 3):
        x = floats(2, 2, *[7, 5, 4][:axes])
        for size in ([3, 9, 6][:axes], [14, 10, 8][:axes], [7, 5, 5][:axes], [1, 1, 1][:axes]):
            for mode in ["nearest", "nearest-exact", "area"]:
                case("interpolate", lambda x, m=mode, s=size: lm.interpolate(x, size=s, mode=m),
                     lambda x, m=mode, s=size: F.interpolate(x, size=s, mode=m), x)
            for mode, corners in itertools.product(modes[axes], (False, True)):
                case("interpolate", lambda x, m=mode, s=size, c=corners: lm.interpolate(x, size=s, mode=m, align_corners=c),
                     lambda x, m=mode, s=size, c=corners: F.interpolate(x, size=s, mode=m, align_corners=c), x)
        for factor in (2.0, 0.5, 1.7, 0.61):
            for mode, corners in itertools.product(modes[axes], (False, True)):
                case("interpolate", lambda x, m=mode, s=factor, c=corners: lm.interpolate(x, scale_factor=s, mode=m, align_corners=c),
                     lambda x, m=mode, s=factor, c=corners: F.interpolate(x, scale_factor=s, mode=m, align_corners=c), x)
            case("interpolate", lambda x, s=factor: lm.interpolate(x, scale_factor=s),
                 lambda x, s=factor: F.interpolate(x, scale_factor=s), x)
    for mode, size in itertools.product(["bilinear", "bicubic"], [(3, 4), (20, 3), (5, 30)]):
        case("interpolate antialias", lambda x, m=mode, s=size: lm.interpolate(x, size=s, mode=m, antialias=True),
             lambda x, m=mode, s=size: F.interpolate(x, size=s, mode=m, antialias=True), floats(2, 2, 11, 9))
    for mode, padding, corners in itertools.product(["bilinear", "nearest", "bicubic"], ["zeros", "border", "reflection"], (False, True)):
        case("grid_sample", lambda x, g, m=mode, p=padding, c=corners: lm.grid_sample(x, g, mode=m, padding=p, align_corners=c),
             lambda x, g, m=mode, p=padding, c=corners: F.grid_sample(x, g, mode=m, padding_mode=p, align_corners=c),
             floats(2, 3, 5, 4), floats(2, 3, 6, 2, low=-1.6, high=1.6))
        if mode != "bicubic":
            case("grid_sample 3d", lambda x, g, m=mode, p=padding, c=corners: lm.grid_sample(x, g, mode=m, padding=p, align_corners=c),
                 lambda x, g, m=mode, p=padding, c=corners: F.grid_sample(x, g, mode=m, padding_mode=p, align_corners=c),
                 floats(2, 3, 3, 5, 4), floats(2, 2, 3, 2, 3, low=-1.6, high=1.6))
    for corners in (False, True):
        case("affine_grid", lambda t, c=corners: lm.affine_grid(t, (2, 3, 4, 5), c),
             lambda t, c=corners: F.affine_grid(t, (2, 3, 4, 5), c), floats(2, 2, 3))
        case("affine_grid", lambda t, c=corners: lm.affine_grid(t, (2, 3, 4, 1, 5), c),
             lambda t, c=corners: F.affine_grid(t, (2, 3, 4, 1, 5), c), floats(2, 3, 4))
    case("pixel_shuffle", lambda x: lm.pixel_shuffle(x, 2), lambda x: F.pixel_shuffle(x, 2), floats(2, 12, 3, 4))
    case("pixel_unshuffle", lambda x: lm.pixel_unshuffle(x, 2), lambda x: F.pixel_unshuffle(x, 2), floats(2, 3, 4, 6))
    case("channel_shuffle", lambda x: lm.channel_shuffle(x, 3), lambda x: F.channel_shuffle(x, 3), floats(2, 6, 3, 4))
    for mode in ("reflect", "replicate", "circular"):
        case("pad " + mode, lambda x, m=mode: lm.pad(x, (0, 0, 2, 1), (0, 0, 1, 3), mode=m),
             lambda x, m=mode: F.pad(x, (1, 3, 2, 1), mode=m), floats(2, 3, 4, 5))
    for o in (dict(), dict(stride=2, padding=1), dict(dilation=2, padding=(1, 2)), dict(stride=(3, 1))):
        case("unfold", lambda x, o=o: lm.unfold(x, (2, 3), **o), lambda x, o=o: F.unfold(x, (2, 3), **o), floats(2, 3, 6, 7))
        columns = F.unfold(torch.zeros(2, 3, 6, 7), (2, 3), **o).shape
        case("fold", lambda x, o=o: lm.fold(x, (6, 7), (2, 3), **o), lambda x, o=o: F.fold(x, (6, 7), (2, 3), **o), floats(*columns))


def scatter_cases():
    names = {"assign": None, "add": "sum", "multiply": "prod", "mean": "mean", "max": "amax", "min": "amin"}
    for axis, (ours, theirs), self in itertools.product((0, 1), names.items(), (True, False)):
        x, indices, values = distinct(4, 5), random.integers(0, (4, 5)[axis], (4, 5)), distinct(4, 5) + 0.11
        if theirs is None:
            indices = np.argsort(random.uniform(0, 1, (4, 5)), axis=axis)
            case("scatter", lambda x, i, v, a=axis: lm.put_along_axis(x, i, v, axis=a), lambda x, i, v, a=axis: x.scatter(a, i, v),
                 x, indices, values)
            continue
        case("scatter_reduce", lambda x, i, v, a=axis, r=ours, s=self: lm.put_along_axis(x, i, v, axis=a, reduction=r, include_self=s),
             lambda x, i, v, a=axis, r=theirs, s=self: x.scatter_reduce(a, i, v, r, include_self=s), x, indices, values)
        line = random.integers(0, (4, 5)[axis], 3)
        rows = distinct(3, 5) + 0.11 if axis == 0 else distinct(4, 3) + 0.11
        if theirs == "sum":
            case("index_add", lambda x, i, v, a=axis: lm.scatter(x, i, v, axis=a, reduction="add"),
                 lambda x, i, v, a=axis: x.index_add(a, i, v), x, line, rows)
        else:
            case("index_reduce", lambda x, i, v, a=axis, r=ours, s=self: lm.scatter(x, i, v, axis=a, reduction=r, include_self=s),
                 lambda x, i, v, a=axis, r=theirs, s=self: x.index_reduce(a, i, v, r, include_self=s), x, line, rows)
    zeros = floats(4, 5)
    zeros[zeros < -0.5] = 0
    case("scatter_reduce zeros", lambda x, i, v: lm.put_along_axis(x, i, v, axis=0, reduction="multiply"),
         lambda x, i, v: x.scatter_reduce(0, i, v, "prod"), zeros, random.integers(0, 4, (4, 5)), zeros[::-1].copy())
    case("index_copy", lambda x, i, v: lm.scatter(x, i, v, axis=0), lambda x, i, v: x.index_copy(0, i, v),
         floats(4, 3), np.array([2, 0]), floats(2, 3))
    case("index_fill", lambda x, i: lm.index_fill(x, i, 7.0, axis=1), lambda x, i: x.index_fill(1, i, 7.0), floats(4, 3), np.array([2, 0]))
    segments = np.array([0, 2, 2, 0, 3])
    for ours, theirs in (("sum", "sum"), ("mean", "mean"), ("prod", "prod"), ("max", "amax"), ("min", "amin")):
        case("segment_" + ours, lambda x, s, f=getattr(lm, "segment_" + ours): f(x, s, 5)[lm.array([0, 2, 3])],
             lambda x, s, r=theirs: torch.zeros(5, 3, dtype=torch.float64).index_reduce(0, s, x, r, include_self=False)[[0, 2, 3]]
             if r != "sum" else torch.zeros(5, 3, dtype=torch.float64).index_add(0, s, x)[[0, 2, 3]], distinct(5, 3), segments)
    for name in ("cummax", "cummin"):
        case(name, lambda x, f=getattr(lm, name): f(x, axis=1), lambda x, f=getattr(torch, name): tuple(f(x, 1)), distinct(3, 7))
        case(name + " equal", lambda x, f=getattr(lm, name): f(x, axis=0), lambda x, f=getattr(torch, name): tuple(f(x, 0)),
             random.integers(0, 3, (9, 2)).astype(np.float64))
    case("logcumsumexp", lambda x: lm.logcumsumexp(x, axis=1), lambda x: torch.logcumsumexp(x, 1), floats(3, 7, low=-30, high=30))
    case("logcumsumexp inf", lambda x: lm.logcumsumexp(x, axis=0), lambda x: torch.logcumsumexp(x, 0),
         np.array([-np.inf, -np.inf, 1.0, -np.inf, 800.0, 2.0]), gradient=False)


def contraction_cases():
    for equation, shapes in {
        "ij,jk->ik": [(3, 4), (4, 5)], "bij,bjk->bik": [(2, 3, 4), (2, 4, 5)], "ij->ji": [(3, 4)], "ij->": [(3, 4)],
        "ii->i": [(4, 4)], "ii": [(4, 4)], "i,j->ij": [(3,), (4,)], "i,i->": [(5,), (5,)], "...ij,...jk->...ik": [(2, 3, 4), (4, 5)],
        "...i->...": [(2, 3, 4)], "ij,jk,kl->il": [(3, 4), (4, 5), (5, 2)], "bqhd,bkhd->bhqk": [(2, 3, 2, 4), (2, 5, 2, 4)],
        "ijk,ilm,njm,nlk,abc->": [(2, 3, 2), (2, 3, 3), (2, 3, 3), (2, 3, 2), (2, 2, 2)], "iij,jk->k": [(3, 3, 4), (4, 2)],
        "b...,b->...b": [(2, 3, 4), (2,)], "ij,ij->ij": [(3, 4), (3, 4)], "ij,kj->ki": [(1, 4), (3, 4)], "a,ab,abc->abc": [(2,), (2, 3), (2, 3, 4)],
        ",ij->ij": [(), (2, 3)], "ba,ca": [(2, 3), (4, 3)],
    }.items():
        case("einsum", lambda *a, e=equation: lm.einsum(e, *a), lambda *a, e=equation: torch.einsum(e, *a), *[floats(*s) for s in shapes])
    case("outer", lm.outer, torch.outer, floats(3), floats(4))
    case("inner", lm.inner, torch.inner, floats(2, 3, 4), floats(5, 4))
    for a, b in (((2, 3), (4, 2)), ((3,), (2, 2)), ((2, 1, 3), (2, 2)), ((), (3,))):
        case("kron", lm.kron, torch.kron, floats(*a), floats(*b))
    for offset in (0, 1, -2, 5):
        case("diagonal", lambda x, o=offset: lm.diagonal(x, o, 2, 0), lambda x, o=offset: torch.diagonal(x, o, 2, 0), floats(3, 2, 4))
        case("diag_embed", lambda x, o=offset: lm.diag_embed(x, o, 0, -2), lambda x, o=offset: torch.diag_embed(x, o, 0, -2), floats(3, 2, 4))
        case("diag", lambda x, o=offset: lm.diag(x, o), lambda x, o=offset: torch.diag(x, o), floats(3))
    case("trace", lm.trace, torch.trace, floats(3, 4))


def statistics_cases():
    for axis, q, method in itertools.product((0, 1), (0.0, 0.3, 0.5, 1.0), ("linear", "lower", "higher", "midpoint", "nearest")):
        holes = distinct(5, 6)
        holes[1, 2] = holes[4, 2] = np.nan
        case("quantile", lambda x, a=axis, q=q, m=method: lm.quantile(x, q, axis=a, method=m),
             lambda x, a=axis, q=q, m=method: torch.quantile(x, q, a, interpolation=m), distinct(5, 6))
        case("nanquantile", lambda x, a=axis, q=q, m=method: lm.nanquantile(x, q, axis=a, method=m, keepdims=True),
             lambda x, a=axis, q=q, m=method: torch.nanquantile(x, q, a, keepdim=True, interpolation=m), holes)
    case("quantile list", lambda x: lm.quantile(x, lm.array([0.1, 0.9], dtype=lm.float64)),
         lambda x: torch.quantile(x, torch.tensor([0.1, 0.9], dtype=torch.float64)), distinct(5, 6))
    case("nansum", lambda x: lm.nansum(x, axis=1), lambda x: torch.nansum(x, 1), holes)
    case("nanmean", lambda x: lm.nanmean(x, axis=0), lambda x: torch.nanmean(x, 0), holes)
    case("nanmedian", lambda x: lm.nanmedian(x, axis=1), lambda x: torch.nanquantile(x, 0.5, 1), holes)
    case("kthvalue", lambda x: lm.kthvalue(x, 2, axis=1), lambda x: tuple(torch.kthvalue(x, 2, 1)), distinct(4, 5))
    case("mode", lambda x: lm.mode(x, axis=1)[0], lambda x: torch.mode(x, 1)[0], random.integers(0, 3, (6, 9)).astype(np.float64), gradient=False)
    case("unique_consecutive", lambda x: lm.unique_consecutive(x), lambda x: torch.unique_consecutive(x, return_inverse=True, return_counts=True),
         np.array([1, 1, 2, 2, 2, 1, 3]), gradient=False)
    case("unique_consecutive axis", lambda x: lm.unique_consecutive(x, axis=1),
         lambda x: torch.unique_consecutive(x, return_inverse=True, return_counts=True, dim=1), np.array([[1, 1, 2], [0, 0, 0]]), gradient=False)
    for k in range(-1, 5):
        case("rot90", lambda x, k=k: lm.rot90(x, k, (1, 2)), lambda x, k=k: torch.rot90(x, k, (1, 2)), floats(2, 3, 4))
    case("fliplr", lm.fliplr, torch.fliplr, floats(2, 3))
    case("flipud", lm.flipud, torch.flipud, floats(2, 3))
    case("bincount", lm.bincount, torch.bincount, random.integers(0, 7, 20), gradient=False)
    case("bincount weights", lambda x, w: lm.bincount(x, w, minlength=9), lambda x, w: torch.bincount(x, w, minlength=9),
         random.integers(0, 7, 20), floats(20), gradient=False)
    for right in (False, True):
        case("bucketize", lambda x, b, r=right: lm.digitize(x, b, right=not r), lambda x, b, r=right: torch.bucketize(x, b, right=r),
             np.round(floats(30), 1), np.arange(-1.5, 1.6, 0.5), gradient=False)
    case("histc", lambda x: lm.histogram(x, bins=7, range=(-1.0, 1.5))[0], lambda x: torch.histc(x, 7, -1.0, 1.5), floats(50), gradient=False)
    case("histogram", lambda x: lm.histogram(x, bins=5, density=True), lambda x: tuple(torch.histogram(x, 5, density=True)), floats(50), gradient=False)


def quantize_cases():
    x = floats(3, 4, 5, low=-9, high=9)
    for dtype, kind, bounds in ((lm.int8, torch.qint8, (-128, 127)), (lm.uint8, torch.quint8, (0, 255))):
        case("quantize_per_tensor", lambda x, d=dtype: lm.quantize(x.astype(lm.float32), 0.05, 3, dtype=d),
             lambda x, k=kind: torch.quantize_per_tensor(x.float(), 0.05, 3, k).int_repr(), x, gradient=False)
        case("dequantize", lambda x, d=dtype: lm.dequantize(lm.quantize(x.astype(lm.float32), 0.05, 3, dtype=d), 0.05, 3),
             lambda x, k=kind: torch.quantize_per_tensor(x.float(), 0.05, 3, k).dequantize(), x, gradient=False, bound=1e-6)
        scales, zeros = np.array([0.1, 0.02, 0.5, 0.03]), np.array([0, 3, 7, 1])
        case("quantize_per_channel", lambda x, d=dtype, s=scales, z=zeros: lm.quantize(x.astype(lm.float32), lm.array(s), lm.array(z), axis=1, dtype=d),
             lambda x, k=kind, s=scales, z=zeros: torch.quantize_per_channel(x.float(), torch.tensor(s), torch.tensor(z), 1, k).int_repr(), x, gradient=False)
        case("fake_quantize", lambda x, b=bounds: lm.fake_quantize(x, 0.05, 3, quant_min=b[0], quant_max=b[1]),
             lambda x, b=bounds: torch.fake_quantize_per_tensor_affine(x, 0.05, 3, *b), x, bound=1e-6)
        case("fake_quantize channel", lambda x, b=bounds, s=scales, z=zeros: lm.fake_quantize(x, lm.array(s), lm.array(z), quant_min=b[0], quant_max=b[1]),
             lambda x, b=bounds, s=scales, z=zeros: torch.fake_quantize_per_channel_affine(
                 x, torch.tensor(s, dtype=torch.float32), torch.tensor(z, dtype=torch.int32), 1, *b), x, bound=1e-6)


def transform_cases():
    def ours(x, w):
        return lm.tanh(x @ w) * lm.exp(x[:, :1])

    def theirs(x, w):
        return torch.tanh(x @ w) * torch.exp(x[:, :1])

    x, w, t, u, v = floats(3, 4), floats(4, 2), floats(3, 4), floats(4, 2), floats(3, 2)
    case("jvp", lambda x, w, t, u: lm.jvp(ours, (x, w), (t, u)), lambda x, w, t, u: torch.func.jvp(theirs, (x, w), (t, u)), x, w, t, u)
    case("vjp", lambda x, w, v: lm.vjp(ours, x, w)[1](v), lambda x, w, v: torch.func.vjp(theirs, x, w)[1](v), x, w, v)
    case("vjp value", lambda x, w: lm.vjp(ours, x, w)[0], lambda x, w: torch.func.vjp(theirs, x, w)[0], x, w)
    case("checkpoint", lm.checkpoint(ours), lambda x, w: torch.utils.checkpoint.checkpoint(theirs, x, w, use_reentrant=False), x, w)
    case("checkpoint outside", lambda x, w: lm.checkpoint(lambda y: ours(y, w * 2) * lm.sum(w))(x * x),
         lambda x, w: theirs(x * x, w * 2) * w.sum(), x, w)
    case("checkpoint twice", lambda x, w: lm.checkpoint(lambda y: ours(y, w))(lm.checkpoint(lambda y: ours(y, w) @ w.T)(x)),
         lambda x, w: theirs(theirs(x, w) @ w.T, w), x, w)
    case("grad of checkpointed gradient", lambda x, w: lm.grad(lambda y: lm.sum(lm.checkpoint(lambda z: ours(z, w))(y)))(x),
         lambda x, w: torch.func.grad(lambda y: theirs(y, w).sum())(x), x, w)

    class Cut(torch.autograd.Function):
        @staticmethod
        def forward(c, x):
            return x * 1

        @staticmethod
        def backward(c, g):
            return g.clamp(-0.5, 0.5)

    case("custom_vjp", lm.custom_vjp(lambda x: x * 1, lambda a, y, g: [lm.minimum(lm.maximum(g[0], -0.5), 0.5)]), Cut.apply, x)


def main():
    for make in (conv_cases, pool_cases, resize_cases, scatter_cases, contraction_cases, statistics_cases, quantize_cases, transform_cases):
        make()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    count = failures = 0
    for number, (name, ours, theirs, inputs, gradient, bound) in enumerate(CASES):
        if wanted not in name:
            continue
        count += 1
        try:
            values, gradients = run_ours(ours, inputs, gradient)
        except Exception as e:  # one line per case, the others go on
            values, gradients, wrong = [], [], f"{type(e).__name__}: {e}"
        else:
            expected, expected_gradients = run_theirs(theirs, inputs, gradient)
            wrong = difference(name, values, expected, bound)
            if wrong is None:
                wrong = difference(name, gradients, expected_gradients, max(bound, 1e-8))
                wrong = wrong and f"gradient {wrong}"
        if wrong:
            failures += 1
            print(f"{number} {name}: {wrong}")
    print(f"{count} cases, {failures} differ")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
