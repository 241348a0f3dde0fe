"""What Python costs: nanoseconds per recorded operation, chains of small operations, reading a value, importing.

    .venv/bin/python bench/python_overhead.py

Compares with PyTorch where it can be imported."""

import platform
import subprocess
import sys
import time

import lamina as lm

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None


def best(work, number, repeats=60):
    """The least time of `repeats` runs, in nanoseconds for each of `number` things."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) / number * 1e9


def line(what, value, unit="ns", limit=None):
    print(f"{what:<58}{value:>10.1f} {unit}" + (f"   (budget {limit})" if limit else ""))


def empty_loop(count=5_000):
    def work():
        for _ in range(count):
            pass
    return best(work, count)


def recording(name, operation, limit=None, count=5_000):
    def work():
        for _ in range(count):
            operation()
    line(f"record {name}", best(work, count) - empty_loop(), limit=limit)


def operators():
    x = lm.array([[1.0, 2.0], [3.0, 4.0]])
    relu, total = lm.relu, lm.sum
    recording("x + x", lambda: x + x, "150 ns")
    recording("x * 2.5", lambda: x * 2.5, "150 ns")
    recording("relu(x)", lambda: relu(x), "150 ns")
    recording("sum(x)", lambda: total(x))
    recording("(nothing, only the lambda)", lambda: x)


def chain(array, read):
    """1,000 adds on 10 numbers with two operands in turn; the result is read and checked."""
    def work(fill):
        a, b = array([fill] * 10), array([1.0] * 10)
        x = a
        for _ in range(500):
            x = x + a
            x = x + b
        got = read(x)
        assert got[0] == fill + 500 * fill + 500, got
    fills = iter(range(1, 1_000_000))
    return best(lambda: [work(float(next(fills))) for _ in range(20)], 20, repeats=10)


def read_each(array):
    def work():
        x = array(0.0)
        for _ in range(2_000):
            x = x + 1
            x.item()
        assert x.item() == 2_000
    return best(work, 2_000, repeats=10)


def importing():
    code = ("import time, resource; start = time.perf_counter(); import lamina; "
            "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)")
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
            for _ in range(5)]
    line("import lamina", min(float(seconds) for seconds, _ in runs) * 1e3, "ms", "150 ms")
    line("resident after it", min(int(kib) for _, kib in runs) / 1024, "MiB", "80 MB")


def main():
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, "
          f"{lm.num_threads()} threads; best of several runs")
    operators()
    ours = chain(lm.array, lambda x: x.tolist())
    line("1,000 adds on 10 numbers", ours / 1e3, "us")
    if torch:
        theirs = chain(torch.tensor, lambda x: x.tolist())
        line("  PyTorch", theirs / 1e3, "us")
        line("  ratio", ours / theirs, "", "0.2")
    line("x = x + 1; x.item()", read_each(lm.array))
    if torch:
        line("  PyTorch", read_each(torch.tensor))
    importing()


if __name__ == "__main__":
    main()
