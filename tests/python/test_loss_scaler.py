"""Scaled losses: the same steps as without, overflows left out, and small gradients that float16 alone loses."""

import pickle

import numpy as np
import pytest

import lamina as lm
from lamina import nn


def net_and_batch(seed=0):
    lm.seed(seed)
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
    rng = np.random.default_rng(seed)
    return net, lm.array(rng.normal(size=(16, 6)).astype(np.float32)), lm.array(rng.integers(0, 3, 16))


def values(net):
    return [p.numpy().copy() for p in net.parameters()]


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_steps_are_those_without_a_scale():
    results = []
    for scaler in (None, lm.optim.LossScaler(scale=1024)):
        net, x, y = net_and_batch()
        optimizer = lm.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(3):
            loss = lm.cross_entropy(net(x), y)
            if scaler is None:
                loss.backward()
                optimizer.step()
            else:
                scaler.scale(loss).backward()
                assert scaler.step(optimizer)
                scaler.update()
        results.append(values(net))
    assert all(np.allclose(a, b, rtol=1e-6, atol=0) for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("make", [
    lambda p: lm.optim.SGD(p, lr=0.1, momentum=0.9), lambda p: lm.optim.Adam(p, lr=0.01),
    lambda p: lm.optim.Lion(p, lr=0.01), lambda p: lm.optim.Adafactor(p, lr=0.01),
])  # fmt: skip
def test_an_overflow_changes_nothing_but_the_scale(make):
    net, x, y = net_and_batch()
    optimizer, scaler = make(net.parameters()), lm.optim.LossScaler(scale=256)
    bad = x * np.float32(np.inf)

    def step(data):
        scaler.scale(lm.cross_entropy(net(data), y)).backward()
        made = scaler.step(optimizer)
        scaler.update()
        return made

    assert step(x)
    before, state = values(net), {k: v.numpy().copy() for k, v in optimizer.state_dict().items()}
    assert not step(bad)
    assert same(values(net), before)
    after = optimizer.state_dict()
    assert after.keys() == state.keys() and all(np.array_equal(after[k].numpy(), state[k]) for k in state)
    assert scaler.current_scale == 128 and scaler.skipped_steps == 1
    assert all(p.grad is None for p in net.parameters())
    assert step(x) and not same(values(net), before) and optimizer.steps == 2


def test_the_scale_grows_after_good_steps():
    net, x, y = net_and_batch()
    optimizer = lm.optim.SGD(net.parameters(), lr=0.01)
    scaler = lm.optim.LossScaler(scale=8, growth_factor=4, growth_interval=3)
    scales = []
    for _ in range(7):
        scaler.scale(lm.cross_entropy(net(x), y)).backward()
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.current_scale)
    assert scales == [8, 8, 32, 32, 32, 128, 128]


def test_all_steps_run_one_program_whatever_the_scale():
    net, x, y = net_and_batch()
    optimizer, scaler = lm.optim.SGD(net.parameters(), lr=0.01), lm.optim.LossScaler(scale=8, growth_interval=1)

    def step():
        scaler.scale(lm.cross_entropy(net(x), y)).backward()
        scaler.step(optimizer)
        scaler.update()

    step()
    step()
    with lm.profile() as profile:
        step()
        step()
    assert scaler.current_scale == 128
    assert "2 evaluations, 0 new programs, 0 compiled" in str(profile)


def test_clipping_sees_gradients_without_the_scale():
    results = []
    for scaled in (False, True):
        net, x, y = net_and_batch()
        optimizer, scaler = lm.optim.SGD(net.parameters(), lr=0.5), lm.optim.LossScaler(scale=4096)
        loss = lm.cross_entropy(net(x), y)
        (scaler.scale(loss) if scaled else loss).backward()
        if scaled:
            scaler.unscale(optimizer)
        norm = lm.optim.clip_grad_norm(net.parameters(), 0.01)
        scaler.step(optimizer) if scaled else optimizer.step()
        results.append((norm.item(), values(net)))
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-6)
    assert all(np.allclose(a, b, rtol=1e-6) for a, b in zip(results[0][1], results[1][1], strict=True))


