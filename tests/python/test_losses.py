"""Losses, embeddings, norms and attention against NumPy."""

import itertools
import math

import numpy as np
import pytest

import lamina as lm
from lamina import nn

draw = np.random.default_rng(0)
P = draw.uniform(0.05, 0.95, (4, 3))
T = draw.uniform(0.05, 0.95, (4, 3))
ONE_HOT = np.eye(3)[[0, 2, 1, 1]]
SIGNS = np.where(draw.uniform(size=(4, 3)) < 0.5, -1.0, 1.0)
BITS = (SIGNS + 1) / 2
SHARES = P / P.sum(-1, keepdims=True)
EPSILON = 1e-7


def cosine(a, b):
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


def binary(p, t):
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))


# name of Keras: (predictions, targets, losses of the rows, keywords)
KERAS = {
    "hinge": (P, SIGNS, np.maximum(1 - SIGNS * P, 0).mean(-1)),
    "squared_hinge": (P, SIGNS, (np.maximum(1 - SIGNS * P, 0) ** 2).mean(-1)),
    "categorical_hinge": (P, ONE_HOT, np.maximum(((1 - ONE_HOT) * P).max(-1) - (ONE_HOT * P).sum(-1) + 1, 0)),
    "mean_absolute_percentage_error": (P, T, (100 * np.abs(T - P) / T).mean(-1)),
    "mean_squared_logarithmic_error": (P, T, ((np.log1p(P) - np.log1p(T)) ** 2).mean(-1)),
    "log_cosh": (P, T, np.log(np.cosh(P - T)).mean(-1)),
    "cosine_similarity": (P, T, -cosine(P, T)),
    "binary_crossentropy": (P, BITS, binary(P, BITS).mean(-1)),
    "categorical_crossentropy": (P, ONE_HOT, -(ONE_HOT * np.log(SHARES)).sum(-1)),
    "sparse_categorical_crossentropy": (P, ONE_HOT.argmax(-1), -(ONE_HOT * np.log(SHARES)).sum(-1)),
    "kl_divergence": (P, T, (T * np.log(T / P)).sum(-1)),
    "poisson": (P, T, (P - T * np.log(P + EPSILON)).mean(-1)),
    "categorical_focal_crossentropy": (P, ONE_HOT,
                                       -(0.25 * ONE_HOT * (1 - SHARES) ** 2 * np.log(SHARES)).sum(-1)),
    "binary_focal_crossentropy": (P, BITS, ((1 - (BITS * P + (1 - BITS) * (1 - P))) ** 2 * binary(P, BITS)).mean(-1)),
    "dice": (P, BITS, 1 - 2 * (P * BITS).sum() / (P.sum() + BITS.sum())),
    "tversky": (P, BITS, 1 - (P * BITS).sum() / ((P * BITS).sum() + 0.5 * ((1 - BITS) * P).sum()
                                                  + 0.5 * (BITS * (1 - P)).sum())),
}


@pytest.mark.parametrize("name", KERAS)
def test_keras_losses(name):
    predictions, targets, rows = KERAS[name]
    loss = getattr(nn.losses, name)
    p, t = lm.array(predictions), lm.array(targets)
    np.testing.assert_allclose(loss(p, t, reduction="none").numpy(), rows, rtol=1e-6)
    np.testing.assert_allclose(loss(p, t).item(), np.mean(rows), rtol=1e-6)
    np.testing.assert_allclose(loss(p, t, reduction="sum").item(), np.sum(rows), rtol=1e-6)


def test_hinge_takes_zeros_and_ones():
    p, signs, bits = lm.array(P), lm.array(SIGNS), lm.array(BITS)
    assert nn.losses.hinge(p, bits).item() == nn.losses.hinge(p, signs).item()


