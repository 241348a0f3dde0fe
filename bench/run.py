"""Runs the benchmark programs one after the other; each prints its own table and the machine's peak.

    python bench/run.py [NAME ..]        for example: recording kernels
"""

import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent


def main():
    programs = sorted((root / "build" / "bin").glob("bench_*"))
    wanted = sys.argv[1:]
    names = [p.name.removeprefix("bench_") for p in programs]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        sys.exit(f"bench: there is no {', '.join(unknown)}; there are: {', '.join(names)}")
    for name, program in zip(names, programs):
        if wanted and name not in wanted:
            continue
        print(f"\n== {name}", flush=True)
        if code := subprocess.run([program]).returncode:
            sys.exit(f"bench: {name} ended with code {code}")


if __name__ == "__main__":
    main()
