"""Recurrent nets of cells that users write, beside the same cells in PyTorch; layers; sequences of several lengths.
usage: recurrent.py [--torch-python PYTHON] [--eager] [--rounds N] [WORK..]

Two layers of 512, 64 steps of 512 numbers, 2 threads; images of 32 channels of 16 x 16 and 16 steps for convlstm; words:
10,000 words, embedding 256, two LSTMs of 256, 32 steps. Both sides begin with the same weights; nothing is timed before
the losses of three steps agree. A process for each side, in turns, halted while it waits, for its threads may spin;
the median of the rounds. Cells run through
torch.compile too, unless --eager; the faster of the two is the peer. Works with lengths (8 to 64) stand beside
our own run of the whole padded batch as well."""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time

import numpy as np

STEPS, SIZE, LAYERS = 64, 512, 2
CELLS = ("lnlstm", "lightgru", "indrnn", "sru", "peephole", "convlstm")
WORKS = [f"{cell}_train_b32" for cell in CELLS[:-1]] + ["convlstm_train_b8", "lstm_train_b32", "gru_train_b32",
         "words_train_b128", "lengths_train_b32", "lengths_infer_b32", "lstm_infer_b1", "gru_infer_b1"]
WORDS = 10000


def cells(nn, ops, cat_axis):
    """The cells, as one writes them with either library: `ops` has its functions, under the same names."""

    class Affine(nn.Module):
        def __init__(self, inputs, size, gates, recurrent=True):
            super().__init__()
            self.ih = nn.Linear(inputs, gates * size)
            if recurrent:
                self.hh = nn.Linear(size, gates * size, bias=False)

        def gates(self, x, h, count):
            return ops.split(self.ih(x) + self.hh(h), count)

    class lnlstm(Affine):
        def __init__(self, inputs, size):
            super().__init__(inputs, size, 4)
            self.norm, self.norm_c = nn.LayerNorm(4 * size), nn.LayerNorm(size)

        def forward(self, x, state):
            h, c = state
            i, f, g, o = ops.split(self.norm(self.ih(x) + self.hh(h)), 4)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(self.norm_c(c))
            return h, (h, c)

    class lightgru(Affine):  # Ravanelli et al. 2018
        def __init__(self, inputs, size):
            super().__init__(inputs, size, 2)

        def forward(self, x, h):
            z, n = self.gates(x, h, 2)
            z = ops.sigmoid(z)
            h = z * h + (1 - z) * ops.relu(n)
            return h, h

    class indrnn(Affine):
        def __init__(self, inputs, size):
            super().__init__(inputs, size, 1, recurrent=False)
            self.u = nn.Parameter(ops.ones(size) * 0.9)

        def forward(self, x, h):
            h = ops.relu(self.ih(x) + self.u * h)
            return h, h

    class sru(Affine):
        def __init__(self, inputs, size):
            super().__init__(inputs, size, 3, recurrent=False)
            self.vf, self.vr = nn.Parameter(ops.ones(size) * 0.1), nn.Parameter(ops.ones(size) * 0.1)

        def forward(self, x, c):
            u, f, r = ops.split(self.ih(x), 3)
            f, r = ops.sigmoid(f + self.vf * c), ops.sigmoid(r + self.vr * c)
            c = f * c + (1 - f) * u
            return r * c + (1 - r) * x, c

    class peephole(Affine):
        def __init__(self, inputs, size):
            super().__init__(inputs, size, 4)
            self.p = nn.Parameter(ops.ones((3, size)) * 0.1)

        def forward(self, x, state):
            h, c = state
            i, f, g, o = self.gates(x, h, 4)
            c = ops.sigmoid(f + self.p[1] * c) * c + ops.sigmoid(i + self.p[0] * c) * ops.tanh(g)
            h = ops.sigmoid(o + self.p[2] * c) * ops.tanh(c)
            return h, (h, c)

    class convlstm(nn.Module):
        def __init__(self, inputs, size):
            super().__init__()
            self.ih = nn.Conv2d(inputs, 4 * size, 3, padding=1)
            self.hh = nn.Conv2d(size, 4 * size, 3, padding=1, bias=False)

        def forward(self, x, state):
            h, c = state
            i, f, g, o = ops.split(self.ih(x) + self.hh(h), 4, cat_axis)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            return h, (h, c)

    return {cls.__name__: cls for cls in (lnlstm, lightgru, indrnn, sru, peephole, convlstm)}


