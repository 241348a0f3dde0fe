"""What fit can do beside plain epochs, against NumPy and against plain loops."""

import csv
import json
import os
import pathlib
import struct

import numpy as np
import pytest

import lamina as lm
from lamina import nn, optim, train


def problem(n=48, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)).astype(np.float32)
    return x, (x @ [1.0, -2.0, 0.5] + 0.3).astype(np.float32)[:, None]


def classes(n=60):
    x = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    return x, (x.sum(axis=1) > 0).astype(np.int64)


def linear(w=((0.1, 0.2, -0.3),), b=(0.0,)):
    model = nn.Linear(3, 1)
    model.weight.value, model.bias.value = lm.array(w), lm.array(b)
    return model


def fitted(model, data, optimizer=None, loss="mse", compile={}, **options):
    trainer = lm.Trainer(model).compile(optimizer or optim.SGD(lr=0.1), loss, **compile)
    trainer.fit(data, **{"verbose": 0, "shuffle": False, **options})
    return trainer


def weights(model):
    return np.concatenate([p.numpy().ravel() for p in model.state_dict().values()])


def gradient_step(x, y, w, lr=0.1):
    """One step of the mean of w * (x a - y)^2 from linear()."""
    a, b = np.array([0.1, 0.2, -0.3]), 0.0
    e = w * 2 * (x @ a + b - y[:, 0]) / len(x)
    return np.concatenate([a - lr * e @ x, [b - lr * e.sum()]])


def test_sample_weights():
    x, y = problem()
    w = np.random.default_rng(1).random(len(x)).astype(np.float32)
    model = linear()
    fitted(model, (x, y), batch_size=48, sample_weight=w)
    np.testing.assert_allclose(weights(model), gradient_step(x, y, w), rtol=1e-5)
    shuffled, plain = linear(), linear()  # weights follow their examples whatever the order
    fitted(shuffled, (x, y), batch_size=48, sample_weight=w, shuffle=True, seed=5)
    np.testing.assert_allclose(weights(shuffled), weights(model), rtol=1e-5)
    fitted(plain, (x[w > 0.5], y[w > 0.5]), batch_size=7, epochs=3)
    with pytest.raises(lm.ShapeError):
        fitted(linear(), (x, y), sample_weight=w[:5])
    with pytest.raises(lm.ShapeError, match="one for each example"):
        fitted(linear(), (x, y), loss=lambda p, t: lm.mean(p - t), sample_weight=w)


def test_class_weights():
    x, y = classes()
    table = {0: 0.5, 1: 2.0}

    def run(**options):
        lm.seed(0)
        model = nn.Linear(4, 2)
        fitted(model, (x, y), loss="cross_entropy", batch_size=60, **options)
        return weights(model)

    by_class = run(class_weight=table)
    np.testing.assert_allclose(by_class, run(sample_weight=np.array([table[c] for c in y.tolist()], np.float32)), rtol=1e-6)
    np.testing.assert_allclose(by_class, run(class_weight=[0.5, 2.0]), rtol=1e-6)
    assert not np.allclose(by_class, run())
    with pytest.raises(lm.Error):
        run(class_weight=[1.0])  # class 1 has none
    with pytest.raises(lm.ValueError, match="each class_weight to be 0 or more, got -1"):
        run(class_weight={0: 1.0, 1: -1.0})


def test_validation_split_takes_the_end():
    x, y = problem()
    a, b = linear(), linear()
    first = fitted(a, (x, y), validation_split=0.25, epochs=2, shuffle=True).history
    second = fitted(b, (x[:36], y[:36]), validation_data=(x[36:], y[36:]), epochs=2, shuffle=True).history
    for name in ("loss", "val_loss"):
        assert first[name] == pytest.approx(second[name], rel=1e-5)
    for wrong in (1.0, -0.1, 0.99):
        with pytest.raises(lm.ValueError):
            fitted(linear(), (x, y), validation_split=wrong)


def test_steps_per_epoch_and_initial_epoch():
    x, y = problem()
    model, seen = linear(), []

    class Note(train.Callback):
        def on_epoch_begin(self, epoch):
            seen.append([epoch])

        def on_train_batch_end(self, batch):
            seen[-1].append(batch)

    trainer = fitted(model, (x, y), batch_size=8, steps_per_epoch=2, epochs=4, initial_epoch=1, callbacks=[Note()])
    assert seen == [[1, 0, 1], [2, 0, 1], [3, 0, 1]] and trainer.optimizer.steps == 6