def test_logits_and_probabilities_agree():
    x = draw.normal(size=(4, 3))
    for name, targets, p in [("binary_crossentropy", BITS, 1 / (1 + np.exp(-x))),
                             ("categorical_crossentropy", ONE_HOT, np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
                             ("binary_focal_crossentropy", BITS, 1 / (1 + np.exp(-x)))]:
        loss = getattr(nn.losses, name)
        of_logits = loss(lm.array(x), lm.array(targets), from_logits=True).item()
        np.testing.assert_allclose(of_logits, loss(lm.array(p), lm.array(targets)).item(), rtol=1e-6)


def test_circle():
    e = draw.normal(size=(5, 4))
    e /= np.linalg.norm(e, axis=-1, keepdims=True)
    labels = np.array([0, 1, 0, 1, 2])
    d = np.maximum(1 - e @ e.T, 0)
    same = (labels[:, None] == labels) & ~np.eye(5, dtype=bool)
    other = labels[:, None] != labels
    with np.errstate(divide="ignore"):
        near = np.log((np.exp(-8 * (0.4 + d) * (0.4 - d)) * same).sum(1))
        far = np.log((np.exp(8 * np.maximum(1.4 - d, 0) * (0.6 - d)) * other).sum(1))
    expected = np.log1p(np.exp(near + far))
    x = lm.array(e)
    got = nn.losses.circle(x, lm.array(labels), gamma=8.0, reduction="none").numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    g = lm.grad(lambda x: nn.losses.circle(x, lm.array(labels), gamma=8.0))(x)
    assert np.isfinite(g.numpy()).all()  # label 2 stands alone


def spelled(path, blank=0):
    return [k for k, _ in itertools.groupby(path) if k != blank]


def test_ctc_counts_all_alignments():
    steps, classes = 5, 3
    logits = draw.normal(size=(steps, 2, classes))
    log_probs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    targets, lengths = [[1, 2], [1, 1]], [5, 4]
    expected = []
    for n, target in enumerate(targets):
        total = sum(math.exp(sum(log_probs[t, n, k] for t, k in enumerate(path)))
                    for path in itertools.product(range(classes), repeat=lengths[n]) if spelled(path) == target)
        expected.append(-math.log(total))
    arguments = lm.array(log_probs), lm.array(targets), lm.array(lengths), lm.array([2, 2])
    np.testing.assert_allclose(nn.ctc_loss(*arguments, reduction="none").numpy(), expected, rtol=1e-10)
    np.testing.assert_allclose(nn.ctc_loss(*arguments).item(), np.mean(np.array(expected) / 2), rtol=1e-10)
    # Two equal labels need a blank between them: two steps are too few.
    short = lm.array(log_probs), lm.array(targets), lm.array([5, 2]), lm.array([2, 2])
    assert nn.ctc_loss(*short, reduction="none").numpy()[1] == math.inf
    g = lm.grad(lambda x: nn.ctc_loss(x, *short[1:], zero_infinity=True))(short[0]).numpy()
    assert np.isfinite(g).all() and (g[:, 1] == 0).all() and (g[:, 0] != 0).any()


def test_ctc_has_no_second_derivative():
    arguments = lm.array([[1]]), lm.array([2]), lm.array([1])
    first = lm.grad(lambda x: nn.ctc_loss(lm.log_softmax(x), *arguments))
    with pytest.raises(lm.GradientError, match="second derivatives are not available"):
        lm.grad(lambda x: lm.sum(first(x) ** 2))(lm.array(np.zeros((2, 1, 3)))).eval()


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else np.where(mask, scores, -1e30)) @ v


def test_attention():
    q, k, v = (draw.normal(size=(2, 4, 6, 5)) for _ in range(3))
    arrays = [lm.array(x) for x in (q, k, v)]
    causal = np.tril(np.ones((6, 6), bool))
    call = lm.scaled_dot_product_attention
    np.testing.assert_allclose(call(*arrays).numpy(), attention(q, k, v), rtol=1e-10)
    np.testing.assert_allclose(call(*arrays, is_causal=True).numpy(), attention(q, k, v, causal), rtol=1e-10)
    np.testing.assert_allclose(call(*arrays, mask=lm.array(causal)).numpy(), attention(q, k, v, causal), rtol=1e-10)
    shared = [lm.array(x[:, :2]) for x in (k, v)]
    repeated = [np.repeat(x[:, :2], 2, axis=1) for x in (k, v)]
    np.testing.assert_allclose(call(arrays[0], *shared, enable_gqa=True).numpy(), attention(q, *repeated), rtol=1e-10)
    assert (call(lm.zeros((2, 3)), lm.zeros((0, 3)), lm.zeros((0, 4))).numpy() == np.zeros((2, 4))).all()
    nothing = lm.array(np.zeros((6, 6), bool))
    assert (call(*arrays, mask=nothing).numpy() == 0).all()
    grown = lm.grad(lambda q: lm.sum(call(q, *arrays[1:], mask=nothing)))(arrays[0])
    assert (grown.numpy() == 0).all()


