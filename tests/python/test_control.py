"""scan, cond and while_loop against plain Python loops, their gradients, and what they say when they are misused."""

import os
import signal
import subprocess
import sys
import threading
import time

import children
import pytest

import lamina as lm

np = pytest.importorskip("numpy")


def close(a, b, bound=1e-12):
    assert np.max(np.abs(np.array(a) - np.array(b)), initial=0) <= bound


def ramp(*shape, scale=0.7):
    return lm.array(np.sin(scale * np.arange(np.prod(shape))).reshape(shape))


def test_scan_carries_and_stacks_nests():
    xs = {"a": ramp(4, 3), "b": ramp(4, 3, scale=0.3)}

    def step(carry, x):
        s, (p,) = carry
        return (s + x["a"], [p * x["b"]]), {"s": s, "none": None}

    (s, (p,)), ys = lm.scan(step, (lm.zeros(3, dtype=lm.float64), [lm.ones(3, dtype=lm.float64)]), xs)
    close(s, np.sum(np.array(xs["a"]), 0))
    close(p, np.prod(np.array(xs["b"]), 0))
    close(ys["s"][1:], np.cumsum(np.array(xs["a"]), 0)[:-1])
    assert ys["none"] is None


def test_a_scan_trains_as_the_plain_loop():
    x, target = ramp(6, 2, 3), ramp(6, 2, 4, scale=0.2)

    def losses(loop):
        w, u = lm.nn.Parameter(ramp(3, 4)), lm.nn.Parameter(ramp(4, 4, scale=1.3))
        optimizer = lm.optim.SGD([w, u], 0.1)
        found = []
        for _ in range(5):
            h = lm.zeros((2, 4), dtype=lm.float64)
            if loop:
                def step(h, x):
                    h = lm.tanh(x @ w + h @ u)
                    return h, h
                _, y = lm.scan(step, h, x)
            else:
                outputs = []
                for t in range(6):
                    h = lm.tanh(x[t] @ w + h @ u)
                    outputs.append(h)
                y = lm.stack(outputs)
            loss = lm.mean(lm.square(y - target))
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    assert losses(True) == pytest.approx(losses(False), rel=1e-12)


def test_another_length_gives_the_same_values():
    w = ramp(3, 3)
    f = lambda xs: lm.scan(lambda h, x: (lm.tanh(h @ w + x), h), lm.zeros((2, 3), dtype=lm.float64), xs)[1]
    xs = ramp(9, 2, 3)
    whole = np.array(f(xs))
    for length in (1, 4, 9):
        close(f(xs[:length]), whole[:length], 0)


def test_dropout_in_a_scan_differs_from_step_to_step():
    _, y = lm.scan(lambda c, x: (c, lm.dropout(x, 0.5)), 0.0, lm.ones((4, 64)))
    rows = {tuple(row) for row in np.array(y).tolist()}
    assert len(rows) == 4
    g = lm.grad(lambda x: lm.sum(lm.scan(lambda c, x: (c, lm.dropout(x, 0.5)), 0.0, x)[1]))(lm.ones((4, 64)))
    assert set(np.unique(np.array(g))) == {0.0, 2.0}


@pytest.mark.parametrize("x", [2.0, -2.0])
def test_cond_runs_and_differentiates_one_branch(x):
    w = lm.array(3.0, dtype=lm.float64)
    f = lambda x, w: lm.cond(x > 0, lambda x: x * x * w, lambda x: -x, x)
    value, (gx, gw) = lm.value_and_grad(f, argnums=(0, 1))(lm.array(x, dtype=lm.float64), w)
    assert (value.item(), gx.item(), gw.item()) == ((12, 12, 4) if x > 0 else (2, -1, 0))
    second = lm.grad(lambda x: lm.grad(lambda x: f(x, w))(x))(lm.array(x, dtype=lm.float64))
    assert second.item() == (6 if x > 0 else 0)


