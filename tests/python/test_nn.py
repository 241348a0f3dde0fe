"""Modules, parameters and optimizers from Python."""

import gc
import weakref

import numpy as np
import pytest

import lamina as lm
from lamina import nn, optim


class Block(nn.Module):
    def __init__(self, size, bias=True):
        super().__init__()
        self.first = nn.Linear(size, size, bias=bias)
        self.scale = nn.Parameter(lm.ones(size))
        self.act = nn.ReLU()

    def forward(self, x, twice=False):
        y = self.act(self.first(x)) * self.scale
        return (y, y * 2) if twice else y


def test_names_and_state():
    model = nn.Sequential(Block(3), nn.Linear(3, 2))
    names = [name for name, _ in model.named_parameters()]
    assert sorted(names) == ["0.first.bias", "0.first.weight", "0.scale", "1.bias", "1.weight"]
    assert list(model.state_dict()) and set(model.state_dict()) == set(names)
    assert model[0].scale.name == "0.scale" and model[0].first.path == "0.first"
    assert model.parameter_count() == 9 + 3 + 3 + 6 + 2


def test_python_and_cpp_hold_the_same_objects():
    block = Block(3)
    model = nn.Sequential(block)
    assert model[0] is block and model.children()[0] is block
    assert block.first.weight is block.first.weight
    assert any(p is block.scale for p in model.parameters())
    before = block.scale.numpy().copy()
    block.scale.value = lm.zeros(3)
    assert model.state_dict()["0.scale"].tolist() == [0, 0, 0] and before.tolist() == [1, 1, 1]


def test_a_child_lives_with_its_parent():
    model = nn.Sequential(Block(3))
    gc.collect()
    assert model(lm.ones((2, 3))).shape == (2, 3)
    alive = weakref.ref(model[0].scale)
    del model
    gc.collect()
    assert alive() is None


def test_any_arguments_and_results():
    block = Block(3)
    once, (a, b) = block(lm.ones((2, 3))), block(lm.ones((2, 3)), twice=True)
    np.testing.assert_allclose(a.numpy(), once.numpy())
    np.testing.assert_allclose(b.numpy(), 2 * once.numpy())


def test_state_dict_round_trip():
    a, b = Block(3), Block(3)
    b.load_state_dict(a.state_dict())
    x = lm.ones((1, 3))
    np.testing.assert_array_equal(a(x).numpy(), b(x).numpy())
    with pytest.raises(lm.KeyError, match="scale"):
        b.load_state_dict({"first.weight": lm.zeros((3, 3)), "first.bias": lm.zeros(3)})
    with pytest.raises(lm.Error):
        b.load_state_dict(dict(a.state_dict(), scale=lm.zeros(4)))


def test_train_and_eval():
    model = nn.Sequential(nn.Dropout(0.5), Block(2))
    assert model.training and not model.eval().training and not model[1].first.training
    x = lm.ones((4, 2))
    np.testing.assert_array_equal(model[0](x).numpy(), x.numpy())
    assert model.train() is model and model[1].training


def test_errors_name_the_module():
    model = nn.Sequential(nn.Flatten(), Block(3))
    with pytest.raises(lm.ShapeError, match=r"in 1.first \(Linear 3 -> 3\)") as caught:
        model(lm.ones((2, 4)))
    assert caught.value.where == "1.first"

    class Wrong(nn.Module):
        def forward(self, x):
            return x + lm.ones(7)

    with pytest.raises(lm.ShapeError, match=r"in 0 \(Wrong\): add") as caught:
        nn.Sequential(Wrong())(lm.ones(2))
    assert caught.value.where == "0"

    class Raises(nn.Module):
        def forward(self, x):
            raise ZeroDivisionError("own")

    with pytest.raises(ZeroDivisionError, match="own"):
        nn.Sequential(Raises())(lm.ones(2))


def test_mistakes():
    class NoInit(nn.Module):
        def __init__(self):
            self.first = nn.Linear(2, 2)

    with pytest.raises(lm.StateError, match=r"super\(\).__init__\(\)"):
        NoInit()
    with pytest.raises(lm.StateError, match="has no forward"):
        nn.Module()(lm.ones(2))
    block = Block(2)
    with pytest.raises(lm.StateError, match="is a parameter"):
        block.scale = lm.zeros(2)
    with pytest.raises(AttributeError, match="nothing"):
        block.nothing