@pytest.mark.parametrize("size", [12, 48])
def test_accumulated_gradients_are_those_of_one_batch(size):
    x, y = problem()
    whole, parts = linear(), linear()
    fitted(whole, (x, y), batch_size=size, epochs=3)
    trainer = fitted(parts, (x, y), batch_size=size // 4, epochs=3, compile={"accumulate": 4})
    np.testing.assert_allclose(weights(parts), weights(whole), rtol=1e-4)
    assert trainer.optimizer.steps == 3 * 48 // size


def test_clipping():
    x, y = problem()
    model = linear()
    fitted(model, (x, y), batch_size=48, compile={"clip_norm": 0.01})
    move = weights(model) - weights(linear())
    assert np.linalg.norm(move) == pytest.approx(0.1 * 0.01, rel=1e-3)
    model = linear()
    fitted(model, (x, y), batch_size=48, compile={"clip_value": 0.01})
    assert np.abs(weights(model) - weights(linear())).max() == pytest.approx(0.001, rel=1e-3)


def test_frozen_layers_stay():
    x, y = classes()
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    before = {n: v.numpy().copy() for n, v in model.state_dict().items()}
    model[0].requires_grad(False)
    fitted(model, (x, y), loss="cross_entropy", epochs=2)
    moved = {n for n, v in model.state_dict().items() if not np.array_equal(v.numpy(), before[n])}
    assert moved == {"2.weight", "2.bias"}


def test_a_step_of_ones_own_with_the_trainers_pieces():
    x, y = problem()

    class Own(lm.Trainer):
        def train_step(self, x, y):
            prediction = self.module(x)
            loss = self.batch_loss(prediction, y)
            self.record_metrics(loss, prediction, x, y)
            self.step(loss)
            return loss

    model, plain = linear(), linear()
    trainer = Own(model).compile(optim.SGD(lr=0.1), "mse", accumulate=2)
    trainer.fit((x, y), epochs=2, batch_size=8, shuffle=False, verbose=0)
    fitted(plain, (x, y), epochs=2, batch_size=8, compile={"accumulate": 2})
    np.testing.assert_allclose(weights(model), weights(plain), rtol=1e-5)


def test_loggers(tmp_path):
    table, lines = str(tmp_path / "a.csv"), str(tmp_path / "a.jsonl")
    calls = [train.CSVLogger(table), train.JSONLogger(lines)]
    x, y = problem()
    history = fitted(linear(), (x, y), epochs=3, validation_split=0.25, callbacks=calls).history
    rows = list(csv.DictReader(pathlib.Path(table).read_text().splitlines()))
    assert [float(r["val_loss"]) for r in rows] == pytest.approx(history["val_loss"]) and len(rows) == 3
    objects = [json.loads(line) for line in pathlib.Path(lines).read_text().splitlines()]
    assert [o["epoch"] for o in objects] == [1, 2, 3] and [o["loss"] for o in objects] == history["loss"]
    fitted(linear(), (x, y), epochs=2, initial_epoch=1, callbacks=calls)  # goes on after epoch 1
    assert [json.loads(line)["epoch"] for line in pathlib.Path(lines).read_text().splitlines()] == [1, 2]
    with pytest.raises(lm.FileError):
        fitted(linear(), (x, y), callbacks=[train.CSVLogger(str(tmp_path / "no" / "a.csv"))])


def test_checkpoints_keep_the_last_ones(tmp_path):
    keep = train.ModelCheckpoint(str(tmp_path / "epoch{epoch}"), keep=2)
    fitted(linear(), problem(), epochs=5, callbacks=[keep])
    assert sorted(os.listdir(tmp_path)) == ["epoch4", "epoch5"]


def test_moving_average():
    x, y = problem()
    seen = []

    class Note(train.Callback):
        def on_train_batch_end(self, batch):
            seen.append(weights(self.trainer.module))

    model = linear()
    fitted(model, (x, y), epochs=2, batch_size=16, callbacks=[Note(), train.ExponentialMovingAverage(decay=0.7)])
    wanted = seen[0]
    for value in seen[1:]:
        wanted = 0.7 * wanted + 0.3 * value
    np.testing.assert_allclose(weights(model), wanted, rtol=1e-5)


def test_watch():
    x, y = problem()
    model, watch = linear(), train.Watch()
    trainer = fitted(model, (x, y), batch_size=48, callbacks=[watch])
    moved = (weights(linear()) - weights(model)) / 0.1
    assert watch.norms["weight"][1] == pytest.approx(np.linalg.norm(moved[:3]), rel=1e-4)
    assert watch.norms["weight"][0] == pytest.approx(np.linalg.norm([0.1, 0.2, 0.3]), rel=1e-5)
    assert trainer.history["grad_norm"][0] == pytest.approx(np.linalg.norm(moved), rel=1e-4)


def test_rates():
    x, y = problem()
    trainer = fitted(linear(), (x, y), epochs=3, callbacks=[train.LearningRateScheduler(lambda e: 0.1 / (e + 1))])
    assert trainer.optimizer.lr == pytest.approx(0.1 / 3)
    calls = [train.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)]
    assert fitted(linear(), (x, y), epochs=5, callbacks=calls).optimizer.lr == pytest.approx(0.025)