def test_while_loop_stops_and_differentiates_with_a_bound():
    assert lm.while_loop(lambda x: x < 100, lambda x: x * 2, lm.array(3.0)).item() == 192
    assert lm.while_loop(lambda x: x < 100, lambda x: x * 2, lm.array(300.0)).item() == 300
    assert lm.while_loop(lambda x: x < 100, lambda x: x * 2, lm.array(3.0), max_steps=2).item() == 12

    def f(x, w):
        n, x = lm.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, lm.sin(c[1] * w)), (lm.array(0), x), max_steps=8)
        return x

    def plain(x, w):
        return lm.sin(lm.sin(lm.sin(x * w) * w) * w)

    at = lm.array(0.4, dtype=lm.float64), lm.array(1.2, dtype=lm.float64)
    for a, b in zip(lm.grad(f, argnums=(0, 1))(*at), lm.grad(plain, argnums=(0, 1))(*at)):
        close(a, b)
    with pytest.raises(lm.errors.GradientError, match="max_steps"):
        lm.grad(lambda x: lm.while_loop(lambda x: x < 100, lambda x: x * 2, x))(lm.array(3.0))


@pytest.mark.parametrize("call, error, message", [
    (lambda: lm.scan(lambda c, x: (lm.stack([c, c]), c), 0.0, lm.ones(3)), lm.errors.ShapeError, "carry 0 changes its shape"),
    (lambda: lm.scan(lambda c, x: (c.astype(lm.int32), c), 0.0, lm.ones(3)), lm.errors.DTypeError, "changes its type"),
    (lambda: lm.scan(lambda c, x: (c, c), 0.0), lm.errors.ValueError, "how many steps"),
    (lambda: lm.scan(lambda c, x: c, 0.0, lm.ones(3)), lm.errors.ValueError, "a carry and an output"),
    (lambda: lm.scan(lambda c, x: (c, c), 0.0, (lm.ones(3), lm.ones(2))), lm.errors.ShapeError, "sequence 1 has 2"),
    (lambda: lm.scan(lambda c, x: (c if x > 0 else -c, c), 0.0, lm.ones(3)), lm.errors.StateError,
     r"test_control.py:\d+: its function asks for the value"),
    (lambda: lm.cond(lm.ones(2) > 0, lambda: lm.ones(1), lambda: lm.ones(1)), lm.errors.ShapeError, "one bool"),
    (lambda: lm.cond(True, lambda: lm.ones(1), lambda: lm.ones(2)), lm.errors.ShapeError, "result 0"),
    (lambda: lm.cond(True, lambda: [lm.ones(1)] * 2, lambda: lm.ones(2)), lm.errors.ValueError, "returned 2"),
    (lambda: lm.while_loop(lambda x: x < 1, lambda x: x, 0.0, max_steps=-3), lm.errors.ValueError, "negative"),
    (lambda: lm.while_loop(lambda x: lm.ones(2) < x, lambda x: x, 0.0), lm.errors.ShapeError, "one bool"),
])
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_a_function_raises_passes():
    with pytest.raises(ZeroDivisionError):
        lm.scan(lambda c, x: 1 / 0, 0.0, lm.ones(3))
    assert lm.sum(lm.ones(3)).item() == 3  # recording goes on as before


def test_state_does_not_change_inside():
    norm = lm.nn.BatchNorm1d(3)
    with pytest.raises(lm.errors.StateError, match="scan"):
        lm.scan(lambda c, x: (c, norm(x)), 0.0, lm.ones((2, 4, 3)))
    norm.eval()
    assert lm.scan(lambda c, x: (c, norm(x)), 0.0, lm.ones((2, 4, 3)))[1].shape == (2, 4, 3)


ENDLESS = """
import lamina as lm
x = lm.array(1.0)
try:
    print("ready", flush=True)
    lm.{loop}.item()
except KeyboardInterrupt:
    print("interrupted", lm.while_loop(lambda x: x < 9, lambda x: x + 1, x).item())
"""


