"""Products in 16 bits: which types come out of what, that training works in them, and what it costs in accuracy."""

import threading

import numpy as np
import pytest

import lamina as lm
from lamina import nn


def bf16():
    return lm.precision("bf16", emulate=True)


SHORT = {"bf16": lm.bfloat16, "float16": lm.float16}
both = pytest.mark.parametrize("short", SHORT)


X = lm.array(np.random.default_rng(0).normal(size=(8, 16)).astype(np.float32))
IMAGE = lm.array(np.random.default_rng(1).normal(size=(2, 3, 8, 8)).astype(np.float32))

# As torch.autocast has it, and where that leaves the choice open, so that nothing adds up in bfloat16.
LOWER = {
    "matmul": lambda: X @ lm.ones((16, 4)),
    "einsum": lambda: lm.einsum("bi,io->bo", X, lm.ones((16, 4))),
    "linear": lambda: lm.linear(X, lm.ones((4, 16)), lm.ones(4)),
    "Linear": lambda: nn.Linear(16, 4)(X),
    "conv2d": lambda: lm.conv2d(IMAGE, lm.ones((4, 3, 3, 3)), lm.ones(4)),
    "Conv2d": lambda: nn.Conv2d(3, 4, 3)(IMAGE),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(3, 4, 3)(IMAGE),
    "relu of a product": lambda: lm.relu(nn.Linear(16, 4)(X)),
    "norm of a convolution": lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())(IMAGE),
    "layer norm of a product": lambda: nn.LayerNorm(4)(nn.Linear(16, 4)(X)),
    "max": lambda: lm.max(nn.Linear(16, 4)(X)),
}
WIDE = {
    name: (lambda f: lambda: f(nn.Linear(16, 4)(X)))(f)
    for name, f in {
        "sum": lm.sum,
        "mean": lm.mean,
        "var": lm.var,
        "exp": lm.exp,
        "log1p": lambda y: lm.log1p(lm.relu(y)),
        "softmax": lambda y: lm.softmax(y, axis=-1),
        "log_softmax": lambda y: lm.log_softmax(y, axis=-1),
        "logsumexp": lambda y: lm.logsumexp(y, axis=-1),
        "cross_entropy": lambda y: lm.cross_entropy(y, lm.zeros(8, dtype=lm.int64)),
        "with float32": lambda y: y + lm.ones(4),
        "cumulative_sum": lambda y: lm.cumulative_sum(y, axis=0),
    }.items()
}


@both
@pytest.mark.parametrize("name", LOWER)
def test_products_are_short(name, short):
    with lm.precision(short, emulate=True):
        value = LOWER[name]()
        assert value.dtype == SHORT[short]
    full = LOWER[name]()
    assert full.dtype == lm.float32
    if name in ("matmul", "einsum", "linear", "conv2d"):  # the others draw new weights
        assert np.allclose(lm.astype(value, lm.float32).numpy(), full.numpy(), rtol=0.03, atol=0.1)


@both
@pytest.mark.parametrize("name", WIDE)
def test_what_adds_up_is_float32(name, short):
    with lm.precision(short, emulate=True):
        assert WIDE[name]().dtype == lm.float32


def test_scopes_nest_and_end():
    with bf16():
        with lm.precision("float32"):
            assert LOWER["matmul"]().dtype == lm.float32
        assert LOWER["matmul"]().dtype == lm.bfloat16
        with pytest.raises(RuntimeError), lm.precision("float32"):
            raise RuntimeError
        assert LOWER["matmul"]().dtype == lm.bfloat16
    assert LOWER["matmul"]().dtype == lm.float32


def test_a_decorated_function_and_other_threads():
    function = bf16()(LOWER["matmul"])
    assert function().dtype == lm.bfloat16
    assert LOWER["matmul"]().dtype == lm.float32
    found = []
    with bf16():
        thread = threading.Thread(target=lambda: found.append(LOWER["matmul"]().dtype))
        thread.start()
        thread.join()
    assert found == [lm.float32]


def test_float64_and_integers_are_left_alone():
    with bf16():
        assert (lm.ones((2, 2), dtype=lm.float64) @ lm.ones((2, 2), dtype=lm.float64)).dtype == lm.float64
        assert (lm.ones((2, 2), dtype=lm.int32) @ lm.ones((2, 2), dtype=lm.int32)).dtype == lm.int32


@pytest.mark.parametrize("name", ["fp8", "", "BF16", "float64"])
def test_unknown_names(name):
    with pytest.raises(lm.ValueError, match="expected \"bf16\", \"float16\" or \"float32\""):
        lm.precision(name)
    trainer = lm.Trainer(nn.Linear(2, 1))
    with pytest.raises(lm.ValueError, match="expected \"bf16\", \"float16\" or \"float32\""):
        trainer.compile("sgd", "mse", precision=name)


