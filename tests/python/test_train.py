"""Data, the trainer and model files from Python."""

import os
import subprocess
import sys

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim, train


def points(count=60):
    x = np.random.default_rng(0).normal(size=(count, 4)).astype(np.float32)
    return data.ArrayDataset(x, (x.sum(axis=1) > 0).astype(np.int64))


def make(**options):
    lm.seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    options = dict(dict(optimizer=optim.Adam(lr=0.05), loss="cross_entropy", metrics=["accuracy"]), **options)
    return train.Trainer(model).compile(**options)


def test_loader():
    points_ = points(10)
    loader = data.DataLoader(points_, batch_size=4, shuffle=True, seed=1)
    first, second = [y.tolist() for _, y in loader], [x.tolist() for x, _ in loader]
    assert [len(y) for y in first] == [4, 4, 2] and len(loader) == 3 and len(points_) == 10
    rows = sorted(map(tuple, sum(second, [])))
    assert rows == sorted(map(tuple, points_.x.tolist()))
    assert [x.shape[0] for x, _ in data.DataLoader(points_, batch_size=4, drop_last=True)] == [4, 4]
    with pytest.raises(lm.ShapeError):
        data.ArrayDataset(np.zeros((3, 1)), np.zeros(2))


def test_dataset_in_python():
    class Squares(data.Dataset):
        def size(self):
            return 5

        def get(self, indices):
            x = np.array(indices, np.float32)[:, None]
            return x, x[:, 0] ** 2

    batches = [(x.tolist(), y.tolist()) for x, y in data.DataLoader(Squares(), batch_size=3)]
    assert batches == [([[0], [1], [2]], [0, 1, 4]), ([[3], [4]], [9, 16])]


def test_fit_evaluate_predict():
    seen = []

    class Watch(train.Callback):
        def on_epoch_end(self, epoch, logs):
            seen.append((epoch, set(logs)))
            if epoch == 3:
                self.trainer.stop_training()

    trainer, examples = make(), points()
    history = trainer.fit(examples, epochs=9, batch_size=16, validation_data=examples, verbose=0, callbacks=[Watch()])
    assert [epoch for epoch, _ in seen] == [0, 1, 2, 3] and {"loss", "accuracy", "val_loss"} <= seen[0][1]
    assert history.epochs == 4 and history["loss"][-1] < history["loss"][0] == history.history["loss"][0]
    result = trainer.evaluate(examples)
    scores = trainer.predict(examples.x)
    right = (scores.numpy().argmax(1) == examples.y.numpy()).mean()
    assert result["accuracy"] == pytest.approx(right)


def test_own_loss_and_metric():
    class Right(train.Metric):
        def name(self):
            return "right"

        def measure(self, prediction, target):
            return lm.sum(lm.argmax(prediction, axis=-1) == target)

    trainer = make(loss=lambda p, t: nn.cross_entropy(p, t) * 2, metrics=["accuracy", Right()])
    x = points()
    trainer.fit((x.x, x.y), epochs=2, verbose=0)
    logs = trainer.evaluate((x.x.numpy(), x.y.numpy()))
    assert logs["right"] == pytest.approx(logs["accuracy"])


def test_errors_in_callbacks_come_out():
    class Breaks(train.Callback):
        def on_train_batch_end(self, batch):
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        make().fit(points(), verbose=0, callbacks=[Breaks()])
    with pytest.raises(lm.KeyError):
        make(loss="nothing")
    with pytest.raises(lm.StateError):
        train.Trainer(nn.Linear(1, 1)).fit(points())


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, x):
        return self.last(lm.tanh(self.first(x)) * 0.5)


def test_a_python_module_is_saved_without_its_source(tmp_path):
    model, x = Net(), points().x
    trainer = train.Trainer(model).compile(optimizer=optim.SGD(lr=0.1), loss="cross_entropy")
    trainer.fit(points(), epochs=1, verbose=0)
    path = str(tmp_path / "net.lamina")
    trainer.save(path, classes=["no", "yes"])
    again = lm.load_model(path)
    assert again.classes == ["no", "yes"] and again.input_shape == (-1, 4)
    model.eval()
    np.testing.assert_allclose(again(x).numpy(), model(x).numpy(), rtol=1e-6)
    assert set(again.state_dict()) == set(model.state_dict())
    with pytest.raises(lm.FileError):
        lm.load_model(str(tmp_path / "absent"))
    (tmp_path / "cut").write_bytes((tmp_path / "net.lamina").read_bytes()[:-9])
    with pytest.raises(lm.FileError):
        lm.load_model(str(tmp_path / "cut"))


