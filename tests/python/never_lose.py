"""Trainings that are killed, and files that are damaged. test_never_lose.py runs a few of them,
tests/conformance/never_lose_runs.py as many as are needed to trust the answer."""

import json
import os
import pathlib
import signal
import struct
import time

import numpy as np

import lamina as lm
from lamina import data, nn, optim, train

KINDS = ("arrays", "pictures, no worker", "pictures, 1 worker", "pictures, 2 workers", "stream")


def child(work, *arguments):
    """A forked process that does the work; what it prints goes to the pipe that is returned."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            os.close(read)
            work(write, *arguments)
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(write)
    return process, os.fdopen(read, "rb")


class Log(train.Callback):
    """A line for each batch: which examples, and what the loss has come to. And a checkpoint now and then."""

    def __init__(self, pipe, path, checkpoint, every):
        super().__init__()
        self.pipe, self.path, self.checkpoint, self.every = pipe, path, checkpoint, every
        self.count = 0

    def on_train_batch_end(self, batch):
        self.count += 1
        line = json.dumps([self.epoch, batch, self.trainer.samples()])
        with open(self.path, "a") as file:
            file.write(line + "\n")
        if self.checkpoint and self.count % self.every == 0:
            self.trainer.save_checkpoint(self.checkpoint)
        os.write(self.pipe, b".")

    def on_epoch_begin(self, epoch):
        self.epoch = epoch


class Waves:
    """Batches of which nobody knows how many there are."""

    def __iter__(self):
        rng = np.random.default_rng(5)
        for _ in range(17):
            x = rng.normal(size=(8, 4)).astype(np.float32)
            yield x, (x.sum(axis=1) > 0).astype(np.int64)


def fit(kind, folder, trainer, calls):
    if kind == "arrays":
        x = np.random.default_rng(0).normal(size=(90, 4)).astype(np.float32)
        return trainer.fit((x, (x.sum(axis=1) > 0).astype(np.int64)), epochs=3, batch_size=8, seed=7, verbose=0,
                           sample_weight=np.linspace(0.5, 1.5, 90, dtype=np.float32), callbacks=calls,
                           transform=lambda a, b: (a + 0.1 * lm.random.normal(a.shape), b))
    if kind == "stream":
        return trainer.fit(Waves(), epochs=3, steps_per_epoch=12, verbose=0, callbacks=calls)
    workers = {"no worker": 0, "1 worker": 1, "2 workers": 2}[kind.split(", ")[1]]
    images = data.ImageFolder(folder, channels=1, transforms=[
        data.Resize((10, 10)), data.RandomCrop(8), data.ColorJitter(0.3, 0.3), data.ToFloat()])
    loader = data.DataLoader(images, batch_size=8, shuffle=True, seed=3, num_workers=workers)
    return trainer.fit(loader, epochs=3, verbose=0, callbacks=calls)


def run(pipe, kind, folder, place, every, resume):
    """One process of a training with all that a checkpoint must keep: dropout, augmentation, an order, sums."""
    lm.seed(4)
    classes, width = (10, 64) if kind.startswith("pictures") else (2, 4)
    model = nn.Sequential(nn.Flatten(), nn.Linear(width, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.4),
                          nn.Linear(16, classes))
    rate = optim.OneCycleSchedule(0.05, steps=60)
    trainer = lm.Trainer(model).compile(optim.NAdam(lr=rate), "cross_entropy", ["accuracy", "f1"],
                                        accumulate=2 if kind != "pictures, 1 worker" else 1)
    checkpoint = os.path.join(place, "checkpoint")
    if resume and os.path.exists(checkpoint):
        trainer.load_checkpoint(checkpoint)
    calls = [train.ExponentialMovingAverage(decay=0.9), train.ReduceLROnPlateau("loss", patience=50),
             Log(pipe, os.path.join(place, "log"), checkpoint if every else None, every)]
    fit(kind, folder, trainer, calls)
    trainer.save_checkpoint(os.path.join(place, "end"))


def batches(place):
    """What was trained on in the end: a resumed run repeats the batches after its checkpoint."""
    seen = {}
    for line in pathlib.Path(place, "log").read_text().splitlines():
        try:
            epoch, batch, samples = json.loads(line)
        except ValueError:
            continue  # the line that the kill cut
        seen.setdefault((epoch, batch), []).append(samples)
    return seen


def finished(process, pipe):
    pipe.read()
    pipe.close()
    return os.waitpid(process, 0)[1] == 0


def resumes(kind, folder, scratch, rng, points):
    """How many of the killed and resumed runs end as the one that was never stopped, to the bit."""
    whole = pathlib.Path(scratch, f"{KINDS.index(kind)}whole")
    whole.mkdir()
    assert finished(*child(run, kind, folder, str(whole), 0, False))
    end, order = (whole / "end").read_bytes(), batches(whole)
    good = 0
    for point in range(points):
        place = pathlib.Path(scratch, f"{KINDS.index(kind)}-{point}")
        place.mkdir()
        every = int(rng.integers(1, 5))
        for kill in range(int(rng.integers(1, 3))):  # some runs are killed twice
            process, pipe = child(run, kind, folder, str(place), every, True)
            for _ in range(int(rng.integers(1, 33 if kill == 0 else 4))):
                if not pipe.read(1):
                    break
            time.sleep(float(rng.uniform(0, 0.003)))
            os.kill(process, signal.SIGKILL)
            finished(process, pipe)
        assert finished(*child(run, kind, folder, str(place), every, True))
        seen = batches(place)
        same_order = seen.keys() == order.keys() and all(
            samples == order[key][0] for key, runs in seen.items() for samples in runs)
        good += same_order and (place / "end").read_bytes() == end
    return good


def keep_saving(pipe, path, first):
    model = nn.Linear(200, 200)
    for number in range(first, first + 1000):
        model.weight.value = lm.full((200, 200), number, dtype=lm.float32)
        lm.save_model(model, (-1, 200), path)
        os.write(pipe, struct.pack("<q", number))


def kills_while_saving(scratch, rng, count):
    """How many of the files that a killed process leaves hold the last weights it saved, or the next."""
    path = os.path.join(scratch, "saved.lamina")
    lm.save_model(nn.Linear(200, 200), (-1, 200), path)
    good, number = 0, 1
    for _ in range(count):
        process, pipe = child(keep_saving, path, number)
        done = struct.unpack("<q", pipe.read(8))[0]
        time.sleep(float(rng.uniform(0, 0.004)))
        os.kill(process, signal.SIGKILL)
        rest = pipe.read()
        pipe.close()
        os.waitpid(process, 0)
        if len(rest) >= 8:
            done = struct.unpack("<q", rest[len(rest) // 8 * 8 - 8:len(rest) // 8 * 8])[0]
        values = np.unique(lm.load_model(path).state_dict()["weight"].numpy())
        good += len(values) == 1 and int(values[0]) in (done, done + 1)
        number = done + 2
        for name in os.listdir(scratch):  # of the killed process
            if ".tmp-" in name:
                os.unlink(os.path.join(scratch, name))
    return good


def header_of(raw):
    size = struct.unpack_from("<Q", raw)[0]
    return json.loads(raw[8:8 + size]), 8 + size


def flips(scratch, rng, count):
    """How many of the flipped bits in the weights are found, and their tensor named."""
    path = os.path.join(scratch, "flipped.lamina")
    model = nn.Sequential(nn.Linear(40, 300), nn.ReLU(), nn.BatchNorm1d(300), nn.Linear(300, 7))
    lm.save_model(model, (-1, 40), path)
    raw = bytearray(pathlib.Path(path).read_bytes())
    header, start = header_of(raw)
    places = {name: entry["data_offsets"] for name, entry in header.items() if name != "__metadata__"}
    found = 0
    with open(path, "r+b") as file:
        for bit in rng.integers(0, (len(raw) - start) * 8, count).tolist():
            byte, mask = start + bit // 8, 1 << bit % 8
            name, = [n for n, (a, b) in places.items() if a <= bit // 8 < b]
            os.pwrite(file.fileno(), bytes([raw[byte] ^ mask]), byte)
            try:
                lm.load_model(path)
            except lm.FileError as error:
                found += f'tensor "{name}": checksum' in str(error)
            os.pwrite(file.fileno(), bytes([raw[byte]]), byte)
    lm.load_model(path)
    return found


def loading_times(scratch, rounds=15):
    """Seconds to load a file of 128 MiB, and the same file without checksums; the best of `rounds`."""
    checked, plain = os.path.join(scratch, "checked.lamina"), os.path.join(scratch, "plain.lamina")
    lm.save_model(nn.Sequential(*[nn.Linear(2048, 2048) for _ in range(8)]), (-1, 2048), checked)
    raw = pathlib.Path(checked).read_bytes()
    header, start = header_of(raw)
    header["__metadata__"] = {k: v for k, v in header["__metadata__"].items() if not k.startswith("crc32c.")}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(plain).write_bytes(struct.pack("<Q", len(text)) + text + raw[start:])
    best = {}
    for _ in range(rounds):
        for path in (checked, plain):
            begun = time.perf_counter()
            lm.load_model(path)
            best[path] = min(best.get(path, 1e9), time.perf_counter() - begun)
    return best[checked], best[plain]
