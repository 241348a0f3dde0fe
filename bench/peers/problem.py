"""The workloads: sizes, inputs, initial weights and arithmetic, the same for every framework. Python 3.7 and later."""

import collections
import pathlib
import zlib

import numpy as np

# mode: "infer" or "train", and others for digits and adds; gflop: of one forward call on one example (a
# multiplication and an addition are two), 0 where arithmetic is not what it takes
Work = collections.namedtuple("Work", "name title net mode batch threads gflop goal")


# Counted from the nets' convolutions and products.
RESNET50, DENSENET121, DENSENET121_SMALL = 8.17837, 5.66832, 1.77670
IMAGES = {"resnet50": (3, 224, 1000), "densenet121": (3, 224, 1000), "densenet121_small": (3, 32, 10)}
DENSE = {"fcn5": (784, 2048, 4096, 1024, 10), "wide": (26752, 2048, 2048, 2048, 26752), "digits": (64, 128, 10)}
MINILM = dict(layers=6, hidden=384, heads=12, intermediate=1536, length=128)
RECURRENT = dict(layers=2, size=512, steps=64)  # gates: how many products of size x size a step and side
GATES = {"lstm": 4, "gru": 3, "lnlstm": 4}
EPOCHS, DIGITS_BATCH, ADDS = 20, 32, 1000


def dense_gflop(net):
    sizes = DENSE[net]
    return 2e-9 * sum(a * b for a, b in zip(sizes, sizes[1:]))


def minilm_gflop():
    h, n = MINILM["hidden"], MINILM["length"]
    return 2e-9 * MINILM["layers"] * (n * (4 * h * h + 2 * h * MINILM["intermediate"]) + 2 * n * n * h)


def recurrent_gflop(net):
    r = RECURRENT
    return 2e-9 * r["layers"] * r["steps"] * GATES[net] * 2 * r["size"] ** 2


LSTM, GRU = recurrent_gflop("lstm"), recurrent_gflop("gru")
FCN5, WIDE, BERT = dense_gflop("fcn5"), dense_gflop("wide"), minilm_gflop()

WORKS = [
    Work("resnet50_infer_b1", "ResNet-50 inference, batch 1", "resnet50", "infer", 1, 2, RESNET50, 1.10),
    Work("resnet50_infer_b16", "ResNet-50 inference, batch 16", "resnet50", "infer", 16, 2, RESNET50, 1.15),
    Work("densenet_train_b16", "DenseNet-121 training, 224x224, batch 16", "densenet121", "train", 16, 2,
         DENSENET121, 1.2),
    Work("densenet_train_small", "DenseNet-121 training, 32x32, batch 64", "densenet121_small", "train", 64, 2,
         DENSENET121_SMALL, 1.2),
    Work("fcn5_train_1", "FCN5 training step, batch 1,024, 1 thread", "fcn5", "train", 1024, 1, FCN5, 1.0),
    Work("fcn5_train_2", "FCN5 training step, batch 1,024, 2 threads", "fcn5", "train", 1024, 2, FCN5, 1.0),
    Work("fcn5_infer_1", "FCN5 inference, batch 1,024, 1 thread", "fcn5", "infer", 1024, 1, FCN5, 1.0),
    Work("fcn5_infer_2", "FCN5 inference, batch 1,024, 2 threads", "fcn5", "infer", 1024, 2, FCN5, 1.0),
    Work("wide_infer", "wide net 26752-2048-2048-2048-26752 inference, batch 64", "wide", "infer", 64, 2, WIDE, 1.0),
    Work("wide_train", "wide net training step, batch 64", "wide", "train", 64, 2, WIDE, 1.25),
    Work("minilm_infer_b1", "MiniLM encoder inference, batch 1, 128 tokens", "minilm", "infer", 1, 2, BERT, 1.15),
    Work("minilm_infer_b8", "MiniLM encoder inference, batch 8, 128 tokens", "minilm", "infer", 8, 2, BERT, 1.05),
    Work("minilm_train", "MiniLM encoder training step, batch 8, 128 tokens", "minilm", "train", 8, 2, BERT, 1.35),
    Work("lstm_train", "LSTM training step, 2 layers of 512, 64 steps, batch 32", "lstm", "train", 32, 2, LSTM, 1.25),
    Work("lnlstm_train", "LSTM with layer norm of one's own, training step, batch 32", "lnlstm", "train", 32, 2, LSTM,
         1.6),
    Work("gru_train", "GRU training step, batch 32", "gru", "train", 32, 2, GRU, 1.25),
    Work("lstm_infer_b1", "LSTM inference, batch 1", "lstm", "infer", 1, 2, LSTM, 1.2),
    Work("gru_infer_b1", "GRU inference, batch 1", "gru", "infer", 1, 2, GRU, 1.2),
    Work("digits_loop", "digits 64-128-10, batch 32, 20 epochs, a loop of one's own", "digits", "loop", 1, 2, 0, 6),
    Work("digits_fit", "digits 64-128-10, batch 32, 20 epochs, fit", "digits", "fit", 1, 2, 0, 4),
    Work("adds_plain", "1,000 adds of 10 floats", "adds", "plain", 1, 2, 0, 10),
    Work("adds_gradient", "1,000 adds of 10 floats and their gradient", "adds", "gradient", 1, 2, 0, 10),
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
    """Of one call. The backward pass is twice the forward, but for the gradient of a first product's input."""
    amount = work.gflop * (3 if work.mode == "train" else 1)
    if work.mode == "train" and work.net in DENSE:
        amount -= 2e-9 * DENSE[work.net][0] * DENSE[work.net][1]
    return amount * work.batch


def momentum(work):
    return 0.9 if work.net in IMAGES or work.net == "digits" else 0.0


def data(work):
    """Input and target of every call: of images and rows a class each, of sequences an array like the input."""
    draw = np.random.RandomState(0)
    if work.net == "minilm":
        shape = (work.batch, MINILM["length"], MINILM["hidden"])
        return tuple(draw.standard_normal(shape).astype(np.float32) for _ in range(2))
    if work.net in GATES:
        shape = (RECURRENT["steps"], work.batch, RECURRENT["size"])
        return tuple(draw.standard_normal(shape).astype(np.float32) for _ in range(2))
    if work.net in IMAGES:
        channels, size, classes = IMAGES[work.net]
        shape = (work.batch, channels, size, size)
    else:
        shape, classes = (work.batch, DENSE[work.net][0]), DENSE[work.net][-1]
    x = draw.standard_normal(shape).astype(np.float32)
    return x, draw.randint(classes, size=work.batch).astype(np.int64)


def digits():
    """1,797 images of digits as rows of 64 numbers, and what they show; the order of each epoch."""
    table = np.load(pathlib.Path(__file__).resolve().parents[2] / "share" / "digits.npy")
    draw = np.random.RandomState(0)
    orders = [draw.permutation(len(table)) for _ in range(EPOCHS)]
    return (table[:, :64] / 16).astype(np.float32), table[:, 64].astype(np.int64), orders


def weight(name, shape):
    """The initial value of a parameter or buffer; the same in every framework that knows it by this name."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_mean") or "bias" in name:
        return np.zeros(shape, np.float32)
    if len(shape) == 1:
        return np.ones(shape, np.float32)  # scales and variances
    draw = np.random.RandomState(zlib.crc32(name.encode()))
    inputs = float(np.prod(shape[1:]))
    return (draw.standard_normal(shape) * (2 / inputs) ** 0.5).astype(np.float32)
