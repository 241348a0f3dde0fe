"""What functions of NumPy and PyTorch are called here, for the message where a name is missing."""

NAMES = {
    # NumPy's older names
    "amax": "max", "amin": "min", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh",
    "arctan": "atan", "arctan2": "atan2", "arctanh": "atanh", "around": "round", "array_str": "print(x)",
    "ascontiguousarray": "asarray", "bitwise_not": "bitwise_invert", "invert": "bitwise_invert",
    "left_shift": "bitwise_left_shift", "right_shift": "bitwise_right_shift", "conjugate": "conj",
    "cumsum": "cumulative_sum", "cumprod": "cumulative_prod", "degrees": "rad2deg", "radians": "deg2rad",
    "dot": "matmul or tensordot", "vdot": "vecdot", "fabs": "abs", "fix": "trunc", "rint": "round", "mod": "remainder",
    "true_divide": "divide", "ravel": "flatten", "copy": "array", "argwhere": "stack(nonzero(x), axis=1)",
    "flatnonzero": "nonzero(flatten(x))", "partition": "sort", "argpartition": "argsort", "hsplit": "array_split(x, n, 1)",
    "vsplit": "array_split(x, n, 0)", "identity": "eye", "unique": "unique_values", "row_stack": "vstack",
    "rollaxis": "moveaxis", "select": "where", "compress": "x[mask]", "extract": "x[mask]", "clamp": "clip",
    # PyTorch's
    "Tensor": "Array", "tensor": "array", "as_tensor": "asarray", "from_numpy": "asarray", "cat": "concatenate", "mm": "matmul",
    "bmm": "matmul", "mv": "matmul", "addmm": "x + matmul(a, b)", "chunk": "array_split", "tensor_split": "array_split",
    "unbind": "unstack", "unsqueeze": "expand_dims", "permute": "permute_dims", "movedim": "moveaxis",
    "swapdims": "swapaxes", "t": "matrix_transpose", "view": "reshape", "eq": "equal", "ne": "not_equal", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal", "sub": "subtract", "mul": "multiply", "div": "divide",
    "neg": "negative", "sgn": "sign", "frac": "modf", "clamp_min": "maximum", "clamp_max": "minimum", "topk": "top_k",
    "gather": "take_along_axis", "take_along_dim": "take_along_axis", "index_select": "take", "index_add": "scatter",
    "index_copy": "scatter", "scatter_reduce": "put_along_axis", "masked_fill": "where", "masked_select": "x[mask]",
    "narrow": "slices: x[a:b]", "repeat_interleave": "repeat", "bucketize": "searchsorted", "histc": "histogram",
    "detach": "stop_gradient", "manual_seed": "seed", "rand": "random.uniform", "randn": "random.normal",
    "randperm": "random.permutation", "randint": "random.randint", "multinomial": "random.multinomial",
    "numel": "x.size",
    "log_sigmoid": "logsigmoid", "hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish",
    "layernorm": "layer_norm", "upsample": "interpolate", "grid_sampler": "grid_sample", "inference_mode": "no_grad",
    "set_grad_enabled": "no_grad", "double": "float64", "half": "float16",
    "long": "int64", "int": "int32", "float": "float32",
}


def missing(name):
    """The message for a name that is not here."""
    here = NAMES.get(name)
    hint = f"; it is called {here}" if here else ""
    return f"module 'lamina' has no attribute '{name}'{hint}"
