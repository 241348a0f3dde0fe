"""Layer norm, rms norm and softmax alone, forward and with their gradients, beside PyTorch.
usage: norms.py [--torch-python PYTHON] [--rounds N] [ROWSxCOLUMNS..]

A process for each side, in turns; microseconds, the least of the rounds."""

import argparse
import os
import subprocess
import sys
import time

import numpy as np

CALLS = 100
WORKS = ("layer_norm", "layer_norm gradient", "rms_norm gradient", "softmax", "softmax gradient", "log_softmax gradient")


def numbers(shape):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for _ in range(2)]


def lamina_call(work, shape):
    import lamina as lm
    from lamina import nn

    x, g = map(lm.array, numbers(shape))
    name, gradient = (work.split() + [""])[:2]
    layers = {"layer_norm": nn.LayerNorm, "rms_norm": nn.RMSNorm}
    f = layers[name](shape[1]) if name in layers else lambda x: getattr(lm, name)(x, axis=-1)
    if not gradient:
        def forward():
            with lm.no_grad():
                f(x).eval()
        return forward
    x = nn.Parameter(x)
    wanted = [x] + (list(f.parameters()) if name in layers else [])
    return lambda: lm.eval(*lm.gradients(lm.sum(f(x) * g), wanted))


def torch_call(work, shape):
    import torch

    torch.set_num_threads(2)
    x, g = map(torch.from_numpy, numbers(shape))
    name, gradient = (work.split() + [""])[:2]
    layers = {"layer_norm": torch.nn.LayerNorm, "rms_norm": torch.nn.RMSNorm}
    f = layers[name](shape[1]) if name in layers else lambda x: getattr(torch, name)(x, -1)
    if not gradient:
        def forward():
            with torch.no_grad():
                f(x)
        return forward
    x.requires_grad_()
    wanted = [x] + (list(f.parameters()) if name in layers else [])
    return lambda: torch.autograd.grad(f(x), wanted, g)


def serve(side):
    """A line with a work and a shape prepares it, an empty line runs it."""
    call = None
    for line in sys.stdin:
        if line.strip():
            work, shape = line.strip().split(",")
            make = {"lamina": lamina_call, "torch": torch_call}[side]
            call = make(work, tuple(int(n) for n in shape.split("x")))
            for _ in range(5):
                call()
            print(flush=True)
        else:
            start = time.perf_counter()
            for _ in range(CALLS):
                call()
            print((time.perf_counter() - start) / CALLS * 1e6, flush=True)


class Side:
    def __init__(self, python, side):
        self.process = subprocess.Popen([python, __file__, "--serve", side], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, env=dict(os.environ, OMP_NUM_THREADS="2"))

    def ask(self, line=""):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", default=["1024x384", "32x512", "32x2048"])
    parser.add_argument("--torch-python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--serve")
    given = parser.parse_args()
    if given.serve:
        return serve(given.serve)
    sides = [Side(sys.executable, "lamina"), Side(given.torch_python, "torch")]
    print(f"{'work':32} {'Lamina us':>10} {'PyTorch us':>11} {'ratio':>6}")
    for shape in given.shapes:
        for work in WORKS:
            for side in sides:
                side.ask(f"{work},{shape}")
            times = [[float(side.ask()) for side in sides] for _ in range(given.rounds)]
            ours, theirs = map(min, zip(*times))
            print(f"{shape + ' ' + work:32} {ours:10.1f} {theirs:11.1f} {theirs / ours:5.2f}x", flush=True)


if __name__ == "__main__":
    main()
