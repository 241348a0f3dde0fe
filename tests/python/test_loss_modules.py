"""Loss modules: against PyTorch's where it is installed, and against NumPy."""

import numpy as np
import pytest

import lamina as lm
from lamina import nn

draw = np.random.default_rng(0)


def reals(*shape):
    return draw.uniform(-1, 1, shape).astype("float32")


def shares(*shape):
    return draw.uniform(0.1, 0.9, shape).astype("float32")


def bits(*shape):
    return np.round(shares(*shape))


def log_softmax(x, axis):
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


SIGNS = np.array([1, -1, -1, 1], "float32")
LABELS = np.array([0, 4, 2, 1])
CASES = [
    ("MSELoss", {}, (reals(4, 5), reals(4, 5))),
    ("L1Loss", {}, (reals(4, 5), reals(4, 5))),
    ("SmoothL1Loss", {"beta": 0.3}, (reals(4, 5), reals(4, 5))),
    ("HuberLoss", {"delta": 0.3}, (reals(4, 5), reals(4, 5))),
    ("SoftMarginLoss", {}, (reals(4, 5), np.sign(reals(4, 5)))),
    ("KLDivLoss", {}, (np.log(shares(4, 5)), shares(4, 5))),
    ("KLDivLoss", {"log_target": True, "reduction": "batchmean"}, (np.log(shares(4, 5)), np.log(shares(4, 5)))),
    ("PoissonNLLLoss", {"full": True}, (reals(4, 5), 4 * shares(4, 5))),
    ("GaussianNLLLoss", {"full": True}, (reals(4, 5), reals(4, 5), shares(4, 5))),
    ("HingeEmbeddingLoss", {"margin": 0.5}, (reals(4), SIGNS)),
    ("MarginRankingLoss", {"margin": 0.1}, (reals(4), reals(4), SIGNS)),
    ("CosineEmbeddingLoss", {"margin": 0.1}, (reals(4, 5), reals(4, 5), SIGNS)),
    ("TripletMarginLoss", {"margin": 0.4, "swap": True}, (reals(4, 5), reals(4, 5), reals(4, 5))),
    ("TripletMarginWithDistanceLoss", {"margin": 0.4}, (reals(4, 5), reals(4, 5), reals(4, 5))),
    ("MultiLabelMarginLoss", {}, (reals(2, 4), np.array([[3, 0, -1, 1], [1, -1, 0, 0]]))),
    ("MultiMarginLoss", {"p": 2, "margin": 0.7, "weight": shares(5)}, (reals(4, 5), LABELS)),
    ("MultiLabelSoftMarginLoss", {"weight": shares(5)}, (reals(4, 5), bits(4, 5))),
    ("BCELoss", {"weight": shares(4, 5)}, (shares(4, 5), bits(4, 5))),
    ("BCEWithLogitsLoss", {"weight": shares(4, 5), "pos_weight": shares(5)}, (reals(4, 5), bits(4, 5))),
    ("CrossEntropyLoss", {"weight": shares(5), "label_smoothing": 0.1}, (reals(4, 5), np.array([0, -100, 2, 1]))),
    ("CrossEntropyLoss", {"weight": shares(5)}, (reals(4, 5, 3), draw.integers(0, 5, (4, 3)))),
    ("CrossEntropyLoss", {}, (reals(4, 5, 3), shares(4, 5, 3))),
    ("CrossEntropyLoss", {}, (reals(5), np.array(2))),
    ("NLLLoss", {"weight": shares(5), "ignore_index": 1}, (reals(4, 5), LABELS)),
    ("NLLLoss", {}, (reals(4, 5, 2, 2), draw.integers(0, 5, (4, 2, 2)))),
    ("CTCLoss", {"blank": 1, "zero_infinity": True},
     (log_softmax(reals(6, 2, 4), -1), draw.choice([0, 2, 3], (2, 3)), np.array([6, 5]), np.array([3, 2]))),
]


def with_arrays(options, make):
    return {k: make(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name, options, inputs", CASES)
def test_values_and_names_are_torchs(name, options, inputs, reduction):
    torch = pytest.importorskip("torch")
    options = {"reduction": reduction, **options}
    theirs = getattr(torch.nn, name)(**with_arrays(options, torch.tensor))
    ours = getattr(nn, name)(**with_arrays(options, lm.array))
    expected = theirs(*[torch.tensor(v) for v in inputs]).numpy()
    got = ours(*[lm.array(v) for v in inputs]).numpy()
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, 1e-5, 1e-6)
    assert set(ours.state_dict()) == set(theirs.state_dict())


def test_classes_stand_on_axis_1():
    x, labels, weight = reals(4, 5, 3), draw.integers(0, 5, (4, 3)), shares(5)
    chosen = -np.take_along_axis(log_softmax(x, 1), labels[:, None], 1)[:, 0]
    loss = nn.CrossEntropyLoss(weight=lm.array(weight))
    np.testing.assert_allclose(loss(lm.array(x), lm.array(labels)).numpy(),
                               (chosen * weight[labels]).sum() / weight[labels].sum(), 1e-5)
    last = nn.CrossEntropyLoss(axis=-1, reduction="none")
    np.testing.assert_allclose(last(lm.array(np.moveaxis(x, 1, -1)), lm.array(labels)).numpy(), chosen, 1e-5)
    assert loss.state_dict()["weight"].shape == (5,) and loss.parameters() == []


def test_labels_that_are_ignored_do_not_count():
    x = reals(3, 5)
    got = nn.NLLLoss()(lm.array(x), lm.array([1, -100, 4]))
    np.testing.assert_allclose(got.numpy(), -(x[0, 1] + x[2, 4]) / 2, 1e-6)


def test_options_reach_the_function():
    x, y = reals(4, 5), reals(4, 5)
    far = np.abs(x - y) > 0.3
    expected = np.where(far, 0.3 * (np.abs(x - y) - 0.15), (x - y) ** 2 / 2)
    np.testing.assert_allclose(nn.HuberLoss(delta=0.3, reduction="none")(lm.array(x), lm.array(y)).numpy(), expected,
                               1e-4, 1e-6)
    with pytest.raises(lm.ValueError, match="expected the reduction"):
        nn.MSELoss(reduction="all")(lm.array(x), lm.array(y))


def test_gradients_pass_through():
    x = lm.array(reals(4, 5))
    got = lm.grad(lambda v: nn.MSELoss()(v, lm.zeros((4, 5))))(x)
    np.testing.assert_allclose(got.numpy(), x.numpy() / 10, 1e-5)