def test_the_search_for_a_rate_changes_nothing():
    x, y = problem()
    model = linear()
    trainer = lm.Trainer(model).compile(optim.Adam(lr=0.07), "mse")
    before = weights(model)
    search = train.find_learning_rate(trainer, (x, y), first=1e-4, last=100.0, steps=40, batch_size=8)
    np.testing.assert_array_equal(weights(model), before)
    assert trainer.optimizer.lr == 0.07 and trainer.optimizer.steps == 0
    ratio = np.diff(np.log(search.rates))
    assert np.allclose(ratio, ratio[0]) and search.rates[0] == pytest.approx(1e-4)
    assert 1e-3 < search.suggestion < 10 and len(search.losses) == len(search.rates)


def test_k_fold():
    x, y = problem(23)
    folds = train.k_fold((x, y), k=4, seed=3)
    parts = [set(v.indices) for _, v in folds]
    assert sorted(i for p in parts for i in p) == list(range(23)) and sorted(map(len, parts)) == [5, 6, 6, 6]
    assert all(set(t.indices) == set(range(23)) - p for (t, _), p in zip(folds, parts))
    fitted(linear(), folds[0][0], validation_data=folds[0][1])
    for k in (1, 24):
        with pytest.raises(lm.ValueError):
            train.k_fold((x, y), k=k)


def test_mixed_batches():
    lm.seed(3)
    x, y = np.eye(6, dtype=np.float32), np.arange(6)
    mx, my = (a.numpy() for a in train.Mixup(alpha=1.0, classes=6)(lm.array(x), lm.array(y)))
    np.testing.assert_allclose(mx, my, rtol=1e-6)  # one picture a class: both are mixed alike
    np.testing.assert_allclose(my.sum(axis=1), 1, rtol=1e-6)
    assert ((my > 0.01).sum(axis=1) <= 2).all() and (np.diag(my) > 0).all()
    pictures = np.broadcast_to(np.arange(4.0, dtype=np.float32)[:, None, None, None], (4, 3, 8, 8))
    cx, cy = (a.numpy() for a in train.CutMix(classes=4)(lm.array(pictures), lm.array(np.arange(4))))
    np.testing.assert_allclose(cx.mean(axis=(1, 2, 3)), cy @ np.arange(4), rtol=1e-4, atol=1e-5)
    for i in range(4):
        assert len(np.unique(cx[i])) <= 2
    with pytest.raises(lm.ValueError):
        train.Mixup()(lm.array(x), lm.array(y))
    data = classes()
    trainer = lm.Trainer(nn.Linear(4, 2)).compile(optim.SGD(lr=0.1), "cross_entropy", ["accuracy"])
    trainer.fit(data, epochs=8, verbose=0, transform=train.Mixup(classes=2))
    assert trainer.evaluate(data)["accuracy"] > 0.8


def test_batches_of_what_is_no_pair():
    with pytest.raises(lm.ValueError, match=r"example 1: expected a pair \(x, y\), got int"):
        list(lm.data.batches([([1.0], 2.0), 3]))
    with pytest.raises(lm.ValueError, match="got tuple of 3"):
        next(lm.data.batches([(1, 2, 3)]))


