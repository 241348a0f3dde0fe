"""Pickled modules, parameters and histories, also in processes of their own."""

import copy
import multiprocessing
import pickle

import numpy as np
import pytest

import lamina as lm
from lamina import models, nn


def again(value):
    return pickle.loads(pickle.dumps(value))


class Block(nn.Module):
    def __init__(self, channels, rate):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.scale = nn.Parameter(lm.full((1,), 0.5))
        self.parts = [1, "two", rate]

    def forward(self, x):
        return lm.relu(x + self.scale * self.bn(self.conv(x)))


def nets():
    lm.seed(0)
    yield nn.Linear(3, 2, bias=False), (4, 3)
    yield nn.Sequential(nn.Conv2d(1, 4, (3, 1), padding=(1, 0)), nn.BatchNorm2d(4, momentum=0.3), nn.ReLU(),
                        nn.Sequential(nn.MaxPool2d(2), nn.Flatten()), nn.Dropout(0.5), nn.Linear(64, 3)), (2, 1, 8, 8)
    yield Block(2, rate=3.5), (2, 2, 5, 5)
    yield nn.Sequential(Block(2, 1), nn.Softplus(beta=2.0)), (2, 2, 5, 5)
    yield models.resnet20(num_classes=7), (1, 3, 16, 16)
    yield models.ResNet("basic", [1, 1], num_classes=7, width=8, small_images=True), (2, 3, 8, 8)
    yield nn.MultiheadAttention(8, 2), None


@pytest.mark.parametrize("net", list(nets()), ids=lambda net: type(net[0]).__name__)
def test_modules_come_back_as_they_were(net):
    module, shape = net
    module.eval()
    other = again(module)
    assert type(other) is type(module) and repr(other) == repr(module)
    assert not other.training and list(other.state_dict()) == list(module.state_dict())
    for name, value in module.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], value)
    if shape:
        x = lm.array(np.random.default_rng(0).normal(size=shape), dtype=lm.float32)
        np.testing.assert_array_equal(other(x), module(x))
    first = next(iter(dict(other.named_parameters()).values()))
    before = np.asarray(next(iter(dict(module.named_parameters()).values())))
    first.value = first.value + 1  # nothing is shared
    np.testing.assert_array_equal(next(iter(dict(module.named_parameters()).values())), before)


def test_what_is_not_a_value_comes_back_too():
    block = Block(2, rate=3.5)
    block.bn.eval()
    block.conv.requires_grad(False)
    other = again(block)
    assert other.parts == [1, "two", 3.5] and isinstance(other.scale, nn.Parameter)
    assert other.training and not other.bn.training
    assert not other.conv.weight.trainable and other.bn.weight.trainable
    assert again(copy.deepcopy(block.conv)).weight.shape == (2, 2, 3, 3)  # a copy knows how it was made


def test_pickling_draws_no_random_numbers():
    state = pickle.dumps(nn.Linear(50, 50))
    lm.seed(3)
    expected = np.asarray(lm.random.normal(shape=(4,)))
    lm.seed(3)
    pickle.loads(state)
    np.testing.assert_array_equal(lm.random.normal(shape=(4,)), expected)


def test_parts_made_in_cpp_say_what_to_do():
    part = models.resnet20(num_classes=7).children()[0]
    with pytest.raises(TypeError, match="pickle the whole"):
        pickle.dumps(part)
    assert again(part.state_dict()).keys() == part.state_dict().keys()


def test_histories():
    trainer = lm.Trainer(nn.Linear(2, 1)).compile("sgd", "mse")
    history = trainer.fit(np.ones((4, 2), np.float32), np.ones((4, 1), np.float32), epochs=2, verbose=0)
    other = again(history)
    assert dict(other) == dict(history) and other.epochs == 2 and "loss" in other and len(other) == 1
    assert repr(history).startswith("History(2 epochs, loss ")


def answer(module, x):
    return np.asarray(module(lm.array(x)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_modules_go_to_other_processes(method):
    module, x = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), np.ones((2, 3), np.float32)
    with multiprocessing.get_context(method).Pool(1) as pool:
        np.testing.assert_allclose(pool.apply(answer, (module, x)), answer(module, x), rtol=1e-6)
