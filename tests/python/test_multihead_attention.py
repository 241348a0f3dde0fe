"""nn.MultiheadAttention against NumPy, and against PyTorch where it is installed."""

import numpy as np
import pytest

import lamina as lm
from lamina import nn

draw = np.random.default_rng(0)


def reals(*shape):
    return draw.uniform(-1, 1, shape).astype("float32")


def by_hand(state, heads, q, k, v, allowed=None):
    """Batch first, head by head."""
    size = q.shape[-1] // heads
    q, k, v = (x @ w.T + b for x, w, b in zip((q, k, v), np.split(state["in_proj_weight"], 3),
                                              np.split(state["in_proj_bias"], 3)))
    parts = []
    for h in range(heads):
        cut = slice(h * size, (h + 1) * size)
        scores = q[..., cut] @ np.swapaxes(k[..., cut], -1, -2) / np.sqrt(size)
        scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        parts.append(weights / weights.sum(-1, keepdims=True) @ v[..., cut])
    return np.concatenate(parts, -1) @ state["out_proj.weight"].T + state["out_proj.bias"]


def state_of(model):
    for p in model.parameters():
        p.value = lm.array(reals(*p.shape))
    return {name: value.numpy() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("heads", [1, 2, 6])
@pytest.mark.parametrize("batch_first", [False, True])
def test_values(heads, batch_first):
    model = nn.MultiheadAttention(6, heads, batch_first=batch_first)
    state = state_of(model)
    q, k, v = reals(2, 3, 6), reals(2, 5, 6), reals(2, 5, 6)
    given = [x if batch_first else np.swapaxes(x, 0, 1) for x in (q, k, v)]
    got = model(*[lm.array(x) for x in given]).numpy()
    got = got if batch_first else np.swapaxes(got, 0, 1)
    np.testing.assert_allclose(got, by_hand(state, heads, q, k, v), 1e-4, 1e-5)


def test_self_attention_without_a_batch():
    model = nn.MultiheadAttention(4, 2)
    state, x = state_of(model), reals(3, 4)
    np.testing.assert_allclose(model(lm.array(x)).numpy(), by_hand(state, 2, x, x, x), 1e-4, 1e-5)


def test_masks():
    x, keep = reals(2, 3, 4), np.array([[True, True, False], [True, False, True]])
    model = nn.MultiheadAttention(4, 2, batch_first=True)
    state = state_of(model)
    a, mask = lm.array(x), lm.array(keep[:, None, None, :])
    np.testing.assert_allclose(model(a, a, a, mask).numpy(), by_hand(state, 2, x, x, x, keep[:, None, :]), 1e-4, 1e-5)
    causal = nn.MultiheadAttention(4, 2, batch_first=True, is_causal=True)
    causal.load_state_dict(model.state_dict())
    np.testing.assert_allclose(causal(a).numpy(), by_hand(state, 2, x, x, x, np.tri(3, dtype=bool)), 1e-4, 1e-5)


def test_names_and_values_are_torchs():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.MultiheadAttention(8, 2)
    ours = nn.MultiheadAttention(8, 2)
    assert set(ours.state_dict()) == set(theirs.state_dict())
    ours.load_state_dict({name: lm.array(value.numpy()) for name, value in theirs.state_dict().items()})
    q, k, v = reals(3, 2, 8), reals(5, 2, 8), reals(5, 2, 8)
    expected = theirs(*[torch.tensor(x) for x in (q, k, v)])[0].detach().numpy()
    np.testing.assert_allclose(ours(*[lm.array(x) for x in (q, k, v)]).numpy(), expected, 1e-4, 1e-5)


def test_every_parameter_gets_a_gradient():
    model = nn.MultiheadAttention(4, 2, bias=False, dropout=0.1)
    assert [name for name, _ in model.named_parameters()] == ["in_proj_weight", "out_proj.weight"]
    lm.sum(model(lm.array(reals(3, 2, 4)))).backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in model.parameters())


def test_bad_arguments():
    for sizes in ((6, 4), (0, 1), (4, 0), (2 ** 62, 2), (4, -2)):
        with pytest.raises(lm.ValueError, match="that num_heads divides"):
            nn.MultiheadAttention(*sizes)
    with pytest.raises(lm.ValueError, match="dropout must be 0 to 1"):
        nn.MultiheadAttention(4, 2, dropout=float("nan"))
    model = nn.MultiheadAttention(4, 2)
    with pytest.raises(lm.ShapeError, match="expected an input"):
        model(lm.ones((3, 2, 5)))
    with pytest.raises(lm.ShapeError, match="as many axes"):
        model(lm.ones((3, 2, 4)), lm.ones((3, 4)), lm.ones((3, 4)))
    with pytest.raises(lm.ValueError, match="got 2 inputs"):
        model(lm.ones((3, 4)), lm.ones((3, 4)))
