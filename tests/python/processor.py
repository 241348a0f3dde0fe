"""What the kernels of this run may use."""

import os
import pathlib


def has_avx512():
    info = pathlib.Path("/proc/cpuinfo")
    flags = info.read_text().split() if info.exists() else []
    return "avx512bw" in flags and os.environ.get("LAMINA_INSTRUCTIONS") != "avx2"
