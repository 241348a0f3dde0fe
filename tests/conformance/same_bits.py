"""Deterministic mode over small models of each kind (tests/python/small_models.py): 0 differing bits.

usage: same_bits.py [--without] [MODEL..]

The output of each model, its loss and its weights after two steps of training, with 1, 2 and 4 threads, in tier 1, in
tier 0 and op by op; the rows of batches of 1, 2, 3, 7, 16 and 33 beside the same rows of a batch of 64; what
`lamina predict` says beside what Python says. Without MODEL also each op of bench/ops.py on a million elements
with 1, 2 and 4 threads, and pictures of 100 convolutions alone and in batches.

--without leaves the mode off, to see what differs then.
"""

import argparse
import pathlib
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY / "tests/python"), str(REPOSITORY / "bench")]
import bits  # noqa: E402
import numpy as np  # noqa: E402
import ops  # noqa: E402
import ops_table  # noqa: E402

import lamina as lm  # noqa: E402


def values(result):
    for array in result if isinstance(result, (tuple, list)) else [result]:
        yield (array.astype(lm.float32) if array.dtype == lm.bfloat16 else array).numpy()


def compare_ops():
    """Yields (name, differing, of): every row of bench/ops.py, a million elements, with each number of threads."""
    names, _ = ops.namespace("lamina", lm.num_threads())
    for family, name, expression, *_ in ops_table.ROWS:
        if not expression:
            continue
        first = None
        for threads in bits.THREADS:
            lm.set_num_threads(threads)
            lm.seed(0)
            found = list(values(eval(expression, names)))
            first = first or found
            yield f"{family}: {name}", sum(map(bits.differing, found, first)), sum(v.size for v in found)


def random_convolution(rng):
    """x of 33 pictures, weight and options; channels and sizes as nets have them."""
    while True:
        kernel, groups = int(rng.choice([1, 1, 2, 3, 3, 3, 5, 7])), int(rng.choice([1, 1, 1, 2, 4, 16]))
        channels, features = int(rng.choice([1, 3, 8, 16, 24, 64, 96, 160, 256, 512])), int(rng.choice([1, 10, 16, 24, 64, 128, 512]))
        size, stride, dilation = int(rng.choice([7, 8, 14, 15, 28, 32, 40, 56])), int(rng.choice([1, 1, 2])), int(rng.choice([1, 1, 2]))
        padding = int(rng.integers(0, kernel))
        work = channels * features * (kernel * size / stride) ** 2 / groups
        if channels % groups == 0 and features % groups == 0 and size + 2 * padding > dilation * (kernel - 1) and work < 3e8:
            break
    x = rng.standard_normal((33, channels, size, size), dtype=np.float32)
    weight = rng.standard_normal((features, channels // groups, kernel, kernel), dtype=np.float32)
    return x, weight, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def compare_convolutions(count):
    """Yields (what, differing, of): pictures alone and in batches, with each number of threads."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        x, weight, options = random_convolution(rng)
        run = lambda batch: lm.conv2d(lm.array(x[:batch]), lm.array(weight), **options).numpy()
        lm.set_num_threads(2)
        whole = run(len(x))
        for threads in bits.THREADS:
            lm.set_num_threads(threads)
            for batch in (1, 2, 7, len(x)):
                found = run(batch)
                what = f"{x.shape} by {weight.shape}, {options}, batch {batch}, {threads} threads"
                yield what, bits.differing(found, whole[:batch]), found.size


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("models", nargs="*", metavar="MODEL")
    options.add_argument("--without", action="store_true")
    given = options.parse_args()
    names = given.models or list(bits.MODELS)
    lm.set_deterministic(not given.without)
    compared, bad = {}, {}

    def note(name, what, differing, of):
        compared[name] = compared.get(name, 0) + of
        if differing:
            bad.setdefault(name, []).append(f"{what}: {differing} of {of}")

    with tempfile.TemporaryDirectory() as folder:
        for name, what, way, threads, differing, of in bits.compare_ways(names, folder):
            note(name, f"{what}, {way}, {threads} threads", differing, of)
        for name in names:
            for batch, differing, of in bits.compare_rows(name):
                note(name, f"rows of a batch of {batch}", differing, of)
        if not given.models:
            for name, differing, of in compare_ops():
                note("each op", name, differing, of)
            for name, differing, of in compare_convolutions(100):
                note("convolutions", name, differing, of)
        note("lamina predict", "resnet20", *bits.compare_cpp(str(REPOSITORY / "build/bin/lamina"), folder))
    for name, count in compared.items():
        print(f"{name:16} {count:12,} numbers  {'same bits' if name not in bad else f'{len(bad[name])} results differ'}")
        for line in bad.get(name, [])[:5]:
            print(f"    {line}")
    print(f"{len(names)} models, {len(bad)} that differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
