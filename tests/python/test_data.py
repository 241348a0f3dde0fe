"""Loaders, image folders and readers from Python: workers, resuming, Python's own data sets, forks, Ctrl-C."""

import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib

import children
import numpy as np
import pytest

import lamina as lm
from lamina import data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits")
    data.export_digits(str(path), count=60)
    return str(path)


def rows(loader):
    return [(np.asarray(x).copy(), np.asarray(y).copy()) for x, y in loader]


def same(a, b):
    return len(a) == len(b) and all(np.array_equal(x, u) and np.array_equal(y, v) for (x, y), (u, v) in zip(a, b))


TRANSFORMS = [data.Resize((12, 12)), data.RandomCrop(8), data.ColorJitter(0.3, 0.3), data.ToFloat()]


def test_batches_do_not_depend_on_the_workers(folder):
    images = data.ImageFolder(folder, transforms=TRANSFORMS)
    results = [rows(data.DataLoader(images, batch_size=7, shuffle=True, seed=3, num_workers=n)) for n in (0, 1, 4)]
    assert same(results[0], results[1]) and same(results[0], results[2])
    assert results[0][0][0].shape == (7, 3, 8, 8)


def test_a_position_is_saved_and_restored(folder):
    images = data.ImageFolder(folder, transforms=TRANSFORMS)
    options = dict(batch_size=8, shuffle=True, seed=1, num_workers=2)
    first = data.DataLoader(images, **options)
    loop = iter(first)
    for _ in range(3):
        next(loop)
    state = first.state_dict()
    rest = rows(loop)
    second = data.DataLoader(images, **options)
    second.load_state_dict(state)
    assert same(rest, rows(second))
    with pytest.raises(lm.errors.ValueError, match="other data, or with other options"):
        data.DataLoader(images, batch_size=9).load_state_dict(state)


class Squares:
    def __init__(self, count=20):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return np.array([i, i * i], np.float32), i


@pytest.mark.parametrize("workers", [0, 2])
def test_datasets_of_pytorchs_kind(workers):
    batches = rows(data.DataLoader(Squares(), batch_size=8, num_workers=workers))
    assert [len(y) for _, y in batches] == [8, 8, 4]
    assert np.array_equal(batches[1][0][0], [8, 64])
    trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.0), "mse")
    pairs = [(np.ones(2, np.float32), np.ones(1, np.float32))] * 6
    assert len(trainer.fit(pairs, epochs=2, verbose=0)["loss"]) == 2


def test_collate_fn_puts_examples_of_any_length_together():
    lists = [([1] * n, n) for n in (3, 1, 2)]

    def pad(examples):
        longest = max(len(x) for x, _ in examples)
        return [x + [0] * (longest - len(x)) for x, _ in examples], [n for _, n in examples]

    ((x, y),) = rows(data.DataLoader(lists, batch_size=3, collate_fn=pad))
    assert x.tolist() == [[1, 1, 1], [1, 0, 0], [1, 1, 0]] and y.tolist() == [3, 1, 2]
    with pytest.raises(lm.errors.ShapeError, match="one shape"):
        rows(data.DataLoader(lists, batch_size=3))


def test_errors_of_a_dataset_come_through(folder):
    class Bad(Squares):
        def __getitem__(self, i):
            if i == 5:
                raise RuntimeError("number five")
            return super().__getitem__(i)

    for workers in (0, 2):
        with pytest.raises(RuntimeError, match="number five"):
            rows(data.DataLoader(Bad(), batch_size=2, num_workers=workers))
    with pytest.raises(TypeError, match="a pair"):
        rows(data.DataLoader([1, 2, 3], batch_size=1))
    for wrong in (3, "text", {1: 2}, lm.ones((3, 2))):
        with pytest.raises(TypeError, match="expected a Dataset or a pair"):
            data.DataLoader(wrong)


def test_a_loop_that_is_left_ends_its_threads(folder):
    before = threading.active_count()
    images = data.ImageFolder(folder, transforms=TRANSFORMS)
    for _ in range(20):
        next(iter(data.DataLoader(images, batch_size=2, num_workers=3)))
    assert threading.active_count() == before
    assert len(os.listdir("/proc/self/task")) < 40


def test_functions_are_transforms(folder):
    images = data.ImageFolder(folder, transforms=[lambda pixels: np.asarray(pixels)[:4, :5], data.ToFloat()], channels=1)
    for workers in (0, 2):
        x, y = next(iter(data.DataLoader(images, batch_size=3, num_workers=workers)))
        assert x.shape == (3, 1, 4, 5)
    with pytest.raises(lm.errors.ShapeError, match="from a function"):
        data.ImageFolder(folder, transforms=[lambda pixels: [1.0]]).get([0])
    with pytest.raises(TypeError, match="a class"):
        data.ImageFolder(folder, transforms=[data.ToFloat])


