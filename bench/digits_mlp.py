"""The digits MLP (64-128-10, batch 32, 20 epochs), plain loop from Python: Lamina beside PyTorch eager.

    python bench/digits_mlp.py [--torch-python PATH] [--rounds 5]

Both start from the same weights and see the same batches in the same order; rounds alternate, the medians
are compared, and the loss curves must agree. PyTorch runs in a process of its own under --torch-python
(any Python that imports torch), so that neither sees the other's threads.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

EPOCHS, BATCH, RATE, MOMENTUM, SIZES = 20, 32, 0.1, 0.9, (64, 128, 10)


def make_problem():
    import numpy as np

    generator = np.random.default_rng(0)
    from pathlib import Path

    table = np.load(Path(__file__).resolve().parent.parent / "share" / "digits.npy")
    x, y = (table[:, :64] / 16).astype(np.float32), table[:, 64].astype(np.int64)
    weights = []
    for rows, columns in zip(SIZES[1:], SIZES):
        bound = columns**-0.5
        weights.append(generator.uniform(-bound, bound, (rows, columns)).astype(np.float32))
        weights.append(generator.uniform(-bound, bound, rows).astype(np.float32))
    orders = [generator.permutation(len(x)) for _ in range(EPOCHS)]
    batches = [[(x[o[i : i + BATCH]], y[o[i : i + BATCH]]) for i in range(0, len(x), BATCH)] for o in orders]
    return weights, batches


def run_lamina(threads):
    import lamina as lm
    from lamina import nn, optim

    lm.set_num_threads(threads)
    weights, epochs = make_problem()
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    model.load_state_dict({n: lm.array(w) for n, w in zip(names, weights)})
    optimizer = optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    batches = [[(lm.array(x), lm.array(y)) for x, y in epoch] for epoch in epochs]
    curve = []
    start = time.perf_counter()
    for epoch in batches:
        total = 0.0
        for x, y in epoch:
            loss = nn.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total = total + loss
        curve.append(total.item() / len(epoch))
    return time.perf_counter() - start, curve


def run_torch(threads):
    import torch

    torch.set_num_threads(threads)
    nn = torch.nn
    weights, epochs = make_problem()
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    with torch.no_grad():
        for p, w in zip(model.parameters(), weights):
            p.copy_(torch.from_numpy(w))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    batches = [[(torch.from_numpy(x), torch.from_numpy(y)) for x, y in epoch] for epoch in epochs]
    curve = []
    start = time.perf_counter()
    for epoch in batches:
        total = 0.0
        for x, y in epoch:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total = total + loss.detach()
        curve.append(total.item() / len(epoch))
    return time.perf_counter() - start, curve


def in_process(python, which, threads):
    out = subprocess.run([python, __file__, "--only", which, "--threads", str(threads)],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("lamina", "torch"))
    a = parser.parse_args()
    if a.only:
        run = run_lamina if a.only == "lamina" else run_torch
        run(a.threads)  # warm: first programs, first pages
        print(json.dumps(run(a.threads)))
        return
    times = {"lamina": [], "torch": []}
    curves = {}
    for _ in range(a.rounds):
        for which, python in (("lamina", sys.executable), ("torch", a.torch_python)):
            seconds, curves[which] = in_process(python, which, a.threads)
            times[which].append(seconds)
    steps = EPOCHS * ((1797 + BATCH - 1) // BATCH)
    for which, seconds in times.items():
        middle = statistics.median(seconds)
        print(f"{which:7} {middle * 1e3:8.1f} ms for {EPOCHS} epochs, {middle / steps * 1e6:7.1f} us a step")
    ratio = statistics.median(t / l for l, t in zip(times["lamina"], times["torch"]))
    difference = max(abs(p - q) for p, q in zip(curves["lamina"], curves["torch"]))
    print(f"PyTorch / Lamina: {ratio:.2f} (goal 4); loss curves differ by at most {difference:.1e}")


if __name__ == "__main__":
    main()
