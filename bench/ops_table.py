"""The rows of bench/ops.py: a family, a name, and what it is called in the three libraries.

Each call is an expression over the arrays of `inputs`, about a million elements each. `lm` stands for
ours, `np` for NumPy, `torch` for PyTorch; a row with an empty expression has no such function there.
Views are not in the table: they cost nothing here and a few hundred nanoseconds there."""

import numpy

SIDE = 1000
SIZE = SIDE * SIDE


def inputs():
    """NumPy arrays by name; every library gets its own copies."""
    random = numpy.random.default_rng(0)
    x = random.standard_normal(SIZE).astype("float32")
    y = random.standard_normal(SIZE).astype("float32")
    p = random.uniform(0.1, 4, SIZE).astype("float32")
    i = random.integers(-1000, 1000, SIZE)
    j = random.integers(1, 100, SIZE)
    c = x > 0
    return {
        "x": x, "y": y, "p": p, "u": random.uniform(-0.99, 0.99, SIZE).astype("float32"),
        "q": random.uniform(-3, 3, SIZE).astype("float32"),
        "xd": x.astype("float64"), "yd": y.astype("float64"), "pd": p.astype("float64"),
        "xh": x.astype("float16"), "yh": y.astype("float16"),
        "i": i.astype("int32"), "j": j.astype("int32"), "il": i, "jl": j,
        "ib": i.astype("int8"), "jb": j.astype("int8"),
        "c": c, "d": y > 0, "t": numpy.ones(SIZE, bool), "z": numpy.zeros(SIZE, bool),
        "m": x.reshape(SIDE, SIDE), "n": y.reshape(SIDE, SIDE), "row": x[:SIDE].copy(),
        "one": x[:1].copy(), "column": x[:SIDE].reshape(SIDE, 1).copy(), "cube": x.reshape(100, 100, 100),
        "mi": i.astype("int32").reshape(SIDE, SIDE), "mc": c.reshape(SIDE, SIDE),
        "near": (1 + 1e-7 * x).reshape(SIDE, SIDE).astype("float32"),
        "any_index": random.integers(0, SIZE, SIZE), "row_index": random.integers(0, SIDE, SIDE),
        "along": random.integers(0, SIDE, (SIDE, SIDE)), "some": random.integers(0, SIDE, SIZE),
        "label": random.integers(0, 10, SIZE // 10),
        "sorted": numpy.sort(x), "few": random.integers(0, 100, SIZE),
        "image": x[:800_000].reshape(8, 10, 100, 100),
        "columns": x[:720_000].repeat(10).reshape(8, 90, 10_000),
        "grid": random.uniform(-1, 1, (8, 100, 100, 2)).astype("float32"),
        "bins": numpy.linspace(-3, 3, 50, dtype="float32"), "truth": (y > 0).astype("float32"),
        "heads": x[:524_288].reshape(4, 8, 256, 64), "kernel": x[:900].reshape(10, 10, 3, 3),
    }


ROWS = []


def row(family, name, ours, theirs_numpy="", theirs_torch=""):
    ROWS.append((family, name, ours, theirs_numpy, theirs_torch))


def unary(family, names, argument, suffix="", torch_names=None, numpy_names=None):
    for name in names.split():
        ufunc = (numpy_names or {}).get(name, name)
        other = (torch_names or {}).get(name, name)
        row(family, name + suffix, f"lm.{name}({argument})", ufunc and f"np.{ufunc}({argument})",
            other and (other if "(" in other else f"torch.{other}({argument})"))


def binary(family, names, a, b, suffix="", torch_names=None):
    for name in names.split():
        other = (torch_names or {}).get(name, name)
        row(family, name + suffix, f"lm.{name}({a}, {b})", f"np.{name}({a}, {b})",
            other and f"torch.{other}({a}, {b})")


TORCH = {"equal": "eq", "power": "pow", "greater": "gt", "greater_equal": "ge", "less": "lt",
         "less_equal": "le", "not_equal": "ne"}

# Arithmetic.
binary("element-wise", "add subtract multiply divide maximum minimum", "x", "y")
binary("element-wise", "power", "p", "q", torch_names=TORCH)
binary("element-wise", "remainder floor_divide", "x", "p")
binary("element-wise", "equal not_equal less less_equal greater greater_equal", "x", "y",
       torch_names=TORCH)
unary("element-wise", "absolute negative square sign floor ceil round reciprocal", "x")
unary("element-wise", "isnan isinf isfinite", "x")
unary("element-wise", "exp expm1 sin cos tan tanh", "x")
unary("element-wise", "sqrt log log1p log2", "p")
unary("element-wise", "rsqrt", "p", numpy_names={"rsqrt": ""})
unary("element-wise", "asin acos atanh", "u", numpy_names={"asin": "arcsin", "acos": "arccos",
                                                          "atanh": "arctanh"})
unary("element-wise", "atan sinh cosh asinh", "x", numpy_names={"atan": "arctan", "asinh": "arcsinh"})
unary("element-wise", "log10 exp2 trunc signbit deg2rad", "p")
binary("element-wise", "atan2 hypot copysign logaddexp fmod nextafter", "x", "y")
for name, other in {"erf": "torch.erf(x)", "sigmoid": "torch.sigmoid(x)",
                    "relu": "torch.relu(x)", "gelu": "F.gelu(x)", "silu": "F.silu(x)",
                    "elu": "F.elu(x)", "softplus": "F.softplus(x)",
                    "leaky_relu": "F.leaky_relu(x)"}.items():
    row("element-wise", name, f"lm.{name}(x)", "", other)
row("element-wise", "x + row", "m + row", "m + row", "m + row")
row("element-wise", "x + column", "m + column", "m + column", "m + column")
row("element-wise", "x * 2.5", "x * 2.5", "x * 2.5", "x * 2.5")
row("element-wise", "x ** 3", "x ** 3", "x ** 3", "x ** 3")
row("element-wise", "where", "lm.where(c, x, y)", "np.where(c, x, y)", "torch.where(c, x, y)")
row("element-wise", "clip", "lm.clip(x, -1.0, 1.0)", "np.clip(x, -1, 1)", "torch.clip(x, -1, 1)")

# Other types.
binary("float64", "add multiply divide maximum", "xd", "yd", " f64")
binary("float64", "power", "pd", "yd", " f64", TORCH)
binary("float64", "remainder floor_divide", "xd", "pd", " f64")
unary("float64", "exp sin tanh", "xd", " f64")
unary("float64", "log sqrt", "pd", " f64")
row("float64", "erf f64", "lm.erf(xd)", "", "torch.erf(xd)")
binary("16 bits", "add multiply maximum", "xh", "yh", " f16")
unary("16 bits", "exp tanh", "xh", " f16")
for name in ("add", "multiply", "maximum"):
    row("16 bits", f"{name} bf16", f"lm.{name}(xb, yb)", "", f"torch.{name}(xb, yb)")
for name in ("exp", "tanh"):
    row("16 bits", f"{name} bf16", f"lm.{name}(xb)", "", f"torch.{name}(xb)")
for suffix, a, b in ((" i32", "i", "j"), (" i64", "il", "jl"), (" i8", "ib", "jb")):
    binary("integers", "add multiply maximum remainder floor_divide equal less", a, b, suffix, TORCH)
    unary("integers", "absolute negative", a, suffix)
row("integers", "divide i32", "lm.divide(i, j)", "np.divide(i, j)", "torch.divide(i, j)")
row("integers", "where i32", "lm.where(c, i, j)", "np.where(c, i, j)", "torch.where(c, i, j)")
binary("integers", "bitwise_and bitwise_xor bitwise_left_shift", "i", "j", " i32")
binary("bool", "logical_and logical_or logical_xor", "c", "d")
unary("bool", "logical_not", "c")
for source, target in (("x", "float64"), ("x", "float16"), ("x", "int32"), ("x", "int64"),
                       ("x", "bool"), ("xd", "float32"), ("xh", "float32"), ("i", "float32"),
                       ("i", "int64"), ("il", "int32"), ("ib", "float32"), ("c", "float32"),
                       ("x", "bfloat16"), ("xb", "float32")):
    ours = "lm.bool_" if target == "bool" else f"lm.{target}"
    theirs = "" if "bfloat16" == target or source == "xb" else f"{source}.astype('{target}')"
    row("cast", f"{source} to {target}", f"lm.astype({source}, {ours})", theirs,
        f"{source}.to(torch.{target})")

# Reductions.
for axis in (None, 0, 1):
    where = "" if axis is None else f" axis {axis}"
    for name in ("sum", "mean", "max", "min", "prod", "argmax", "argmin"):
        a = "m" if name != "prod" else "near"
        ours = f"lm.{name}({a})" if axis is None else f"lm.{name}({a}, axis={axis})"
        theirs = ours.replace("lm.", "np.")
        other = ours.replace("lm.", "torch.").replace("axis", "dim")
        if axis is not None:
            other = other.replace("torch.max", "torch.amax").replace("torch.min", "torch.amin")
        row("reduction", name + where, ours, theirs, other)
    extra = "" if axis is None else f", axis={axis}"
    dim = "" if axis is None else f", dim={axis}"
    row("reduction", "var" + where, f"lm.var(m{extra})", f"np.var(m{extra})",
        f"torch.var(m{dim}, correction=0)")
    row("reduction", "logsumexp" + where, f"lm.logsumexp(m{extra})", "",
        f"torch.logsumexp(m, dim={(0, 1) if axis is None else axis})")
    row("reduction", "sum i32" + where, f"lm.sum(mi{extra})", f"np.sum(mi{extra})",
        f"torch.sum(mi{dim})")
    row("reduction", "max i32" + where, f"lm.max(mi{extra})", f"np.max(mi{extra})",
        f"torch.max(mi{dim}){'' if axis is None else '.values'}")
    row("reduction", "any" + where, f"lm.any(mc{extra})", f"np.any(mc{extra})", f"torch.any(mc{dim})")
    row("reduction", "sum of bool" + where, f"lm.sum(mc{extra})", f"np.sum(mc{extra})",
        f"torch.sum(mc{dim})")
row("reduction", "sum axis 1 of 3", "lm.sum(cube, axis=1)", "np.sum(cube, axis=1)",
    "torch.sum(cube, dim=1)")
row("reduction", "max axis 1 of 3", "lm.max(cube, axis=1)", "np.max(cube, axis=1)",
    "torch.amax(cube, dim=1)")
row("reduction", "argmax axis 1 of 3", "lm.argmax(cube, axis=1)", "np.argmax(cube, axis=1)",
    "torch.argmax(cube, dim=1)")
row("reduction", "all (true)", "lm.all(t)", "np.all(t)", "torch.all(t)")
row("reduction", "any (false)", "lm.any(z)", "np.any(z)", "torch.any(z)")
row("reduction", "sum f64", "lm.sum(xd)", "np.sum(xd)", "torch.sum(xd)")
row("reduction", "sum f16", "lm.sum(xh)", "np.sum(xh)", "torch.sum(xh)")
row("reduction", "max f16", "lm.max(xh)", "np.max(xh)", "torch.max(xh)")
row("reduction", "argmax i32", "lm.argmax(i)", "np.argmax(i)", "torch.argmax(i)")
row("reduction", "softmax axis 1", "lm.softmax(m, axis=1)", "", "torch.softmax(m, dim=1)")
row("reduction", "softmax axis 0", "lm.softmax(m, axis=0)", "", "torch.softmax(m, dim=0)")
row("reduction", "log_softmax axis 1", "lm.log_softmax(m, axis=1)", "", "torch.log_softmax(m, dim=1)")
row("reduction", "layer_norm", "lm.layer_norm(m)", "", "F.layer_norm(m, (1000,))")
row("reduction", "gradient of prod", "lm.grad(lambda v: lm.prod(v))(nearly)", "",
    "torch.autograd.grad(torch.prod(leaf), leaf)[0]")

# Movement.
row("movement", "copy of transpose", "lm.transpose(m) + 0.0", "m.T + 0.0", "m.T.contiguous() + 0.0")
row("movement", "concatenate axis 0", "lm.concatenate([m, n])", "np.concatenate([m, n])",
    "torch.cat([m, n])")
row("movement", "concatenate axis 1", "lm.concatenate([m, n], axis=1)",
    "np.concatenate([m, n], axis=1)", "torch.cat([m, n], dim=1)")
row("movement", "stack axis 2", "lm.stack([m, n], axis=2)", "np.stack([m, n], axis=2)",
    "torch.stack([m, n], dim=2)")
row("movement", "pad", "lm.pad(m, low=(3, 3), high=(3, 3))", "np.pad(m, 3)", "F.pad(m, (3, 3, 3, 3))")
row("movement", "slice update", "updated(m)", "updated(m)", "updated(m)")
row("movement", "strided slice update", "spread(x, half)", "spread(x, half)", "spread(x, half)")
row("movement", "flip", "lm.flip(m, (0, 1))", "np.flip(m, (0, 1)).copy()", "torch.flip(m, (0, 1))")
row("movement", "roll", "lm.roll(x, 1234)", "np.roll(x, 1234)", "torch.roll(x, 1234)")
row("movement", "repeat", "lm.repeat(row, 1000)", "np.repeat(row, 1000)",
    "torch.repeat_interleave(row, 1000)")
row("movement", "tile", "lm.tile(row, (1000,))", "np.tile(row, (1000,))", "torch.tile(row, (1000,))")
row("movement", "tril", "lm.tril(m)", "np.tril(m)", "torch.tril(m)")
row("movement", "full", "lm.full((1000, 1000), 2.0)", "np.full((1000, 1000), np.float32(2))",
    "torch.full((1000, 1000), 2.0)")
row("movement", "arange", "lm.arange(1000000)", "np.arange(1000000)", "torch.arange(1000000)")

# Indexing, sorting, searching.
row("indexing", "take elements", "lm.take(x, any_index)", "np.take(x, any_index)",
    "torch.take(x, any_index)")
row("indexing", "take rows", "lm.take(m, row_index, axis=0)", "np.take(m, row_index, axis=0)",
    "torch.index_select(m, 0, row_index)")
row("indexing", "take columns", "lm.take(m, row_index, axis=1)", "np.take(m, row_index, axis=1)",
    "torch.index_select(m, 1, row_index)")
row("indexing", "take_along_axis 1", "lm.take_along_axis(m, along, axis=1)",
    "np.take_along_axis(m, along, axis=1)", "torch.gather(m, 1, along)")
row("indexing", "take_along_axis 0", "lm.take_along_axis(m, along, axis=0)",
    "np.take_along_axis(m, along, axis=0)", "torch.gather(m, 0, along)")
row("indexing", "scatter_add elements", "lm.scatter_add(row, some, x)", "",
    "row.index_add(0, some, x)")
row("indexing", "scatter_add rows", "lm.scatter_add(m, row_index, n)", "",
    "m.index_add(0, row_index, n)")
row("indexing", "one_hot", "lm.one_hot(label, classes=10)", "np.eye(10, dtype='float32')[label]",
    "F.one_hot(label, 10).to(torch.float32)")
row("indexing", "top_k 5 of rows", "lm.top_k(m, k=5)", "", "torch.topk(m, 5)")
row("indexing", "top_k 100", "lm.top_k(x, k=100)", "", "torch.topk(x, 100)")
row("indexing", "x[mask]", "x[c]", "x[c]", "x[c]")
row("indexing", "x[index]", "x[any_index]", "x[any_index]", "x[any_index]")
row("indexing", "nonzero", "lm.nonzero(c)", "np.nonzero(c)", "torch.nonzero(c)")
row("indexing", "put_along_axis", "lm.put_along_axis(m, along, n, axis=1)", "",
    "torch.scatter(m, 1, along, n)")
row("indexing", "put_along_axis max axis 0", "lm.put_along_axis(m, along, n, axis=0, reduction='max')",
    "", "torch.scatter_reduce(m, 0, along, n, 'amax')")
row("indexing", "segment_max", "lm.segment_max(m, row_index, 1000)", "",
    "torch.full_like(m, -math.inf).index_reduce_(0, row_index, m, 'amax')")
row("indexing", "segment_sum", "lm.segment_sum(m, row_index, 1000)", "",
    "torch.zeros_like(m).index_add_(0, row_index, m)")
row("sorting", "sort", "lm.sort(x)", "np.sort(x)", "torch.sort(x).values")
row("sorting", "sort rows", "lm.sort(m, axis=1)", "np.sort(m, axis=1)", "torch.sort(m, dim=1).values")
row("sorting", "sort columns", "lm.sort(m, axis=0)", "np.sort(m, axis=0)", "torch.sort(m, dim=0).values")
row("sorting", "sort i64", "lm.sort(il)", "np.sort(il)", "torch.sort(il).values")
row("sorting", "argsort", "lm.argsort(x)", "np.argsort(x, kind='stable')",
    "torch.argsort(x, stable=True)")
row("sorting", "argsort rows", "lm.argsort(m, axis=1)", "np.argsort(m, axis=1, kind='stable')",
    "torch.argsort(m, dim=1, stable=True)")
row("sorting", "searchsorted", "lm.searchsorted(sorted, y)", "np.searchsorted(sorted, y)",
    "torch.searchsorted(sorted, y)")
row("sorting", "unique_values", "lm.unique_values(few)", "np.unique_values(few)", "torch.unique(few)")
row("sorting", "median axis 1", "lm.median(m, axis=1)", "np.median(m, axis=1)",
    "torch.median(m, 1).values")
row("sorting", "quantile axis 1", "lm.quantile(m, 0.3, axis=1)", "np.quantile(m, 0.3, axis=1)",
    "torch.quantile(m, 0.3, 1)")
row("sorting", "digitize", "lm.digitize(x, bins)", "np.digitize(x, bins)", "torch.bucketize(x, bins)")
row("sorting", "bincount", "lm.bincount(few)", "np.bincount(few)", "torch.bincount(few)")
row("sorting", "histogram", "lm.histogram(x, bins=100)", "np.histogram(x, bins=100)",
    "torch.histc(x, 100)")
row("cumulative", "cumulative_sum", "lm.cumulative_sum(x)", "np.cumsum(x)", "torch.cumsum(x, 0)")
row("cumulative", "cumulative_sum axis 0", "lm.cumulative_sum(m, axis=0)", "np.cumsum(m, axis=0)",
    "torch.cumsum(m, 0)")
row("cumulative", "cumulative_sum axis 1", "lm.cumulative_sum(m, axis=1)", "np.cumsum(m, axis=1)",
    "torch.cumsum(m, 1)")
row("cumulative", "cumulative_prod axis 1", "lm.cumulative_prod(near, axis=1)",
    "np.cumprod(near, axis=1)", "torch.cumprod(near, 1)")
row("cumulative", "cumulative_max", "lm.cumulative_max(x)", "np.maximum.accumulate(x)",
    "torch.cummax(x, 0).values")
row("cumulative", "cummax", "lm.cummax(x)", "", "torch.cummax(x, 0)")
row("cumulative", "cummax axis 0", "lm.cummax(m, axis=0)", "", "torch.cummax(m, 0)")
row("cumulative", "cummin axis 1", "lm.cummin(m, axis=1)", "", "torch.cummin(m, 1)")
row("cumulative", "logcumsumexp", "lm.logcumsumexp(x)", "np.logaddexp.accumulate(x)",
    "torch.logcumsumexp(x, 0)")
row("cumulative", "logcumsumexp axis 1", "lm.logcumsumexp(m, axis=1)",
    "np.logaddexp.accumulate(m, axis=1)", "torch.logcumsumexp(m, 1)")
row("cumulative", "linear_recurrence axis 0", "lm.linear_recurrence(m, n, axis=0)", "", "")
row("cumulative", "linear_recurrence axis 1", "lm.linear_recurrence(m, n, axis=1)", "", "")
row("cumulative", "diff", "lm.diff(x)", "np.diff(x)", "torch.diff(x)")

# Random numbers and windows.
row("random", "uniform", "lm.random.uniform((1000, 1000))",
    "random.random((1000, 1000), dtype='float32')", "torch.rand(1000, 1000)")
row("random", "normal", "lm.random.normal((1000, 1000))",
    "random.standard_normal((1000, 1000), dtype='float32')", "torch.randn(1000, 1000)")
row("windows", "max_pool2d", "lm.max_pool2d(image, 2)", "", "F.max_pool2d(image, 2)")
row("windows", "avg_pool2d", "lm.avg_pool2d(image, 2)", "", "F.avg_pool2d(image, 2)")
row("windows", "unfold 3", "lm.unfold(image, 3, padding=1)", "", "F.unfold(image, 3, padding=1)")
row("windows", "fold 3", "lm.fold(columns, (100, 100), 3, padding=1)", "",
    "F.fold(columns, (100, 100), 3, padding=1)")
row("windows", "interpolate bilinear", "lm.interpolate(image, (150, 150), mode='linear')", "",
    "F.interpolate(image, (150, 150), mode='bilinear')")
row("windows", "interpolate bicubic", "lm.interpolate(image, (150, 150), mode='cubic')", "",
    "F.interpolate(image, (150, 150), mode='bicubic')")
row("windows", "interpolate nearest", "lm.interpolate(image, (150, 150), mode='nearest')", "",
    "F.interpolate(image, (150, 150), mode='nearest')")
row("windows", "grid_sample", "lm.grid_sample(image, grid)", "",
    "F.grid_sample(image, grid, align_corners=False)")
row("windows", "adaptive_avg_pool2d", "lm.adaptive_avg_pool2d(image, (7, 7))", "",
    "F.adaptive_avg_pool2d(image, (7, 7))")
row("windows", "adaptive_max_pool2d", "lm.adaptive_max_pool2d(image, (7, 7))", "",
    "F.adaptive_max_pool2d(image, (7, 7))")
row("windows", "max_pool2d with indices", "lm.max_pool_with_indices(image, 2)", "",
    "F.max_pool2d(image, 2, return_indices=True)")
row("windows", "matmul", "lm.matmul(m, n)", "np.matmul(m, n)", "torch.matmul(m, n)")

# Normalisation, losses, attention, distances.
row("networks", "batch_norm", "lm.batch_norm(image, image.mean((0, 2, 3)), image.var((0, 2, 3)))", "",
    "F.batch_norm(image, image.mean((0, 2, 3)), image.var((0, 2, 3)))")
row("networks", "group_norm", "lm.group_norm(image, 5)", "", "F.group_norm(image, 5)")
row("networks", "instance_norm", "lm.instance_norm(image)", "", "F.instance_norm(image)")
row("networks", "rms_norm", "lm.rms_norm(m)", "", "F.rms_norm(m, (1000,))")
row("networks", "local_response_norm", "lm.local_response_norm(image, 5)", "", "F.local_response_norm(image, 5)")
row("networks", "normalize", "lm.normalize(m)", "", "F.normalize(m)")
row("networks", "cross_entropy", "lm.cross_entropy(m, row_index)", "", "F.cross_entropy(m, row_index)")
row("networks", "binary_cross_entropy", "lm.nn.binary_cross_entropy_with_logits(x, truth)", "",
    "F.binary_cross_entropy_with_logits(x, truth)")
for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
    row("networks", name, f"lm.nn.{name}(x, y)", "", f"F.{name}(x, y)")
row("networks", "kl_div", "lm.nn.kl_div(m, n)", "", "F.kl_div(m, n, reduction='batchmean')")
row("networks", "cosine_similarity", "lm.cosine_similarity(m, n)", "", "F.cosine_similarity(m, n)")
row("networks", "cdist", "lm.cdist(near[:, :64], m[:, :64])", "", "torch.cdist(near[:, :64], m[:, :64])")
row("networks", "attention", "lm.scaled_dot_product_attention(heads, heads, heads)", "",
    "F.scaled_dot_product_attention(heads, heads, heads)")
row("networks", "embedding", "lm.embedding(row_index, m)", "np.take(m, row_index, axis=0)", "F.embedding(row_index, m)")
row("networks", "pixel_shuffle", "lm.pixel_shuffle(heads, 2)", "", "F.pixel_shuffle(heads, 2)")
row("networks", "conv_transpose2d", "lm.conv_transpose2d(image, kernel, stride=2)", "",
    "F.conv_transpose2d(image, kernel, stride=2)")
row("networks", "conv2d", "lm.conv2d(image, kernel, padding=1)", "", "F.conv2d(image, kernel, padding=1)")
row("networks", "lp_pool2d", "lm.lp_pool(image, 2.0, 2)", "", "F.lp_pool2d(image, 2.0, 2)")
for name in ("hardswish", "mish", "selu", "celu", "hardtanh", "softsign", "tanhshrink", "logsigmoid", "relu6"):
    row("networks", name, f"lm.{name}(x)", "", f"F.{name}(x)")
row("networks", "glu", "lm.glu(m)", "", "F.glu(m)")
row("statistics", "einsum", "lm.einsum('ij,kj->ik', m, n)", "np.einsum('ij,kj->ik', m, n, optimize=True)",
    "torch.einsum('ij,kj->ik', m, n)")
row("statistics", "tensordot", "lm.tensordot(m, n)", "np.tensordot(m, n)", "torch.tensordot(m, n)")
row("statistics", "outer", "lm.outer(row, row)", "np.outer(row, row)", "torch.outer(row, row)")
row("statistics", "cov", "lm.cov(m)", "np.cov(m)", "torch.cov(m)")
row("statistics", "nan_to_num", "lm.nan_to_num(x)", "np.nan_to_num(x)", "torch.nan_to_num(x)")
row("statistics", "nansum", "lm.nansum(x)", "np.nansum(x)", "torch.nansum(x)")
row("statistics", "isclose", "lm.isclose(x, y)", "np.isclose(x, y)", "torch.isclose(x, y)")
row("statistics", "count_nonzero", "lm.count_nonzero(c)", "np.count_nonzero(c)", "torch.count_nonzero(c)")
row("statistics", "isin", "lm.isin(few, row_index)", "np.isin(few, row_index)", "torch.isin(few, row_index)")
row("statistics", "gcd", "lm.gcd(il, jl)", "np.gcd(il, jl)", "torch.gcd(il, jl)")
row("statistics", "trapezoid", "lm.trapezoid(m, axis=1)", "np.trapezoid(m, axis=1)", "torch.trapezoid(m, dim=1)")
for name in ("lgamma", "digamma", "erfinv", "sinc", "i0"):
    row("statistics", name, f"lm.{name}(u)", "np.sinc(u)" if name == "sinc" else "", f"torch.{name}(u)")
row("random", "bernoulli", "lm.random.bernoulli((1000, 1000), 0.3)", "", "torch.bernoulli(torch.full((1000, 1000), 0.3))")
row("random", "permutation", "lm.random.permutation(1000000)", "random.permutation(1000000)", "torch.randperm(1000000)")
row("random", "dropout", "lm.dropout(x, 0.3)", "", "F.dropout(x, 0.3)")

# The last row is what a call costs beside its work.
row("overhead", "add one element", "lm.add(one, one)", "np.add(one, one)", "torch.add(one, one)")
