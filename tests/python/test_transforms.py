"""vjp, jvp, custom_vjp and checkpoint against derivatives known by hand."""

import numpy as np
import pytest

import lamina as lm
from lamina import nn, optim


def f(x, w):
    return lm.tanh(x @ w) * lm.exp(x[:, :1])


def arrays(seed=0):
    random = np.random.default_rng(seed)
    return [lm.array(random.uniform(-1, 1, shape)) for shape in ((3, 4), (4, 2))]


def close(got, expected):
    np.testing.assert_allclose(got.numpy(), np.asarray(expected), rtol=1e-9, atol=1e-12)


def test_vjp_and_jvp_are_transposes():
    x, w = arrays()
    t, u = arrays(1)
    value, pullback = lm.vjp(f, x, w)
    close(value, f(x, w).numpy())
    v = lm.array(np.random.default_rng(2).uniform(-1, 1, (3, 2)))
    gx, gw = pullback(v)
    value, change = lm.jvp(f, (x, w), (t, u))
    close(value, f(x, w).numpy())
    close(lm.sum(change * v), (lm.sum(gx * t) + lm.sum(gw * u)).numpy())
    close(pullback(v)[0], gx.numpy())  # may be called again


def test_jvp_is_the_limit_of_differences():
    x, w = arrays()
    t, u = arrays(1)
    step = 1e-6
    _, change = lm.jvp(f, (x, w), (t, u))
    difference = (f(x + step * t, w + step * u) - f(x - step * t, w - step * u)) / (2 * step)
    np.testing.assert_allclose(change.numpy(), difference.numpy(), rtol=1e-6, atol=1e-8)


def test_nests_and_integers():
    value, pullback = lm.vjp(lambda p: {"y": p["a"] * 2, "n": lm.array([1])}, {"a": lm.array([1.0, 2.0])})
    assert value["y"].tolist() == [2, 4] and value["n"].tolist() == [1]
    assert pullback({"y": lm.ones(2), "n": lm.array([0])})["a"].tolist() == [2, 2]
    _, change = lm.jvp(lambda x: (x * x, x + 1), (lm.array(3.0),), (lm.array(1.0),))
    assert [c.item() for c in change] == [6, 1]
    _, change = lm.jvp(lambda x: lm.ones(2), (lm.array(3.0),), (lm.array(1.0),))
    assert change.tolist() == [0, 0]


def test_transforms_of_transforms():
    x = lm.array(0.7)
    second = lm.jvp(lm.grad(lm.sin), (x,), (lm.array(1.0),))[1]
    assert abs(second.item() + np.sin(0.7)) < 1e-6
    third = lm.grad(lambda y: lm.jvp(lm.grad(lm.sin), (y,), (lm.array(1.0),))[1])(x)
    assert abs(third.item() + np.cos(0.7)) < 1e-6
    through = lm.grad(lambda y: lm.vjp(lambda z: z * z * z, y)[1](lm.array(1.0)))(x)
    assert abs(through.item() - 6 * 0.7) < 1e-5


def test_custom_vjp():
    calls = []

    def rule(arguments, outputs, cotangents):
        calls.append([a.shape for a in arguments])
        return [cotangents[0] * 10, None]

    g = lm.custom_vjp(lambda x, y: x * y, rule)
    x, y = lm.array([1.0, 2.0]), lm.array([3.0, 4.0])
    assert g(x, y).tolist() == [3, 8] and not calls
    gx, gy = lm.grad(lambda x, y: lm.sum(g(x, y)), argnums=(0, 1))(x, y)
    assert gx.tolist() == [10, 10] and gy.tolist() == [0, 0] and calls == [[(2,), (2,)]]
    # The rule is differentiated where gradients of second order are asked for.
    square = lm.custom_vjp(lambda x: x * x, lambda a, y, g: [g[0] * 3 * a[0]])
    assert lm.grad(lm.grad(square))(lm.array(5.0)).item() == 3
    with pytest.raises(lm.GradientError, match="expected 1 cotangents"):
        lm.grad(lm.custom_vjp(lambda x: x, lambda a, y, g: []))(lm.array(1.0))
    with pytest.raises(lm.GradientError, match="cotangent"):
        lm.grad(lm.custom_vjp(lambda x: x, lambda a, y, g: [lm.ones(3)]))(lm.array(1.0))
    with pytest.raises(ZeroDivisionError):
        lm.grad(lm.custom_vjp(lambda x: x, lambda a, y, g: 1 / 0))(lm.array(1.0))