def test_pictures_that_cannot_be_read_are_named(folder, tmp_path):
    (tmp_path / "a").mkdir()
    data.export_digits(str(tmp_path / "b"), count=4)
    (tmp_path / "a" / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    (tmp_path / "a" / "good.png").write_bytes(next((tmp_path / "b").rglob("*.png")).read_bytes())
    with pytest.raises(lm.errors.FileError, match="bad.jpg: bad JPEG"):
        rows(data.DataLoader(data.ImageFolder(str(tmp_path)), batch_size=2))
    images = data.ImageFolder(str(tmp_path), on_error="skip")
    assert sum(len(y) for _, y in rows(data.DataLoader(images, batch_size=2))) == 5
    assert [os.path.basename(name) for name, _ in images.skipped] == ["bad.jpg"]


SCRIPT = """
import sys, time
import lamina as lm
class Slow:
    def __len__(self): return 10**6
    def __getitem__(self, i):
        time.sleep(0.01)
        return [1.0], 0
print("ready", flush=True)
for x, y in lm.data.DataLoader(Slow(), batch_size=10000, num_workers=2): pass
"""


def test_ctrl_c_ends_in_a_second():
    path = os.pathsep.join([os.path.dirname(os.path.dirname(lm.__file__)), os.environ.get("PYTHONPATH", "")])
    child = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": path}, preexec_fn=children.hear_interrupts)
    child.stdout.readline()
    time.sleep(0.3)
    begun = time.monotonic()
    child.send_signal(signal.SIGINT)
    errors = child.communicate(timeout=20)[1]
    assert time.monotonic() - begun < 1 and b"KeyboardInterrupt" in errors


def _train_in_child(queue):
    loader = data.DataLoader((np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)), batch_size=4, num_workers=2)
    trainer = lm.Trainer(lm.nn.Linear(2, 1)).compile(lm.optim.SGD(lr=0.1), "mse")
    trainer.fit((np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)), epochs=2, verbose=0)
    queue.put(sum(len(x) for x, y in loader))


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_children_train_whatever_their_parent_did(method):
    (lm.ones((600, 600)) @ lm.ones((600, 600))).eval()  # the parent's threads exist
    loop = iter(data.DataLoader(Squares(), batch_size=2, num_workers=2))
    next(loop)
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=_train_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == 8
    child.join(20)
    assert child.exitcode == 0
    assert len(rows(loop)) == 9


def write_png(path, picture):
    """PNG by the standard library, so that nothing of ours writes what ours reads."""
    height, width, _ = picture.shape

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def test_pixels_arrive_as_they_are(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 9, 7, 3), np.uint8)
    for i, picture in enumerate(pictures):
        (tmp_path / str(i)).mkdir()
        write_png(tmp_path / str(i) / "x.png", picture)
    x, y = data.ImageFolder(str(tmp_path)).get([2, 0])
    assert np.array_equal(np.asarray(x), pictures[[2, 0]].transpose(0, 3, 1, 2)) and y.tolist() == [2, 0]
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    x, _ = data.ImageFolder(str(tmp_path), transforms=[data.Normalize(mean, std)]).get([0])
    wanted = (pictures[0].transpose(2, 0, 1) / 255 - np.array(mean)[:, None, None]) / np.array(std)[:, None, None]
    assert np.allclose(np.asarray(x)[0], wanted, atol=2e-6)


def test_arrays_from_numpys_files(tmp_path):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.save(tmp_path / "x.npy", np.asfortranarray(x))
    np.savez(tmp_path / "x.npz", a=x, b=x > 2)
    assert np.array_equal(np.asarray(data.read_npy(str(tmp_path / "x.npy"))), x)
    arrays = data.read_npz(str(tmp_path / "x.npz"))
    assert np.array_equal(np.asarray(arrays["a"]), x) and arrays["b"].dtype == lm.bool_
    with pytest.raises(lm.errors.FileError, match="no-such"):
        data.read_npy(str(tmp_path / "no-such.npy"))


def test_tables(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,kind,y\n1,"x, y",0.5\n2,z,1.5\n3,z,2.25\n')
    table = data.CsvDataset(str(path))
    assert table.features == ["a", "kind=x, y", "kind=z"] and table.classes == []
    x, y = table.rows.x, table.rows.y
    assert x.tolist() == [[1, 1, 0], [2, 0, 1], [3, 0, 1]] and y.tolist() == [[0.5], [1.5], [2.25]]
    kinds = data.CsvDataset(str(path), target="kind")
    assert kinds.classes == ["x, y", "z"] and kinds.rows.y.tolist() == [0, 1, 1]
    with pytest.raises(lm.errors.KeyError, match="no column \"b\""):
        data.CsvDataset(str(path), target="b")
    path.write_text("a,b\n1,\n")
    with pytest.raises(lm.errors.FileError, match="line 2, column b"):
        data.CsvDataset(str(path))


class Frame:
    """As much of pandas' DataFrame as is asked of it."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def to_numpy(self):
        return self.values


def test_tables_of_pandas_are_arrays():
    dataset = data.ArrayDataset(Frame([[1.0, 2.0]]), Frame([3]))
    assert dataset.x.tolist() == [[1, 2]] and dataset.y.tolist() == [3]


def test_weights_shards_and_lengths():
    x, y = np.arange(10.0), np.arange(10)
    drawn = np.concatenate([v for _, v in rows(data.DataLoader((x, y), weights=[1.0] + [0.0] * 9, batch_size=5))])
    assert drawn.tolist() == [0] * 10
    parts = [np.concatenate([v for _, v in rows(data.DataLoader((x, y), num_shards=2, shard_index=i))]) for i in (0, 1)]
    assert sorted(np.concatenate(parts).tolist()) == list(range(10))
    by_length = data.DataLoader((x, y), batch_size=5, lengths=[i % 2 for i in range(10)])
    assert [sorted(v % 2) for _, v in rows(by_length)] == [[0] * 5, [1] * 5]
    with pytest.raises(lm.errors.ValueError, match="a weight for each example"):
        data.DataLoader((x, y), weights=[1.0])