@pytest.mark.parametrize("loop", ["while_loop(lambda x: x < 2, lambda x: x * 1, x)",
                                  "scan(lambda c, _: (lm.sin(c), None), x, length=2 ** 40)[0]"])
def test_ctrl_c_ends_a_loop_in_a_second(loop):
    path = os.pathsep.join([os.path.dirname(os.path.dirname(lm.__file__)), os.environ.get("PYTHONPATH", "")])
    child = subprocess.Popen([sys.executable, "-c", ENDLESS.format(loop=loop)], stdout=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": path}, text=True, preexec_fn=children.hear_interrupts)
    try:
        child.stdout.readline()
        time.sleep(0.3)
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=20)[0] == "interrupted 9.0\n"
        assert time.monotonic() - begun < 1.5
    finally:
        child.kill()


def test_an_interrupted_step_changes_nothing():
    w = lm.nn.Parameter(lm.ones(3))
    optimizer = lm.optim.SGD([w], 0.1)
    endless = lm.while_loop(lambda n: n < 2, lambda n: n * 1, lm.array(1.0))
    lm.sum(w * w * lm.stop_gradient(endless)).backward()
    ended = threading.Event()

    def interrupt():
        while not ended.wait(0.05):
            lm.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(lm.errors.Interrupted, match="nothing was changed"):
            optimizer.step()
    finally:
        ended.set()
        thread.join()
    close(w, np.ones(3), 0)
    assert lm.while_loop(lambda n: n < 9, lambda n: n + 1, lm.array(1.0)).item() == 9


@pytest.mark.parametrize("reverse", [False, True])
def test_lengths_are_each_sequence_alone(reverse):
    """Carries, outputs and gradients, with NaN behind the ends; the loop stops where the longest ends."""
    lengths, w = [3, 9, 1, 4], lm.array(np.cos(np.arange(9.0)).reshape(3, 3))
    x, h0 = np.sin(np.arange(16 * 4 * 3.0)).reshape(16, 4, 3), np.cos(np.arange(12.0)).reshape(4, 3)
    for b, n in enumerate(lengths):
        x[n:, b] = np.nan

    def step(h, x):
        h = lm.tanh(h @ w + x)
        return h, {"h": h, "twice": 2 * h}

    def loss(h0, x, w_, lengths=None):
        last, ys = lm.scan(lambda h, x: (lm.tanh(h @ w_ + x), lm.tanh(h @ w_ + x) * 2), h0, x, reverse=reverse, lengths=lengths)
        return lm.sum(last * last) + lm.sum(lm.sin(ys))

    last, ys = lm.scan(step, lm.array(h0), lm.array(x), reverse=reverse, lengths=lengths)
    assert ys["h"].shape == (16, 4, 3)
    found = lm.grad(lambda h, x, w: loss(h, x, w, lengths), argnums=(0, 1, 2))(lm.array(h0), lm.array(x), w)
    total = np.zeros((3, 3))
    for b, n in enumerate(lengths):
        alone = lm.array(h0[b:b + 1]), lm.array(x[:n, b:b + 1])
        one, outputs = lm.scan(step, *alone, reverse=reverse)
        assert np.allclose(np.array(last)[b], np.array(one)[0], atol=1e-14)
        for name in ("h", "twice"):
            assert np.allclose(np.array(ys[name])[:n, b], np.array(outputs[name])[:, 0], atol=1e-14)
            assert not np.array(ys[name])[n:, b].any()
        dh, dx, dw = lm.grad(loss, argnums=(0, 1, 2))(*alone, w)
        assert np.allclose(np.array(found[0])[b], np.array(dh)[0], atol=1e-12)
        assert np.allclose(np.array(found[1])[:n, b], np.array(dx)[:, 0], atol=1e-12)
        assert not np.array(found[1])[n:, b].any()
        total += np.array(dw)
    assert np.allclose(np.array(found[2]), total, atol=1e-12)


