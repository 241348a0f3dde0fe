"""The works: NET_{train|infer|features}_bBATCH_tTHREADS. A file here makes one net or a family of them."""

import collections
import re

import numpy as np

from . import adds, dense, densenet121, digits, minilm, recurrent, resnet50, wordlm

MAKERS = {
    "resnet50": resnet50, "densenet121": densenet121, "densenet121_cifar": densenet121,
    "fcn5": dense, "fcn5_cntk": dense, "wide": dense, "minilm": minilm,
    "lstm": recurrent, "lnlstm": recurrent, "gru": recurrent, "wordlm": wordlm, "digits": digits, "adds": adds,
}
TITLES = {
    "resnet50": "ResNet-50, 224x224", "densenet121": "DenseNet-121, 224x224, 14 labels, Adam",
    "densenet121_cifar": "DenseNet-121, 32x32", "fcn5": "FCN5 784-2048-4096-1024-10",
    "fcn5_cntk": "FCN5 of the CNTK file, 784-4096-2048-1024-10", "wide": "wide net 26752-2048-2048-2048-26752",
    "minilm": "MiniLM encoder, 128 tokens", "lstm": "LSTM, 2 layers of 512, 64 steps",
    "lnlstm": "LSTM with layer norm, 2 layers of 512, 64 steps", "gru": "GRU, 2 layers of 512, 64 steps",
    "wordlm": "word model, 10,000 words, 2 LSTMs of 256, 32 steps", "digits": "digits 64-128-10, 20 epochs",
    "adds": "1,000 additions of 10 floats",
}
MODES = {"train": "training step", "infer": "inference", "features": "2,048 features, copies in and out"}
WHOLE = {("digits", "train"): "whole training", ("adds", "train"): "with their gradient",
         ("adds", "infer"): "read at the end"}
FORM = re.compile(r"(%s)_(train|infer|features)_b([1-9]\d*)_t([1-9]\d*)$" % "|".join(MAKERS))


class Work(collections.namedtuple("Work", "name net mode batch threads")):
    @property
    def training(self):
        return self.mode == "train"

    @property
    def title(self):
        mode = WHOLE.get((self.net, self.mode), MODES[self.mode])
        threads = "%d thread%s" % (self.threads, "s" if self.threads > 1 else "")
        return "%s: %s, batch %d, %s" % (TITLES[self.net], mode, self.batch, threads)

    def make(self):
        return MAKERS[self.net].make(self.net, self.mode)

    def gflop(self):
        """Of one call; None where arithmetic is not what it takes."""
        return None if self.net in ("digits", "adds") else self.make().gflop(self.training) * self.batch


def parse(name):
    """The work of this name; ValueError for another text."""
    found = FORM.match(name)
    if not found or (found.group(2) == "features" and found.group(1) != "resnet50"):
        raise ValueError("%r is not NET_{train|infer}_bBATCH_tTHREADS with NET one of %s (or "
                         "resnet50_features_bBATCH_tTHREADS)" % (name, ", ".join(MAKERS)))
    net, mode, batch, threads = found.groups()
    return Work(name, net, mode, int(batch), int(threads))


def data(net, batch):
    """Input and target of every call, as NumPy arrays with the batch first."""
    draw = np.random.RandomState(0)
    shape, out = (batch,) + net.nodes[0].shape, net.nodes[-1].shape
    if "embedding" in net.ops:
        words = net.parameters["embedding.weight"][0]
        return draw.randint(words, size=shape).astype(np.int64), draw.randint(words, size=shape).astype(np.int64)
    x = draw.random_sample(shape).astype(np.float32)
    if net.loss == "sigmoid":
        return x, (draw.random_sample((batch,) + out) < 0.1).astype(np.float32)
    if net.loss == "squares":
        return x, draw.standard_normal((batch,) + out).astype(np.float32)
    return x, draw.randint(out[-1], size=batch).astype(np.int64)
