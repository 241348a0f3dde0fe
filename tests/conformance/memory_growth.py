"""Resident memory over a million predictions and 50,000 steps of small models, from Python.

usage: memory_growth.py [--predictions 1000000] [--steps 50000]

Each loop is measured after a tenth of it, and at its end: it may grow by 1 %.
"""

import argparse
import os
import sys

import numpy as np

import lamina as lm
from lamina import data, nn, optim


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(loop, count):
    done = 0
    for part in (count // 10, count - count // 10):
        if done:
            before = resident()
        loop(part)
        done += part
    return resident() / before - 1, before


def net():
    lm.seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


X = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 3, 64)


def predictions():
    model, x = net().eval(), lm.array(X[:1])

    def loop(count):
        for _ in range(count):
            model(x).numpy()

    return loop


def steps():
    model = net()
    optimizer = optim.Adam(model.parameters(), lr=1e-4)
    batches = [(lm.array(X[i:i + 8]), lm.array(Y[i:i + 8])) for i in range(0, 64, 8)]

    def loop(count):
        total = 0.0
        for i in range(count):
            loss = nn.cross_entropy(model(batches[i % 8][0]), batches[i % 8][1])
            loss.backward()
            optimizer.step()
            total += loss
        assert np.isfinite(total.item())

    return loop


def fitted():
    trainer = lm.Trainer(net()).compile(optim.Adam(lr=1e-4), "cross_entropy", ["accuracy"])
    loader = data.DataLoader((np.tile(X, (10, 1)), np.tile(Y, 10)), batch_size=8, shuffle=True, num_workers=1)
    trainer.fit(loader, epochs=500, verbose=0)  # the system's heap has a part for each thread of the loader

    def loop(count):
        trainer.fit(loader, epochs=count // 80, verbose=0)

    return loop


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--predictions", type=int, default=1_000_000)
    options.add_argument("--steps", type=int, default=50_000)
    given = options.parse_args()
    bad = 0
    for name, make, count in (("predictions", predictions, given.predictions), ("steps of a loop", steps, given.steps),
                              ("steps of fit", fitted, given.steps)):
        grown, before = growth(make(), count)
        print(f"{count:9,} {name:16} {100 * grown:+.2f} % of {before / 2**20:.1f} MiB", flush=True)
        bad += grown > 0.01
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
