"""A new batch size or length on every step: what the first step of a size costs over its later ones.

    .venv/bin/python bench/sizes.py              # four nets, inference and training
    .venv/bin/python bench/sizes.py lstm --steps 100 --seed 2

A step is late where it takes more than twice the time of its own size's later steps and 20 ms. On a machine that
does other things a late step may not be the framework's: the report names each, with what compiling took of it.
"""

import argparse
import random
import statistics
import time

import numpy as np

import lamina as lm
from lamina import nn


class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(64, 128, num_layers=2, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.attention = nn.LayerNorm(64), nn.MultiheadAttention(64, 4, batch_first=True)
        self.between, self.wide, self.narrow = nn.LayerNorm(64), nn.Linear(64, 128), nn.Linear(128, 64)

    def forward(self, x):
        y = self.before(x)
        x = x + self.attention(y, y, y)[0]
        return x + self.narrow(lm.gelu(self.wide(self.between(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = Block(), Block(), nn.Linear(64, 10)

    def forward(self, x):
        return self.head(lm.mean(self.second(self.first(x)), axis=1))


NETS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), lambda n: (n, 64), 64),
    "resnet18": (lambda: lm.models.resnet18(num_classes=10), lambda n: (n, 3, 32, 32), 64),
    "lstm": (Rows, lambda n: (8, n, 64), 512),
    "transformer": (Transformer, lambda n: (8, n, 64), 512),
}


def measure(name, training, steps, seed):
    make, shape, most = NETS[name]
    lm.seed(0)
    net = make()
    lm.eval(*net.parameters())
    lm.program_cache().clear()
    optimizer = lm.optim.SGD(net.parameters(), lr=0.01)
    numbers, sizes = np.random.default_rng(0), random.Random(seed)
    if not training:
        net.eval()

    def step(x, y):
        if not training:
            with lm.no_grad():
                net(x).eval()
            return
        lm.cross_entropy(net(x), y).backward()
        optimizer.step()
        lm.eval(*net.parameters())

    def seconds(*arguments):
        started, compiled = time.perf_counter(), sum(lm.compile_times().values())
        step(*arguments)
        return time.perf_counter() - started, sum(lm.compile_times().values()) - compiled

    late, over, compiling = [], [], []
    for i in range(steps):
        n = sizes.randint(2 if training and name == "resnet18" else 1, most)  # a batch norm of one value has no moments
        x = lm.array(numbers.standard_normal(shape(n)).astype(np.float32))
        y = lm.array(numbers.integers(0, 10, x.shape[0]))
        first, compiled = seconds(x, y)
        later = min(seconds(x, y)[0] for _ in range(3))
        if i == 0:
            continue  # the first program of all: what it costs is compile_time.py's subject
        over.append((first - later) * 1e3)
        compiling.append(compiled * 1e3)
        if first > 2 * later + 0.020:
            late.append(f"{n}: {first * 1e3:.0f} ms, later {later * 1e3:.1f}, compiling {compiled * 1e3:.1f}")
    programs = lm.program_cache().programs
    main = max(programs, key=lambda p: p.runs)
    kept = sum(use.bytes for use in lm.program_cache().caches if use.name == "derived weights") / 2**20
    print(f"{name:12} {'training' if training else 'inference':10} {statistics.median(over):7.1f} {max(over):8.1f}"
          f" {statistics.median(compiling):10.1f} {len(late):5} {len(programs):8} {main.sizes:6} {main.passes:7}"
          f" {kept:8.1f}")
    for line in late:
        print(f"    late: size {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nets", nargs="*", choices=[[], *NETS], help="default: all")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print("milliseconds by which the first step of a size is longer than its later ones; sizes and passes of the program, packed weights")
    print(f"{'net':12} {'':10} {'median':>7} {'most':>8} {'compiling':>10} {'late':>5} {'programs':>8} {'sizes':>6} {'passes':>7}"
          f" {'kept MiB':>8}")
    for name in arguments.nets or NETS:
        for training in (False, True):
            measure(name, training, arguments.steps, arguments.seed)


if __name__ == "__main__":
    main()