def test_attention_in_blocks_is_the_same():
    """So many scores that queries are taken in blocks."""
    q, k, v = (draw.normal(size=(1, 1, 1500, 4)).astype("float32") for _ in range(3))
    arrays = [lm.array(x) for x in (q, k, v)]
    causal = np.tril(np.ones((1500, 1500), bool))
    got = lm.scaled_dot_product_attention(*arrays, is_causal=True).numpy()
    np.testing.assert_allclose(got, attention(q, k, v, causal), rtol=2e-4, atol=1e-5)

    def loss(q):
        return lm.sum(lm.scaled_dot_product_attention(q, *arrays[1:], is_causal=True) ** 2)
    step = 1e-2 * draw.normal(size=q.shape).astype("float32")
    slope = (loss(lm.array(q + step)).item() - loss(lm.array(q - step)).item()) / 2
    assert abs(slope - float((lm.grad(loss)(arrays[0]).numpy() * step).sum())) < 2e-2 * max(1, abs(slope))


def test_attention_dropout_drops_weights():
    lm.seed(1)
    q, k = lm.zeros((1, 4)), lm.zeros((4000, 4))
    y = lm.scaled_dot_product_attention(q, k, lm.ones((4000, 1)), dropout=0.5).item()
    assert abs(y - 1) < 0.1 and y != 1


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_embedding_bag(mode):
    table = draw.normal(size=(6, 3))
    indices, offsets = np.array([0, 5, 5, 2, 1, 3]), np.array([0, 2, 2, 3])
    bags = [indices[a:b] for a, b in zip(offsets, [*offsets[1:], 6])]
    one = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode]
    expected = [one(table[b], axis=0) if len(b) else np.zeros(3) for b in bags]
    got = lm.embedding_bag(lm.array(indices), lm.array(table), lm.array(offsets), mode)
    np.testing.assert_allclose(got.numpy(), expected)
    without = [one(table[b[b != 5]], axis=0) if (b != 5).any() else np.zeros(3) for b in bags]
    got = lm.embedding_bag(lm.array(indices), lm.array(table), lm.array(offsets), mode, padding_idx=-1)
    np.testing.assert_allclose(got.numpy(), without)


def test_embedding_padding_gets_no_gradient():
    g = lm.grad(lambda w: lm.sum(lm.embedding(lm.array([0, 2, 2, 1]), w, padding_idx=2)))(lm.zeros((3, 2))).numpy()
    np.testing.assert_array_equal(g, [[1, 1], [1, 1], [0, 0]])


def test_group_norm_and_rms_norm():
    x = draw.normal(size=(2, 6, 5)) * 3 + 1
    rows = x.reshape(2, 3, -1)
    expected = ((rows - rows.mean(-1, keepdims=True)) / np.sqrt(rows.var(-1, keepdims=True) + 1e-5)).reshape(x.shape)
    np.testing.assert_allclose(lm.group_norm(lm.array(x), 3).numpy(), expected)
    expected = x / np.sqrt((x ** 2).mean(-1, keepdims=True) + 1e-6)
    np.testing.assert_allclose(lm.rms_norm(lm.array(x)).numpy(), expected)


def test_modules():
    lm.seed(0)
    x = lm.array(draw.normal(size=(2, 6, 5)).astype("float32"))
    for module in [nn.GroupNorm(3, 6), nn.InstanceNorm1d(6, affine=True), nn.RMSNorm(5), nn.Mish(), nn.GLU(1),
                   nn.PReLU(6), nn.Hardtanh(), nn.CELU(0.5), nn.Dropout1d(0.5), nn.AlphaDropout(), nn.GELU("tanh"),
                   nn.LocalResponseNorm(3), nn.RReLU()]:
        assert np.isfinite(module(x).numpy()).all()
        module.eval()
        np.testing.assert_array_equal(module(x).numpy(), module(x).numpy())
    table = nn.Embedding(10, 4, padding_idx=0)
    assert table(lm.array([[1, 2], [3, 0]])).shape == (2, 2, 4)
    assert (table.weight.numpy()[0] == 0).all() and list(table.state_dict()) == ["weight"]
    assert nn.EmbeddingBag(10, 4)(lm.array([1, 2, 3]), lm.array([0, 2])).shape == (2, 4)
    assert nn.Bilinear(3, 4, 2)(lm.ones((5, 3)), lm.ones((5, 4))).shape == (5, 2)