def first_weights(named_parameters):
    """The same numbers for both sides, by name: products as PyTorch begins, scales around 1."""
    rng = np.random.default_rng(1)
    for name, p in sorted(named_parameters, key=lambda pair: pair[0]):
        size = p.shape[-1] if len(p.shape) == 2 else int(np.prod(p.shape[1:])) or 1
        values = rng.uniform(-1, 1, tuple(p.shape)) / max(size, 8) ** 0.5
        if "norm" in name and name.endswith("weight") or name.endswith(".u"):
            values = 0.9 + 0.1 * values
        yield p, values.astype(np.float32)


def form(work):
    """name, training, input, lengths."""
    name, mode, batch = work.split("_")
    batch, rng = int(batch[1:]), np.random.default_rng(0)
    if name == "words":
        return name, True, rng.integers(0, WORDS, (33, batch)), None
    shape = (16, batch, 32, 16, 16) if name == "convlstm" else (STEPS, batch, SIZE)
    lengths = rng.integers(8, STEPS + 1, batch) if name == "lengths" else None
    return name, mode == "train", rng.standard_normal(shape).astype(np.float32), lengths


def lamina_work(work, compiled):
    import lamina as lm
    from lamina import nn

    ops = type("ops", (), {"split": staticmethod(lambda x, n, axis=-1: lm.split(x, n, axis=axis)), "ones": lm.ones,
                           "sigmoid": lm.sigmoid, "tanh": lm.tanh, "relu": lm.relu})
    name, training, x, lengths = form(work)
    lm.seed(0)
    if name in CELLS:
        make = cells(nn, ops, 1)[name]
        parts = [make(x.shape[2], x.shape[2]) for _ in range(LAYERS)]
        layers = [nn.RNN(part) for part in parts]
    elif name == "words":
        parts = [nn.Embedding(WORDS, 256), nn.LSTM(256, 256, num_layers=LAYERS), nn.Linear(256, WORDS)]
    else:
        parts = layers = [{"gru": nn.GRU}.get(name, nn.LSTM)(SIZE, SIZE, num_layers=LAYERS)]
    for part in parts:
        for p, values in first_weights(part.named_parameters()):
            p.value = lm.array(values)
    x = lm.array(x)
    zero = lm.zeros(tuple(x.shape[1:]))
    state = {"lnlstm": (zero, zero), "peephole": (zero, zero), "convlstm": (zero, zero)}.get(name, zero)
    more = {} if lengths is None else {"lengths": lm.array(lengths)}
    optimizer = lm.optim.SGD([p for part in parts for p in part.parameters()], 0.01)

    def run():
        y = x
        if name == "words":
            embedding, rnn, head = parts
            logits = head(rnn(embedding(x[:-1]))[0])
            loss = nn.cross_entropy(logits.reshape(-1, WORDS), x[1:].reshape(-1))
        else:
            for layer in layers:
                y = layer(y, state)[0] if name in CELLS else layer(y, **more)[0]
            loss = lm.mean(y * y)
        if not training:
            return loss.item()
        loss.backward()
        optimizer.step()
        return loss.item()

    def call():
        if training:
            return run()
        with lm.no_grad():
            return run()

    return call