def parameters_and_gradients(scope):
    lm.seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64, 5)
    )
    with scope:
        loss = lm.cross_entropy(net(IMAGE), lm.array([1, 3]))
    loss.backward()
    return net, loss.item(), [p.grad.numpy() for p in net.parameters()]


@both
def test_gradients_have_the_type_of_the_parameters_and_are_close(short):
    net, loss, got = parameters_and_gradients(lm.precision(short, emulate=True))
    _, expected_loss, expected = parameters_and_gradients(lm.precision("float32"))
    assert loss == pytest.approx(expected_loss, rel=0.02)
    for p, g, e in zip(net.parameters(), got, expected):
        assert p.dtype == lm.float32 and g.dtype == np.float32
        if g.shape == (8,) and np.abs(e).max() < 1e-4:
            continue  # of the bias before a normalisation: zero but for rounding
        assert np.linalg.norm(g - e) <= 0.1 * np.linalg.norm(e)  # torch.autocast: up to 0.2 here
    for name, buffer in net.state_dict().items():
        if name.endswith("running_var"):
            assert buffer.dtype == lm.float32


def test_backward_within_the_scope_gives_the_same_bits():
    outside = parameters_and_gradients(bf16())[2]
    lm.seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64, 5)
    )
    with bf16():
        loss = lm.cross_entropy(net(IMAGE), lm.array([1, 3]))
        loss.backward()
    loss.item()
    for p, e in zip(net.parameters(), outside):
        assert np.array_equal(p.grad.numpy(), e)


def test_a_recomputed_part_is_computed_as_before():
    layer = nn.Linear(16, 16)

    def gradient(part):
        for p in layer.parameters():
            p.grad = None
        with bf16():
            loss = lm.sum(part(X) ** 2)
        loss.backward()
        return layer.weight.grad.numpy()

    assert np.array_equal(gradient(layer), gradient(lm.checkpoint(layer)))


def test_recurrent_layers():
    lm.seed(0)
    layer = nn.LSTM(16, 12)
    sequence = lm.array(np.random.default_rng(2).normal(size=(5, 4, 16)).astype(np.float32))
    expected = layer(sequence)[0].numpy()
    with bf16():
        got = layer(sequence)[0]
    assert np.abs(lm.astype(got, lm.float32).numpy() - expected).max() < 0.02
    lm.sum(got).backward()
    assert layer.parameters()[0].grad.dtype == lm.float32


@both
def test_training_reaches_what_float32_reaches(short):
    train, test = lm.data.digits().split(0.8, seed=0)
    reached = {}
    for precision in ("float32", short):
        try:
            lm.seed(1)
            model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
            trainer = lm.Trainer(model).compile("adam", "cross_entropy", ["accuracy"], precision=precision)
        except lm.ValueError as error:
            pytest.skip(str(error))
        trainer.fit(train, epochs=5, batch_size=32, verbose=0)
        reached[precision] = trainer.evaluate(test)["accuracy"]
        assert trainer.predict(lm.zeros((3, 1, 8, 8))).dtype == lm.float32
        assert all(p.dtype == lm.float32 for p in model.parameters())
    assert reached[short] > 0.9
    assert abs(reached[short] - reached["float32"]) < 0.03
    assert (trainer.loss_scaler is not None) == (short == "float16")


@both
def test_normalisation_is_folded_in_inference(short):
    lm.seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
    net(IMAGE).eval()
    net.eval()
    expected = net(IMAGE).numpy()
    with lm.precision(short, emulate=True):
        text = lm.explain(net(IMAGE))
        got = lm.astype(net(IMAGE), lm.float32).numpy()
    whole = [line for line in text.splitlines() if "[2, 8, 8, 8]" in line]
    assert len(whole) == 1 and "convolution + relu" in whole[0]
    assert np.abs(got - expected).max() < 0.05


@both
def test_the_same_bits_in_both_tiers_where_asked_for(short):
    before = lm.is_deterministic()
    lm.set_deterministic(True)
    try:
        with lm.precision(short, emulate=True):
            together = lm.tanh(LOWER["norm of a convolution"]() * 3) + 1
        assert together.dtype == SHORT[short]
        lm.seed(5)
        layer = nn.Linear(16, 4)
        with lm.precision(short, emulate=True):
            y = lm.sigmoid(layer(X) * 1.5 + 0.25) * layer(X)
            first = layer(X).eval()
            second = (first * 1.5).eval()
            third = lm.sigmoid((second + 0.25).eval()).eval() * first
        assert lm.all(y == third).item()
    finally:
        lm.set_deterministic(before)
