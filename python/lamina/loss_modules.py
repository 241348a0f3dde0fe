"""The losses of lamina.nn as modules, under torch.nn's names: a function and its options."""

from ._lamina import _nn as functions
from ._lamina._nn import Module

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "GaussianNLLLoss",
    "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "MarginRankingLoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss",
]


class Loss(Module):
    """Calls `function` with the arguments of forward and the options given to __init__."""
    function = None

    def __init__(self, reduction="mean", **options):
        super().__init__()
        self.options = {**options, "reduction": reduction}

    def forward(self, *arguments):
        return getattr(functions, self.function)(*arguments, **self.options)


class WeightedLoss(Loss):
    """A loss with a weight for each class or element: a buffer, which state_dict() holds."""

    def __init__(self, weight=None, reduction="mean", **options):
        super().__init__(reduction, **options)
        self.keep("weight", weight)

    def keep(self, name, value):
        if value is None:
            setattr(self, name, None)
        else:
            self.buffer(name, value)

    def forward(self, *arguments, **options):
        return getattr(functions, self.function)(*arguments, weight=self.weight, **options, **self.options)


class MSELoss(Loss):
    """forward(predictions, targets): (predictions - targets)^2."""
    function = "mse_loss"

    def __init__(self, reduction="mean"):
        super().__init__(reduction)


class L1Loss(Loss):
    """forward(predictions, targets): |predictions - targets|."""
    function = "l1_loss"

    def __init__(self, reduction="mean"):
        super().__init__(reduction)


class SmoothL1Loss(Loss):
    """forward(predictions, targets): squared below beta, and absolute above."""
    function = "smooth_l1_loss"

    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction, beta=beta)


class HuberLoss(Loss):
    """forward(predictions, targets): squared below delta, and linear above."""
    function = "huber_loss"

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction, delta=delta)


class SoftMarginLoss(Loss):
    """forward(predictions, targets): log(1 + exp(-targets predictions)), targets 1 or -1."""
    function = "soft_margin_loss"

    def __init__(self, reduction="mean"):
        super().__init__(reduction)


class KLDivLoss(Loss):
    """forward(log_probabilities, targets): targets (log targets - log_probabilities)."""
    function = "kl_div"

    def __init__(self, reduction="mean", log_target=False):
        super().__init__(reduction, log_target=log_target)


class PoissonNLLLoss(Loss):
    """forward(predictions, targets): targets drawn from Poisson distributions."""
    function = "poisson_nll_loss"

    def __init__(self, log_input=True, full=False, eps=1e-8, reduction="mean"):
        super().__init__(reduction, log_input=log_input, full=full, epsilon=eps)


class GaussianNLLLoss(Loss):
    """forward(predictions, targets, var): targets drawn from normal distributions."""
    function = "gaussian_nll_loss"

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction, full=full, epsilon=eps)


class HingeEmbeddingLoss(Loss):
    """forward(distances, targets): distances where targets are 1, max(0, margin - distances) where -1."""
    function = "hinge_embedding_loss"

    def __init__(self, margin=1.0, reduction="mean"):
        super().__init__(reduction, margin=margin)


class MarginRankingLoss(Loss):
    """forward(x1, x2, targets): max(0, -targets (x1 - x2) + margin)."""
    function = "margin_ranking_loss"

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction, margin=margin)


class CosineEmbeddingLoss(Loss):
    """forward(x1, x2, targets): the cosine of two vectors brought near 1, or below margin."""
    function = "cosine_embedding_loss"

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction, margin=margin)


class TripletMarginLoss(Loss):
    """forward(anchor, positive, negative): max(0, |a - p| - |a - n| + margin)."""
    function = "triplet_margin_loss"

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
        super().__init__(reduction, margin=margin, p=p, epsilon=eps, swap=swap)


class TripletMarginWithDistanceLoss(Loss):
    """TripletMarginLoss with a distance function of one's own."""
    function = "triplet_margin_with_distance_loss"

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction, distance=distance_function, margin=margin, swap=swap)


class MultiLabelMarginLoss(Loss):
    """forward(predictions, labels): hinge losses between the classes that labels name and the others."""
    function = "multilabel_margin_loss"

    def __init__(self, reduction="mean"):
        super().__init__(reduction)


class CTCLoss(Loss):
    """forward(log_probs, targets, input_lengths, target_lengths): connectionist temporal classification."""
    function = "ctc_loss"

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction, blank=blank, zero_infinity=zero_infinity)


class BCELoss(WeightedLoss):
    """forward(probabilities, targets): binary cross entropy."""
    function = "binary_cross_entropy"

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(weight, reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """forward(logits, targets): binary cross entropy of sigmoid(logits)."""
    function = "bce_with_logits"

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__(weight, reduction)
        self.keep("pos_weight", pos_weight)

    def forward(self, logits, targets):
        return functions.bce_with_logits(logits, targets, self.weight, self.pos_weight, **self.options)


class MultiMarginLoss(WeightedLoss):
    """forward(predictions, labels): hinge losses between the class of each row and the others."""
    function = "multi_margin_loss"

    def __init__(self, p=1.0, margin=1.0, weight=None, reduction="mean"):
        super().__init__(weight, reduction, p=p, margin=margin)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """forward(logits, targets): binary cross entropy of each class, averaged over the classes."""
    function = "multilabel_soft_margin_loss"

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(weight, reduction)


class ClassLoss(WeightedLoss):
    """A loss over classes that stand on axis 1, as in torch, or on the only axis; `axis` is another place."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", axis=1, **options):
        super().__init__(weight, reduction, **options)
        self.ignore_index, self.axis = ignore_index, axis

    def forward(self, predictions, labels):
        by_class = labels.ndim == predictions.ndim  # probabilities: there is no index to ignore
        return super().forward(predictions, labels, min(self.axis, predictions.ndim - 1),
                               ignore_index=None if by_class else self.ignore_index)


class CrossEntropyLoss(ClassLoss):
    """forward(logits, labels): labels are class numbers, or a probability for each class."""
    function = "cross_entropy"

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0, axis=1):
        super().__init__(weight, ignore_index, reduction, axis, label_smoothing=label_smoothing)


class NLLLoss(ClassLoss):
    """forward(log_probabilities, labels): CrossEntropyLoss behind log_softmax."""
    function = "nll_loss"

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", axis=1):
        super().__init__(weight, ignore_index, reduction, axis)
