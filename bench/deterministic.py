"""What deterministic mode costs: times with it and without it, in turns.

    .venv/bin/python bench/deterministic.py                  # all works
    .venv/bin/python bench/deterministic.py lstm_train_b32   # some of them
"""

import argparse
import statistics
import time

import numpy as np

import lamina as lm
from lamina import nn


def normal(*shape):
    return lm.array(np.random.default_rng(0).standard_normal(shape, dtype=np.float32))


def words(batch, length=128):
    return lm.array(np.random.default_rng(0).integers(0, 30522, (batch, length)))


def inference(make, x):
    def prepare():
        lm.seed(0)
        net, data = make().eval(), x()

        def run():
            with lm.no_grad():
                y = net(data)
                (y[0] if isinstance(y, tuple) else y).eval()

        return run

    return prepare


def training(make, x, classes=None):
    def prepare():
        lm.seed(0)
        net, data = make(), x()
        optimizer = lm.optim.SGD(net.parameters(), lr=1e-3)
        y = lm.array(np.random.default_rng(1).integers(0, classes, data.shape[0])) if classes else None

        def run():
            out = net(data)
            loss = lm.cross_entropy(out, y) if classes else lm.mean((out[0] if isinstance(out, tuple) else out) ** 2)
            loss.backward()
            optimizer.step()
            return loss.item()

        return run

    return prepare


def lstm():
    return nn.LSTM(512, 512, num_layers=2)


WORKS = {
    "resnet50_infer_b1": inference(lm.models.resnet50, lambda: normal(1, 3, 224, 224)),
    "resnet50_infer_b16": inference(lm.models.resnet50, lambda: normal(16, 3, 224, 224)),
    "densenet121_train_b64": training(lambda: lm.models.densenet121(num_classes=10), lambda: normal(64, 3, 32, 32), 10),
    "fcn5_train_b1024": training(lm.models.fcn5, lambda: normal(1024, 784), 10),
    "fcn_wide_train_b64": training(lm.models.fcn_wide, lambda: normal(64, 26752), 26752),
    "minilm_infer_b1": inference(lm.models.minilm, lambda: words(1)),
    "minilm_infer_b8": inference(lm.models.minilm, lambda: words(8)),
    "minilm_train_b8": training(lm.models.minilm, lambda: words(8)),
    "lstm_train_b32": training(lstm, lambda: normal(64, 32, 512)),
    "lstm_infer_b1": inference(lstm, lambda: normal(64, 1, 512)),
    "digits_train_b32": training(
        lambda: nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)), lambda: normal(32, 64), 10),
}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("works", nargs="*", metavar="WORK")
    options.add_argument("--seconds", type=float, default=6, help="for each work")
    given = options.parse_args()
    print(f"{'work':24}{'usual ms':>10}{'deterministic ms':>18}{'ratio':>8}")
    ratios = []
    for name in given.works or WORKS:
        run, times = WORKS[name](), {False: [], True: []}
        for mode in (False, True, False, True):
            lm.set_deterministic(mode)
            run()
        end = time.perf_counter() + given.seconds
        while time.perf_counter() < end or len(times[True]) < 3:
            for mode in (False, True):
                lm.set_deterministic(mode)
                start = time.perf_counter()
                run()
                times[mode].append((time.perf_counter() - start) * 1e3)
        lm.set_deterministic(False)
        usual, fixed = statistics.median(times[False]), statistics.median(times[True])
        ratios.append(fixed / usual)
        print(f"{name:24}{usual:10.2f}{fixed:18.2f}{fixed / usual:7.2f}x", flush=True)
    print(f"{'geometric mean':52}{statistics.geometric_mean(ratios):7.2f}x")


if __name__ == "__main__":
    main()
