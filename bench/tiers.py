"""Tier 1 against tier 0: a training step of the digits nets, compiled and kernel by kernel.

    python bench/tiers.py [--rounds 5] [--threads 2]

Each measurement is a process of its own (LAMINA_TIER=0 never compiles); rounds alternate.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

BATCH = 32
STEPS = 300


def nets():
    from lamina import nn

    perceptron = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    convolution = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(512, 10))
    return {"perceptron": (perceptron, (64,)), "convolution": (convolution, (1, 8, 8))}


def microseconds_a_step(name, threads):
    import lamina as lm
    from lamina import data, nn, optim

    lm.set_num_threads(threads)
    lm.seed(0)
    model, shape = nets()[name]
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    digits = data.digits()
    batches = [(lm.reshape(x, (x.shape[0], *shape)), y) for x, y in
               data.DataLoader(digits, batch_size=BATCH, drop_last=True)]
    lm.eval(*[x for x, _ in batches])

    def step(k):
        x, y = batches[k % len(batches)]
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

    for k in range(50):
        step(k)
    start = time.perf_counter()
    for k in range(STEPS):
        step(k)
    return (time.perf_counter() - start) / STEPS * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("perceptron", "convolution"))
    a = parser.parse_args()
    if a.only:
        print(microseconds_a_step(a.only, a.threads))
        return
    for name in ("perceptron", "convolution"):
        times = {"0": [], "1": []}
        for _ in range(a.rounds):
            for tier in times:
                command = [sys.executable, __file__, "--only", name, "--threads", str(a.threads)]
                out = subprocess.run(command, env={**os.environ, "LAMINA_TIER": tier}, check=True,
                                     capture_output=True, text=True).stdout
                times[tier].append(float(out))
        zero, one = statistics.median(times["0"]), statistics.median(times["1"])
        ratio = statistics.median(z / o for z, o in zip(times["0"], times["1"]))
        print(f"{name:12} tier 0 {zero:8.1f} us, tier 1 {one:8.1f} us a step: {ratio:.2f}x (goal 1.5)")


if __name__ == "__main__":
    main()
