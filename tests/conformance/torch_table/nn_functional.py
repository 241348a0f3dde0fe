"""torch.nn.functional: activations, norms, dropout, embeddings, attention."""

import lamina as lm

from .elementwise import floating
from .table import classes_last, entry, function, need

F = "nn.functional."


def plain(ours, *names):
    entry(*(F + name for name in names))(lambda x, inplace=False: function(ours)(x))


for name in ("relu", "relu6", "hardsigmoid", "hardswish", "logsigmoid", "mish", "selu", "silu", "softsign", "tanhshrink"):
    plain(name, name)
entry(F + "gelu")(lambda x, approximate="none": lm.gelu(x, approximate))
entry(F + "celu")(lambda x, alpha=1.0, inplace=False: lm.celu(x, alpha))
entry(F + "leaky_relu")(lambda x, negative_slope=0.01, inplace=False: lm.leaky_relu(x, negative_slope))
entry(F + "hardtanh")(lambda x, min_val=-1.0, max_val=1.0, inplace=False: lm.hardtanh(x, min_val, max_val))
entry(F + "hardshrink")(lambda x, lambd=0.5: lm.hardshrink(x, lambd))
entry(F + "softshrink")(lambda x, lambd=0.5: lm.softshrink(x, lambd))
entry(F + "threshold")(lambda x, threshold, value, inplace=False: lm.threshold(x, threshold, value))
entry(F + "glu")(lambda x, dim=-1: lm.glu(x, dim))
entry(F + "prelu")(lambda x, weight: lm.prelu(x, weight))


@entry(F + "elu")
def _(x, alpha=1.0, scale=1.0, input_scale=1.0, inplace=False):
    need(scale == 1 and input_scale == 1, "scales beside alpha")
    return lm.elu(x, alpha)


