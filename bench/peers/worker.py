"""A framework's process: builds one workload, then does what it reads from its input, one line of JSON for each.

    losses N    N training steps from the initial weights: their losses
    time S      calls for S seconds, one at least: milliseconds of each
    memory      how much the process has grown at its peak since it began to build, in MB
    profile     text, where the framework has it
    quit

Python 3.7 and later. A peer's script calls run(build), with build(work, variant, threads) -> Built.
"""

import argparse
import collections
import json
import sys
import time

import problem

# call() does the work and returns when it is done; of a training step, the loss (anything float() takes)
Built = collections.namedtuple("Built", "call version profile")


def status(field):
    for line in open("/proc/self/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed(call):
    start = time.perf_counter()
    result = call()
    return 1e3 * (time.perf_counter() - start), result


def answer(**values):
    print("ANSWER " + json.dumps(values), flush=True)


def serve(built, resident):
    first = None
    for line in sys.stdin:
        command, _, value = line.strip().partition(" ")
        if command == "quit":
            return
        if command == "losses":
            losses = []
            for _ in range(int(value)):
                milliseconds, loss = timed(built.call)
                first = milliseconds if first is None else first
                losses.append(float(loss))
            answer(losses=losses, first=first)
        elif command == "time":
            times, end = [], time.perf_counter() + float(value)
            while not times or time.perf_counter() < end:
                times.append(timed(built.call)[0])
            first = times[0] if first is None else first
            answer(times=times, first=first)
        elif command == "memory":
            answer(memory=status("VmHWM") - resident)
        elif command == "profile":
            answer(profile=built.profile() if built.profile else "")


def run(build):
    parser = argparse.ArgumentParser()
    parser.add_argument("work")
    parser.add_argument("--variant", default="")
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    work = problem.chosen([a.work])[0]
    try:  # the peak counts from here, without what importing took
        open("/proc/self/clear_refs", "w").write("5")
    except OSError:
        pass
    resident = status("VmRSS")
    built = build(work, a.variant, a.threads)
    answer(version=built.version)
    serve(built, resident)