def test_names_for_compile():
    for name in ["mean_squared_error", "binary_crossentropy", "log_cosh", "tversky", "kl_div"]:
        lm.Trainer(nn.Linear(3, 3)).compile(optimizer=lm.optim.SGD(lr=0.1), loss=name)
    with pytest.raises(lm.KeyError, match="there is no loss 'mse2'"):
        lm.Trainer(nn.Linear(3, 3)).compile(optimizer=lm.optim.SGD(lr=0.1), loss="mse2")


@pytest.mark.parametrize("call, error, message", [
    (lambda: nn.mse_loss(lm.zeros((2, 1)), lm.zeros(2)), lm.ShapeError, "must have one shape"),
    (lambda: nn.l1_loss(lm.zeros(2), lm.zeros(2), reduction="batchmean"), lm.ValueError, "'mean', 'sum' or 'none'"),
    (lambda: nn.l1_loss(lm.zeros(2), lm.zeros(2), reduction="all"), lm.ValueError, "got 'all'"),
    (lambda: nn.huber_loss(lm.zeros(2), lm.zeros(2), delta=math.nan), lm.ValueError, "delta must be over 0, got nan"),
    (lambda: nn.multi_margin_loss(lm.zeros((2, 3)), lm.array([0, 3])).item(), lm.IndexError, "out of range"),
    (lambda: nn.nll_loss(lm.zeros((2, 3)), lm.array([0, -1])).item(), lm.IndexError, "out of range"),
    (lambda: nn.multi_margin_loss(lm.zeros((2, 3)), lm.array([0, 1]), p=3.0), lm.ValueError, "p must be 1 or 2"),
    (lambda: nn.cross_entropy(lm.zeros((2, 3)), lm.array([0, 1]), weight=lm.ones(2)), lm.ShapeError,
     "expected weight \\[3\\]"),
    (lambda: lm.embedding(lm.array([7]), lm.zeros((3, 2))).eval(), lm.IndexError, "out of range"),
    (lambda: lm.embedding(lm.array([0]), lm.zeros((3, 2)), padding_idx=3), lm.IndexError, "padding_idx 3"),
    (lambda: lm.embedding_bag(lm.array([0, 1]), lm.zeros((3, 2))), lm.ValueError, "need offsets"),
    (lambda: lm.embedding_bag(lm.array([0, 1]), lm.zeros((3, 2)), lm.array([0, 3])).eval(), lm.IndexError, "out of range"),
    (lambda: lm.group_norm(lm.zeros((2, 6)), 4), lm.ValueError, "6 channels do not divide into 4 groups"),
    (lambda: lm.group_norm(lm.zeros((2, 6)), 0), lm.ValueError, "into 0 groups"),
    (lambda: lm.local_response_norm(lm.zeros((2, 6)), 2 ** 62), lm.ValueError, "size must be 1 or more"),
    (lambda: lm.normalize(lm.zeros((2, 6)), p=-1.0), lm.ValueError, "p must not be negative"),
    (lambda: lm.cdist(lm.zeros((2, 6)), lm.zeros((2, 5))), lm.ShapeError, "expected x"),
    (lambda: lm.glu(lm.zeros(3)), lm.ShapeError, "even size"),
    (lambda: lm.gelu(lm.zeros(3), "fast"), lm.ValueError, "'none' or 'tanh'"),
    (lambda: lm.dropout2d(lm.zeros((2, 2, 2, 2)), rate=math.nan), lm.ValueError, "rate must be from 0 to 1, got nan"),
    (lambda: lm.dropout2d(lm.zeros(3)), lm.ShapeError, "2 spatial axes"),
    (lambda: lm.scaled_dot_product_attention(lm.zeros((2, 3)), lm.zeros((2, 3)), lm.zeros((2, 3)), dropout=2.0),
     lm.ValueError, "dropout must be from 0 to 1"),
    (lambda: lm.scaled_dot_product_attention(lm.zeros((3, 2, 3)), lm.zeros((2, 2, 3)), lm.zeros((2, 2, 3)),
                                             enable_gqa=True), lm.ShapeError, "do not divide into groups"),
    (lambda: lm.gumbel_softmax(lm.zeros(3), tau=0.0), lm.ValueError, "tau must be over 0"),
])
def test_wrong_calls(call, error, message):
    with pytest.raises(error, match=message):
        call()
