"""Runs that are killed and files that are damaged, at the scale at which an answer can be trusted.

usage: never_lose_runs.py [--points 50] [--kills 1000] [--flips 10000] [--seed N]

Each of five kinds of training is killed at 50 random places and resumed: weights, optimizer, random numbers,
order of the batches, curves and averages must be those of the run that was never stopped, to the bit.
1,000 processes are killed while they save: the file that is left must be the last or the one before. 10,000 bits of the
weights are flipped, one at a time: all must be found and their tensor named, for 3 % of the time of loading.
"""

import argparse
import os
import pathlib
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import never_lose  # noqa: E402

from lamina import data  # noqa: E402


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--points", type=int, default=50)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--flips", type=int, default=10000)
    options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    given = options.parse_args()
    rng, bad = np.random.default_rng(given.seed), 0
    print(f"seed {given.seed}")

    def say(what, good, count):
        nonlocal bad
        bad += good != count
        print(f"{what:44} {good} of {count}", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "pictures")
        data.export_digits(folder, count=90)
        for kind in never_lose.KINDS:
            say(f"killed and resumed ({kind})",
                never_lose.resumes(kind, folder, scratch, rng, given.points), given.points)
        say("killed while saving", never_lose.kills_while_saving(scratch, rng, given.kills), given.kills)
        say("flipped bits found and named", never_lose.flips(scratch, rng, given.flips), given.flips)
        checked, plain = never_lose.loading_times(scratch)
        print(f"{'128 MiB loaded, with checksums / without':44} {1e3 * checked:.1f} / {1e3 * plain:.1f} ms")
        bad += checked > 1.03 * plain
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
