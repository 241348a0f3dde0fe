"""The workloads: sizes, inputs, initial weights and arithmetic, the same for every framework. Python 3.7 and later."""

import collections
import zlib

import numpy as np

# mode: "infer" or "train"; gflop: of one forward call on one example (a multiplication and an addition are two)
Work = collections.namedtuple("Work", "name title net mode batch threads gflop goal")


def dense_gflop(sizes):
    return 2e-9 * sum(a * b for a, b in zip(sizes, sizes[1:]))


RESNET50, DENSENET121, DENSENET121_SMALL = 8.17837, 5.66832, 1.77670  # counted from the nets' convolutions
IMAGES = {"resnet50": (3, 224, 1000), "densenet121": (3, 224, 1000), "densenet121_small": (3, 32, 10)}

WORKS = [
    Work("resnet50_infer_b1", "ResNet-50 inference, batch 1", "resnet50", "infer", 1, 2, RESNET50, 1.10),
    Work("resnet50_infer_b16", "ResNet-50 inference, batch 16", "resnet50", "infer", 16, 2, RESNET50, 1.15),
    Work("densenet_train_b16", "DenseNet-121 training, 224x224, batch 16", "densenet121", "train", 16, 2,
         DENSENET121, 1.2),
    Work("densenet_train_small", "DenseNet-121 training, 32x32, batch 64", "densenet121_small", "train", 64, 2,
         DENSENET121_SMALL, 1.2),
]


def chosen(names):
    """The workloads of these names, or whose names begin with one; all, if there is none."""
    exact = {w.name: w for w in WORKS}
    out = []
    for name in names or [""]:
        found = [exact[name]] if name in exact else [w for w in WORKS if w.name.startswith(name)]
        if not found:
            raise SystemExit("there is no workload %s; there are: %s" % (name, ", ".join(exact)))
        out += [w for w in found if w not in out]
    return out


def gflop(work):
    """Of one call. The backward pass is twice the forward."""
    return work.gflop * work.batch * (3 if work.mode == "train" else 1)


def data(work):
    """Input and target of every call."""
    draw = np.random.RandomState(0)
    channels, size, classes = IMAGES[work.net]
    x = draw.standard_normal((work.batch, channels, size, size)).astype(np.float32)
    return x, draw.randint(classes, size=work.batch).astype(np.int64)


def weight(name, shape):
    """The initial value of a parameter or buffer; the same in every framework that knows it by this name."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_mean") or name.endswith("bias"):
        return np.zeros(shape, np.float32)
    if len(shape) == 1:
        return np.ones(shape, np.float32)  # scales and variances
    draw = np.random.RandomState(zlib.crc32(name.encode()))
    inputs = float(np.prod(shape[1:]))
    return (draw.standard_normal(shape) * (2 / inputs) ** 0.5).astype(np.float32)
