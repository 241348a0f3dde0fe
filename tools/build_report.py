#!/usr/bin/env python3
"""Where the build's time and size went: folder, files, seconds, object KB. Prints nothing when nothing was compiled.

usage: tools/build_report.py BUILD_FOLDER [--since UNIX_SECONDS]     (default: every object of the last builds)
"""
import argparse
import os
import re
import sys


def compiled(build, since):
    """(source path, seconds, object path) of each object whose compilation ended after `since`."""
    try:
        with open(os.path.join(build, ".ninja_log"), encoding="utf-8") as log:
            rows = [line.rstrip("\n").split("\t") for line in log if not line.startswith("#")]
    except FileNotFoundError:
        return
    latest = {row[3]: row for row in rows if len(row) >= 5 and row[3].endswith(".o")}
    for output, (start, end, modified, *_) in latest.items():
        path = os.path.join(build, output)
        if int(modified) / 1e9 >= since and os.path.exists(path):
            source = re.sub(r"^(.*?)CMakeFiles/[^/]+\.dir/", "", output)[:-2]
            yield source, (int(end) - int(start)) / 1000, path


def folder_of(source):
    """Two levels are what one looks for: lamina/ops, tests/cpp, cli; nanobind's own files are one row."""
    parts = os.path.dirname(source).split("/")
    if "nanobind" in parts:
        return "nanobind"
    return "/".join(parts[:2]) if parts != [""] else "."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--since", type=float, default=0)
    options = parser.parse_args()

    table, slowest = {}, (0.0, "")
    for source, seconds, path in compiled(options.build, options.since):
        row = table.setdefault(folder_of(source), [0, 0.0, 0.0])
        row[0] += 1
        row[1] += seconds
        row[2] += os.path.getsize(path) / 1024
        slowest = max(slowest, (seconds, source))
    if not table:
        return 0
    table["total"] = [sum(column) for column in zip(*table.values())]
    width = max(map(len, table))
    print(f"\n{'folder':{width}}  files  seconds  object KB")
    for folder, (files, seconds, size) in table.items():
        print(f"{folder:{width}}  {files:5}  {seconds:7.1f}  {size:9.0f}")
    print(f"slowest: {slowest[1]}, {slowest[0]:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