class Breaks(nn.Module):
    """NaN in one op, for inputs over a limit."""

    def __init__(self):
        super().__init__()
        self.first, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(lm.sqrt(100.0 - lm.sum(x * x, axis=1, keepdims=True)) * self.first(x))


def stopped(model, data, **options):
    stop = train.StopOnNaN(raise_=False)
    lm.seed(1)
    fitted(model, data, loss="cross_entropy", batch_size=8, epochs=3, shuffle=True, callbacks=[stop], **options)
    return stop.report


def test_nan_is_named():
    x, y = classes()
    lm.seed(0)
    assert stopped(Breaks(), (x, y)) is None
    large = x.copy()
    large[[13, 41]] = 10
    report = stopped(Breaks(), (large, y))
    assert (report.stage, report.op, report.module) == ("forward", "sqrt", "") and set(report.samples) <= {13, 41}
    missing = x.copy()
    missing[17, 2] = np.nan
    report = stopped(Breaks(), (missing, y))
    assert (report.stage, report.samples) == ("data", [17])
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    model[1].weight.value = lm.array(np.full((2, 4), np.inf, np.float32))
    report = stopped(model, (x, y))
    assert (report.stage, report.op) == ("weights", "1.weight")


def test_nan_going_backward_is_named_and_the_weights_stay():
    class Root(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 2)

        def forward(self, x):  # sqrt has no slope at 0, where the product is 0 * inf
            return self.inner(x) + lm.sqrt(self.inner(x) * 0.0) * 0.0

    x, y = classes()
    lm.seed(0)
    model = Root()
    before = weights(model)
    with pytest.raises(lm.ValueError, match="StopOnNaN: .*step 1") as caught:
        fitted(model, (x, y), loss="cross_entropy", callbacks=[train.StopOnNaN()])
    assert "going backward" in str(caught.value)
    np.testing.assert_array_equal(weights(model), before)


def test_bit_flips_are_found(tmp_path):
    model, rng = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2)), np.random.default_rng(0)
    path = str(tmp_path / "m.lamina")
    lm.save_model(model, (-1, 4), path)
    good = pathlib.Path(path).read_bytes()
    for place in rng.integers(0, len(good) * 8, 150).tolist():
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        pathlib.Path(path).write_bytes(bad)
        with pytest.raises(lm.FileError):
            lm.load_model(path)


def test_report(tmp_path):
    train_data, test_data = lm.data.digits().split(0.8, seed=0)
    lm.seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    path = str(tmp_path / "report.html")
    trainer = lm.Trainer(model).compile(optim.Adam(lr=1e-2), "cross_entropy", ["accuracy"])
    trainer.fit(train_data, epochs=3, validation_data=test_data, verbose=0,
                callbacks=[train.Report(path, title="Digits <1>", wrongest=5)])
    page = pathlib.Path(path).read_text()
    assert "Digits &lt;1&gt;" in page and "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/png;base64,") == 5 and page.count("<svg") == 3
    assert f"{trainer.history['val_accuracy'][-1]:.4g}" in page
    right = sum(int(part.split(": ")[1].split("<")[0]) for part in page.split("<title>")
                if " as " in part and part.split(" as ")[0] == part.split(" as ")[1].split(":")[0])
    assert right == round(trainer.evaluate(test_data)["accuracy"] * len(test_data))


def test_curves_are_drawn(tmp_path):
    from test_events import pixels

    path = str(tmp_path / "curves.png")
    history = fitted(linear(), problem(), epochs=7, validation_split=0.25).history
    history.plot(path)
    picture = pixels(pathlib.Path(path).read_bytes()).astype(int)
    assert picture.shape == (488, 1040, 3)
    blue, orange = ((abs(picture - colour).sum(-1) < 12) for colour in ([37, 99, 235], [220, 90, 30]))
    both = history["loss"] + history["val_loss"]
    margin = 0.06 * (max(both) - min(both))
    low, high = max(min(both) - margin, 0), max(both) + margin
    for marks, values in (blue | orange, history["loss"]), (orange, history["val_loss"]):  # the latter lies above
        for i, value in enumerate(values):
            x, y = 112 + 896 * i / 6, 428 - 360 * (value - low) / (high - low)
            assert marks[int(y) - 1:int(y) + 2, int(x) - 1:int(x) + 2].mean() > 0.3, (i, value)
    with pytest.raises(lm.ValueError, match="no epoch"):
        lm.Trainer(linear()).history.plot(path)


