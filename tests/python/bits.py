"""What small models compute in deterministic mode, to the bit: with any number of threads, in either tier, op by op,
and a row by itself or among others. The processes of it: bits.py FILE MODEL.."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from small_models import MODELS

import lamina as lm

THREADS = (1, 2, 4)
COUNT = 8
STEPS = 2
WAYS = {"tier 1": {}, "tier 0": {"LAMINA_TIER": "0"}, "eager": {"LAMINA_EAGER": "1"}}
BATCHES = (1, 2, 3, 7, 16, 33, 64)


def mode():
    """For the processes begun here: the mode of this one."""
    return {"LAMINA_DETERMINISTIC": "1" if lm.is_deterministic() else "0"}


def predicted(model, case, x):
    with lm.no_grad():
        out = model(lm.array(x)).numpy()
    return np.moveaxis(out, case.output_batch, 0)


def results(name):
    """The output twice (the first time may run in tier 0) and the weights after training steps."""
    case = MODELS[name]
    lm.seed(0)
    model = case.make().eval()
    x, y = lm.array(case.inputs(COUNT)), lm.array(case.targets(COUNT))
    yield "output", predicted(model, case, case.inputs(COUNT))
    yield "output again", predicted(model, case, case.inputs(COUNT))
    model.train()
    optimizer = lm.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(STEPS):
        loss = case.loss(model(x), y)
        loss.backward()
        optimizer.step()
    yield "loss", np.array(loss.item())
    for key, value in model.state_dict().items():
        yield key, value.numpy()


def compute(names, path):
    """All results of this process's way of running, for each number of threads, as a file."""
    out = {}
    for name in names:
        for threads in THREADS:
            lm.set_num_threads(threads)
            for key, value in results(name):
                out[f"{name}|{threads}|{key}"] = value
    np.savez(path, **out)


def differing(a, b):
    """How many numbers of the two do not have the same bits."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return max(a.size, b.size, 1)
    a, b = (np.ascontiguousarray(v).reshape(-1).view(np.uint8).reshape(v.size, -1) for v in (a, b))
    return int((a != b).any(axis=1).sum())


def compare_ways(names, folder):
    """Yields (model, what, way, threads, differing, of): every result beside that of tier 1 on one thread."""
    files = {}
    for way, setting in WAYS.items():
        path = os.path.join(folder, way.replace(" ", "") + ".npz")
        environment = {**os.environ, **mode(), **setting}
        subprocess.run([sys.executable, str(pathlib.Path(__file__)), path, *names], env=environment, check=True)
        files[way] = dict(np.load(path))
    first = files["tier 1"]
    for way, file in files.items():
        assert file.keys() == first.keys()
        for key, value in file.items():
            name, threads, what = key.split("|", 2)
            same = "output" if what == "output again" else what
            yield name, what, way, int(threads), differing(value, first[f"{name}|{THREADS[0]}|{same}"]), value.size


def compare_rows(name):
    """Yields (batch, differing, of): rows of each batch beside those of the largest one; the last row alone too."""
    case = MODELS[name]
    lm.seed(0)
    model = case.make().eval()
    largest = max(BATCHES)
    x = np.moveaxis(case.inputs(largest), case.batch, 0)
    run = lambda rows: predicted(model, case, np.ascontiguousarray(np.moveaxis(rows, 0, case.batch)))
    all_rows = run(x)
    for batch in BATCHES:
        rows = run(x[:batch])
        yield batch, differing(rows, all_rows[:batch]), rows.size
    yield 1, differing(run(x[-1:]), all_rows[-1:]), all_rows[-1:].size


def compare_cpp(command, folder):
    """(differing, of): what the command says of pictures, and what Python says, of a saved ResNet-20."""
    pictures, path = os.path.join(folder, "pictures"), os.path.join(folder, "resnet20.lamina")
    count = lm.data.export_digits(pictures, count=100)
    images = lm.data.ImageFolder(pictures, channels=1, transforms=[lm.data.ToFloat()])
    x = lm.array(images.get(list(range(count)))[0])
    lm.seed(0)
    model = lm.models.resnet20(num_classes=10, in_channels=1)
    model(x).eval()  # statistics of the batch
    model.eval()
    lm.save_model(model, (-1, *x.shape[1:]), path, classes=images.classes)
    environment = {**os.environ, **mode()}
    said = subprocess.run([command, "predict", path, pictures, "--top", "10", "--format", "json"], env=environment,
                          check=True, capture_output=True).stdout
    theirs = np.float32([[answer["shares"][c] for c in images.classes] for answer in json.loads(said)])
    with lm.no_grad():
        ours = lm.softmax(lm.load_model(path)(x), axis=-1).numpy()
        again = lm.softmax(model(x), axis=-1).numpy()
    return differing(theirs, ours) + differing(again, ours), 2 * ours.size


if __name__ == "__main__":
    compute(sys.argv[2:], sys.argv[1])
