"""What programs derive from parameters once (packed and folded weights) follows the parameters."""

import numpy as np
import processor
import pytest

import lamina as lm
from lamina import nn, optim

draw = np.random.default_rng(0)


def reals(*shape):
    return draw.standard_normal(shape).astype("float32")


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.shortcut = nn.Conv2d(3, 8, 1)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        y = lm.relu(self.norm(self.conv(x)) + self.shortcut(x))
        return lm.sigmoid(self.head(lm.mean(y, axis=(2, 3))))


def by_hand(model, x):
    """In float64, one plain step after the other."""
    state = {k: lm.array(v.numpy().astype("float64")) for k, v in model.state_dict().items() if v.ndim}
    x = lm.array(x.astype("float64"))
    y = lm.conv2d(x, state["conv.weight"], padding=1)
    y = y - lm.reshape(state["norm.running_mean"], (8, 1, 1))
    y = y / lm.sqrt(lm.reshape(state["norm.running_var"], (8, 1, 1)) + 1e-5)
    y = y * lm.reshape(state["norm.weight"], (8, 1, 1)) + lm.reshape(state["norm.bias"], (8, 1, 1))
    y = lm.relu(y + lm.conv2d(x, state["shortcut.weight"], state["shortcut.bias"]))
    y = lm.mean(y, axis=(2, 3)) @ state["head.weight"].T + state["head.bias"]
    return lm.sigmoid(y).numpy()


@pytest.fixture
def model():
    model = Block()
    model(lm.array(5 * reals(4, 3, 8, 8) + 2)).eval()  # statistics of its own
    return model.eval()


def agrees(model, x):
    for _ in range(3):  # tier 0, compiled, with what was derived
        np.testing.assert_allclose(model(lm.array(x)).numpy(), by_hand(model, x), 2e-5, 2e-6)


def test_predictions(model):
    agrees(model, reals(2, 3, 8, 8))
    agrees(model, reals(5, 3, 8, 8))


@pytest.mark.parametrize("name", ["conv.weight", "norm.weight", "norm.bias", "norm.running_mean",
                                  "norm.running_var", "shortcut.bias", "head.weight"])
def test_a_changed_parameter(model, name):
    x = reals(2, 3, 8, 8)
    agrees(model, x)
    state = model.state_dict()
    state[name] = lm.array(np.abs(reals(*state[name].shape)) + 0.5)
    model.load_state_dict(state)
    agrees(model, x)


def test_training_between_predictions(model):
    x, target = reals(4, 3, 8, 8), reals(4, 5)
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    agrees(model, x)
    for _ in range(4):
        model.train()
        loss = lm.mean((model(lm.array(x)) - lm.array(target)) ** 2)
        loss.backward()
        optimizer.step()
        model.eval()
        agrees(model, x)


def prepared(call):
    """How often something was derived from weights."""
    with lm.no_grad(), lm.profile() as p:
        call().numpy()
    return sum(row.runs for row in p.rows if row.what.startswith("prepare"))


@pytest.mark.parametrize("make, shape", [
    (lambda: nn.LSTM(512, 512, num_layers=2), lambda n: (2 * n, 1, 512)),
    (lambda: nn.Sequential(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3)), lambda n: (n, 32, 30, 30)),
], ids=["lengths", "batches"])
def test_other_sizes_find_the_weights_packed(make, shape):
    model = make().eval()

    def call(n):
        result = model(lm.array(np.ones(shape(n), np.float32)))
        return result[0] if isinstance(result, tuple) else result

    assert prepared(lambda: call(15)) > 0  # compiled at once: it takes long enough
    assert [prepared(lambda: call(n)) for n in (12, 20, 17)] == [0, 0, 0]
    for p in model.parameters():
        p.value = p.value * 0.5
    assert prepared(lambda: call(12)) > 0


def test_a_parameter_set_from_foreign_memory_is_a_copy():
    weight = reals(4, 3)
    before, x = weight.copy(), reals(2, 3)
    layer = nn.Linear(3, 4, bias=False)
    layer.weight.value = lm.asarray(weight, copy=False)
    for _ in range(4):
        np.testing.assert_allclose(layer(lm.array(x)).numpy(), x @ before.T, 1e-5, 1e-6)
        weight *= -2


def test_two_models_do_not_mix():
    x = reals(2, 3, 8, 8)
    models = [Block().eval(), Block().eval()]
    for _ in range(3):
        for each in models:
            agrees(each, x)


@pytest.mark.skipif(not processor.has_avx512(), reason="without AVX-512 no product keeps its weight packed")
def test_it_dies_with_the_parameters():
    layer = nn.Linear(512, 512)
    x = lm.ones((4, 512))
    for _ in range(3):
        layer(x).numpy()
    with_layer = lm.memory_statistics()["in_use"]
    size = 512 * 512 * 4
    del layer
    assert with_layer - lm.memory_statistics()["in_use"] >= 2 * size