EAGER = """
import sys
import lamina as lm
model = lm.nn.Sequential(lm.nn.Linear(4, 3), lm.nn.Dropout(0.5), lm.nn.ReLU())
lm.save_model(model, (-1, 4), sys.argv[1])
again = lm.load_model(sys.argv[1])
assert set(again.state_dict()) == set(model.state_dict())
model.eval()
for x in lm.ones((2, 4)), lm.reshape(lm.arange(20.0), (5, 4)):
    assert lm.allclose(again(x), model(x)).item()
"""


class Forward(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@pytest.mark.parametrize("function", [
    lambda x: lm.array(x.numpy() + 1), lambda x: x * x.mean().item(), lambda x: x * 2 if x.sum().item() > 0 else x,
    lambda x: x + lm.array(3 * x.numpy())], ids=["constant", "number", "branch", "array"])
def test_a_module_that_reads_values_is_not_saved(function, tmp_path):
    with pytest.raises(lm.StateError, match="(?s)Forward computes does not follow from its input alone.*where and cond"):
        lm.save_model(Forward(function), (-1, 3), str(tmp_path / "m"))
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("function", [
    lambda x: x * 0.7 + lm.array([1.0, 2.0, 3.0]), lambda x: lm.where(lm.sum(x) > 0, x, -x) + lm.random.uniform(),
    lambda x: x / x.shape[0] * lm.mean(lm.arange(4)).item()], ids=["constants", "draws", "read of a constant"])
def test_a_module_with_constants_is_saved(function, tmp_path):
    path = str(tmp_path / "m")
    lm.seed(3)
    lm.save_model(Forward(function), (-1, 3), path)
    assert lm.load_model(path)(lm.ones((2, 3))).shape == (2, 3)


def test_eager_programs_save_the_graph(tmp_path):
    """Values that are there as soon as they are recorded do not become constants of the file."""
    subprocess.run([sys.executable, "-c", EAGER, tmp_path / "net.lamina"], check=True,
                   env={**os.environ, "LAMINA_EAGER": "1"})


def test_checkpoint(tmp_path):
    path = str(tmp_path / "c")

    class SaveInTheMiddle(train.Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 1:
                self.trainer.save_checkpoint(path)

    whole, resumed = make(), make()
    whole.fit(points(), epochs=4, verbose=0, callbacks=[SaveInTheMiddle()])
    resumed.load_checkpoint(path)
    resumed.fit(points(), epochs=4, verbose=0)
    for name, value in whole.module.state_dict().items():
        np.testing.assert_array_equal(resumed.module.state_dict()[name].numpy(), value.numpy())
    assert resumed.fingerprint() == whole.fingerprint()


def test_a_deterministic_trainer_has_the_same_bits_with_any_number_of_threads(capfd):
    digits, runs, threads = data.digits(), [], lm.num_threads()
    for count in (1, 2, 3):
        lm.set_num_threads(count)
        lm.seed(0)
        model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 10))
        trainer = lm.Trainer(model).compile("adam", "cross_entropy", deterministic=True)
        trainer.fit(digits, epochs=1, batch_size=100)
        assert not lm.is_deterministic()  # that was while it trained
        runs.append((trainer.fingerprint(), trainer.evaluate(digits)["loss"], trainer.predict(digits.get([3])[0]).numpy().tobytes()))
    lm.set_num_threads(threads)
    assert runs[1:] == runs[:1] * 2
    assert capfd.readouterr().out.count(f"fingerprint {runs[0][0]}") == 3


def test_fingerprints_tell_runs_apart(capfd):
    digits = data.digits()

    def run(seed=0, epochs=2, precision="float32", threads=2, verbose=0):
        before, was = lm.num_threads(), lm.is_deterministic()
        lm.set_num_threads(threads)
        lm.set_deterministic(True)
        try:
            lm.seed(0)
            model = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
            trainer = lm.Trainer(model).compile("adam", "cross_entropy", precision=precision)
            trainer.fit(digits, epochs=epochs, batch_size=100, seed=seed, verbose=verbose)
            return trainer.fingerprint()
        finally:
            lm.set_num_threads(before)
            lm.set_deterministic(was)

    weights, order, settings = run(verbose=2).split("-")
    assert f"fingerprint {weights}-{order}-{settings}" in capfd.readouterr().out
    assert run(threads=1) == f"{weights}-{order}-{settings}"
    other = run(seed=1).split("-")
    assert other[0] != weights and other[1] != order and other[2] == settings
