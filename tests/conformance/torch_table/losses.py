"""torch.nn.functional's losses."""

import torch

import lamina as lm

from .table import classes_last, entry, need

nn = lm.nn
F = "nn.functional."


def shaped(*arrays):
    """Losses do not broadcast: torch does, with a warning."""
    need(len({tuple(a.shape) for a in arrays}) == 1, "losses do not broadcast")


def two(ours):
    def call(x, target, size_average=None, reduce=None, reduction="mean", weight=None):
        need(weight is None, "a weight")
        shaped(x, target)
        return ours(x, target, reduction=reduction)
    return call


entry(F + "mse_loss")(two(nn.mse_loss))
entry(F + "l1_loss")(two(nn.l1_loss))
entry(F + "soft_margin_loss")(two(nn.soft_margin_loss))


@entry(F + "huber_loss")
def _(x, target, reduction="mean", delta=1.0, weight=None):
    need(weight is None, "a weight")
    shaped(x, target)
    return nn.huber_loss(x, target, delta, reduction)


@entry(F + "smooth_l1_loss")
def _(x, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    shaped(x, target)
    return nn.smooth_l1_loss(x, target, beta, reduction)


@entry(F + "poisson_nll_loss")
def _(x, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    shaped(x, target)
    return nn.poisson_nll_loss(x, target, log_input, full, eps, reduction)


@entry(F + "gaussian_nll_loss")
def _(x, target, var, full=False, eps=1e-6, reduction="mean"):
    shaped(x, target)
    return nn.gaussian_nll_loss(x, target, var, full, eps, reduction)


@entry(F + "binary_cross_entropy")
def _(x, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    return nn.binary_cross_entropy(x, target, weight, reduction)


@entry(F + "binary_cross_entropy_with_logits")
def _(x, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
    return nn.bce_with_logits(x, target, weight, pos_weight, reduction)


@entry(F + "nll_loss")
def _(x, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return nn.nll_loss(x, target, classes_last(x), weight, ignore_index, reduction)


@entry(F + "cross_entropy")
def cross_entropy(x, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
    soft = str(target.dtype).split(".")[-1].startswith("float")
    if soft and reduction == "mean" and x.ndim > 1:  # torch divides by the batch's rows
        losses = nn.cross_entropy(x, target, classes_last(x), weight, None, label_smoothing, "none")
        return lm.mean(losses)
    return nn.cross_entropy(x, target, classes_last(x), weight, None if soft else ignore_index, label_smoothing, reduction)


@entry(F + "kl_div")
def _(x, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    shaped(x, target)
    return nn.kl_div(x, target, log_target, reduction)


@entry(F + "hinge_embedding_loss")
def _(x, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    shaped(x, target)
    return nn.hinge_embedding_loss(x, target, margin, reduction)


@entry(F + "margin_ranking_loss")
def _(x1, x2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    shaped(x1, x2, target)
    return nn.margin_ranking_loss(x1, x2, target, margin, reduction)


@entry(F + "cosine_embedding_loss")
def _(x1, x2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    shaped(x1, x2)
    return nn.cosine_embedding_loss(x1, x2, target, margin, reduction)


@entry(F + "multi_margin_loss")
def _(x, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    need(x.ndim > 0, "a number as a row of classes")
    return nn.multi_margin_loss(x, target, p, margin, weight, reduction)


@entry(F + "multilabel_margin_loss")
def _(x, target, size_average=None, reduce=None, reduction="mean"):
    need(x.ndim > 0, "a number as a row of classes")
    return nn.multilabel_margin_loss(x, target, reduction)


@entry(F + "multilabel_soft_margin_loss")
def _(x, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    shaped(x, target)
    return nn.multilabel_soft_margin_loss(x, target, weight, reduction)


@entry(F + "triplet_margin_loss")
def _(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None,
      reduction="mean"):
    shaped(anchor, positive, negative)
    return nn.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction)


@entry(F + "triplet_margin_with_distance_loss")
def _(a, p, n, distance_function=None, margin=1.0, swap=False, reduction="mean"):
    plain = distance_function is None or type(distance_function) is torch.nn.PairwiseDistance
    need(plain, "a distance function of torch's")
    shaped(a, p, n)
    return nn.triplet_margin_with_distance_loss(a, p, n, None, margin, swap, reduction)


@entry(*(F + "linear_cross_entropy" + variant for variant in ("", ":chunked", ":chunked_none")))
def _(x, linear_weight, target, linear_bias=None, options=None, **rest):  # options: how torch cuts the work
    need(linear_weight.ndim == 2, "a weight for each place")
    return cross_entropy(lm.linear(x, linear_weight, linear_bias), target, **rest)


@entry(F + "ctc_loss")
def _(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    # torch's gradient is that behind log_softmax, which leaves log-probabilities as they are.
    log_probs = lm.log_softmax(log_probs)

    def lengths(x):
        return x if isinstance(x, lm.Array) else lm.array(x, dtype=lm.int64)
    return nn.ctc_loss(log_probs, targets, lengths(input_lengths), lengths(target_lengths), blank, zero_infinity, reduction)