@entry(F + "rrelu")
def _(x, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    need(not training, "random")
    return lm.rrelu(x, lower, upper)


@entry(F + "softplus")
def _(x, beta=1, threshold=20):
    return lm.where(x * beta > threshold, x, lm.softplus(lm.where(x * beta > threshold, 0.0, x * beta)) / beta)


def along(name):
    def call(x, dim=None, dtype=None, _stacklevel=3):
        need(dim is not None, "an implied axis")
        x = x if dtype is None else lm.astype(x, dtype)
        if x.ndim == 0:
            return lm.squeeze(function(name)(lm.reshape(x, (1,)), 0))
        return function(name)(x, dim)
    return call


entry("softmax", "softmax:with_dtype")(along("softmax"))
entry("log_softmax", "log_softmax:with_dtype")(along("log_softmax"))
entry(F + "softmin", F + "softmin:with_dtype")(along("softmin"))


@entry(F + "batch_norm", F + "batch_norm:without_cudnn")
def _(x, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    need(x.ndim >= 2, "no channels")
    if training or running_mean is None:
        rest = tuple(a for a in range(x.ndim) if a != 1)
        running_mean, running_var = lm.mean(x, rest), lm.var(x, rest)
    return lm.batch_norm(x, running_mean, running_var, weight, bias, eps)


@entry("native_batch_norm")
def _(x, weight, bias, running_mean, running_var, training, momentum, eps):
    need(training, "the running statistics come back")
    rest = tuple(a for a in range(x.ndim) if a != 1)
    mean, var = lm.mean(x, rest), lm.var(x, rest)
    return lm.batch_norm(x, mean, var, weight, bias, eps), mean, lm.rsqrt(var + eps)


@entry(F + "layer_norm")
def _(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    return lm.layer_norm(x, weight, bias, eps, axes=len(normalized_shape))


@entry("native_layer_norm")
def _(x, normalized_shape, weight, bias, eps):
    axes = tuple(range(x.ndim - len(normalized_shape), x.ndim))
    mean, var = lm.mean(x, axes, True), lm.var(x, axes, keepdims=True)
    return lm.layer_norm(x, weight, bias, eps, axes=len(normalized_shape)), mean, lm.rsqrt(var + eps)


@entry(F + "group_norm")
def _(x, num_groups, weight=None, bias=None, eps=1e-5):
    return lm.group_norm(x, num_groups, weight, bias, eps)


@entry("native_group_norm")
def _(x, weight, bias, N, C, HxW, group, eps):
    rows = lm.reshape(x, (N, group, C * HxW // group))
    return (lm.group_norm(x, group, weight, bias, eps), lm.mean(rows, -1), lm.rsqrt(lm.var(rows, -1) + eps))


@entry(F + "instance_norm")
def _(x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    if use_input_stats:
        return lm.instance_norm(x, weight, bias, eps)
    return lm.batch_norm(x, running_mean, running_var, weight, bias, eps)


@entry(F + "rms_norm")
def _(x, normalized_shape, weight=None, eps=None):
    steps = {"float64": 2.0 ** -52, "float32": 2.0 ** -23}
    return lm.rms_norm(x, weight, steps[str(x.dtype).split(".")[-1]] if eps is None else eps, axes=len(normalized_shape))


@entry(F + "local_response_norm")
def _(x, size, alpha=1e-4, beta=0.75, k=1.0):
    return lm.local_response_norm(x, size, alpha, beta, k)


@entry(F + "normalize")
def _(x, p=2.0, dim=1, eps=1e-12, out=None):
    need(x.ndim > 0 and p >= 0, "a number, or a negative degree")
    return lm.normalize(x, p, dim, eps)


@entry(F + "cosine_similarity")
def _(x, y, dim=1, eps=1e-8):
    need(x.ndim > 0, "a number along an axis")
    return lm.cosine_similarity(x, y, dim, eps)


@entry(F + "pairwise_distance")
def _(x, y, p=2.0, eps=1e-6, keepdim=False):
    need(p >= 0, "a negative degree")
    return lm.pairwise_distance(x, y, p, eps, keepdim)


@entry("cdist")
def _(x, y, p=2.0, compute_mode=None):
    return lm.cdist(x, y, p)


@entry(F + "pdist")
def _(x, p=2.0):
    return lm.pdist(x, p)


@entry("dist")
def _(x, y, p=2.0):
    need(p >= 0, "a negative degree")
    difference = lm.flatten(x - y)
    need(difference.size > 0, "the norm of nothing")
    return lm.pairwise_distance(difference, lm.zeros_like(difference), p, 0.0)


@entry(F + "linear")
def _(x, weight, bias=None):
    return lm.linear(x, weight, bias)


@entry(F + "bilinear")
def _(x1, x2, weight, bias=None):
    return lm.bilinear(x1, x2, weight, bias)


def dropout(name):
    def call(x, p=0.5, training=True, inplace=False):
        need(x.ndim >= 2 or not name.startswith("feature"), "no channels")
        if not training or p in (0, 1):
            return function(name)(x, p, training)
        raise_random()
    return call


def raise_random():
    need(False, "random")


entry(F + "dropout")(dropout("dropout"))
entry(F + "dropout2d")(dropout("dropout2d"))
entry(F + "dropout3d")(dropout("dropout3d"))
entry(F + "alpha_dropout")(dropout("alpha_dropout"))
entry(F + "feature_alpha_dropout:with_train", F + "feature_alpha_dropout:without_train")(dropout("feature_alpha_dropout"))
entry("native_dropout_backward")(lambda g, mask, scale: lm.where(mask, g * scale, 0.0))


@entry(F + "one_hot")
def _(x, num_classes=-1):
    if num_classes == -1:
        num_classes = int(lm.max(x).item()) + 1
    return lm.one_hot(x, num_classes, lm.int64)


@entry(F + "embedding")
def _(weight, indices, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    need(max_norm is None, "max_norm changes the weight in place")
    need(not scale_grad_by_freq, "scale_grad_by_freq")
    return lm.embedding(indices, weight, padding_idx)


@entry(F + "embedding_bag")
def _(weight, indices, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
      per_sample_weights=None, include_last_offset=False, padding_idx=None):
    need(max_norm is None, "max_norm changes the weight in place")
    need(not scale_grad_by_freq, "scale_grad_by_freq")
    return lm.embedding_bag(indices, weight, offsets, mode, per_sample_weights, include_last_offset, padding_idx)


@entry(F + "scaled_dot_product_attention")
def _(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    need(dropout_p == 0, "random")
    return lm.scaled_dot_product_attention(q, k, v, attn_mask, 0.0, is_causal, scale, enable_gqa)


@entry("_softmax_backward_data")
def _(g, y, dim, dtype):
    return y * (g - lm.sum(g * y, dim, True)) if y.ndim else y * (g - g * y)
