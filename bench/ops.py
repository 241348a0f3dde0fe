"""Every public op at a million elements: our time, NumPy's and PyTorch's, on two threads.

    .venv/bin/python bench/ops.py [--only TEXT] [--threads 2] [--rounds 9] [--slow] [--best]

Each library lives in a process of its own, so that the waiting threads of one do not take the cores of
another; the three take turns, op by op and round by round, with a pause in which threads fall asleep,
and the medians are printed. A call of ours records, is evaluated and waited for:
`lm.eval(lm.add(x, y))`. The ratio is to the better of the two.
--slow prints only what is slower than 1.5 times the better one."""

import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
import time

import ops_table

LIBRARIES = ("lamina", "numpy", "torch")
BATCH_SECONDS = 0.004
PAUSE_SECONDS = 0.01  # OpenMP's threads look for work for some milliseconds before they sleep


def namespace(library, threads):
    """What the expressions of a library may name, and how its result is waited for."""
    import numpy as np

    values = ops_table.inputs()
    if library == "numpy":
        def updated(m):
            m = m.copy()
            m[100:900, 100:900] = 1
            return m

        def spread(x, half):
            x = x.copy()
            x[::2] = half
            return x

        names = {name: value for name, value in values.items()}
        names |= {"half": values["y"][::2].copy(), "random": np.random.default_rng(0)}
        return names | {"np": np, "updated": updated, "spread": spread}, lambda result: result
    if library == "torch":
        import torch

        torch.set_num_threads(threads)

        def updated(m):
            m = m.clone()
            m[100:900, 100:900] = 1
            return m

        def spread(x, half):
            x = x.clone()
            x[::2] = half
            return x

        names = {name: torch.from_numpy(value) for name, value in values.items()}
        names |= {"xb": names["x"].to(torch.bfloat16), "yb": names["y"].to(torch.bfloat16),
                  "half": names["y"][::2].clone(), "torch": torch, "F": torch.nn.functional,
                  "math": math, "leaf": names["near"].reshape(-1).clone().requires_grad_(),
                  "updated": updated, "spread": spread}
        return names, lambda result: result
    import lamina as lm

    lm.set_num_threads(threads)

    def updated(m):
        m = m + 0  # a handle of its own; the same value
        m[100:900, 100:900] = 1
        return m

    def spread(x, half):
        x = x + 0  # a handle of its own
        x[::2] = half
        return x

    names = {name: lm.array(value) for name, value in values.items()}
    names |= {"xb": lm.astype(names["x"], lm.bfloat16), "yb": lm.astype(names["y"], lm.bfloat16),
              "half": lm.array(values["y"][::2].copy()), "lm": lm,
              "nearly": lm.reshape(names["near"], (-1,)), "updated": updated, "spread": spread}
    lm.eval(*[v for v in names.values() if isinstance(v, lm.Array)])

    def finish(result):
        lm.eval(*result) if isinstance(result, (tuple, list)) else lm.eval(result)

    return names, finish


def serve(library, threads):
    """Answers `row repeat` lines with seconds a call, or what went wrong."""
    names, finish = namespace(library, threads)
    column = 2 + LIBRARIES.index(library)
    calls = {}
    print("ready", flush=True)
    for line in sys.stdin:
        number, repeat = map(int, line.split())
        try:
            if number not in calls:
                calls[number] = eval("lambda: " + ops_table.ROWS[number][column], names)
                for _ in range(3):
                    finish(calls[number]())
            call = calls[number]
            finish(call())  # wakes the threads
            start = time.perf_counter()
            for _ in range(repeat):
                finish(call())
            print((time.perf_counter() - start) / repeat, flush=True)
        except Exception as error:  # the table goes on without this row
            absent = isinstance(error, AttributeError)
            message = "" if absent else f" ({type(error).__name__}: {str(error).splitlines()[0]})"
            print("failed" + message, flush=True)


class Server:
    def __init__(self, library, threads):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        command = [sys.executable, __file__, "--serve", library, "--threads", str(threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)
        assert self.process.stdout.readline() == "ready\n", f"{library} did not start"

    def seconds(self, number, repeat):
        time.sleep(PAUSE_SECONDS)
        print(number, repeat, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if answer.startswith("failed") or not answer:
            return None, answer.removeprefix("failed").rstrip() if answer else " (the process ended)"
        return float(answer), ""


def measure(servers, number, rounds, choose):
    """The typical seconds of each library that has the op, and why ours has none."""
    repeat, times, why = {}, {}, ""
    for library, server in servers.items():
        if not ops_table.ROWS[number][2 + LIBRARIES.index(library)]:
            continue
        first, failure = server.seconds(number, 1)
        if first is None:
            why = failure if library == "lamina" else why
            continue
        repeat[library] = max(1, min(1000, int(BATCH_SECONDS / first)))
        times[library] = []
    if "lamina" not in times:
        return None, why
    for _ in range(rounds):
        for library in times:
            times[library].append(servers[library].seconds(number, repeat[library])[0])
    return {library: choose(values) for library, values in times.items()}, ""


def overhead(servers):
    """What a call costs that has nothing to compute: the table's numbers contain it."""
    number = len(ops_table.ROWS) - 1
    times = [server.seconds(number, 300)[0] * 1e6 for server in servers.values()]
    print("one addition of one element, microseconds:",
          ", ".join(f"{library} {value:.1f}" for library, value in zip(servers, times)))


def machine(threads):
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "")
    return f"{model or platform.machine()}, {os.cpu_count()} cores; {threads} threads"


def show(milliseconds):
    return f"{milliseconds * 1e3:10.3f}" if milliseconds is not None else f"{'-':>10}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="rows whose name or family contains this")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--slow", action="store_true", help="print only what is over 1.5")
    parser.add_argument("--best", action="store_true", help="least times, where others use the machine")
    parser.add_argument("--serve", choices=LIBRARIES, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.serve:
        return serve(a.serve, a.threads)
    choose = min if a.best else statistics.median
    servers = {library: Server(library, a.threads) for library in LIBRARIES}
    print(f"{machine(a.threads)}; {'least times' if a.best else 'medians'} of {a.rounds} rounds")
    overhead(servers)
    print(f"{'milliseconds':<32}{'lamina':>10}{'numpy':>10}{'torch':>10}{'ratio':>8}")
    ratios, missing, alone = [], [], []
    for number, (family, name, *_) in enumerate(ops_table.ROWS[:-1]):
        if a.only not in name and a.only not in family:
            continue
        times, why = measure(servers, number, a.rounds, choose)
        if times is None:
            missing.append(name + why)
            continue
        others = [times[library] for library in LIBRARIES[1:] if library in times]
        ratio = times["lamina"] / min(others) if others else None
        if ratio is None:
            alone.append(name)
        else:
            ratios.append((ratio, name))
        if not a.slow or (ratio or 0) > 1.5:
            print(f"{family[:12]:<13}{name:<19.19}" + "".join(show(times.get(l)) for l in LIBRARIES)
                  + (f"{ratio:8.2f}" if ratio else f"{'-':>8}"), flush=True)
    if ratios:
        mean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in ratios))
        slow = sorted((r for r in ratios if r[0] > 1.5), reverse=True)
        print(f"\n{len(ratios)} ops, geometric mean {mean:.3f} (goal 0.9); {len(slow)} over 1.5:",
              ", ".join(f"{name} {ratio:.2f}" for ratio, name in slow) or "none")
    for title, names in (("not in this build:", missing), ("nothing to compare with:", alone)):
        if names:
            print(title, ", ".join(names))


if __name__ == "__main__":
    main()