def torch_work(work, compiled):
    import torch
    from torch import nn

    torch.set_num_threads(2)
    ops = type("ops", (), {"split": staticmethod(lambda x, n, axis=-1: x.chunk(n, axis)), "ones": torch.ones,
                           "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu})
    name, training, x, lengths = form(work)
    torch.manual_seed(0)
    if name in CELLS:
        make = cells(nn, ops, 1)[name]
        layers = [make(x.shape[2], x.shape[2]) for _ in range(LAYERS)]
    elif name == "words":
        layers = [nn.Embedding(WORDS, 256), nn.LSTM(256, 256, num_layers=LAYERS), nn.Linear(256, WORDS)]
    else:
        layers = [{"gru": nn.GRU}.get(name, nn.LSTM)(SIZE, SIZE, num_layers=LAYERS)]
    for layer in layers:
        for p, values in first_weights(layer.named_parameters()):
            p.data = torch.from_numpy(values)
    optimizer = torch.optim.SGD([p for layer in layers for p in layer.parameters()], 0.01)
    steps = [torch.compile(layer) for layer in layers] if compiled else layers
    x = torch.from_numpy(x)
    zero = torch.zeros(x.shape[1:])
    first = {"lnlstm": (zero, zero), "peephole": (zero, zero), "convlstm": (zero, zero)}.get(name, zero)

    def loss_of():
        if name == "words":
            embedding, rnn, head = layers
            logits = head(rnn(embedding(x[:-1]))[0])
            return nn.functional.cross_entropy(logits.reshape(-1, WORDS), x[1:].reshape(-1))
        if name not in CELLS:
            if lengths is None:
                y = layers[0](x)[0]
            else:
                rnn = nn.utils.rnn
                y = layers[0](rnn.pack_padded_sequence(x, torch.from_numpy(lengths), enforce_sorted=False))[0]
                y = rnn.pad_packed_sequence(y, total_length=len(x))[0]
            return (y * y).mean()
        y = x
        for step in steps:
            state, outputs = first, []
            for t in range(len(y)):
                output, state = step(y[t], state)
                outputs.append(output)
            y = torch.stack(outputs)
        return (y * y).mean()

    def call():
        if not training:
            with torch.no_grad():
                return loss_of().item()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.item()

    return call


def serve(side, compiled):
    """The process of one side: a line with a work prepares it and gives three losses, an empty line runs it once."""
    call = None
    for line in sys.stdin:
        if line.strip():
            call = {"lamina": lamina_work, "torch": torch_work}[side](line.strip(), compiled)
            print(*[call() for _ in range(3)], flush=True)
        else:
            start = time.perf_counter()
            call()
            print(time.perf_counter() - start, flush=True)


class Side:
    def __init__(self, python, side, compiled):
        command = [python, __file__, "--serve", side] + ["--compile"] * compiled
        environment = dict(os.environ, OMP_NUM_THREADS="2")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, line):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        self.process.send_signal(signal.SIGSTOP)
        return answer

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("works", nargs="*", default=WORKS)
    parser.add_argument("--torch-python", default=sys.executable)
    parser.add_argument("--compile", action="store_true", help=argparse.SUPPRESS)  # of a process of PyTorch's
    parser.add_argument("--eager", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--serve")
    given = parser.parse_args()
    if given.serve:
        return serve(given.serve, given.compile)
    if unknown := [work for work in given.works if work not in WORKS]:
        parser.error(f"no such work: {', '.join(unknown)}; there are {', '.join(WORKS)}")
    ours, padded = Side(sys.executable, "lamina", False), Side(sys.executable, "lamina", False)
    eager = Side(given.torch_python, "torch", False)
    compiled = None if given.eager else Side(given.torch_python, "torch", True)
    print(f"{'work':20} {'Lamina ms':>10} {'PyTorch ms':>11} {'compiled':>9} {'ratio':>6}  losses differ by")
    for work in given.works:
        sides = [ours, eager] + [compiled] * (compiled is not None and work.split("_")[0] in CELLS)
        losses = np.array([[float(loss) for loss in side.ask(work).split()] for side in sides])
        differ = np.max(np.abs(losses / losses[1] - 1))
        if not differ < 1e-3:
            sys.exit(f"{work}: the sides compute different losses: {losses.tolist()}")
        if work.startswith("lengths"):  # beside our own run of all steps, which takes no lengths
            padded.ask(work.replace("lengths", "lstm"))
            sides.append(padded)
        times = [[float(side.ask("")) for side in sides] for _ in range(given.rounds)]
        mine, *others = (1e3 * statistics.median(column) for column in zip(*times))
        own = f"; padded {others[-1]:.1f}, {others.pop() / mine:.2f}x" if sides[-1] is padded else ""
        shown = f"{others[1]:9.1f}" if len(others) > 1 else " " * 9
        print(f"{work:20} {mine:10.1f} {others[0]:11.1f} {shown} {min(others) / mine:5.2f}x  {differ:.0e}{own}",
              flush=True)
    for side in [ours, padded, eager] + [compiled] * (compiled is not None):
        side.close()


if __name__ == "__main__":
    main()