def test_checkpoint_gives_the_same_gradients():
    x, w = arrays()
    plain = lm.grad(lambda x, w: lm.sum(f(x, w * 2) ** 2), argnums=(0, 1))(x, w)
    outside = lm.grad(lambda x, w: lm.sum(lm.checkpoint(lambda y: f(y, w * 2))(x) ** 2), argnums=(0, 1))(x, w)
    shared = lm.grad(lambda x, w: lm.sum(lm.checkpoint(lambda y: f(y, w))(lm.checkpoint(lambda y: f(y, w) @ w.T)(x))), argnums=(0, 1))(x, w)
    expected = lm.grad(lambda x, w: lm.sum(f(f(x, w) @ w.T, w)), argnums=(0, 1))(x, w)
    for got, want in zip(outside + shared, plain + expected):
        close(got, want.numpy())
    second = lm.grad(lambda x: lm.sum(lm.grad(lambda y: lm.sum(lm.checkpoint(lambda z: f(z, w))(y)))(x) ** 2))(x)
    close(second, lm.grad(lambda x: lm.sum(lm.grad(lambda y: lm.sum(f(y, w)))(x) ** 2))(x).numpy())


class Net(nn.Module):
    def __init__(self, again):
        super().__init__()
        lm.seed(5)
        self.body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 4))
        self.again = again

    def forward(self, x):
        return lm.checkpoint(self.body)(x) if self.again else self.body(x)


def test_a_checkpointed_net_trains_as_the_plain_one():
    states = []
    for again in (False, True):
        net = Net(again)
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        x = lm.array(np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32))
        lm.seed(7)
        losses = []
        for _ in range(4):
            loss = lm.mean((net(x) - 1.0) ** 2)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        states.append({**{k: v.numpy() for k, v in net.state_dict().items()}, "losses": np.array(losses)})
    for name, value in states[0].items():
        np.testing.assert_allclose(states[1][name], value, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("call,part", [
    (lambda x: lm.jvp(lm.sin, (x,), ()), "expected 1 tangents, got 0"),
    (lambda x: lm.jvp(lm.sin, (x,), (lm.ones(3),)), "tangent 0 of shape"),
    (lambda x: lm.vjp(lm.sin, x)[1](lm.ones(3)), "cotangent 0 of shape"),
    (lambda x: lm.vjp(lambda x: (), x), "returned nothing"),
    (lambda x: lm.checkpoint(lambda x: [])(x), "returned nothing"),
])
def test_mistakes(call, part):
    with pytest.raises(lm.errors.Error) as caught:
        call(lm.array([1.0, 2.0]))
    assert part in str(caught.value)


def test_a_function_that_raises_leaves_nothing_behind():
    def wrong(x):
        raise RuntimeError("no")

    for call in (lambda: lm.vjp(wrong, lm.ones(2)), lambda: lm.jvp(wrong, (lm.ones(2),), (lm.ones(2),)),
                 lambda: lm.checkpoint(wrong)(lm.ones(2)), lambda: lm.custom_vjp(wrong, wrong)(lm.ones(2))):
        with pytest.raises(RuntimeError, match="no"):
            call()
    assert lm.grad(lambda x: x * x)(lm.array(3.0)).item() == 6


def test_values_read_while_a_pullback_lives_leave_nothing_behind():
    value, pullback = lm.vjp(lambda x: x * lm.exp(x), lm.array([1.0, 2.0]))
    value.eval()
    pullback(lm.ones(2)).eval()
    del value, pullback
    for _ in range(20):  # nodes are used again: none may still stand in the list of living tapes
        x = nn.Parameter(lm.array([3.0, -2.0]))
        optimizer = optim.SGD([x], lr=0.1)
        loss = lm.sum(lm.square(x))
        loss.backward()
        optimizer.step()
