"""Stands in for bench/survey/worker.py: the same lines, no framework. The peer's name says how it behaves."""

import argparse
import json
import os
import sys
import time


def answer(**values):
    print("ANSWER " + json.dumps(values), flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("peer", "work"):
        parser.add_argument(name)
    for name in ("variant", "threads", "device"):
        parser.add_argument("--" + name)
    a = parser.parse_args()
    if a.peer == "crashes":
        raise RuntimeError("it is broken")
    log = open(os.environ["FAKE_LOG"], "a")
    answer(version="%s 1.0" % a.peer)
    print("chatter of a library")
    for line in sys.stdin:
        command, _, value = line.strip().partition(" ")
        log.write("%s %s\n" % (a.peer, command))
        log.flush()
        if command == "losses":
            answer(losses=[1.0, 0.5, 0.9 if a.peer == "wrong" else 0.25], first=30.0)
        elif command == "save":
            open(value, "w").write("output")
            answer(first=30.0)
        elif command == "compare":
            assert open(value).read() == "output"
            answer(first=30.0, difference=float("nan") if a.peer == "wrong" else 1e-6)
        elif command == "time" and a.peer == "hangs" and float(value):
            time.sleep(3600)
        elif command == "time":
            answer(times=[20.0, 10.0, 12.0] if a.peer == "slow" else [2.0, 1.0, 1.5])
        elif command == "memory":
            answer(memory=100.0)
        else:
            answer(profile="kernels")


if __name__ == "__main__":
    main()