def test_small_gradients_survive_in_float16():
    def gradient(scaler):
        w = nn.Parameter(lm.full((4, 4), 0.5))
        x = lm.ones((2, 4))
        with lm.precision("float16", emulate=True):
            loss = lm.sum((x @ w) @ w) * 1e-9
        optimizer = lm.optim.SGD([w], lr=1.0)
        (scaler.scale(loss) if scaler else loss).backward()
        if scaler:
            scaler.unscale(optimizer)
        return w.grad.numpy()

    assert np.abs(gradient(None)).max() == 0
    expected = 1e-9 * 2 * 4 * 2 * 0.5
    assert gradient(lm.optim.LossScaler(scale=2.0**24)) == pytest.approx(np.full((4, 4), expected), rel=0.02)


def test_a_trainer_scales_and_resumes(tmp_path):
    train, _ = lm.data.digits().split(0.8, seed=0)

    def trainer():
        lm.seed(3)
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
        try:
            return lm.Trainer(model).compile("adam", "cross_entropy", precision="float16", clip_norm=1.0)
        except lm.ValueError as error:
            pytest.skip(str(error))

    first = trainer()
    first.fit(train, epochs=1, batch_size=64, verbose=0)
    assert first.loss_scaler.current_scale >= 1
    first.save_checkpoint(str(tmp_path / "c"))
    second = trainer()
    second.load_checkpoint(str(tmp_path / "c"))
    assert second.loss_scaler.state_dict().keys() == {"scale", "good_steps", "skipped_steps"}
    assert second.loss_scaler.state_dict()["good_steps"].item() == first.loss_scaler.state_dict()["good_steps"].item() > 0
    again = [t.fit(train, epochs=2, batch_size=64, verbose=0).history["loss"][-1] for t in (first, second)]
    assert again[0] == again[1]
    copied = pickle.loads(pickle.dumps(first)).loss_scaler
    assert copied.state_dict()["good_steps"].item() == first.loss_scaler.state_dict()["good_steps"].item()
    assert lm.Trainer(nn.Linear(2, 1)).compile("sgd", "mse").loss_scaler is None


def test_state_and_pickle():
    scaler = lm.optim.LossScaler(scale=8, growth_interval=2)
    net, x, y = net_and_batch()
    optimizer = lm.optim.SGD(net.parameters(), lr=0.01)
    scaler.scale(lm.cross_entropy(net(x), y)).backward()
    scaler.step(optimizer)
    scaler.update()
    other = lm.optim.LossScaler(growth_interval=2)
    other.load_state_dict(scaler.state_dict())
    for s in (other, pickle.loads(pickle.dumps(scaler))):
        assert s.current_scale == 8 and s.state_dict()["good_steps"].item() == 1


@pytest.mark.parametrize("options, words", [
    ({"scale": 0}, "scale over 0"), ({"scale": float("nan")}, "scale over 0"), ({"scale": -1.0}, "scale over 0"),
    ({"growth_factor": 0.5}, "growth_factor of 1 or more"), ({"backoff_factor": 1.0}, "backoff_factor between 0 and 1"),
    ({"growth_interval": 0}, "growth_interval of 1 or more"),
])  # fmt: skip
def test_options_out_of_range(options, words):
    with pytest.raises(lm.ValueError, match=words):
        lm.optim.LossScaler(**options)


def test_wrong_order():
    net, x, y = net_and_batch()
    optimizer, scaler = lm.optim.SGD(net.parameters(), lr=0.01), lm.optim.LossScaler()
    with pytest.raises(lm.StateError, match="no gradients"):
        scaler.step(optimizer)
    scaler.scale(lm.cross_entropy(net(x), y)).backward()
    scaler.unscale(optimizer)
    with pytest.raises(lm.StateError, match="unscale was called for this step already"):
        scaler.unscale(optimizer)
    scaler.drop_gradients(optimizer)
    assert all(p.grad is None for p in net.parameters())
    with pytest.raises(lm.KeyError, match='no "good_steps"'):
        scaler.load_state_dict({"scale": lm.array(1.0)})


def test_gradients_that_no_scale_makes_finite():
    net, x, y = net_and_batch()
    optimizer, scaler = lm.optim.SGD(net.parameters(), lr=0.01), lm.optim.LossScaler(backoff_factor=0.01)
    with pytest.raises(lm.ValueError, match="not finite, whatever the scale") as raised:
        for _ in range(20):
            scaler.scale(lm.cross_entropy(net(x * np.float32(np.nan)), y)).backward()
            scaler.step(optimizer)
            scaler.update()
    assert "skipped steps" in str(raised.value)
