"""bfloat16 beside float32: time of products and nets, memory of a training step, accuracy of small nets in 16 bits.

    .venv/bin/python bench/precision.py                  # times, each pair interleaved
    .venv/bin/python bench/precision.py --accuracy       # five seeds of float32, bf16 and float16
    .venv/bin/python bench/precision.py lstm_infer_b1    # one of them
"""

import argparse
import statistics
import time

import numpy as np

import lamina as lm
from lamina import nn

PRECISIONS = ("float32", "bf16")


def normal(*shape, scale=1.0):
    return lm.array((np.random.default_rng(0).normal(size=shape) * scale).astype(np.float32))


def product(function, *operands):
    def of(precision):
        dtype = lm.bfloat16 if precision == "bf16" else lm.float32
        own = [lm.astype(x, dtype).eval() for x in operands]
        return lambda: function(*own).eval()

    return of


def inference(make, *shape):
    def of(precision):
        lm.seed(0)
        net, x = make().eval(), normal(*shape)

        def run():
            with lm.no_grad(), lm.precision(precision):
                y = net(x)
                (y[0] if isinstance(y, tuple) else y).eval()

        return run

    return of


def training(make, shape, classes=None):
    def of(precision):
        lm.seed(0)
        net, x = make(), normal(*shape)
        optimizer = lm.optim.SGD(net.parameters(), lr=1e-3)
        y = lm.array(np.random.default_rng(1).integers(0, classes, shape[0])) if classes else None

        def run():
            with lm.precision(precision):
                out = net(x)
                loss = lm.cross_entropy(out, y) if classes else lm.mean(out[0] ** 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()

        return run

    return of


WORKS = {
    "matmul_1024": product(lambda a, b: a @ b, normal(1024, 1024), normal(1024, 1024)),
    "convolution_3x3": product(
        lambda x, w: lm.conv2d(x, w, padding=1), normal(16, 128, 28, 28), normal(128, 128, 3, 3, scale=0.03)
    ),
    "resnet50_infer_b1": inference(lm.models.resnet50, 1, 3, 224, 224),
    "resnet50_infer_b16": inference(lm.models.resnet50, 16, 3, 224, 224),
    "densenet121_train_b4": training(lambda: lm.models.densenet121(num_classes=14), (4, 3, 224, 224), 14),
    "lstm_train_b32": training(lambda: nn.LSTM(512, 512, num_layers=2), (64, 32, 512)),
    "lstm_infer_b1": inference(lambda: nn.LSTM(512, 512, num_layers=2), 64, 1, 512),
}


def compare_times(names, rounds):
    print(f"{'work':22}{'float32 ms':>12}{'bf16 ms':>12}{'ratio':>8}   memory MiB")
    for name in names:
        runs, times, memory = {}, {p: [] for p in PRECISIONS}, {}
        for precision in PRECISIONS:
            runs[precision] = WORKS[name](precision)
            runs[precision]()
            runs[precision]()
            lm.reset_peak_memory()
            before = lm.memory_statistics()["in_use"]
            runs[precision]()
            memory[precision] = (lm.memory_statistics()["peak"] - before) / 2**20
        for _ in range(rounds):
            for precision, run in runs.items():
                start = time.perf_counter()
                run()
                times[precision].append((time.perf_counter() - start) * 1e3)
        single, short = (statistics.median(times[p]) for p in PRECISIONS)
        print(
            f"{name:22}{single:12.2f}{short:12.2f}{single / short:7.2f}x   {memory['float32']:.0f} / {memory['bf16']:.0f}",
            flush=True,
        )


class Rows(nn.Module):
    """Digits read row by row."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTM(8, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        out = self.cell(lm.permute_dims(lm.reshape(x, (-1, 8, 8)), (1, 0, 2)))[0]
        return self.head(out[-1])


class Attention(nn.Module):
    """Rows of digits as tokens of a small Transformer encoder."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(8, 32)
        self.attend = nn.MultiheadAttention(32, 4, batch_first=True)
        self.first, self.second = nn.LayerNorm(32), nn.LayerNorm(32)
        self.feed = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))
        self.head = nn.Linear(8 * 32, 10)

    def forward(self, x):
        x = self.embed(lm.reshape(x, (-1, 8, 8)))
        h = self.first(x)
        x = x + self.attend(h, h, h)
        x = x + self.feed(self.second(x))
        return self.head(lm.reshape(x, (-1, 8 * 32)))


def compare_accuracy():
    train, test = lm.data.digits().split(0.8, seed=0)
    print("accuracy (loss) on digits that were not trained on, five seeds")
    resnet20 = lambda: lm.models.resnet20(10, in_channels=1)  # noqa: E731
    for name, make in (("ResNet-20", resnet20), ("LSTM", Rows), ("Transformer", Attention)):
        for precision in (*PRECISIONS, "float16"):
            reached = []
            for seed in range(5):
                lm.seed(seed)
                steps = 15 * (len(train) // 32)
                adam = lm.optim.Adam(lr=lm.optim.CosineSchedule(1e-3, steps))  # ends where accuracy no longer jumps
                trainer = lm.Trainer(make()).compile(adam, "cross_entropy", ["accuracy"], precision=precision)
                trainer.fit(train, epochs=15, batch_size=32, seed=seed, verbose=0)
                logs = trainer.evaluate(test)
                reached.append(f"{logs['accuracy']:.3f} ({logs['loss']:.4f})")
            print(f"{name:14}{precision:9}{'  '.join(reached)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", choices=[[], *WORKS], default=[])
    parser.add_argument("--accuracy", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.accuracy:
        compare_accuracy()
    else:
        compare_times(options.works or WORKS, options.rounds)


if __name__ == "__main__":
    main()
