"""Modules of one's own: copies, summaries, initial values, training steps."""

import copy
import pickle

import numpy as np
import pytest

import lamina as lm
from lamina import nn, optim, train


class Twin(nn.Module):
    """One layer in two places, a buffer, a container and plain attributes."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.again = self.first
        self.rest = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
        self.scale = nn.Parameter(lm.array(2.0))
        self.buffer("seen", lm.array(0.0))
        self.names = ["a", "b"]

    def forward(self, x):
        return self.rest(self.again(self.first(x))) * self.scale


@pytest.mark.parametrize("how", [lambda m: m.clone(), copy.deepcopy])
def test_a_clone_shares_nothing(how):
    model = Twin().eval()
    x = lm.array(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))
    before = model(x).numpy()
    twin = how(model)
    assert type(twin) is Twin and twin.again is twin.first and not twin.training
    assert list(twin.state_dict()) == list(model.state_dict())
    np.testing.assert_array_equal(twin(x).numpy(), before)
    twin.names.append("c")
    twin.first.weight.value = twin.first.weight.value * 0
    twin.scale.value = lm.array(5.0)
    assert model.names == ["a", "b"]
    np.testing.assert_array_equal(model(x).numpy(), before)
    ours, theirs = model.parameters(), twin.parameters()
    assert len(ours) == len(theirs) == 5 and not any(p is q for p in ours for q in theirs)


@pytest.mark.parametrize("how", [lambda m: m.clone(), copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_frozen_parameters_stay_parameters(how):
    model = nn.Sequential(Twin(), Twin())
    model.requires_grad(False)
    twin = how(model)
    assert [n for n, _ in twin.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert [n for n, _ in twin.named_buffers()] == ["0.seen", "1.seen"]
    assert twin.parameter_count() == model.parameter_count()
    assert not any(p.trainable for p in twin.parameters())
    twin[1].requires_grad(True)
    assert [p.trainable for p in twin.parameters()] == [False] * 5 + [True] * 5


class Counter(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.buffer("count", lm.array(start))

    def forward(self, x):
        return x + self.count


def test_buffers_of_copies_are_their_own():
    model = nn.Sequential(*[Counter(float(i)) for i in range(50)])
    assert [v.item() for v in model.clone().state_dict().values()] == list(range(50))


def test_layers_and_containers_clone():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), Twin())
    twin = net.clone()
    assert type(twin) is nn.Sequential and [type(c) for c in twin.children()] == [type(c) for c in net.children()]
    for a, b in zip(net.parameters(), twin.parameters()):
        np.testing.assert_array_equal(a.value.numpy(), b.value.numpy())


def test_summary_lists_layers():
    text = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).summary((5, 4))
    assert "Linear" in text and "[5, 8]" in text and "58" in text  # 4*8+8 + 8*2+2 parameters
    with pytest.raises(lm.ShapeError):
        nn.Linear(4, 8).summary((5, 3))


def test_initial_values():
    lm.seed(0)
    w = nn.init.kaiming_normal((400, 300)).numpy()
    assert abs(w.std() - np.sqrt(2 / 300)) < 1e-3
    w = nn.init.xavier_uniform((400, 300)).numpy()
    assert abs(w.max() - np.sqrt(6 / 700)) < 1e-3
    layer = nn.Linear(3, 2)
    layer.weight.value = nn.init.constant((2, 3), 0.25)
    assert layer.weight.value.tolist() == [[0.25] * 3] * 2
    with pytest.raises(lm.Error):
        nn.init.zeros((-1,))


def points():
    x = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
    return x, (x.sum(axis=1) > 0).astype(np.int64)


def net():
    lm.seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


class Smoothed(train.Trainer):
    """A step of its own: label smoothing, and a count of its calls."""

    steps = 0

    def train_step(self, x, y):
        self.steps += 1
        prediction = self.module(x)
        loss = nn.cross_entropy(prediction, y, label_smoothing=0.1)
        self.record_metrics(loss, prediction, x, y)
        loss.backward()
        self.optimizer.step()
        return loss


class Unchanged(train.Trainer):
    def train_step(self, x, y):
        return super().train_step(x, y)


def fit(kind):
    trainer = kind(net()).compile(optimizer=optim.Adam(lr=0.05), loss="cross_entropy", metrics=["accuracy"])
    history = trainer.fit(points(), epochs=4, batch_size=16, verbose=0)
    return trainer, history.history


def test_a_step_of_ones_own():
    trainer, history = fit(Smoothed)
    assert trainer.steps == 4 * 4
    assert history["accuracy"][-1] > 0.8
    assert fit(Unchanged)[1]["loss"] == fit(train.Trainer)[1]["loss"] != history["loss"]


def test_a_step_that_fails_names_the_error_and_leaves_the_model():
    class Failing(train.Trainer):
        def train_step(self, x, y):
            raise ZeroDivisionError("mine")

    class Forgetful(train.Trainer):
        def train_step(self, x, y):
            self.module(x)

    for kind, error in [(Failing, ZeroDivisionError), (Forgetful, lm.DTypeError)]:
        model = net()
        before = [p.value.tolist() for p in model.parameters()]
        trainer = kind(model).compile(optimizer=optim.SGD(lr=0.1), loss="cross_entropy")
        with pytest.raises(error):
            trainer.fit(points(), epochs=1, verbose=0)
        assert [p.value.tolist() for p in model.parameters()] == before