def test_a_scan_stops_where_the_longest_sequence_ends():
    with lm.profile() as p:
        total, ys = lm.scan(lambda s, x: (s + x, lm.exp(s)), lm.zeros(2), lm.ones((64, 2)), lengths=lm.array([5, 2]))
        lm.eval(total, ys)
        assert np.array_equal(np.array(total), [5, 2]) and ys.shape == (64, 2) and not np.array(ys)[5:].any()
    assert max(row.runs for row in p.rows if "exp" in row.what) == 8


@pytest.mark.parametrize("call, error, message", [
    (lambda: ([3, 0], lm.zeros(2), lm.ones((4, 2))), lm.errors.ValueError, "scan: length 0 of sequence 1 is not 1 to 4"),
    (lambda: ([3, 5], lm.zeros(2), lm.ones((4, 2))), lm.errors.ValueError, "scan: length 5 of sequence 1"),
    (lambda: ([3, -2], lm.zeros(2), lm.ones((4, 2))), lm.errors.ValueError, "scan: length -2 of sequence 1"),
    (lambda: ([2 ** 62, 1], lm.zeros(2), lm.ones((4, 2))), lm.errors.ValueError, "scan: length 4611686018427387904"),
    (lambda: ([3, 1, 2], lm.zeros(2), lm.ones((4, 2))), lm.errors.ShapeError, "scan: expected the lengths of 2 sequences"),
    (lambda: (3, lm.zeros(2), lm.ones((4, 2))), lm.errors.ShapeError, "scan: expected the lengths of 2 sequences"),
    (lambda: ([3.0, 1.0], lm.zeros(2), lm.ones((4, 2))), lm.errors.DTypeError, "scan: expected lengths as integers"),
    (lambda: ([3, 1], lm.zeros(3), lm.ones((4, 2))), lm.errors.ShapeError, "axis 0 of every carry is the batch, 2"),
    (lambda: ([3, 1], 0.0, lm.ones((4, 2))), lm.errors.ShapeError, "axis 0 of every carry is the batch, 2"),
    (lambda: ([3, 1], lm.zeros(2), lm.ones(4)), lm.errors.ShapeError, "axis 1 of every sequence is the batch, 2"),
])
def test_messages_of_lengths(call, error, message):
    lengths, init, xs = call()
    with pytest.raises(error, match=message):
        lm.scan(lambda s, x: (s + x, s), init, xs, lengths=lengths)


def test_with_lengths_outputs_have_the_batch():
    with pytest.raises(lm.errors.ShapeError, match="axis 0 of every output is the batch, 2"):
        lm.scan(lambda s, x: (s + x, lm.sum(s)), lm.zeros(2), lm.ones((4, 2)), lengths=[3, 1])


def test_a_checkpoint_in_a_scan_keeps_less():
    """The backward loop computes the step again from the carry: the same gradients in less memory."""
    w = ramp(64, 256, scale=0.3).astype(lm.float32) * 0.1
    x, h = ramp(32, 8, 256).astype(lm.float32), lm.zeros((8, 64))

    def gates(h, x, w):
        i, f, g, o = lm.split(x + h @ w, 4, axis=-1)
        return lm.tanh(lm.sigmoid(i) * lm.tanh(g) + lm.sigmoid(f) * h) * lm.sigmoid(o)

    def gradient(step):
        lm.program_cache().clear()
        g = lm.grad(lambda w: lm.sum(lm.scan(lambda h, x: (step(h, x, w),) * 2, h, x)[1] ** 2))
        results = [np.array(g(w)) for _ in range(2)]
        return results[1], max(p.planned_bytes for p in lm.program_cache().programs)

    plain, kept = gradient(gates)
    again, less = gradient(lm.checkpoint(gates))
    assert np.allclose(plain, again, rtol=1e-4, atol=1e-5)
    assert less < 0.95 * kept
