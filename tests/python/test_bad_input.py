"""What people hand to a training by mistake: each a typed exception that says what to do, and nothing lost."""

import pathlib

import numpy as np
import pytest

import lamina as lm
from lamina import data, nn, optim, train


def trainer(model=None, **options):
    lm.seed(0)
    return lm.Trainer(model or nn.Linear(4, 3)).compile(optim.Adam(lr=0.01), "cross_entropy", **options)


X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)


@pytest.mark.parametrize("labels", [[3] * 12, [-1] * 12, [0] * 11 + [99]])
def test_labels_that_no_class_has(labels):
    t = trainer()
    before = t.module.weight.numpy().copy()
    with pytest.raises(lm.Error, match=r"(?s)label|class|target") as caught:
        t.fit((X, np.array(labels)), verbose=0)
    assert "expected   0 to 2" in str(caught.value)
    np.testing.assert_array_equal(t.module.weight.numpy(), before)
    assert t.fit((X, np.arange(12) % 3), verbose=0).epochs == 1


@pytest.mark.parametrize("x, y, error", [
    (X[:0], np.zeros(0, np.int64), "the dataset is empty"),
    (X, np.zeros(11, np.int64), "as many rows"),
    (X[:, :3], np.zeros(12, np.int64), "input features"),
    (X, np.zeros((12, 2), np.float32), "cross_entropy"),
    ([["a", "b"]], [0], "str"),
])
def test_data_that_do_not_fit(x, y, error):
    with pytest.raises((lm.Error, TypeError, ValueError), match=f"(?s){error}"):
        trainer().fit((x, y), verbose=0)


def test_the_checkpoint_of_another_net(tmp_path):
    path = str(tmp_path / "c")
    trainer(nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3))).save_checkpoint(path)
    other = trainer()
    before = other.module.weight.numpy().copy()
    with pytest.raises(lm.KeyError) as caught:
        other.load_checkpoint(path)
    message = str(caught.value)
    for word in ("missing", "weight", "bias", "unexpected", "0.weight", "1.bias"):
        assert word in message
    np.testing.assert_array_equal(other.module.weight.numpy(), before)
    shapes = trainer(nn.Linear(4, 5))
    with pytest.raises(lm.Error, match=r"(?s)weight.*\[3, 4\]|weight.*\[5, 4\]"):
        trainer().save_checkpoint(path)
        shapes.load_checkpoint(path)


def test_a_checkpoint_of_other_data_is_refused(tmp_path):
    path = str(tmp_path / "c")

    class Stop(train.Callback):
        def on_train_batch_end(self, batch):
            self.trainer.save_checkpoint(path)
            self.trainer.stop_training(now=True)

    y = np.arange(12) % 3
    trainer().fit((X, y), epochs=2, batch_size=4, verbose=0, callbacks=[Stop()])
    for source, options in (((X[:10], y[:10]), {"batch_size": 4}), ((X, y), {"batch_size": 5}),
                            ((X, y), {"batch_size": 4, "seed": 1}), ([(X, y)].__iter__(), {"steps_per_epoch": 1})):
        resumed = trainer()
        resumed.load_checkpoint(path)
        with pytest.raises(lm.ValueError, match="needs the data and options"):
            resumed.fit(source, epochs=2, verbose=0, **options)


def test_pictures_of_several_sizes(tmp_path):
    from test_data import write_png

    for name, size in ("a", (8, 8, 3)), ("b", (9, 8, 3)):
        (tmp_path / name).mkdir()
        write_png(tmp_path / name / "x.png", np.zeros(size, np.uint8))
    images = data.ImageFolder(str(tmp_path))
    with pytest.raises(lm.ShapeError, match=r"(?s)one size.*8 x 8.*9 x 8.*Resize"):
        images.get([0, 1])


def test_pictures_that_are_too_large(tmp_path):
    from test_data import write_png

    (tmp_path / "a").mkdir()
    write_png(tmp_path / "a" / "x.png", np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(lm.FileError, match="x.png"):
        data.ImageFolder(str(tmp_path), max_pixels=500).get([0])


@pytest.mark.parametrize("make, message", [
    (lambda p: None, "is not a folder of pictures"),
    (lambda p: (p / "a").mkdir(), "no picture in it"),
    (lambda p: (p / "x.png").write_bytes(b""), "pictures without sub-folders"),
    (lambda p: p.rmdir(), "No such file"),
])
def test_folders_without_pictures(make, message, tmp_path):
    place = pathlib.Path(tmp_path, "folder")
    place.mkdir()
    make(place)
    with pytest.raises(lm.FileError, match=message):
        data.ImageFolder(str(place))
