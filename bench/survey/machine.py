"""The machine that figures belong to: its processor, and its measured peak and bandwidth."""

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

from .process import Failed, lamina_path
from .venvs import reason


def program():
    """The command `lamina` of the package that this Python imports; None where it has none."""
    named = os.environ.get("LAMINA_PROGRAM")
    package = pathlib.Path(lamina_path()) / "lamina"
    places = [pathlib.Path(named)] if named else [package / "bin" / "lamina", package.parents[1] / "bin" / "lamina"]
    return next((str(place) for place in places if place.exists()), None)


def digits_file():
    """The data that Lamina ships: in a wheel, or in the checkout that was built."""
    package = pathlib.Path(lamina_path()) / "lamina"
    places = [package / "share" / "lamina" / "digits.npy", package.parents[2] / "share" / "digits.npy"]
    for place in places:
        if place.exists():
            return str(place)
    raise Failed("digits.npy is not beside the package lamina; looked for %s" % ", ".join(map(str, places)))


def processor():
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found.group(1) if found else platform.processor() or "unknown processor"


def measured():
    """Of 1, 2, 4 .. threads: GFLOP/s and GB/s, as `lamina bench peak` reads them; empty without the command."""
    found = program()
    if not found:
        return []
    done = subprocess.run([found, "bench", "peak"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed("lamina bench peak: " + reason(done))
    return [json.loads(line) for line in done.stdout.splitlines()]


def describe():
    peaks = measured()
    return dict(processor=processor(), processors=os.cpu_count(), system=platform.platform(),
                memory_gb=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
                date=datetime.date.today().isoformat(), peaks=peaks)


def peak(about):
    """Threads to GFLOP/s."""
    return {entry["threads"]: entry["gflops"] for entry in about.get("peaks", [])}


def line(about):
    text = "%s, %d processors, %.0f GiB" % (about["processor"], about["processors"], about["memory_gb"])
    for entry in about["peaks"]:
        text += "; %d thread%s: %.0f GFLOP/s float32, %.0f GB/s" % (
            entry["threads"], "s" if entry["threads"] > 1 else "", entry["gflops"], entry["gbytes_per_s"])
    return text
