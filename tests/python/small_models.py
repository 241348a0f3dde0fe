"""Twenty small models, one of each kind, with inputs for any number of examples: what must give the same bits however it runs."""

import numpy as np

import lamina as lm
from lamina import nn


class Case:
    """`make()` builds the model; `inputs(count)` are its examples, along axis `batch`, the first ones the same for any count;
    the output has them along `output_batch`."""

    def __init__(self, make, shape, classes=10, batch=0, words=None, loss=None, of_steps=False):
        self.make, self.shape, self.classes, self.batch, self.words = make, shape, classes, batch, words
        self.output_batch = batch if of_steps else 0
        self.loss = loss or (lambda out, y: nn.cross_entropy(out, y))

    def inputs(self, count, seed=0):
        rng = np.random.default_rng(seed)
        size = (count, *self.shape)
        x = rng.integers(0, self.words, size) if self.words else rng.standard_normal(size, dtype=np.float32)
        return np.ascontiguousarray(np.moveaxis(x, 0, self.batch))

    def targets(self, count, seed=1):
        return np.random.default_rng(seed).integers(0, self.classes, count)


class Function(nn.Module):
    """The model's output, made ready for the loss: `function(model, x)`."""

    def __init__(self, function, *parts):
        super().__init__()
        self.function = function
        self.parts = nn.Sequential(*parts)

    def forward(self, x):
        return self.function(list(self.parts), x)


def last_step(parts, x):
    outputs = parts[0](x)
    return parts[1]((outputs[0] if isinstance(outputs, tuple) else outputs)[-1])


def recurrent(layer, size=24):
    return Case(lambda: Function(last_step, layer(12, size), nn.Linear(size, 10)), (7, 12), batch=1)


class NormedCell(nn.Module):
    """An LSTM with layer norm, as a user writes it."""

    def __init__(self, inputs, size):
        super().__init__()
        self.ih, self.hh = nn.Linear(inputs, 4 * size), nn.Linear(size, 4 * size, bias=False)
        self.norm, self.norm_c = nn.LayerNorm(4 * size), nn.LayerNorm(size)
        self.size = size

    def forward(self, x):
        def step(state, x):
            h, c = state
            i, f, g, o = lm.split(self.norm(self.ih(x) + self.hh(h)), 4, axis=-1)
            c = lm.sigmoid(f) * c + lm.sigmoid(i) * lm.tanh(g)
            h = lm.sigmoid(o) * lm.tanh(self.norm_c(c))
            return (h, c), h

        zero = lm.zeros((x.shape[1], self.size))
        return lm.scan(step, (zero, zero), x)[1]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.attend = nn.Linear(12, 32), nn.MultiheadAttention(32, 4, batch_first=True)
        self.first, self.second = nn.LayerNorm(32), nn.LayerNorm(32)
        self.feed = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.embed(x)
        h = self.first(x)
        x = x + self.attend(h, h, h)
        x = x + self.feed(self.second(x))
        return self.head(lm.mean(x, axis=1))


def group_norm_net():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.SiLU(), nn.AvgPool2d(2),
        nn.Conv2d(16, 16, 3, padding=1, groups=16), nn.Conv2d(16, 32, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def transposed_net():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ELU(), nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1), nn.Tanh(),
        nn.MaxPool2d(4), nn.Flatten(), nn.Linear(64, 10))


def sounds_net():
    return nn.Sequential(
        nn.Conv1d(4, 16, 5, padding=2), nn.BatchNorm1d(16), nn.LeakyReLU(), nn.MaxPool1d(2),
        nn.Conv1d(16, 16, 3, dilation=2), nn.GELU(), nn.Flatten(), nn.Linear(16 * 12, 10))


def bag(parts, x):
    return parts[1](parts[0](x))


def spelling(out, y):
    """CTC of [T, N, C] against three letters of each example."""
    steps, count = out.shape[0], out.shape[1]
    letters = lm.array(np.random.default_rng(2).integers(1, 10, (count, 3)))
    return nn.ctc_loss(lm.log_softmax(out, axis=-1), letters, lm.array([steps] * count), lm.array([3] * count))


def each_step(parts, x):
    return parts[1](parts[0](x)[0])


def frames(parts, x):  # [N, T, C, H, W]
    out = parts[0](lm.permute_dims(x, (1, 0, 2, 3, 4)))
    return parts[1](lm.reshape((out[0] if isinstance(out, tuple) else out)[-1], (x.shape[0], -1)))


def words(parts, x):
    return parts[1](parts[0](x)[:, 0])


def photograph(name, side=32):
    return Case(lambda: getattr(lm.models, name)(num_classes=10), (3, side, side))


MODELS = {
    "perceptron": Case(lambda: nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), (64,)),
    "fcn5": Case(lm.models.fcn5, (784,)),
    "resnet18": photograph("resnet18"),
    "resnet20": photograph("resnet20"),
    "resnet34": photograph("resnet34"),
    "resnet50": photograph("resnet50"),
    "densenet40": photograph("densenet40"),
    "densenet121": photograph("densenet121"),
    "group_norm": Case(group_norm_net, (3, 16, 16)),
    "transposed": Case(transposed_net, (3, 16, 16)),
    "sounds": Case(sounds_net, (4, 32)),
    "bert": Case(lambda: Function(words, lm.models.Bert(100, 32, 2, 4, 64, 16, dropout=0.1), nn.Linear(32, 10)), (12,), words=100),
    "attention": Case(Attention, (9, 12)),
    "bag": Case(lambda: Function(bag, nn.EmbeddingBag(200, 24, mode="mean"), nn.Linear(24, 10)), (11,), words=200),
    "lstm": recurrent(lambda i, s: nn.LSTM(i, s, num_layers=2), 160),  # weights that the kernel for one row takes
    "gru": recurrent(nn.GRU),
    "rnn": recurrent(nn.SimpleRNN),
    "indrnn": recurrent(nn.IndRNN),
    "sru": recurrent(nn.SRU),
    "normed_lstm": recurrent(NormedCell),
    "conv_lstm": Case(lambda: Function(frames, nn.ConvLSTM2d(2, 8, 3, padding=1), nn.Linear(8 * 64, 10)), (4, 2, 8, 8)),
    "ctc": Case(lambda: Function(each_step, nn.LSTM(12, 24), nn.Linear(24, 10)), (9, 12), batch=1, loss=spelling, of_steps=True),
}