def test_buffers():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.buffer("total", lm.zeros(()))

        def forward(self, x):
            self.update(self.total, self.total + lm.sum(x))
            return x

    counter = Counter()
    for _ in range(3):
        counter(lm.ones(2)).eval()
    assert counter.total.item() == 6 and list(counter.state_dict()) == ["total"]
    assert counter.parameters() == []


@pytest.mark.parametrize("make", [
    lambda p: optim.SGD(p, lr=0.1), lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    lambda p: optim.Adam(p, lr=0.1), lambda p: optim.AdamW(p, lr=0.1), lambda p: optim.RMSprop(p, lr=0.02)])
def test_optimizers_minimise(make):
    x = nn.Parameter(lm.array([3.0, -2.0]))
    optimizer = make([x])
    for _ in range(100):
        loss = lm.sum(lm.square(x))
        loss.backward()
        optimizer.step()
        assert x.grad is None
    assert loss.item() < 0.2 and optimizer.steps == 100


def test_sgd_is_the_formula():
    x = nn.Parameter(lm.array([1.0, 2.0]))
    optimizer = optim.SGD([x], lr=lambda step: 0.5 if step == 0 else 0.25)
    for expected in ([0, 0], [0, 0]):
        (lm.sum(x * x)).backward()
        optimizer.step()
        assert x.tolist() == expected
    assert optimizer.lr == 0.25


def test_gradients_add_up():
    x = nn.Parameter(lm.array([1.0, 2.0]))
    for _ in range(2):
        lm.sum(x * 3).backward()
    assert x.grad.tolist() == [6, 6]
    x.grad = None
    assert x.grad is None
    loss = lm.sum(x)
    loss.backward()
    with pytest.raises(lm.StaleTape):
        loss.backward()


def test_a_step_is_one_program():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x, y = lm.ones((5, 4)), lm.array([0, 1, 2, 0, 1])
    total = lm.array(0.0)
    for step in range(10):
        before = lm.execution_counters()
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        after = lm.execution_counters()
        assert after["evaluations"] - before["evaluations"] == 1
        assert step < 5 or after["new_programs"] == before["new_programs"]
        total = total + loss
    assert total.item() > 0


def test_grad_of_functions():
    f = lm.value_and_grad(lambda params, x: lm.sum(params["w"] * x + params["b"][0]))
    value, g = f({"w": lm.array([1.0, 2.0]), "b": [lm.array(1.0)]}, lm.array([3.0, 4.0]))
    assert value.item() == 13 and g["w"].tolist() == [3, 4] and g["b"][0].item() == 2
    assert [x.item() for x in lm.grad(lambda x, y: x * y, argnums=(0, 1))(lm.array(2.0), lm.array(5.0))] == [5, 2]
    assert lm.grad(lm.grad(lambda x: x * x * x))(lm.array(2.0)).item() == 12
    assert lm.grad(lambda x: lm.stop_gradient(x) * x)(lm.array(3.0)).item() == 3
    with pytest.raises(ZeroDivisionError):
        lm.grad(lambda x: 1 / 0)(lm.array(1.0))
    assert (nn.Parameter(lm.ones(1)) * 2).requires_grad


def test_no_grad():
    w = nn.Parameter(lm.ones(2))

    @lm.no_grad()
    def double():
        return w * 2

    assert not double().requires_grad and (w * 2).requires_grad
    with pytest.raises(ZeroDivisionError), lm.no_grad():
        1 / 0
    assert (w * 2).requires_grad


def test_seed():
    lm.seed(3)
    a = lm.random.normal((3,)).tolist()
    lm.seed(3)
    assert lm.random.normal((3,)).tolist() == a != lm.random.normal((3,)).tolist()


def test_profile_and_explain():
    x = lm.exp(lm.ones((10, 10))) * 2
    assert "exp" in lm.explain(x)
    with lm.profile() as p:
        x.eval()
    assert p.counters["evaluations"] == 1 and str(p)
    assert "matmul" in lm.explain(lambda a: a @ a, lm.ones((4, 4)))