def test_notebooks_show_the_curves_of_a_history():
    history = fitted(linear(), problem(), epochs=3).history
    png, size = history._repr_png_()
    assert png.startswith(b"\x89PNG") and struct.unpack(">II", png[16:24]) == (2 * size["width"], 2 * size["height"])
    assert lm.Trainer(linear()).compile("sgd", "mse").history._repr_png_() is None


def test_a_display_takes_the_place_of_the_terminal(capfd):
    from lamina import notebook

    pages = []
    bar = notebook.Bar(lambda page, handle: pages.append(page) or "handle")
    train.set_progress_display(bar.show)
    try:
        lm.Trainer(linear()).compile(optim.SGD(lr=0.1), "mse").fit(problem(), epochs=2)
    finally:
        train.set_progress_display(None)
    assert "epoch&nbsp;2/2" in pages[-1] and "epoch&nbsp;1/2" in pages[-1] and capfd.readouterr().out == ""
    bar.show(1, 1, 5, 10, 1.0, 0.5, None)
    assert "5/10" in pages[-1] and "0.5000" in pages[-1] and "2/2" not in pages[-1]


def test_names_and_arrays_as_keras_takes_them():
    x, y = classes()
    lm.seed(0)
    trainer = lm.Trainer(nn.Linear(4, 2)).compile(optimizer="adam", loss="cross_entropy", metrics=["accuracy"])
    history = trainer.fit(x, y, epochs=3, validation_data=(x, y), verbose=0)
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"] and len(history["loss"]) == 3
    assert trainer.evaluate(x, y) == trainer.evaluate((x, y))
    lm.seed(0)
    other = lm.Trainer(nn.Linear(4, 2)).compile(optim.Adam(), "cross_entropy")
    assert other.fit((x, y), epochs=3, verbose=0)["loss"] == history["loss"]


@pytest.mark.parametrize("given, message", [
    ({"optimizer": "adm"}, "no optimizer 'adm'; did you mean 'adam'"),
    ({"metrics": ["acuracy"]}, "no metric 'acuracy'; did you mean 'accuracy'"),
    ({"loss": "croos_entropy"}, "no loss 'croos_entropy'; did you mean 'cross_entropy'"),
])
def test_misspelt_names_are_explained(given, message):
    with pytest.raises(lm.errors.KeyError, match=message):
        lm.Trainer(nn.Linear(4, 2)).compile(**{"optimizer": "sgd", "loss": "mse", **given})
    with pytest.raises(TypeError, match="an Optimizer or the name of one for optimizer, got int"):
        lm.Trainer(nn.Linear(4, 2)).compile(3, "mse")


def test_arguments_in_the_wrong_place_are_explained():
    x, y = classes()
    trainer = lm.Trainer(nn.Linear(4, 2)).compile("sgd", "cross_entropy")
    with pytest.raises(TypeError, match="targets as the second argument, got an integer(.|\n)*epochs=10"):
        trainer.fit((x, y), 3)
    with pytest.raises(TypeError, match="callbacks of lamina.train, .* got int"):
        trainer.fit(x, y, callbacks=[3])


def test_weights_of_examples_stay_with_them_when_some_are_left_out(tmp_path):
    count = lm.data.export_digits(str(tmp_path), count=24)
    paths = sorted(tmp_path.rglob("*.png"))
    for bad in (3, 4, 17):
        paths[bad].write_bytes(b"nothing")
    steps = [lm.data.Resize((4, 4)), lm.data.ToFloat()]
    images = lm.data.ImageFolder(str(tmp_path), transforms=steps, channels=1, on_error="skip")
    good = [i for i in range(count) if i not in (3, 4, 17)]
    given = np.random.default_rng(0).uniform(size=count).astype(np.float32)
    losses = []
    for dataset, weight in ((images, given), (lm.data.ArrayDataset(*images.get(good)), given[good])):
        lm.seed(0)
        trainer = lm.Trainer(nn.Sequential(nn.Flatten(), nn.Linear(16, 10))).compile(optim.SGD(lr=0.1), "cross_entropy")
        losses.append(trainer.fit(dataset, epochs=2, batch_size=24, shuffle=False, sample_weight=weight, verbose=0)["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
